/* editor.js - a form whose page shows at once what is typed. Without it every button loads the page again.

   The server does all the work: it is sent the whole form, and answers with the part of the page that changes. What it
   is sent it keeps as a draft: a tab that crashes loses no more than was typed since.
   form[data-editor]  data-live="part:act", the part to renew while somebody types, and the act that asks for it;
                      data-unsaved where the page holds what is not saved
   [data-part]        a part that can be renewed, by an answer of its own or by [data-fills] in that of another;
   [data-renews]      a control on which others depend: when it changes, the form is renewed; [data-preview] holds controls that belong to no edit
   [data-enter]       Enter in a field of it presses its button
   [data-tell]        tells a screen reader what a renewed part has to say ([data-told] in it), once, when it changes
   [data-when]        words for saved, unsaved, lost (a part could not be renewed)
   [data-plain]       what is not needed with a script; [data-narrow] the switch to the width of a phone
   [data-image]       where an image is added: [data-image-file], [data-image-alt], [data-image-into], [data-image-at];
                      an image that is pasted or dropped into a text comes here, and waits for its alternative text */
(function () {
  "use strict";

  var PAUSE_MS = 500;                                       // after the last key, before a part is renewed
  var LONGEST_MS = 1500;                                    // of typing without a pause: then it is sent, and kept, all the same
  var CHANGES = /^(add|remove|up|down|take|image|mend|find):/;        // acts that change the form itself
  var form, live, pause, since = 0, asked = {}, dirty = false, leaving = false;

  function part(name) { return document.querySelector('[data-part="' + name + '"]'); }
  function all(selector) { return Array.from(document.querySelectorAll(selector)); }
  function when(state, shown) { all('[data-when="' + state + '"]').forEach(function (words) { words.hidden = !shown; }); }

  function setDirty(value) {
    dirty = value;
    when("unsaved", dirty);
    when("saved", !dirty);
  }

  /* Sends the form and puts the answer in the place of a part. A later question makes an earlier answer worthless. */
  function ask(name, act) {
    var fields = new FormData(form), number = (asked[name] = (asked[name] || 0) + 1);
    clearTimeout(pause);
    fields.set("act", act);
    fields.set("part", name);
    var body = act === "image:" ? fields : new URLSearchParams(fields);      // only there a file is sent
    return fetch(form.action, { method: "POST", body: body }).then(function (answer) {
      if (answer.redirected || !answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (html) {
      if (number !== asked[name]) { return false; }
      put(part(name), html);
      when("lost", false);
      return true;
    }).catch(function () { when("lost", true); return false; });
  }

  /* What is open stays open, and the page stays where it is. */
  function put(element, html) {
    var open = Array.from(element.querySelectorAll("details[data-keep][open]"), function (one) { return one.dataset.keep; });
    element.innerHTML = html;
    open.forEach(function (name) {
      var kept = element.querySelector('[data-keep="' + name + '"]');
      if (kept) { kept.open = true; }
    });
    element.querySelectorAll("[data-fills]").forEach(function (filling) {
      var place = part(filling.dataset.fills);
      if (place) { place.replaceChildren.apply(place, filling.childNodes); }
      filling.remove();
    });
    if (element.dataset.part === live[0]) { tell(element.querySelector("[data-told]")); }
    document.dispatchEvent(new Event("page:shown"));
  }

  function tell(told) {
    var words = told ? told.textContent : "", place = document.querySelector("[data-tell]");
    if (place && place.textContent !== words) { place.textContent = words; }
  }

  function renew() { since = 0; ask(live[0], live[1]); }
  function soon() {
    since = since || Date.now();
    clearTimeout(pause);
    pause = setTimeout(renew, Math.max(0, Math.min(PAUSE_MS, since + LONGEST_MS - Date.now())));
  }

  function changed(event) {
    if (event.target.closest("[data-preview]")) { return; }
    setDirty(true);
    if (event.type === "change" && event.target.closest("[data-renews]")) { depend(event.target); } else { soon(); }
  }

  /* What there is to choose from depends on this control. It keeps the focus; until the answer is there nothing can be
     typed, or it would be lost with the old form. */
  function depend(control) {
    var fields = part("form");
    fields.inert = true;
    ask("form", live[1]).then(function () {
      fields.inert = false;
      document.getElementById(control.id).focus({ preventScroll: true });
      soon();
    });
  }

  /* What was typed before this script was there, or put back by the browser. */
  function isTyped(control) {
    if (control.closest("[data-preview]")) { return false; }
    if (control.matches("[type=radio], [type=checkbox]")) { return control.checked !== control.defaultChecked; }
    if (control.matches("select")) {
      var first = Array.from(control.options).findIndex(function (option) { return option.defaultSelected; });
      return control.selectedIndex !== Math.max(first, 0);
    }
    return control.matches("textarea, input:not([type=hidden])") && control.value !== control.defaultValue;
  }
  function catchUp() {
    leaving = false;
    if (Array.from(form.elements).some(isTyped)) { setDirty(true); soon(); }
  }

  /* Rows are added, removed and moved by the server; the row in question gets the focus. Until the answer is there
     nothing can be typed, or it would be lost with the old form. */
  function change(button) {
    var list = button.closest("fieldset"), fields = part("form"), files = imagePart("file") && imagePart("file").files;
    setDirty(true);
    fields.inert = true;
    ask("form", button.value).then(function (done) {
      fields.inert = false;
      if (!done) { button.focus(); return; }
      if (files && imagePart("alt").matches("[aria-invalid]")) { imagePart("file").files = files; }     // the words were missing, not the file
      var target = part("form").querySelector("[autofocus]") || (list && document.getElementById(list.id) || part("form")).querySelector("button");
      if (target) { target.focus(); }
      soon();
    });
  }

  function clicked(event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    if (button.matches("[data-narrow]")) {
      var narrow = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(narrow));
      button.closest("[data-preview]").dataset.width = narrow ? "phone" : "wide";
    } else if (button.name === "act" && button.form === form) {
      if (CHANGES.test(button.value)) { event.preventDefault(); change(button); }
      if (button.value === "try") { event.preventDefault(); ask("preview", "try"); }
    }
  }

  /* An image in the clipboard, or under the mouse. Programs that copy text put a picture of it beside it. */
  function imageOf(data) {
    if (!data || data.types.includes("text/plain")) { return null; }
    return Array.from(data.files).find(function (file) { return file.type.startsWith("image/"); });
  }
  function imagePart(name) { return document.querySelector("[data-image-" + name + "]"); }

  function offered(event) {
    var text = event.target.closest("textarea"), file = imageOf(event.clipboardData || event.dataTransfer), box;
    var takes = text && imagePart("into") && Array.from(imagePart("into").options).some(function (option) { return option.value === text.name; });
    if (!file || !takes) { return; }
    event.preventDefault();
    box = new DataTransfer();
    box.items.add(file);
    imagePart("file").files = box.files;
    imagePart("into").value = text.name;
    imagePart("at").value = text.selectionStart;
    imagePart("alt").closest("details").open = true;
    imagePart("alt").focus();
  }
  function over(event) {
    if (event.target.closest("textarea") && event.dataTransfer.types.includes("Files")) { event.preventDefault(); }
  }

  /* Enter in the previewed question tries the answer, in the words for an image it adds that; it does not save. */
  function pressed(event) {
    var field = event.target;
    if (event.key === "Enter" && field.matches("[data-image-alt]")) {
      event.preventDefault();
      change(field.closest("[data-image]").querySelector("button"));
    }
    if (event.key === "Enter" && field.matches("[data-enter] input")) {
      event.preventDefault();
      change(field.closest("[data-enter]").querySelector("button"));
    }
    if (event.key === "Enter" && field.matches("[data-preview] input:not([type=radio]):not([type=checkbox])")) {
      event.preventDefault();
      ask("preview", "try");
    }
  }

  function start() {
    form = document.querySelector("form[data-editor]");
    if (!form) { return; }
    live = form.dataset.live.split(":");
    dirty = "unsaved" in form.dataset;
    all("[data-plain]").forEach(function (element) { element.hidden = true; });
    all("[data-narrow]").forEach(function (element) { element.hidden = false; });
    form.addEventListener("input", changed);
    form.addEventListener("change", changed);
    form.addEventListener("paste", offered);
    form.addEventListener("drop", offered);
    form.addEventListener("dragover", over);
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", pressed);
    form.addEventListener("submit", function () { leaving = true; });
    window.addEventListener("pageshow", catchUp);
    window.addEventListener("beforeunload", function (event) { if (dirty && !leaving) { event.preventDefault(); } });
  }

  start();
})();
