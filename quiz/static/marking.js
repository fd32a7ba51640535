/* marking.js - comfort for who marks by hand: keys lead from answer to answer, and the rubric's points are added up. */
(function () {
  "use strict";

  var WAYS = { n: "next", j: "next", p: "prev", k: "prev" };
  var KEPT = "quiz:marking-keys";   // single keys can be switched off: somebody may dictate, or press them by mistake
  var keys = document.querySelector("[data-keys]"), box = keys.querySelector("input");
  var form = document.querySelector("[data-marking]"), sum = form.querySelector("[data-sum]");

  function remember(value) { try { localStorage.setItem(KEPT, value); } catch (e) { /* storage is full or forbidden */ } }
  function remembered() { try { return localStorage.getItem(KEPT); } catch (e) { return null; } }

  function onKey(event) {
    var way = WAYS[event.key];
    if (!way || !box.checked || event.ctrlKey || event.altKey || event.metaKey) { return; }
    if (event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])")) { return; }
    var link = document.querySelector('a[rel="' + way + '"]');
    if (link) { event.preventDefault(); link.click(); }
  }

  function add() {
    var chosen = Array.from(form.querySelectorAll("[data-points]:checked"));
    var points = chosen.reduce(function (all, one) { return all + Number(one.dataset.points); }, 0);
    sum.hidden = !chosen.length;
    sum.textContent = sum.dataset.sum.replace("{points}", points.toLocaleString(document.documentElement.lang));
  }

  keys.hidden = false;
  box.checked = remembered() !== "off";
  box.addEventListener("change", function () { remember(box.checked ? "on" : "off"); });
  document.addEventListener("keydown", onKey);
  if (sum) { form.addEventListener("change", add); add(); }
})();
