/* grid.js - the grade book as a grid: one stop for Tab, arrow keys from cell to cell (the grid pattern of WAI-ARIA).
   Without it the table is a plain one, each of whose links Tab reaches. */
(function () {
  "use strict";

  var table = document.querySelector("[data-grid]");
  if (!table) { return; }
  var rows = Array.from(table.rows, function (row) { return Array.from(row.cells); });
  var at = null;

  /* What of a cell takes the focus: its links (a head has one that leads away and one that sorts), else itself. */
  function stops(cell) {
    var links = Array.from(cell.querySelectorAll("a"));
    return links.length ? links : [cell];
  }

  function put(y, x, n, focus) {
    var row = Math.max(0, Math.min(y, rows.length - 1));
    var column = Math.max(0, Math.min(x, rows[row].length - 1));
    var there = stops(rows[row][column]);
    if (at) { at.stop.tabIndex = -1; }
    at = { y: row, x: column, n: Math.min(n, there.length - 1) };
    at.stop = there[at.n];
    at.stop.tabIndex = 0;
    if (focus) { at.stop.focus(); }
  }

  function sideways(step) {
    var n = at.n + step, here = stops(rows[at.y][at.x]);
    return n >= 0 && n < here.length ? [at.y, at.x, n] : [at.y, at.x + step, step < 0 ? Infinity : 0];
  }

  var MOVES = {
    ArrowRight: function () { return sideways(1); },
    ArrowLeft: function () { return sideways(-1); },
    ArrowDown: function () { return [at.y + 1, at.x, 0]; },
    ArrowUp: function () { return [at.y - 1, at.x, Infinity]; },
    PageDown: function () { return [at.y + 10, at.x, 0]; },
    PageUp: function () { return [at.y - 10, at.x, 0]; },
    Home: function (event) { return [event.ctrlKey ? 0 : at.y, 0, 0]; },
    End: function (event) { return [event.ctrlKey ? rows.length - 1 : at.y, rows[at.y].length - 1, 0]; }
  };

  table.setAttribute("role", "grid");
  rows.forEach(function (row) {
    row.forEach(function (cell) {
      if (!cell.querySelector("a")) { cell.tabIndex = -1; }
      cell.querySelectorAll("a").forEach(function (link) { link.tabIndex = -1; });
    });
  });
  put(Math.min(1, rows.length - 1), 0, 0, false);
  table.addEventListener("keydown", function (event) {
    var move = MOVES[event.key];
    if (!move || event.altKey || event.metaKey) { return; }
    event.preventDefault();
    var place = move(event);
    put(place[0], place[1], place[2], true);
  });
  table.addEventListener("focusin", function (event) {
    var cell = event.target.closest("th, td");
    put(cell.parentElement.rowIndex, cell.cellIndex, stops(cell).indexOf(event.target), false);
  });
  document.querySelectorAll("[data-grid-hint]").forEach(function (hint) { hint.hidden = false; });
})();
