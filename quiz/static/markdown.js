/* markdown.js - puts the marks of Markdown around what is selected in a text, by button or key. Without it they are typed.

   [data-marks]   the buttons of a text (aria-controls: its id); shown here
   [data-mark]    put around what is selected, or taken away where it stands there already
   [data-line]    put in front of each line that is selected
   [data-to-image] opens where an image is added, for this text
   Ctrl+B and Ctrl+I work in every text that can hold an image: those are the ones in Markdown. */
(function () {
  "use strict";

  var KEYS = { b: "**", i: "*" };

  function into() { return document.querySelector("[data-image-into]"); }
  function isMarkdown(text) {
    return text.matches("textarea") && into() && Array.from(into().options).some(function (option) { return option.value === text.name; });
  }

  /* As if it were typed: it can be taken back with Ctrl+Z, and editor.js hears of it. */
  function put(text, from, to, words, first, last) {
    text.focus();
    text.setSelectionRange(from, to);
    if (!document.execCommand(words ? "insertText" : "delete", false, words)) {
      text.setRangeText(words, from, to);
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    text.setSelectionRange(first, last);
  }

  /* How many of the mark's characters stand at the end of the one and the beginning of the other. */
  function around(before, after, character) {
    var count = 0;
    while (before[before.length - 1 - count] === character && after[count] === character) { count += 1; }
    return count;
  }

  function wrap(text, mark) {
    var from = text.selectionStart, to = text.selectionEnd, all = text.value, size = mark.length, stand;
    while (from < to && /\s/.test(all[from])) { from += 1; }              // a mark beside a space marks nothing
    while (to > from && /\s/.test(all[to - 1])) { to -= 1; }
    stand = around(all.slice(0, from), all.slice(to), mark[0]);
    if (stand === size || stand === 3) {                                   // three stars are bold and italic
      put(text, from - size, to + size, all.slice(from, to), from - size, to - size);
    } else {
      put(text, from, to, mark + all.slice(from, to) + mark, from + size, to + size);
    }
  }

  function list(text, mark) {
    var from = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1, to = text.selectionEnd;
    var above = text.value.slice(0, from), gap = above === "" || /\n\n$|(^|\n)- .*\n$/.test(above) ? "" : "\n";
    var words = gap + text.value.slice(from, to).replace(/^/gm, mark);
    put(text, from, to, words, from + words.length, from + words.length);
  }

  function picture(text) {
    into().value = text.name;
    document.querySelector("[data-image-at]").value = text.selectionStart;
    into().closest("details").open = true;
    document.querySelector("[data-image-file]").focus();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-marks] button"), text;
    if (!button) { return; }
    text = document.getElementById(button.closest("[data-marks]").getAttribute("aria-controls"));
    if (button.dataset.mark) { wrap(text, button.dataset.mark); }
    if (button.dataset.line) { list(text, button.dataset.line); }
    if ("toImage" in button.dataset) { picture(text); }
  });

  document.addEventListener("keydown", function (event) {
    var mark = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && KEYS[event.key];
    if (mark && isMarkdown(event.target)) { event.preventDefault(); wrap(event.target, mark); }
  });

  function show() { document.querySelectorAll("[data-marks]").forEach(function (buttons) { buttons.hidden = false; }); }
  document.addEventListener("page:shown", show);
  show();
})();
