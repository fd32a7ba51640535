/* attempt.js - the page of a running attempt: controls, save state, numbers, steps, banners. Without it forms do the same.

   The whole paper is fetched once (paper.js), so that moving on needs no network: the next question takes the place of
   this one, and saves under way go on. Only the summary is asked of the server, since it says what is saved; without a
   network it is made here. */
(function () {
  "use strict";

  var root, words, answers, timer;
  var paper = new window.Paper();
  var banners = new Map();       // key → element; they outlive the page's change
  var destination = null;        // where somebody wants to go once all is saved: {address, back, form, server}
  var path = "";                 // of the page that is shown: a hash alone is no other page
  var wasOffline = false;
  var lastSaved = "";            // when the server last acknowledged something
  var seeking = 0;               // counts the searches for the server's summary: the last one goes on
  var flags = new Map();         // slot → flag that the server does not know yet

  function all(selector, within) { return Array.from((within || document).querySelectorAll(selector)); }
  function word(name, values) {
    return words.dataset[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function make(tag, className, text) {
    var element = document.createElement(tag);
    if (className) { element.className = className; }
    if (text) { element.textContent = text; }
    return element;
  }
  function icon(name) {
    var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    var use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "q-icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", words.dataset.icons + "#" + name);
    svg.append(use);
    return svg;
  }
  function button(text, act, className) {
    var element = make("button", className || "btn btn-secondary btn-sm", text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }
  function link(text, href, newTab) {
    var element = make("a", "btn btn-secondary btn-sm", text);
    element.href = href;
    if (newTab) { element.target = "_blank"; element.rel = "opener"; }
    return element;
  }

  /* Banners --------------------------------------------------------------------------------------------------- */

  var LOOKS = { info: "info-circle", look: "exclamation-triangle-fill", bad: "x-circle-fill", good: "check-circle-fill", offline: "wifi-off" };

  function showBanner(key, look, text, parts) {
    if (banners.has(key) && banners.get(key).dataset.text === text) { return; }
    hideBanner(key);
    var banner = make("div", "q-banner mb-3"), body = make("div"), line = make("p", "", text);
    banner.dataset.state = look === "offline" ? "look" : look;
    banner.dataset.text = text;
    banner.setAttribute("role", look === "bad" ? "alert" : "status");
    body.append(line);
    banner.append(icon(LOOKS[look]), body);
    (parts || []).forEach(function (part) { banner.append(part); });
    banners.set(key, banner);
    document.querySelector("[data-banners]").append(banner);
  }
  function showBannerFor(ms, key, text) {
    showBanner(key, "good", text);
    var banner = banners.get(key);
    setTimeout(function () { if (banners.get(key) === banner) { hideBanner(key); } }, ms);   // not the next one
  }
  function hideBanner(key) {
    if (banners.has(key)) { banners.get(key).remove(); banners.delete(key); }
  }

  /* Controls -------------------------------------------------------------------------------------------------- */

  function part(number) { return document.querySelector('[data-slot="' + number + '"]'); }
  function controls(element) {
    var prefix = element.dataset.prefix;
    return all("input, select, textarea", element).map(function (control) {
      return { control: control, name: control.name.slice(prefix.length) };
    }).filter(function (one) { return /^(answer(-\d+)?|answered|certainty)$/.test(one.name); });
  }
  function isChoice(control) { return control.type === "radio" || control.type === "checkbox"; }
  function collect(element) {
    var fields = {};
    controls(element).forEach(function (one) {
      if (isChoice(one.control) && !one.control.checked) { return; }
      (fields[one.name] = fields[one.name] || []).push(one.control.value);
    });
    return fields;
  }
  function apply(element, fields) {
    var own = controls(element), typed = toType(own, fields);
    own.forEach(function (one) {
      if (isChoice(one.control)) { one.control.checked = (fields[one.name] || []).includes(one.control.value); }
      else if (one.name !== "answered") { one.control.value = typed[one.name].shift() || ""; }
    });
    element.dispatchEvent(new Event("answer:set", { bubbles: true }));   // ordering.js shows what the fields say
    showClear(element);
  }
  /* The values by name that no box or button of the page stands for: the fields of that name share them in order. */
  function toType(own, fields) {
    var left = {};
    own.forEach(function (one) { left[one.name] = left[one.name] || (fields[one.name] || []).slice(); });
    own.filter(function (one) { return isChoice(one.control); }).forEach(function (one) {
      left[one.name] = left[one.name].filter(function (value) { return value !== one.control.value; });
    });
    return left;
  }
  function describe(element, fields) {
    var texts = [], own = controls(element), typed = toType(own, fields);
    own.forEach(function (one) {
      if (isChoice(one.control)) {
        if ((fields[one.name] || []).includes(one.control.value)) { texts.push(one.control.closest("label").querySelector(".q-option-text").textContent); }
      } else if (one.name !== "answered") {
        var value = typed[one.name].shift() || "";
        if (value.trim()) { texts.push(inWords(one.control, value)); }
      }
    });
    return texts.join("; ") || word("empty");
  }
  /* What a list or field of several says: with its label, and an option by its words. */
  function inWords(control, value) {
    var label = control.labels && control.labels.length ? control.labels[0].textContent.trim() : control.getAttribute("aria-label");
    var option = Array.from(control.options || []).find(function (one) { return one.value === value; });
    return (/-\d+$/.test(control.name) && label ? label + ": " : "") + (option ? option.textContent : value);
  }
  function showClear(element) {
    var clear = element.querySelector("[data-clear]");
    if (clear) { clear.hidden = !all("input[type=radio]:checked:enabled, [data-order] select:enabled", element).some(function (one) { return one.value !== ""; }); }
  }

  /* Numbers --------------------------------------------------------------------------------------------------- */

  /* The numbers also change while the summary is shown in their place. */
  function cellsOf(number) { return all(number ? '[data-cell="' + number + '"]' : ".q-navpanel [data-cell]:not([data-text])", paper.view || document); }
  function showCell(number) {
    var cells = cellsOf(number);
    if (!cells.length) { return; }
    var state = ["text", "checked", "answered"].find(function (name) { return name in cells[0].dataset; }) || "notAnswered";
    var parts = [word("question", { n: number }), word(state)];
    if ("flagged" in cells[0].dataset) { parts.push(word("flagged")); }
    cells.forEach(function (cell) { cell.setAttribute("aria-label", parts.join(", ")); });
  }
  function mark(number, name, on) {
    cellsOf(number).forEach(function (cell) { cell.toggleAttribute("data-" + name, on); });
    showCell(number);
    var cells = cellsOf();
    var done = cells.filter(function (cell) { return "answered" in cell.dataset; }).length;
    all("[data-count]", paper.view || document).forEach(function (count) { count.textContent = word("doneOfAll", { done: done, all: cells.length }); });
  }

  /* In the zone of the page; a browser that does not know its name has RangeError for it, and shows its own. */
  function timeOf(moment) {
    var language = document.documentElement.lang;
    try {
      return new Date(moment).toLocaleTimeString(language, { hour12: false, timeZone: root.dataset.zone });
    } catch (error) {
      if (!(error instanceof RangeError)) { throw error; }
      return new Date(moment).toLocaleTimeString(language, { hour12: false });
    }
  }

  /* Save state ------------------------------------------------------------------------------------------------ */

  /* more: what there is no room for on a phone */
  function showState(state, text, more) {
    var line = document.querySelector("[data-save]");
    if (!line || line.dataset.text === text + (more || "")) { return; }
    line.dataset.state = state;
    line.dataset.text = text + (more || "");
    var words = make("span", "", text);
    if (more) { words.append(make("span", "q-save-time", " " + more)); }
    line.replaceChildren(icon({ saved: "check-lg", saving: "arrow-repeat", unsaved: "exclamation-triangle-fill" }[state]), words);
  }
  function showSaved(savedAt) {
    lastSaved = savedAt;
    showState("saved", word("saved"), timeOf(savedAt));
  }
  function showUnsaved() { showState("unsaved", word("unsaved"), word("unsavedMore")); }
  function showAllSaved(savedAt) {
    if (answers.pending().length) { return; }
    showSaved(savedAt);
    showOnline();
    seekSummary(0);
  }
  function hideOffline() {
    wasOffline = false;
    hideBanner("network");
  }
  function showOnline() {
    if (!wasOffline) { return; }
    hideOffline();
    showBannerFor(8000, "online", word("online"));
  }
  function showOffline() {
    wasOffline = true;
    hideBanner("online");
    showBanner("network", "offline", word("offline") + " " + word(isAdaptive() ? "waiting" : "offlineMore"), [button(word("try"), function () { answers.retry(); })]);
  }

  var EVENTS = {
    waiting: function () { if (!wasOffline) { showState("saving", word("saving")); } },
    unsaved: function (slot, facts) {
      showUnsaved();
      if (facts.why === "network") {
        if (facts.tries > 1 || !navigator.onLine) { showOffline(); }   // one lost reply is no lost network
      } else if (facts.tries > 1) { showBanner("server", "look", word("unsaved") + " " + word("unsavedMore")); }
    },
    saved: function (slot, facts) {
      var element = part(slot.number);
      mark(slot.number, "answered", window.Answers.isAnswered(facts.fields));
      if (element) { settled(element, slot); }
      showAllSaved(facts.saved_at);
    },
    acted: function (slot, facts) { if (facts.closed && isAdaptive()) { leaveBehind(slot); } else { refresh(slot, facts.act, 0); } },
    conflict: function (slot, facts) { showConflict(slot, facts); },
    late: function (slot) { over("late", slot); },
    overdue: function (slot) { over("overdue", slot); },
    submitted: function (slot) { over("submitted", slot); },
    gone: function (slot) { over("gone", slot); },
    closed: function (slot) { stopped(slot, "closed"); refresh(slot, "", 0); },
    left: function (slot) { stopped(slot, "goneOn", [link(word("result"), root.dataset.enter)]); },
    large: function (slot) { stopped(slot, "large"); },
    refused: function (slot) { stopped(slot, "refused"); },
    signedout: function () { showSignIn("signedout"); },
    other: function () { showSignIn("other"); },
    back: function () { hideBanner("session"); }
  };
  function showSignIn(why) {
    showUnsaved();
    var form = window.SignIn.form(root.dataset.session, window.Answers.timeout, word("noServer"), async function () {
      if (await answers.renew() === "renewed") { focusOn(document.querySelector("h1")); }
    });
    showBanner("session", "bad", word(why), [form, link(word("signin"), root.dataset.login, true), button(word("try"), function () { answers.renew(); })]);
  }
  function over(why) {
    destination = null;
    showBanner("over", "bad", word(why), why === "gone" ? [] : [link(word("result"), root.dataset.enter)]);
    showState("unsaved", word("unsaved"));
  }
  function stopped(slot, why, parts) {
    destination = null;
    showBanner("slot" + slot.number, "bad", word("question", { n: slot.number }) + ": " + word(why), parts);
    showState("unsaved", word("unsaved"));
  }

  /* Two answers: both are shown, the student decides. */
  function showConflict(slot, conflict) {
    var element = part(slot.number), key = "conflict" + slot.number;
    destination = null;
    showState("unsaved", word("unsaved"));
    if (!element) {
      var cell = cellsOf(slot.number)[0];
      showBanner(key, "look", word("stale", { n: slot.number }), cell ? [link(word("staleElsewhere"), cell.href || addressOf(slot.number))] : []);
      return;
    }
    hideBanner(key);
    var time = timeOf(conflict.theirs.saved_at);
    apply(element, conflict.mine);
    showBanner(key, "look", word("stale", { n: slot.number }), [
      button(word("mine") + ": " + describe(element, conflict.mine), function () { hideBanner(key); slot.decide(true); }),
      button(word("theirs") + " " + time + ": " + describe(element, conflict.theirs.fields), function () {
        hideBanner(key);
        apply(element, conflict.theirs.fields);
        slot.decide(false);
      })
    ]);
  }

  /* In an adaptive test an answer is for good, and the server knows which question comes next. */
  function isAdaptive() { return "adaptive" in root.dataset; }
  function leaveBehind(slot) {
    slot.isClosed = true;
    slot.next = null;
    go({ address: root.dataset.enter });
  }

  /* The page of a slot as the server would show it now. */
  function addressOf(number) { return root.dataset.base + (root.dataset.layout === "all" ? "" : "/" + number); }
  async function fetchPage(address) {
    var reply = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(window.Answers.timeout) });
    return { ok: reply.ok, url: reply.url, page: new DOMParser().parseFromString(await reply.text(), "text/html") };
  }

  /* What the server makes of a typed answer ("not a number", "read as 1.5"). */
  async function readBack(slot, element) {
    if (!("unread" in element.dataset) || slot.isPending() || element.contains(document.activeElement)) { return; }
    try {
      var fresh = (await fetchPage(addressOf(slot.number))).page.querySelector('[data-slot="' + slot.number + '"] [data-notes]');
      if (!fresh || slot.isPending()) { return; }
      element.querySelector("[data-notes]").replaceChildren.apply(element.querySelector("[data-notes]"), Array.from(fresh.childNodes));
      delete element.dataset.unread;
    } catch (e) { /* the notes are a help; the answer itself is saved */ }
  }
  function settled(element, slot) { forForms(element, slot); readBack(slot, element); }

  /* What a check or a hint has brought. It takes the focus, where its question is still shown. */
  async function refresh(slot, act, tries) {
    var address = addressOf(slot.number), fetched;
    try { fetched = await fetchPage(address); } catch (e) {
      setTimeout(refresh, Math.min(15000, 1000 * Math.pow(2, tries)), slot, act, tries + 1);
      return;
    }
    var fresh = fetched.page.querySelector('[data-slot="' + slot.number + '"]');
    if (!fetched.ok || !fresh) { return; }
    mark(slot.number, "checked", "checked" in fetched.page.querySelector('[data-cell="' + slot.number + '"]').dataset);
    paper.renew(new URL(address, location.href).pathname, slot.number, fetched.page);
    var element = part(slot.number);
    if (!element) { return; }
    all("[data-only-script]", element).forEach(function (one) { one.hidden = false; });
    document.dispatchEvent(new Event("page:shown"));
    beginSlot(element);
    focusOn((act === "hint" && all("[data-hint]", element).pop()) || document.getElementById("q" + slot.number + "-check") || element.querySelector(".q-complaint") || element.querySelector("h1, h2"));
  }
  function focusOn(element) {
    if (!element.hasAttribute("tabindex")) { element.tabIndex = -1; }
    element.focus();
  }

  /* What a plain form would post has to be right too: the seq after the newest known, by this page's writer. */
  function forForms(element, slot) {
    var seq = element.querySelector('[name="' + element.dataset.prefix + 'seq"]');
    if (seq) { seq.value = slot.seq + 1; }
  }

  /* Flags ----------------------------------------------------------------------------------------------------- */

  function showFlag(number, on) {
    var flag = document.querySelector('[data-flag="' + number + '"]');
    mark(number, "flagged", on);
    if (!flag) { return; }
    flag.setAttribute("aria-pressed", String(on));
    flag.value = on ? "0" : "1";
    flag.replaceChildren(icon(on ? "flag-fill" : "flag"), make("span", "", on ? flag.dataset.on : flag.dataset.off));
  }
  function toggleFlag(number) {
    var on = document.querySelector('[data-flag="' + number + '"]').getAttribute("aria-pressed") !== "true";
    showFlag(number, on);
    flags.set(number, on);
    sendFlag(number, 0);
  }
  function sendFlags() { flags.forEach(function (_, number) { sendFlag(number, 0); }); }
  async function sendFlag(number, tries) {
    if (!flags.has(number)) { return; }
    var on = flags.get(number);
    try {
      var reply = await fetch(root.dataset.base + "/" + number + "/flag", {
        method: "POST", keepalive: true, headers: { Accept: "application/json", "X-CSRFToken": answers.token },
        body: new URLSearchParams({ flagged: on ? "1" : "0" }), signal: AbortSignal.timeout(window.Answers.timeout)
      });
      if (reply.status === 400 || reply.status === 401) { await answers.renew(); throw new Error("the session was renewed"); }
      if (flags.get(number) === on) { flags.delete(number); }
    } catch (e) {
      if (flags.get(number) === on) { setTimeout(sendFlag, Math.min(15000, 1000 * Math.pow(2, tries)), number, tries + 1); }
    }
  }

  /* Language -------------------------------------------------------------------------------------------------- */

  /* Once all is saved the server makes this page anew, in another language. */
  async function translate(language) {
    answers.flush();
    for (var waited = 0; isBusy() && waited < 5000; waited += 50) { await pause(50); }
    try {
      var reply = isBusy() ? null : await fetch(root.dataset.enter + "/language", {
        method: "POST", headers: { Accept: "application/json", "X-CSRFToken": answers.token },
        body: new URLSearchParams({ language: language }), signal: AbortSignal.timeout(window.Answers.timeout)
      });
      if (reply && reply.ok) { location.reload(); return; }
      if (reply && (reply.status === 400 || reply.status === 401)) { await answers.renew(); return; }
    } catch (e) { /* no network: said below */ }
    showOffline();
  }

  /* Steps ----------------------------------------------------------------------------------------------------- */

  function pause(ms) { return new Promise(function (resolve) { setTimeout(resolve, ms); }); }
  function isBusy() { return answers.pending().length > 0; }

  /* Waits until all is saved, then moves. Staying is no loss: what is not saved is kept here and sent again. */
  async function go(wish) {
    if (wish.address && paper.has(pathOf(wish.address))) { destination = null; showKept(wish); return; }
    var onTheWay = destination !== null;
    if (!onTheWay || !destination.form) { destination = wish; }
    answers.flush();
    if (onTheWay) { answers.retry(); return; }
    await saved();
    for (var tries = 0; destination !== null; tries += 1) {
      wish = destination;
      try {
        await (wish.form ? submit(wish.form) : load(wish));
        if (destination === wish) { destination = null; }
      } catch (e) {
        showOffline();
        await pause(Math.min(15000, 1000 * Math.pow(2, tries)));
      }
    }
    hideBanner("waiting");
  }
  async function saved() {
    for (var waited = 0; destination !== null && (isBusy() || isFlagging(waited)) && !(isKeptSummary(destination) && (wasOffline || waited > 3000)); waited += 50) {
      if (waited === 1500 || (waited === 0 && wasOffline)) { sayWaiting(); }
      await pause(50);
    }
  }

  /* A flag is no answer: submitting waits for one on its way, but not for long. */
  function isFlagging(waited) { return Boolean(destination.form) && flags.size > 0 && waited < 3000; }

  function sayWaiting() {
    var isSubmission = destination.form && destination.form.matches("[data-finish] form");
    showBanner("waiting", "look", word(isSubmission ? "submits" : "waiting"));
    if (isSubmission) { banners.get("waiting").scrollIntoView({ block: "center" }); }     // the button is far below
  }

  function pathOf(address) { return new URL(address, location.href).pathname; }
  function isKeptSummary(wish) { return Boolean(wish.address && !wish.server && paper.summary && pathOf(wish.address) === root.dataset.summary); }

  /* A page from the browser's own copy of the paper. */
  function showKept(wish) {
    var url = new URL(wish.address, location.href);
    answers.flush();
    if (paper.has(url.pathname)) { paper.show(url.pathname); } else { paper.showSummary(word); }
    shown(wish, url.href);
    seekSummary(1000);
  }
  /* While our own summary is shown: asks for the server's, without a word until it comes. */
  async function seekSummary(wait) {
    var mine = seeking += 1;
    function isWanted() { return seeking === mine && destination === null && document.querySelector("[data-kept]"); }
    await pause(wait);
    if (!isWanted()) { return; }
    try {
      var fetched = isBusy() ? null : await fetchPage(root.dataset.summary);
      if (fetched && fetched.url.indexOf(new URL(root.dataset.enter, location.href).href) === 0 && isWanted()) { take({ address: root.dataset.summary, back: true }, fetched); return; }
    } catch (e) { /* not there yet */ }
    if (isWanted()) { seekSummary(Math.min(8000, 2 * Math.max(wait, 500))); }
  }
  function shown(wish, address) {
    var hash = new URL(wish.address, location.href).hash;
    history[wish.back ? "replaceState" : "pushState"](null, "", address.split("#")[0] + hash);
    hideBanner("waiting");
    document.dispatchEvent(new Event("page:shown"));
    begin();
    showPlace(hash && document.getElementById(hash.slice(1)));
  }

  async function load(wish) {
    if (isKeptSummary(wish) && isBusy()) { showKept(wish); return; }
    try { var fetched = await fetchPage(wish.address); } catch (e) {
      if (!isKeptSummary(wish)) { throw e; }
      showOffline();
      if (destination === wish) { showKept(wish); }
      return;
    }
    if (destination === wish) { take(wish, fetched); }  // else somebody has turned to something else meanwhile
  }
  function take(wish, fetched) {
    var next = fetched.page.querySelector("[data-attempt]");
    if (!fetched.ok || !next || next.dataset.attempt !== root.dataset.attempt || next.dataset.user !== root.dataset.user) {
      location.assign(fetched.ok ? fetched.url : wish.address);
      return;
    }
    document.title = fetched.page.title;
    document.body.replaceWith(document.adoptNode(fetched.page.body));
    hideBanner("network");
    wasOffline = false;
    arrive(pathOf(fetched.url));
    shown(wish, fetched.url);
  }

  /* The place on a new page where reading goes on: the question that the link named, else the top. */
  function showPlace(question) {
    var heading = (question || document).querySelector(question ? "h2" : "h1");
    if (question) { question.scrollIntoView(); } else { scrollTo(0, 0); }
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }

  async function submit(form) {
    var body = new URLSearchParams(new FormData(form));
    flags.clear();                                   // there is nothing left to look at again
    body.set("csrf_token", answers.token);           // the session may be a newer one than the page's
    var reply = await fetch(form.action, {
      method: "POST", redirect: "manual", headers: { Accept: "text/html" },
      body: body, signal: AbortSignal.timeout(window.Answers.timeout)
    });
    if (reply.type === "opaqueredirect") { location.assign(root.dataset.enter); } else { form.submit(); }
  }

  function isOurs(anchor) {
    var url = new URL(anchor.href, location.href);
    return url.origin === location.origin && url.pathname.indexOf(root.dataset.enter + "/") === 0 && !/review$/.test(url.pathname) &&
      !(url.pathname === location.pathname && url.hash);
  }

  /* Events ---------------------------------------------------------------------------------------------------- */

  function onInput(event) {
    var element = event.target.closest("[data-slot]");
    if (!element || !controls(element).some(function (one) { return one.control === event.target; })) { return; }
    var slot = answers.slot(Number(element.dataset.slot));
    var fields = collect(element);
    slot.change(fields);
    mark(slot.number, "answered", window.Answers.isAnswered(fields));
    mark(slot.number, "checked", false);
    if (!isChoice(event.target)) { element.dataset.unread = ""; }
    element.querySelector("[data-notes]").replaceChildren();
    showClear(element);
    if (event.type === "change" && !isChoice(event.target)) { slot.flush(); }   // left the field
  }
  function onClick(event) {
    var anchor = event.target.closest("a[href]"), clear = event.target.closest("[data-clear]");
    if (clear) {
      var element = clear.closest("[data-slot]"), radio = element.querySelector("input[type=radio]:checked");
      apply(element, {});
      answers.slot(Number(element.dataset.slot)).change(collect(element));
      mark(Number(element.dataset.slot), "answered", false);
      if (radio) { radio.focus(); }
    }
    if (!anchor || anchor.target || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !isOurs(anchor)) { return; }
    event.preventDefault();
    go({ address: anchor.href });
  }
  function onSubmit(event) {
    var by = event.submitter;
    if (event.target.id === "answer") {
      event.preventDefault();
      if (by && by.dataset.flag) { toggleFlag(Number(by.dataset.flag)); }
      else if (by && by.dataset.act) { act(by.closest("[data-slot]") || document.querySelector("[data-slot]"), by.dataset.act); }
      else if (by && by.dataset.to) { go({ address: by.dataset.to }); }
      else if (by && "language" in by.dataset) { translate(document.querySelector("#language").value); }
      else { answers.flush(); }
    } else if (event.target.matches("[data-finish] form, [data-leave] form")) {
      event.preventDefault();
      go({ form: event.target });
    }
  }
  function act(element, what) {
    var fields = collect(element), notes = element.querySelector("[data-notes]");
    if (what === "hint" || window.Answers.isAnswered(fields)) {
      answers.slot(Number(element.dataset.slot)).perform(what, fields);
      return;
    }
    var line = make("p", "q-complaint");
    line.append(icon("exclamation-circle"), make("span", "", word(isAdaptive() ? "firstAnswer" : "first")));
    notes.replaceChildren(line);
  }
  function onKey(event) {
    var group = event.target.closest(".q-options");
    if (!group || event.ctrlKey || event.metaKey || event.altKey) { return; }
    var inputs = all("input", group), at = inputs.indexOf(event.target);
    if (/^[1-9]$/.test(event.key) && inputs[event.key - 1]) { inputs[event.key - 1].focus(); inputs[event.key - 1].click(); event.preventDefault(); }
    var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target.type === "checkbox" && inputs[at + step]) { inputs[at + step].focus(); event.preventDefault(); }
  }

  /* Contact --------------------------------------------------------------------------------------------------- */

  function whereabouts() {
    var shown = all("[data-slot]");
    return answers.blocked || !navigator.onLine ? null : { address: root.dataset.enter + "/presence", token: answers.token, slot: shown.length === 1 ? shown[0].dataset.slot : "" };
  }
  /* The teacher may say something, end the attempt, or move its deadline, while this page is open. */
  function hear(facts) {
    facts.messages.filter(function (one) { return !banners.has("told-" + one.id); }).forEach(function (one) {
      showBanner("told-" + one.id, "info", word("told", { time: timeOf(one.sent_at) }) + " " + one.text);
    });
    if (facts.ended) { showEnd(); return; }
    var element = document.querySelector("[data-timer]"), due = facts.due_at || "";
    if (!element && facts.open && due) { renewPage(); }
    if (!element || element.dataset.due === due) { return; }
    Object.assign(element.dataset, { due: due, now: facts.now });
    element.querySelector("[data-timer-note]").textContent = facts.note;
    element.hidden = !due;
    beginTimer();
    showBannerFor(30000, "moved", due ? word("moved", { time: timeOf(due) }) : word("unlimited"));
  }
  function showEnd() {
    if (timer) { timer.stop(); timer.element.hidden = true; }
    if (!banners.has("over") && destination === null) { showBanner("over", "look", word("ended"), [link(word("result"), root.dataset.enter)]); }
  }
  /* A deadline where the page has none: the server makes it anew, once all is saved. */
  function renewPage() {
    answers.flush();
    if (!isBusy()) { location.reload(); }
  }
  function beginTimer() {
    if (timer) { timer.stop(); }
    timer = window.Countdown.begin(word, function () { answers.hurry(); go({ address: root.dataset.summary, server: true }); });
  }

  /* Begin ----------------------------------------------------------------------------------------------------- */

  /* A page that the server has just made: its token, its clock. */
  function arrive(path) {
    root = document.querySelector("[data-attempt]");
    words = document.querySelector("[data-words]");
    paper.settle(path);
    if (!answers) { answers = new window.Answers(settings()); }
    answers.token = root.dataset.token;
    var line = document.querySelector("[data-save]");
    if (isBusy()) { showUnsaved(); } else if (line && (lastSaved || line.dataset.savedAt)) { showSaved(lastSaved || line.dataset.savedAt); }
    beginTimer();
  }
  /* What a page needs, wherever it comes from. */
  function begin() {
    path = location.pathname;
    root = document.querySelector("[data-attempt]");
    all("[data-only-script]").forEach(function (element) { element.hidden = false; });
    all("[data-only-plain]").forEach(function (element) { element.hidden = true; });
    all("[data-told]").forEach(keepTold);
    banners.forEach(function (banner) { document.querySelector("[data-banners]").append(banner); });
    all("[data-slot]").forEach(beginSlot);
    flags.forEach(function (on, number) { showFlag(number, on); });
    if (!("sequential" in root.dataset)) { paper.load(root.dataset.enter + "/paper", window.Answers.timeout); }
  }
  /* A message that came with the page is a banner like those that come later. */
  function keepTold(element) {
    var key = "told-" + element.dataset.told;
    if (banners.has(key)) { if (banners.get(key) !== element) { element.remove(); } return; }
    banners.set(key, element);
  }
  function settings() {
    return {
      user: Number(root.dataset.user), attempt: root.dataset.attempt, base: root.dataset.base,
      token: root.dataset.token, session: root.dataset.session,
      on: function (event, slot, facts) {
        if (event !== "waiting" && event !== "unsaved") { hideBanner("network"); hideBanner("server"); }   // the server has answered
        EVENTS[event](slot, facts);
      }
    };
  }
  function beginSlot(element) {
    var slot = answers.slot(Number(element.dataset.slot)), seq = Number(element.dataset.seq);
    var writer = document.querySelector('#answer [name="writer"]');
    slot.knows(seq);
    slot.isClosed = slot.isClosed || "closed" in element.dataset;
    if (writer) { writer.value = answers.writer; }
    if (slot.conflict) { showConflict(slot, slot.conflict); }
    else if (slot.isAhead(seq)) { put(element, slot, slot.newest()); }
    else if (slot.seq > seq && slot.last) { put(element, slot, slot.last); }
    showFlag(slot.number, "flagged" in (cellsOf(slot.number)[0] || element).dataset);
    settled(element, slot);
    showClear(element);
  }

  function put(element, slot, fields) {
    apply(element, fields);
    mark(slot.number, "answered", window.Answers.isAnswered(fields));
  }

  async function start() {
    arrive(location.pathname);
    begin();
    window.Contact.begin(whereabouts, hear);
    document.addEventListener("input", onInput);
    document.addEventListener("change", onInput);
    document.addEventListener("click", onClick);
    document.addEventListener("submit", onSubmit);
    document.addEventListener("keydown", onKey);
    window.addEventListener("online", function () { answers.retry(); sendFlags(); if (answers.blocked) { hideOffline(); } else if (!isBusy()) { showOnline(); } });
    window.addEventListener("offline", showOffline);
    window.addEventListener("popstate", function () {
      if (location.pathname !== path) { go({ address: location.href, back: true }); }
    });
    window.addEventListener("pagehide", function () { answers.leave(); });
    window.addEventListener("beforeunload", function (event) { if (isBusy()) { event.preventDefault(); } });
    document.addEventListener("visibilitychange", function () {
      if (document.visibilityState === "hidden") { answers.flush(); } else if (answers.blocked) { answers.renew(); } else { answers.retry(); }
    });
    var restored = await answers.restore();
    if (restored.length) {
      restored.forEach(function (slot) { var element = part(slot.number); if (element) { beginSlot(element); } });
      showState("saving", word("saving"));
      showBannerFor(15000, "restored", word("restored"));
      answers.retry();
    }
  }

  start();
})();
