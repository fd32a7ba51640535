/* paper.js - the whole paper in the browser, so that moving on needs no network. Knows nothing of answers and saves.

   A question's page differs from another's in some elements only, its parts ([data-part]). One question is shown by
   putting its parts in the place of those that are shown; what is not shown is kept as it stands, with what was typed. */
(function () {
  "use strict";

  function all(selector, within) { return Array.from(within.querySelectorAll(selector)); }
  function partsOf(element) {
    var parts = {};
    all("[data-part]", element).forEach(function (part) { parts[part.dataset.part] = part; });
    return parts;
  }
  /* Puts the fresh parts in the place of the shown ones, which kept gets. */
  function swap(view, fresh, kept) {
    Object.keys(fresh).forEach(function (name) {
      var shown = view.querySelector('[data-part="' + name + '"]');
      shown.replaceWith(fresh[name]);
      kept[name] = shown;
    });
  }

  /* view: the element that holds the question, or all of them; path: the page that it shows. */
  function Paper() {
    this.view = null;
    this.path = "";
    this.pages = new Map();      // path → {title, parts}
    this.summary = null;
    this.isLoading = false;
  }

  /* The document shows a page of questions that the server has made: the one of this path. */
  Paper.prototype.settle = function (path) {
    if (!document.querySelector("#answer")) { return; }
    this.view = document.querySelector("[data-view]");
    this.path = path;
    this.isWhole = document.querySelectorAll("[data-slot]").length > 1;      // all questions on one page
  };
  Paper.prototype.load = async function (address, timeout) {
    if (this.isLoading || this.summary || !this.view) { return; }
    this.isLoading = true;
    try {
      var reply = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(timeout) });
      if (reply.ok) { this.take(new DOMParser().parseFromString(await reply.text(), "text/html")); }
    } catch (e) { /* pages come one by one from the server, and this is asked for again with the next */ }
    this.isLoading = false;
  };
  Paper.prototype.take = function (paper) {
    var pages = this.pages;
    all("[data-page]", paper).forEach(function (page) {
      // a copy in this document, so that its images are loaded while there is a network
      pages.set(page.dataset.page, { title: page.dataset.title, parts: partsOf(document.importNode(page.content, true)) });
    });
    if (!pages.size) { pages.set(this.path, { title: document.title, parts: {} }); }
    this.summary = paper.querySelector("[data-kept]");
  };
  Paper.prototype.has = function (path) { return this.pages.has(path); };

  Paper.prototype.show = function (path) {
    var page = this.pages.get(path), left = this.pages.get(this.path);
    document.querySelector("[data-view]").replaceWith(this.view);
    if (page !== left) { swap(this.view, page.parts, left.parts); }
    this.path = path;
    this.view.querySelector("#answer").action = path;
    document.title = page.title;
    all("[data-cell]", this.view).forEach(function (cell) {
      if (new URL(cell.href).pathname === path && page !== left) { cell.setAttribute("aria-current", "step"); }
      else if (page !== left) { cell.removeAttribute("aria-current"); }
    });
    all("details[open]", this.view).forEach(function (sheet) { sheet.open = false; });
  };

  /* What the server shows of a question now, in the place of what was shown or kept of it. */
  Paper.prototype.renew = function (path, slot, fresh) {
    if (this.isWhole) {
      this.view.querySelector('[data-slot="' + slot + '"]').replaceWith(fresh.querySelector('[data-slot="' + slot + '"]'));
    } else if (path === this.path) {
      swap(this.view, partsOf(fresh), {});
    } else if (this.has(path)) {
      this.pages.get(path).parts = partsOf(fresh);
    }
  };

  /* The summary as far as this browser knows it: unanswered questions first. word: a word by its name. */
  Paper.prototype.showSummary = function (word) {
    var view = this.view, list = this.summary.querySelector("[data-rows]"), heading = this.summary.querySelector("h1");
    var rows = all("[data-row]", list).map(function (row) {
      return { row: row, cell: view.querySelector('[data-cell="' + row.dataset.row + '"]').dataset, number: Number(row.dataset.row) };
    });
    rows.sort(function (a, b) { return ("answered" in a.cell) - ("answered" in b.cell) || a.number - b.number; });
    rows.forEach(function (one) {
      var words = [word("checked" in one.cell ? "checked" : "answered" in one.cell ? "answered" : "notAnswered")];
      if ("flagged" in one.cell) { words.push(word("flagged")); }
      one.row.querySelector("p").textContent = words.join(", ");
      list.append(one.row);
    });
    var done = rows.filter(function (one) { return "answered" in one.cell; }).length;
    heading.textContent = done === rows.length ? heading.dataset.all : heading.dataset.some.replace("{done}", done).replace("{all}", rows.length);
    document.querySelector("[data-view]").replaceWith(this.summary);
    document.title = this.summary.dataset.title;
  };

  window.Paper = Paper;
})();
