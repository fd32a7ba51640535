/* passkeys.js - asks the browser for a passkey: on the sign-in page for one that there is, on the account's for a new one.
   A form with data-passkey (where the server says what to ask for) is shown where the browser can, and sent with the answer. */
(function () {
  "use strict";

  function can() {
    return Boolean(window.PublicKeyCredential && PublicKeyCredential.parseCreationOptionsFromJSON && PublicKeyCredential.parseRequestOptionsFromJSON);
  }
  function wrong(form, text) {
    var line = form.querySelector("[data-wrong]");
    line.hidden = !text;
    line.textContent = text;
  }

  async function ask(form) {
    var reply = await fetch(form.dataset.passkey, { method: "POST", headers: { Accept: "application/json" }, body: new FormData(form) });
    var told = await reply.json();
    if (!reply.ok) { return { wrong: told.wrong || told.detail }; }
    var key = told.user
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(told) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(told) });
    return { answer: JSON.stringify(key) };
  }
  async function onSubmit(event) {
    var form = event.target;
    event.preventDefault();
    wrong(form, "");
    try {
      var found = await ask(form);
      if (found.wrong) { wrong(form, found.wrong); return; }
      form.elements.answer.value = found.answer;
      form.submit();
    } catch (e) { wrong(form, form.dataset.failed); }    // no network, or somebody has said no
  }

  if (can()) {
    document.querySelectorAll("[data-passkey]").forEach(function (form) {
      form.hidden = false;
      form.addEventListener("submit", onSubmit);
    });
    document.querySelectorAll("[data-passkey-none]").forEach(function (line) { line.hidden = true; });
  }
})();
