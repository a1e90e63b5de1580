/* Access keys: turns a form into the browser's ceremony, then posts what the device answered. */
"use strict";
(() => {
  if (!window.PublicKeyCredential) return;

  const REFUSED = "La clé n’a pas été confirmée. Recommencez, ou choisissez un autre moyen.";
  const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withBytes = (list) => (list || []).map((item) => ({ ...item, id: toBytes(item.id) }));

  // What the portal reserves for one act, asked at the last moment. Its refusal is a sentence; signed out, one signs in.
  class Refusal extends Error {}
  const reserved = async (form) => {
    const answer = await fetch(form.dataset.reserve, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (answer.type === "opaqueredirect") { location.reload(); await new Promise(() => {}); }
    const told = await answer.json();
    if (!answer.ok) throw new Refusal(told.detail);
    return told.publicKey;
  };

  const optionsOf = async (form) => {
    if (form.dataset.reserve) return reserved(form);
    const source = form.dataset.options;
    if (source.startsWith("#")) {
      const found = JSON.parse(document.querySelector(source).textContent);
      return (found.request_options || found).publicKey;
    }
    const answer = await fetch(source, { headers: { "X-Requested-With": "XMLHttpRequest" }, credentials: "same-origin" });
    return (await answer.json()).request_options.publicKey;
  };

  const get = (options) => navigator.credentials.get({ publicKey: {
    ...options, challenge: toBytes(options.challenge), allowCredentials: withBytes(options.allowCredentials),
  } });

  // A key that signs in alone lives in the device and asks for finger, face or code.
  const create = (options, alone) => navigator.credentials.create({ publicKey: {
    ...options,
    challenge: toBytes(options.challenge),
    user: { ...options.user, id: toBytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
    authenticatorSelection: {
      ...options.authenticatorSelection,
      residentKey: alone ? "required" : "discouraged",
      requireResidentKey: alone,
      userVerification: alone ? "required" : "preferred",
    },
  } });

  const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const written = (credential) => JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(PARTS.filter((part) => credential.response[part])
      .map((part) => [part, toText(credential.response[part])])),
  });

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const wrong = form.querySelector("[data-passkey-error]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.asking) return;
      form.dataset.asking = "1";
      wrong.hidden = true;
      try {
        const options = await optionsOf(form);
        const alone = form.elements.passwordless?.checked ?? false;
        const credential = form.dataset.passkey === "create" ? await create(options, alone) : await get(options);
        form.elements.credential.value = written(credential);
        form.submit();
      } catch (error) {
        wrong.textContent = error instanceof Refusal ? error.message : REFUSED;
        wrong.hidden = false;
      }
      delete form.dataset.asking;
    });
  });
})();
