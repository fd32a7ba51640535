/* signin.js - a form to sign in again without leaving the page. Its words and fields stand in the page (_words.html). */
(function () {
  "use strict";

  function wrong(form, text) {
    var line = form.querySelector("[data-wrong]");
    line.hidden = !text;
    line.textContent = text;
  }
  function show(form, way) {
    form.dataset.way = way;
    form.querySelectorAll("[data-way]").forEach(function (fields) { fields.hidden = fields.disabled = fields.dataset.way !== way; });
    var other = form.querySelector("[data-other]");
    other.textContent = way === "login" ? other.dataset.other : other.dataset.first;
  }

  async function whoIs(session, timeout) {
    return (await fetch(session, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(timeout) })).json();
  }
  /* Signs in as the form of the sign-in page would. Returns what is wrong, "" where nothing is. */
  async function send(form, session, timeout) {
    var known = await whoIs(session, timeout);
    var reply = await fetch(form.dataset[form.dataset.way], {
      method: "POST", redirect: "manual", headers: { Accept: "text/html", "X-CSRFToken": known.csrf_token },
      body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(timeout)
    });
    if (reply.type === "opaqueredirect") { return (await whoIs(session, timeout)).user === null ? form.dataset.second : ""; }
    var page = new DOMParser().parseFromString(await reply.text(), "text/html");
    return (page.querySelector(".q-errors li") || page.querySelector("main p") || page.querySelector("h1")).textContent.trim();
  }

  window.SignIn = {
    /* The form. session: where to ask who is signed in; done() when somebody is; failed: what to say without a network. */
    form: function (session, timeout, failed, done) {
      var form = document.querySelector("[data-signin-form]").content.firstElementChild.cloneNode(true);
      form.querySelector("[data-other]").addEventListener("click", function () {
        show(form, form.dataset.way === "login" ? "return" : "login");
        wrong(form, "");
        form.querySelector("fieldset:not([hidden]) input").focus();
      });
      form.addEventListener("submit", async function (event) {
        event.preventDefault();
        event.stopPropagation();
        try {
          var what = await send(form, session, timeout);
          wrong(form, what);
          if (!what) { done(); }
        } catch (e) { wrong(form, failed); }
      });
      show(form, "return");
      return form;
    }
  };
})();
