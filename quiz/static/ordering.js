/* ordering.js - puts items in order by arrows and by dragging. Without it every item has a list with its place.

   The lists stay the fields of the answer: a move writes everybody's place into them. As long as nothing is moved they
   are empty, since an order that nobody moved is no answer; "This is my order" writes them without a move. */
(function () {
  "use strict";

  function all(selector, within) { return Array.from(within.querySelectorAll(selector)); }
  function rows(list) { return all("li", list); }
  function field(row) { return row.querySelector("select"); }
  function isOpen(list) { return !list.closest("fieldset").disabled; }

  /* Whether the fields give everybody a place of their own. */
  function isAnswered(list) {
    var places = new Set(rows(list).map(function (row) { return field(row).value; }));
    return places.size === rows(list).length && !places.has("");
  }

  /* Shows the order that the fields say; where they say none, the one that the page came with. */
  function arrange(list) {
    var answered = isAnswered(list);
    function place(row) { return answered ? Number(field(row).value) : list.shown.indexOf(row); }
    rows(list).sort(function (one, other) { return place(one) - place(other); }).forEach(function (row) { list.append(row); });
    refresh(list);
  }
  function refresh(list) {
    var items = rows(list);
    items.forEach(function (row, place) {
      row.querySelector('[data-move="-1"]').disabled = place === 0;
      row.querySelector('[data-move="1"]').disabled = place === items.length - 1;
    });
    list.closest("fieldset").querySelector("[data-order-said]").hidden = isAnswered(list);
  }

  /* Writes the shown order into the fields. The page hears of it as of any change. */
  function write(list) {
    rows(list).forEach(function (row, place) { field(row).value = String(place + 1); });
    refresh(list);
    field(list).dispatchEvent(new Event("change", { bubbles: true }));
  }
  function say(row) {
    var list = row.closest("[data-order]"), items = rows(list);
    var values = { item: row.dataset.item, place: items.indexOf(row) + 1, all: items.length };
    var words = list.dataset.moved.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; });
    list.closest("fieldset").querySelector("[data-order-status]").textContent = words;
  }

  /* Arrows ---------------------------------------------------------------------------------------------------- */

  function move(button) {
    var row = button.closest("li"), list = row.parentElement;
    if (button.dataset.move === "-1") { row.previousElementSibling.before(row); } else { row.nextElementSibling.after(row); }
    write(list);
    say(row);
    (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button).focus();
  }

  /* Dragging -------------------------------------------------------------------------------------------------- */

  /* A neighbour steps aside as soon as the pointer has passed its middle. The row itself stays where it is in the
     document, since one that is taken out loses the pointer. */
  function drag(row, pointer) {
    var list = row.parentElement, first = rows(list), grip = row.querySelector(".q-grip");
    row.dataset.state = "lifted";
    grip.setPointerCapture(pointer);
    function follow(event) {
      var next = row.nextElementSibling, previous = row.previousElementSibling;
      if (previous && event.clientY < middle(previous)) { row.after(previous); }
      else if (next && event.clientY > middle(next)) { row.before(next); }
      refresh(list);
    }
    function drop(event) {
      grip.removeEventListener("pointermove", follow);
      grip.removeEventListener("pointerup", drop);
      grip.removeEventListener("pointercancel", drop);
      delete row.dataset.state;
      if (event.type === "pointercancel") { first.forEach(function (one) { list.append(one); }); }
      if (first.some(function (one, place) { return one !== rows(list)[place]; })) { write(list); say(row); }
    }
    grip.addEventListener("pointermove", follow);
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  }
  function middle(row) { var box = row.getBoundingClientRect(); return box.top + box.height / 2; }

  /* Begin ----------------------------------------------------------------------------------------------------- */

  function begin() {
    all("[data-order]", document).filter(function (list) { return !list.shown; }).forEach(function (list) {
      var fieldset = list.closest("fieldset");
      list.shown = rows(list);
      if (isOpen(list)) {
        all("[data-order-script]", fieldset).forEach(function (element) { element.hidden = false; });
        all("[data-order-plain]", fieldset).forEach(function (element) { element.hidden = true; });
        list.classList.add("q-order--moves");
      }
      arrange(list);
    });
  }
  function start() {
    begin();
    document.addEventListener("page:shown", begin);
    document.addEventListener("answer:set", function (event) { all("[data-order]", event.target).forEach(arrange); });
    document.addEventListener("click", function (event) {
      var button = event.target.closest("[data-move]"), said = event.target.closest("[data-order-said]");
      if (button) { move(button); }
      if (said) { write(said.closest("fieldset").querySelector("[data-order]")); }
    });
    document.addEventListener("pointerdown", function (event) {
      var grip = event.target.closest(".q-grip");
      if (grip && !event.button && grip.closest("[data-order]")) { event.preventDefault(); drag(grip.closest("li"), event.pointerId); }
    });
  }

  start();
})();
