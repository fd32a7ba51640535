/* answers.js - the way of an answer from the page to the server. Knows nothing of the page's looks.

   A slot's saves go one at a time. An unanswered save is repeated unchanged until the server answers; only the newest
   later value waits behind it. In practice a save may also check the answer or take a hint (its act); it waits its turn
   like any other. What is not acknowledged is kept in this browser, under the user and the attempt.
   The rules of seq and writer are those of the server (docs: "The web, as programs see it"). */
(function () {
  "use strict";

  var COALESCE_MS = 400;
  var ANSWER_MS = 10000;
  var BACKOFF_MS = [1000, 2000, 4000, 8000];
  var URGENT_MS = 1000;
  var KEEPALIVE_BYTES = 60000;   // browsers refuse larger bodies that outlive their page

  function randomName() {
    var bytes = crypto.getRandomValues(new Uint8Array(15));
    return btoa(String.fromCharCode.apply(null, bytes)).replace(/\+/g, "-").replace(/\//g, "_");
  }

  /* Whether two sets of fields say the same: blanks and the mark "answered" do not count. */
  function plain(fields) {
    return Object.keys(fields || {}).filter(function (name) { return name !== "answered"; }).sort()
      .map(function (name) { return [name, fields[name].filter(function (value) { return value.trim() !== ""; })]; })
      .filter(function (pair) { return pair[1].length; });
  }
  function same(one, other) { return JSON.stringify(plain(one)) === JSON.stringify(plain(other)); }
  function isAnswered(fields) { return plain(fields).some(function (pair) { return pair[0] !== "certainty"; }); }

  /* The browser's copy: a key a slot and writer. Storage may be full or forbidden: then the page still sends. */
  function Store(user, attempt) { this.prefix = "quiz:answers:" + user + ":" + attempt + ":"; }
  Store.prototype.put = function (slot, writer, record) {
    try { localStorage.setItem(this.prefix + slot + ":" + writer, JSON.stringify(record)); } catch (e) { /* see above */ }
  };
  Store.prototype.drop = function (slot, writer) {
    try { localStorage.removeItem(this.prefix + slot + ":" + writer); } catch (e) { /* see above */ }
  };
  Store.prototype.all = function () {
    var found = [];
    try {
      for (var i = 0; i < localStorage.length; i += 1) {
        var key = localStorage.key(i);
        if (key.indexOf(this.prefix) !== 0) { continue; }
        var rest = key.slice(this.prefix.length);
        var colon = rest.indexOf(":");
        found.push({ slot: Number(rest.slice(0, colon)), writer: rest.slice(colon + 1), record: JSON.parse(localStorage.getItem(key)) });
      }
    } catch (e) { /* see above */ }
    return found;
  };

  /* The answers of one attempt. options: user, attempt, base (address of its slots), token, session (address),
     on(event, slot, facts): saved, acted, unsaved, waiting, conflict, late, overdue, submitted, closed, left, large, refused, gone,
     signedout, other, back. */
  function Answers(options) {
    this.options = options;
    this.token = options.token;
    this.writer = randomName();
    this.store = new Store(options.user, options.attempt);
    this.slots = new Map();
    this.blocked = false;      // signed out: nothing is sent until somebody signs in again
    this.ended = false;        // over: what changes now is not sent
    this.isDown = false;       // the last request of all found no server
    this.urgent = false;       // the time is up: what is under way is accepted for some seconds more
    if (navigator.locks) { navigator.locks.request("quiz:" + this.writer, function () { return new Promise(function () {}); }); }
  }

  Answers.prototype.slot = function (number) {
    if (!this.slots.has(number)) { this.slots.set(number, new Slot(this, number)); }
    return this.slots.get(number);
  };
  Answers.prototype.each = function (act) { this.slots.forEach(act); };
  Answers.prototype.pending = function () {
    return Array.from(this.slots.values()).filter(function (slot) { return slot.isPending(); });
  };
  Answers.prototype.flush = function () { this.each(function (slot) { slot.flush(); }); };
  Answers.prototype.retry = function () { this.each(function (slot) { slot.retry(); }); };
  Answers.prototype.hurry = function () { this.urgent = true; this.retry(); };

  /* The page goes: send what waits, even behind an unanswered save; the browser's copy brings back what fails. */
  Answers.prototype.leave = function () { this.each(function (slot) { slot.leave(); }); };

  /* Takes up what an earlier page of this attempt had kept and not got through. Pages that still live keep theirs. */
  Answers.prototype.restore = async function () {
    var living = new Set();
    if (navigator.locks && navigator.locks.query) {
      (await navigator.locks.query()).held.forEach(function (lock) { living.add(lock.name); });
    }
    var restored = [];
    this.store.all().forEach(function (kept) {
      if (kept.writer === this.writer || living.has("quiz:" + kept.writer)) { return; }
      this.slot(kept.slot).takeUp(kept.record, kept.writer);
      restored.push(this.slot(kept.slot));
    }, this);
    return restored;
  };

  /* Asks who is signed in here now; the same user means a new token and going on.
     Answers renewed, same (nothing was wrong with the session), blocked or unreachable. */
  Answers.prototype.renew = async function () {
    var facts;
    try {
      facts = await (await fetch(this.options.session, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(ANSWER_MS) })).json();
    } catch (e) { return "unreachable"; }
    if (facts.user !== this.options.user) {
      this.blocked = true;
      this.options.on(facts.user === null ? "signedout" : "other", null, {});
      return "blocked";
    }
    if (!this.blocked && this.token === facts.csrf_token) { return "same"; }
    this.token = facts.csrf_token;
    if (this.blocked) { this.blocked = false; this.options.on("back", null, {}); }
    this.retry();
    return "renewed";
  };

  /* One slot. seq: the highest known. last: the fields that it holds, where this page has saved them. queue: saves under
     way, oldest first, repeated unchanged. next: what waits, act: what it does besides. */
  function Slot(answers, number) {
    this.answers = answers;
    this.number = number;
    this.seq = 0;
    this.last = null;
    this.queue = [];
    this.next = null;
    this.act = "save";
    this.conflict = null;
    this.isClosed = false;
    this.timer = 0;
    this.tries = 0;
    this.posting = false;
    this.oldWriters = new Set();
  }

  Slot.prototype.isPending = function () { return this.queue.length > 0 || this.next !== null || this.conflict !== null; };
  Slot.prototype.newest = function () {
    if (this.next) { return this.next; }
    return this.queue.length ? this.queue[this.queue.length - 1].fields : this.conflict ? this.conflict.mine : null;
  };
  /* Whether the page has something newer than a page that the server made with this seq. */
  Slot.prototype.isAhead = function (seq) {
    return this.next !== null || this.conflict !== null || this.queue.some(function (save) { return save.seq > seq; });
  };
  Slot.prototype.isActing = function () { return this.queue.some(function (save) { return save.act !== "save"; }); };
  Slot.prototype.knows = function (seq) { if (seq > this.seq && !this.queue.length) { this.seq = seq; } };

  Slot.prototype.change = function (fields) {
    if (this.answers.ended || this.isClosed) { return; }
    if (this.conflict) { this.conflict.mine = fields; this.keep(); return; }
    this.next = fields;
    this.keep();
    this.tell("waiting");
    if (this.queue.length) { return; }
    clearTimeout(this.timer);
    this.timer = setTimeout(this.flush.bind(this), COALESCE_MS);
  };

  /* Checks the answer, or takes a hint: with what is on the page now, after whatever is under way. */
  Slot.prototype.perform = function (act, fields) {
    if (this.answers.ended || this.isClosed || this.conflict || this.isActing()) { return; }
    clearTimeout(this.timer);
    this.next = fields;
    this.act = act;
    this.enqueue();
    this.retry();
  };

  Slot.prototype.flush = function () {
    if (this.queue.length || this.next === null || this.conflict) { return; }
    clearTimeout(this.timer);
    this.enqueue();
    this.post();
  };
  Slot.prototype.enqueue = function () {
    var last = this.queue[this.queue.length - 1];
    this.queue.push({ seq: (last ? last.seq : this.seq) + 1, writer: this.answers.writer, act: this.act, fields: this.next });
    this.next = null;
    this.act = "save";
    this.keep();
  };
  Slot.prototype.retry = function () {
    if (this.posting) { return; }
    if (this.queue.length) { clearTimeout(this.timer); this.post(); } else { this.flush(); }
  };
  Slot.prototype.leave = function () {
    if (this.next === null || this.conflict || this.answers.blocked) { return; }
    var first = !this.queue.length;
    clearTimeout(this.timer);
    this.enqueue();
    if (first) { this.post(); } else { this.send(this.queue[this.queue.length - 1]).catch(function () { /* kept here */ }); }
  };

  Slot.prototype.keep = function () {
    var store = this.answers.store;
    this.oldWriters.forEach(function (writer) { store.drop(this.number, writer); }, this);
    this.oldWriters.clear();
    if (this.isPending()) {
      store.put(this.number, this.answers.writer, { queue: this.queue, next: this.newest(), conflict: this.conflict });
    } else {
      store.drop(this.number, this.answers.writer);
    }
  };
  Slot.prototype.takeUp = function (record, writer) {
    this.oldWriters.add(writer);
    if (record.conflict) { this.conflict = record.conflict; this.tell("conflict", this.conflict); return; }
    this.queue = this.queue.concat(record.queue);
    var last = this.queue[this.queue.length - 1];
    if (record.next && !(last && same(last.fields, record.next))) { this.next = record.next; }
  };

  /* Sending ------------------------------------------------------------------------------------------------- */

  Slot.prototype.send = function (save) {
    var body = new URLSearchParams({ seq: save.seq, writer: save.writer, act: save.act });
    Object.keys(save.fields).forEach(function (name) {
      save.fields[name].forEach(function (value) { body.append(name, value); });
    });
    return fetch(this.answers.options.base + "/" + this.number, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": this.answers.token },
      body: body,
      keepalive: body.toString().length < KEEPALIVE_BYTES,
      signal: AbortSignal.timeout(ANSWER_MS)
    });
  };

  Slot.prototype.post = async function () {
    if (this.posting || this.answers.blocked || !this.queue.length) { return; }
    var save = this.queue[0], reply, facts;
    this.posting = true;
    this.tell("waiting");
    try {
      reply = await this.send(save);
      facts = await reply.json();
    } catch (e) {                       // no answer, or none of ours: the same save again, later
      this.posting = false;
      this.answers.isDown = true;
      this.again("network");
      return;
    }
    this.posting = false;
    if (this.answers.isDown) {          // the others need not sit out their pauses
      this.answers.isDown = false;
      this.answers.each(function (slot) { slot.tries = 0; });
      setTimeout(this.answers.retry.bind(this.answers));
    }
    if (save === this.queue[0]) { await this.answered(save, reply, facts); }
  };

  Slot.prototype.again = function (why, seconds) {
    var backoff = this.answers.urgent ? URGENT_MS : BACKOFF_MS[Math.min(this.tries, BACKOFF_MS.length - 1)];
    var wait = seconds ? seconds * 1000 : backoff * (0.8 + 0.4 * Math.random());
    this.tries += 1;
    this.tell("unsaved", { why: why, tries: this.tries });
    clearTimeout(this.timer);
    this.timer = setTimeout(this.retry.bind(this), wait);
  };

  Slot.prototype.answered = async function (save, reply, facts) {
    if (reply.status === 200) { this.acknowledged(save, facts); return; }
    if (facts.code === "stale") { this.stale(save, facts.current); return; }
    if (reply.status === 401) { this.answers.blocked = true; this.tell("signedout"); return; }
    if (facts.code === "csrf") { this.renewed(await this.answers.renew()); return; }
    if (reply.status === 429 || reply.status >= 500) {
      this.again("server", Number(reply.headers.get("Retry-After")) || 0);
      return;
    }
    var events = { "too-late": "late", "attempt-closed": "submitted", "slot-closed": "closed", "out-of-sequence": "left", "too-large": "large", "not-found": "gone" };
    this.refused(facts.kept === false ? "overdue" : events[facts.code] || "refused");
  };

  Slot.prototype.renewed = function (outcome) {
    if (outcome === "unreachable") { this.again("network"); }
    if (outcome === "same") { this.refused("refused"); }
  };
  Slot.prototype.acknowledged = function (save, facts) {
    this.queue.shift();
    this.tries = 0;
    this.seq = Math.max(this.seq, facts.seq);
    this.last = save.fields;
    if (save.act !== "save") { this.tell("acted", { act: save.act, closed: Boolean(facts.closed) }); }
    var newerElsewhere = facts.current_seq > facts.seq && !this.queue.length && this.next === null;
    if (newerElsewhere && save.writer === this.answers.writer) { this.next = save.fields; }   // asks: becomes stale, both are shown
    if (newerElsewhere && save.writer !== this.answers.writer) { this.seq = Math.max(this.seq, facts.current_seq); }
    this.settle(facts.saved_at, save.fields);
  };
  Slot.prototype.settle = function (savedAt, fields) {
    this.keep();
    if (this.queue.length) { this.post(); return; }
    if (this.next !== null) { this.flush(); return; }
    this.tell("saved", { saved_at: savedAt, fields: fields });
  };

  /* A newer answer stands. Our own (its reply was lost): post the newest again. Somebody else's: both are shown. */
  Slot.prototype.stale = function (save, current) {
    var mine = this.newest(), act = (this.queue.find(function (one) { return one.act !== "save"; }) || save).act;
    this.queue = [];
    this.next = null;
    this.tries = 0;
    if (same(mine, current.fields) && act === "save") { this.seq = current.seq; this.settle(current.saved_at, mine); return; }
    if (same(mine, current.fields) || current.writer === save.writer || current.seq === 0) {
      this.seq = current.seq;
      this.next = mine;
      this.act = act;
      this.settle();
      return;
    }
    this.conflict = { mine: mine, theirs: current };
    this.keep();
    this.tell("conflict", this.conflict);
  };
  Slot.prototype.decide = function (keepMine) {
    var conflict = this.conflict;
    this.conflict = null;
    this.seq = conflict.theirs.seq;
    if (keepMine) { this.next = conflict.mine; }
    this.settle(conflict.theirs.saved_at, conflict.theirs.fields);
    return conflict;
  };

  Slot.prototype.refused = function (event) {
    this.queue = [];
    this.next = null;
    this.tries = 0;
    this.keep();
    this.isClosed = event === "closed" || event === "left";
    if (event === "late" || event === "overdue" || event === "submitted" || event === "gone") { this.answers.ended = true; }
    this.tell(event);
  };
  Slot.prototype.tell = function (event, facts) { this.answers.options.on(event, this, facts || {}); };

  window.Answers = Answers;
  window.Answers.isAnswered = isAnswered;
  window.Answers.timeout = ANSWER_MS;
})();
