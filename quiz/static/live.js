/* live.js - renews the live view of a quiz. What is ticked stays ticked, and who is reading with the keyboard is not moved. */
(function () {
  "use strict";

  var EVERY = 10000;

  function boxes(place) { return Array.from(place.querySelectorAll("input[type=checkbox]")); }

  async function renew() {
    var place = document.querySelector("[data-live]");
    try {
      var reply = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(EVERY) });
      var page = new DOMParser().parseFromString(await reply.text(), "text/html");
      var fresh = page.querySelector("[data-live]");
      if (reply.ok && fresh && !document.hidden) { put(place, document.adoptNode(fresh)); }
    } catch (e) { /* no network: the time of the last renewal stands there */ }
    setTimeout(renew, EVERY);
  }
  function put(place, fresh) {
    var ticked = boxes(place).filter(function (box) { return box.checked; }).map(function (box) { return box.value; });
    var focused = place.contains(document.activeElement) ? document.activeElement.value : "";
    boxes(fresh).forEach(function (box) { box.checked = ticked.includes(box.value); });
    place.replaceWith(fresh);
    var again = boxes(fresh).find(function (box) { return focused && box.value === focused; });
    if (again) { again.focus({ preventScroll: true }); }
  }

  document.querySelectorAll("[data-only-script]").forEach(function (element) { element.hidden = false; });
  document.querySelectorAll("[data-only-plain]").forEach(function (element) { element.hidden = true; });
  setTimeout(renew, EVERY);
})();
