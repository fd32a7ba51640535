/* hotspot.js - places are marked on a picture by clicking, dragging and arrow keys. Without it they are typed, or chosen
   from the list of areas.

   The fields stay the answer: a marker writes its place into the next empty one, as somebody who types would. So what
   is typed shows as a marker, too. Places are in the units of the picture, whatever its size on the screen. */
(function () {
  "use strict";

  var STEP = 100, FINE = 1000;   // an arrow moves by this part of the picture's width; with Shift by the finer one
  var ZOOMS = 4;

  function all(selector, within) { return Array.from(within.querySelectorAll(selector)); }
  function fields(fieldset) { return all("[data-spot-place]", fieldset); }
  function boxes(fieldset) { return all("input[type=checkbox]", fieldset); }
  function used(fieldset) { return fields(fieldset).filter(function (field) { return field.value.trim() !== ""; }); }
  function ticked(fieldset) { return boxes(fieldset).filter(function (box) { return box.checked; }); }
  function most(fieldset) { return Number(fieldset.dataset.choose); }
  function size(fieldset) { return { x: Number(fieldset.dataset.width), y: Number(fieldset.dataset.height) }; }
  function short(number) { return String(Math.round(number * 10) / 10); }

  /* The place that a field says; null for none. */
  function place(field) {
    var found = /^\s*(\d+(?:\.\d+)?)\s*[,;\s]\s*(\d+(?:\.\d+)?)\s*$/.exec(field.value);
    return found && { x: Number(found[1]), y: Number(found[2]) };
  }

  /* The page hears of it as of any change. */
  function write(field, spot) {
    var all = size(field.closest("[data-hotspot]"));
    field.value = spot ? short(Math.min(all.x, Math.max(0, spot.x))) + "," + short(Math.min(all.y, Math.max(0, spot.y))) : "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* Markers --------------------------------------------------------------------------------------------------- */

  function words(fieldset, name, values) {
    return fieldset.dataset[name].replace(/\{(\w+)\}/g, function (_, key) { return values[key]; });
  }
  function say(fieldset, text) { fieldset.querySelector("[data-spot-status]").textContent = text; }

  /* A marker is a button over the picture; the fields say how many there are and where. */
  function draw(fieldset) {
    var picture = fieldset.querySelector("[data-spot]"), whole = size(fieldset);
    fields(fieldset).forEach(function (field, index) {
      var spot = place(field);
      if (!spot) {
        if (field.pin) { field.pin.remove(); field.pin = null; }
        return;
      }
      if (!field.pin || !field.pin.isConnected) {
        field.pin = document.createElement("button");
        field.pin.type = "button";
        field.pin.className = "q-spot-marker";
        field.pin.disabled = fieldset.disabled;
        field.pin.append(document.createElement("span"));
        field.pin.firstChild.textContent = String(index + 1);
        field.pin.spotField = field;
        picture.append(field.pin);
      }
      field.pin.style.left = 100 * spot.x / whole.x + "%";
      field.pin.style.top = 100 * spot.y / whole.y + "%";
      field.pin.setAttribute("aria-label", words(fieldset, "pin", { n: index + 1, x: short(spot.x), y: short(spot.y) }));
    });
  }
  function told(field) { say(field.closest("[data-hotspot]"), field.pin.getAttribute("aria-label")); }

  /* Where a new marker goes: into an empty field, or, where one place is asked for, in place of what was chosen. */
  function mark(fieldset, spot) {
    var left = most(fieldset) - used(fieldset).length - ticked(fieldset).length, own = fields(fieldset);
    if (left < 1 && most(fieldset) > 1) { say(fieldset, fieldset.dataset.full); return; }
    if (left < 1) { ticked(fieldset).forEach(function (box) { box.checked = false; }); }
    var field = left < 1 ? own[0] : own.find(function (one) { return one.value.trim() === ""; });
    write(field, spot);
    field.pin.focus();
    told(field);
  }
  function takeAway(field) {
    var fieldset = field.closest("[data-hotspot]"), number = fields(fieldset).indexOf(field) + 1;
    write(field, null);
    say(fieldset, words(fieldset, "gone", { n: number }));
    fieldset.querySelector("[data-spot-add]").focus();
  }

  /* Pointer and keys ------------------------------------------------------------------------------------------ */

  function spotAt(fieldset, event) {
    var box = fieldset.querySelector("[data-spot]").getBoundingClientRect(), whole = size(fieldset);
    return { x: (event.clientX - box.left) / box.width * whole.x, y: (event.clientY - box.top) / box.height * whole.y };
  }

  /* The marker stays under the pointer where it was taken hold of; a press that does not move leaves it where it is. */
  function drag(pin, start) {
    var field = pin.spotField, fieldset = pin.closest("[data-hotspot]");
    var from = place(field), held = spotAt(fieldset, start), before = field.value;
    function follow(event) {
      var now = spotAt(fieldset, event);
      if (Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < 3 && field.value === before) { return; }
      write(field, { x: from.x + now.x - held.x, y: from.y + now.y - held.y });
    }
    function drop(event) {
      pin.removeEventListener("pointermove", follow);
      ["pointerup", "pointercancel"].forEach(function (name) { pin.removeEventListener(name, drop); });
      if (event.type === "pointercancel" && field.value !== before) { write(field, from); }
      if (field.value !== before) { told(field); }
    }
    pin.setPointerCapture(start.pointerId);
    pin.addEventListener("pointermove", follow);
    ["pointerup", "pointercancel"].forEach(function (name) { pin.addEventListener(name, drop); });
  }

  var MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function press(pin, event) {
    var field = pin.spotField, move = MOVES[event.key], spot = place(field);
    if (event.altKey || event.ctrlKey || event.metaKey) { return; }
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); event.stopPropagation(); takeAway(field); return; }
    if (!move) { return; }
    event.preventDefault();
    event.stopPropagation();   // the arrows also turn pages
    var step = size(pin.closest("[data-hotspot]")).x / (event.shiftKey ? FINE : STEP);
    write(field, { x: spot.x + move[0] * step, y: spot.y + move[1] * step });
    told(field);
  }

  function zoom(fieldset, more) {
    var view = fieldset.querySelector("[data-spot-view]");
    var across = (view.scrollLeft + view.clientWidth / 2) / view.scrollWidth, down = (view.scrollTop + view.clientHeight / 2) / view.scrollHeight;
    view.dataset.zoom = String(Math.min(ZOOMS, Math.max(1, Number(view.dataset.zoom || 1) + more)));
    view.scrollTo(across * view.scrollWidth - view.clientWidth / 2, down * view.scrollHeight - view.clientHeight / 2);
    all("[data-spot-zoom]", fieldset).forEach(function (button) {
      button.disabled = view.dataset.zoom === (button.dataset.spotZoom === "1" ? String(ZOOMS) : "1");
    });
  }

  /* Begin ----------------------------------------------------------------------------------------------------- */

  function begin() {
    all("[data-hotspot]", document).forEach(function (fieldset) {
      if (!fieldset.disabled && !fieldset.classList.contains("q-hotspot--live")) {
        all("[data-spot-script]", fieldset).forEach(function (element) { element.hidden = false; });
        fieldset.classList.add("q-hotspot--live");
        zoom(fieldset, 0);
      }
      draw(fieldset);
    });
  }

  function clicked(event) {
    var fieldset = event.target.closest("[data-hotspot]:not(:disabled)");
    if (!fieldset || event.target.closest(".q-spot-marker")) { return; }
    var button = event.target.closest("[data-spot-zoom]"), whole = size(fieldset);
    if (button) { zoom(fieldset, Number(button.dataset.spotZoom)); }
    if (event.target.closest("[data-spot-add]")) { mark(fieldset, { x: whole.x / 2, y: whole.y / 2 }); }
    if (event.target.closest("[data-spot]")) { mark(fieldset, spotAt(fieldset, event)); }
  }

  /* Where one place is asked for, a box that is ticked stands in place of what was chosen before. */
  function changed(event) {
    var fieldset = event.target.closest && event.target.closest("[data-hotspot]");
    if (!fieldset) { return; }
    if (event.target.type === "checkbox" && event.target.checked && most(fieldset) === 1) {
      ticked(fieldset).forEach(function (box) { box.checked = box === event.target; });
      used(fieldset).forEach(function (field) { field.value = ""; });
    }
    draw(fieldset);
  }

  function start() {
    begin();
    document.addEventListener("page:shown", begin);
    document.addEventListener("answer:set", begin);
    document.addEventListener("change", changed, true);   // before the page collects the answer
    document.addEventListener("input", changed, true);
    document.addEventListener("click", clicked);
    document.addEventListener("pointerdown", function (event) {
      var pin = event.target.closest(".q-spot-marker");
      if (pin && !event.button && !pin.disabled) { event.preventDefault(); pin.focus(); drag(pin, event); }
    });
    document.addEventListener("keydown", function (event) {
      var pin = event.target.closest && event.target.closest(".q-spot-marker");
      if (pin) { press(pin, event); }
    }, true);   // before the page turns
  }

  start();
})();
