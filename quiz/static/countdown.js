/* countdown.js - the time left, by the server's clock. It can be hidden, is no live region, and speaks up three times. */
(function () {
  "use strict";

  var SOON = 300, LAST = 60;     // seconds
  var HIDDEN = "quiz:timer-hidden";

  function two(number) { return (number < 10 ? "0" : "") + number; }
  function figure(seconds) {
    var hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    return (hours ? hours + ":" + two(minutes) : minutes) + ":" + two(seconds % 60);
  }
  function isHidden() { try { return sessionStorage.getItem(HIDDEN) === "1"; } catch (e) { return false; } }
  function setHidden(on) { try { sessionStorage.setItem(HIDDEN, on ? "1" : "0"); } catch (e) { /* this page only */ } }

  function Countdown(element, word, whenUp) {
    var facts = element.dataset, now = Date.parse(facts.now);
    this.element = element;
    this.word = word;
    this.whenUp = whenUp;
    this.due = performance.now() + Date.parse(facts.due) - now;         // not this device's clock: it may be wrong or be changed
    this.whole = (Date.parse(facts.due) - Date.parse(facts.started)) / 1000;
    this.before = this.left() + 1;
    this.note = element.querySelector("[data-timer-note]").textContent;
    this.button();
    this.tick();
    this.interval = setInterval(this.tick.bind(this), 250);
  }
  Countdown.prototype.left = function () { return Math.ceil((this.due - performance.now()) / 1000); };
  Countdown.prototype.stop = function () { clearInterval(this.interval); };

  Countdown.prototype.button = function () {
    var button = this.element.querySelector("[data-timer-switch]"), text = this.element.querySelector(".q-timer-text");
    function show() {
      text.hidden = isHidden();
      button.setAttribute("aria-label", isHidden() ? button.dataset.show : button.dataset.hide);
    }
    button.hidden = false;
    button.onclick = function () { setHidden(!isHidden()); show(); };     // one only, however often the countdown begins
    show();
  };

  Countdown.prototype.tick = function () {
    var left = this.left();
    if (left === this.before) { return; }
    this.show(Math.max(0, left));
    this.say(left);
    this.before = left;
    if (left <= 0) { this.stop(); this.whenUp(); }
  };
  Countdown.prototype.show = function (left) {
    var state = left <= LAST ? "last" : left <= SOON ? "soon" : "plain";
    var words = document.createElement("small");
    words.textContent = " " + this.word(left <= 0 ? "up" : { plain: "left", soon: "soon", last: "last" }[state]);
    this.element.dataset.state = state;
    this.element.querySelector("[data-timer-figure]").replaceChildren(figure(left), words);
    this.element.querySelector("[data-timer-note]").textContent = state === "plain" ? this.note : this.word("then");
  };
  Countdown.prototype.say = function (left) {
    var before = this.before, whole = this.whole;
    function passed(mark) { return before > mark && left <= mark && left > mark - 30; }
    var what = left <= 0 ? "sayUp" : passed(LAST) ? "sayOne" : passed(SOON) ? "sayFive" : whole > 2 * SOON && passed(Math.floor(whole / 2)) ? "sayHalf" : "";
    if (what) { this.element.querySelector("[data-timer-say]").textContent = this.word(what); }
  };

  window.Countdown = {
    /* The countdown of this page; null where there is no deadline. */
    begin: function (word, whenUp) {
      var element = document.querySelector("[data-timer]");
      return element && element.dataset.due ? new Countdown(element, word, whenUp) : null;
    }
  };
})();
