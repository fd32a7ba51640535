/* contact.js - the open page of an attempt says every ten seconds where it is, and hears whether the deadline was moved. */
(function () {
  "use strict";

  var EVERY = 10000;

  window.Contact = {
    /* ask: gives {address, token, slot}, or null where there is nobody to speak for; hear: takes what the server says. Answers never wait for it. */
    begin: function (ask, hear) {
      async function speak() {
        var mine = ask();
        try {
          var reply = mine && await fetch(mine.address, {
            method: "POST", headers: { Accept: "application/json", "X-CSRFToken": mine.token },
            body: new URLSearchParams({ slot: mine.slot }), signal: AbortSignal.timeout(EVERY)
          });
          if (reply && reply.ok) { hear(await reply.json()); }
        } catch (e) { /* no network: the saves say so */ }
        setTimeout(speak, EVERY);
      }
      setTimeout(speak, EVERY);           // this page has just been made: it knows
    }
  };
})();
