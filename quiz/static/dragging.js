/* dragging.js - words and choices are put where they belong by dragging. Without it the lists do the same.

   The lists stay the fields of the answer: a drop chooses in one, as a reader of the list would. In a fieldset with
   data-chips everything with a data-value can be dragged onto a list that has an option of that value; "once" says
   that what is put into one list leaves the others. */
(function () {
  "use strict";

  function all(selector, within) { return Array.from(within.querySelectorAll(selector)); }
  function value(chip) { return chip.dataset.value; }
  function takes(list, chip) { return all("option", list).some(function (option) { return option.value === value(chip); }); }

  /* A chip that can be used once and stands in a list looks used. */
  function refresh(fieldset) {
    var chosen = all("select", fieldset).map(function (list) { return list.value; });
    all("[data-value]", fieldset).forEach(function (chip) {
      chip.toggleAttribute("data-used", fieldset.dataset.chips === "once" && chosen.includes(value(chip)));
    });
  }

  function choose(list, text) {
    if (list.value === text) { return; }
    list.value = text;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function put(chip, list) {
    var fieldset = list.closest("[data-chips]");
    if (fieldset.dataset.chips === "once") {
      all("select", fieldset).forEach(function (other) { if (other !== list && other.value === value(chip)) { choose(other, ""); } });
    }
    choose(list, value(chip));
  }

  /* The list under a point, or the one whose row is there: a row is easier to hit. */
  function listAt(x, y, chip) {
    var under = document.elementFromPoint(x, y), row = under && under.closest("select, .q-match > li");
    var list = row && (row.matches("select") ? row : row.querySelector("select"));
    return list && list.closest("[data-chips]") === chip.closest("[data-chips]") && takes(list, chip) ? list : null;
  }

  function drag(chip, start) {
    var over = null;
    function mark(list) {
      if (over) { over.removeAttribute("data-over"); }
      over = list;
      if (over) { over.setAttribute("data-over", ""); }
    }
    function follow(event) {
      chip.style.transform = "translate(" + (event.clientX - start.clientX) + "px, " + (event.clientY - start.clientY) + "px)";
      mark(listAt(event.clientX, event.clientY, chip));
    }
    function drop(event) {
      ["pointermove", "pointerup", "pointercancel"].forEach(function (name) { chip.removeEventListener(name, name === "pointermove" ? follow : drop); });
      var list = event.type === "pointerup" ? over : null;
      mark(null);
      chip.style.transform = "";
      delete chip.dataset.state;
      if (list) { put(chip, list); }
    }
    chip.dataset.state = "lifted";
    chip.setPointerCapture(start.pointerId);
    chip.addEventListener("pointermove", follow);
    chip.addEventListener("pointerup", drop);
    chip.addEventListener("pointercancel", drop);
  }

  function begin() {
    all("[data-chips]:not(:disabled)", document).forEach(function (fieldset) {
      all("[data-chips-script]", fieldset).forEach(function (element) { element.hidden = false; });
      fieldset.classList.add("q-chips");
      refresh(fieldset);
    });
  }
  function start() {
    begin();
    document.addEventListener("page:shown", begin);
    ["change", "answer:set"].forEach(function (name) {
      document.addEventListener(name, function (event) {
        var fieldset = event.target.closest && event.target.closest("[data-chips]");
        (fieldset ? [fieldset] : all("[data-chips]", document)).forEach(refresh);
      });
    });
    document.addEventListener("pointerdown", function (event) {
      var chip = event.target.closest("[data-value]");
      if (chip && !event.button && chip.closest("[data-chips]:not(:disabled)")) { event.preventDefault(); drag(chip, event); }
    });
  }

  start();
})();
