/* regions.js - in the editor: the picture of a question beside its fields, and regions drawn on it by pressing places.
   Without it regions are typed; the page then shows the picture as it was when the form came.

   The fields stay the regions: drawing writes the numbers that somebody would type, and what is typed is drawn.
   [data-picture]   holds the picture, [data-draw] of it what can be pressed, [data-draw-status] says what to press next
   [data-draw-row]  a row's button that begins drawing and ends it; the row's fields are found by the ends of their names */
(function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";
  var ENOUGH = { rect: 2, circle: 2, poly: 3 };       // places that make a region; a polygon may have more
  var drawing = null, places = [];                    // the button of the row that is drawn, and what was pressed so far

  function all(selector) { return Array.from(document.querySelectorAll(selector)); }
  function field(within, name) { return within.querySelector('[name$="-' + name + '"]'); }
  function row(button) { return button.closest("li"); }
  function short(number) { return Math.round(number * 10) / 10; }

  /* The picture's file among those of the bank, and the units in which places on it are written. */
  function known(frame) {
    var name = field(frame.closest("fieldset"), "file").value.trim();
    return all("#" + frame.dataset.picture + " option").find(function (option) { return option.value === name; });
  }
  function units(frame) {
    var option = known(frame), form = frame.closest("fieldset");
    return { x: Number(field(form, "width").value) || Number(option.dataset.width), y: Number(field(form, "height").value) || Number(option.dataset.height) };
  }

  /* What a region of this shape is written as, and its outline; "" where the numbers make none. */
  function written(shape, spots) {
    var a = spots[0], b = spots[1];
    if (shape === "circle") { return [a.x, a.y, Math.hypot(b.x - a.x, b.y - a.y)]; }
    if (shape === "rect") { return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)]; }
    return spots.flatMap(function (spot) { return [spot.x, spot.y]; });
  }
  function outline(shape, n) {
    if (!n.every(Number.isFinite)) { return ""; }
    if (shape === "rect" && n.length === 4) { return "M" + n[0] + " " + n[1] + "H" + n[2] + "V" + n[3] + "H" + n[0] + "Z"; }
    if (shape === "circle" && n.length === 3) {
      return "M" + (n[0] - n[2]) + " " + n[1] + "a" + n[2] + " " + n[2] + " 0 1 0 " + 2 * n[2] + " 0a" + n[2] + " " + n[2] + " 0 1 0 " + -2 * n[2] + " 0Z";
    }
    return shape === "poly" && n.length >= 6 && n.length % 2 === 0 ? "M" + n.join(" ") + "Z" : "";
  }

  function path(svg, outlined, kind) {
    var line = document.createElementNS(SVG, "path");
    line.setAttribute("d", outlined);
    line.setAttribute("class", kind);
    svg.append(line);
  }
  function draw(frame) {
    var option = known(frame), image = frame.querySelector("img"), svg = frame.querySelector("svg");
    frame.hidden = !option;
    if (!option) { return; }
    var whole = units(frame);
    if (image.getAttribute("src") !== option.dataset.address) { image.src = option.dataset.address; }
    image.alt = field(frame.closest("fieldset"), "alt").value;
    svg.setAttribute("viewBox", "0 0 " + whole.x + " " + whole.y);
    svg.replaceChildren();
    all("[data-draw-row]").forEach(function (button) {
      button.hidden = false;
      var numbers = field(row(button), "coords").value.split(/[\s,;]+/).filter(Boolean).map(Number);
      path(svg, outline(field(row(button), "shape").value, numbers), button === drawing ? "q-spot-place q-spot-place--drawn" : "q-spot-place");
    });
    places.forEach(function (spot) { path(svg, "M" + spot.x + " " + spot.y + "h0", "q-spot-corner"); });
    if (!drawing) { say(frame, frame.dataset.size.replace("{x}", whole.x).replace("{y}", whole.y)); }
  }
  function say(frame, words) {
    var status = frame.querySelector("[data-draw-status]");
    if (status.textContent !== words) { status.textContent = words; }
  }

  function begin(button) {
    end();
    drawing = button;
    drawing.setAttribute("aria-pressed", "true");
    all("[data-picture]").forEach(function (frame) {
      frame.dataset.drawing = "";
      say(frame, frame.dataset[field(row(button), "shape").value]);
      frame.scrollIntoView({ block: "nearest" });
    });
  }
  function end() {
    if (drawing) { drawing.setAttribute("aria-pressed", "false"); }
    all("[data-picture]").forEach(function (frame) { delete frame.dataset.drawing; });
    drawing = null;
    places = [];
    show();
  }

  /* A place is pressed: with enough of them the region stands in its field, and the page hears of it as of typing. */
  function press(frame, event) {
    var box = frame.querySelector("[data-draw]").getBoundingClientRect(), whole = units(frame);
    var shape = field(row(drawing), "shape").value, coords = field(row(drawing), "coords");
    places.push({ x: short((event.clientX - box.left) / box.width * whole.x), y: short((event.clientY - box.top) / box.height * whole.y) });
    if (places.length >= ENOUGH[shape]) {
      coords.value = written(shape, places).map(short).join(", ");
      coords.dispatchEvent(new Event("input", { bubbles: true }));
      if (shape !== "poly") { end(); return; }
    }
    draw(frame);
  }

  function show() {
    if (drawing && !drawing.isConnected) { end(); return; }     // the form came anew
    all("[data-picture]").forEach(draw);
  }
  function clicked(event) {
    var button = event.target.closest("[data-draw-row]"), surface = event.target.closest("[data-draw]");
    if (button) { if (button === drawing) { end(); } else { begin(button); } }
    if (surface && drawing) { press(surface.closest("[data-picture]"), event); }
  }
  function changed(event) {
    if (drawing && event.target === field(row(drawing), "shape")) { begin(drawing); }
    show();
  }

  document.addEventListener("click", clicked);
  document.addEventListener("input", changed);
  document.addEventListener("page:shown", show);
  document.addEventListener("keydown", function (event) { if (event.key === "Escape" && drawing) { end(); } });
  show();
})();
