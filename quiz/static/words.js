/* words.js - counts the words of an essay while it is typed, as the server does (quiz.questions.types.essay). */
(function () {
  "use strict";

  var ONE_BY_ONE = /[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g;   // scripts without spaces between words

  function count(text) {
    return text.replace(ONE_BY_ONE, " x ").split(/\s+/).filter(function (word) { return /[\p{L}\p{N}]/u.test(word); }).length;
  }

  function show(place) {
    var text = document.getElementById(place.dataset.wordsOf);
    var words = text ? count(text.value) : 0;
    place.hidden = !words;
    place.textContent = words === 1 ? place.dataset.one : place.dataset.many.replace("{n}", words);
  }
  function showAll() { document.querySelectorAll("[data-words-of]").forEach(show); }

  ["input", "answer:set", "page:shown"].forEach(function (name) { document.addEventListener(name, showAll); });
  showAll();
})();
