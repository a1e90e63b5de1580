/* The table of a workshop: what is typed is written down on this phone first, then sent, once, even hours later. Without
   this file the form is sent as any other. The page itself stays here for the day, to open again without network. */
"use strict";
import { OfflineQueue } from "./offline_queue.js";

const here = document.querySelector("[data-queue]");
const shelf = document.getElementById("en-attente");
const form = document.getElementById("proposer");
const REREAD = 20000;

const make = (tag, name, text) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
};

/* ``around``: the proposal whose button has the focus, and keeps it. */
const reread = async (around) => {
  if (!around && (document.hidden || document.activeElement?.closest("#dites-ici"))) return;
  const answer = await fetch("?liste", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("dites-ici");
  if (!fresh) return;
  const wasHere = document.activeElement?.closest("#dites-ici");
  document.getElementById("dites-ici").replaceWith(fresh);
  if (wasHere) fresh.querySelector(`[value="${around}"]`)?.form.querySelector("button").focus({ preventScroll: true });
};

const WHY = {
  away: "Pas de réseau : gardée sur ce téléphone, elle partira dès qu’il revient.",
  closed: "Gardée sur ce téléphone : rechargez la page et redonnez le code de votre billet pour l’envoyer.",
};

const said = ({ act, text }) => ({ support: `Votre soutien à « ${text} »`, unsupport: `Votre soutien repris à « ${text} »` })[act] || text;

const show = ({ waiting, refused, state }) => {
  // A support that is being sent shows nowhere: the list would jump under the finger.
  const kept = waiting.filter(({ body }) => body.act === "propose" || WHY[state]).map(({ body }) => {
    const line = make("div", "kept-here", "");
    line.append(make("p", "heard__text", said(body)), make("p", "small", WHY[state] || "En cours d’envoi."));
    return line;
  });
  const told = refused.map(({ key, body, refused: { data } }) => {
    const line = make("div", "kept-here kept-here--refused", "");
    const again = make("button", "button button--quiet", "L’enlever d’ici");
    again.type = "button";
    again.addEventListener("click", () => queue.dismiss(key));
    const why = data?.errors?.[0]?.detail || "Cette proposition n’a pas été prise.";
    line.append(make("p", "heard__text", said(body)), make("p", "small", why), again);
    return line;
  });
  shelf.replaceChildren(...told, ...kept);
};

const queue = here && new OfflineQueue(here.dataset.queue, { onChange: show, onAnswer: ({ body }) => reread(body.proposal) });

/* Said beside the field, as the portal says it, until something is typed. */
const missing = make("p", "field__errors", "Erreur\u00a0: écrivez d’abord votre proposition.");
const askForText = (field) => {
  missing.id = `${field.id}_vide`;
  missing.setAttribute("role", "alert");
  field.before(missing);
  field.setAttribute("aria-invalid", "true");
  field.addEventListener("input", () => { missing.remove(); field.removeAttribute("aria-invalid"); }, { once: true });
  field.focus();
};

if (form && queue) {
  form.querySelector("[data-offline]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (!text) return askForText(form.elements.text);
    const body = { act: "propose", text, codes: form.elements.codes.value };
    await queue.put(location.pathname, body);
    form.elements.text.value = form.elements.codes.value = "";
    form.elements.text.focus();
  });
}

if (queue) {
  document.addEventListener("submit", async (event) => {
    const row = event.target.closest("#dites-ici .row");
    if (!row) return;
    event.preventDefault();
    const text = row.querySelector(".heard__text").textContent;
    await queue.put(location.pathname, { act: event.submitter.value, proposal: event.target.elements.proposal.value, text });
  });
  setInterval(() => reread(), REREAD);
}

if (here && "serviceWorker" in navigator) {
  const parts = performance.getEntriesByType("resource").map((each) => each.name).filter((url) => url.startsWith(`${location.origin}/static/`));
  navigator.serviceWorker.register(here.dataset.worker, { scope: "/table/" })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active.postMessage({ keep: [location.href, ...parts] }))
    .catch(() => {});
  navigator.serviceWorker.addEventListener("message", () => { here.dataset.kept = "yes"; });
}
