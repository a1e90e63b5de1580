/* The table of a workshop: what is typed is written down on this phone first, then sent, once, even hours later. Without
   this file the form is sent as any other. */
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

const reread = async () => {
  if (document.hidden || document.activeElement?.closest("#dites-ici")) return;
  const answer = await fetch("?liste", { cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("dites-ici");
  if (fresh) document.getElementById("dites-ici").replaceWith(fresh);
};

const WHY = {
  away: "Pas de réseau : gardée sur ce téléphone, elle partira dès qu’il revient.",
  closed: "Gardée sur ce téléphone : rechargez la page et redonnez le code de votre billet pour l’envoyer.",
};

const show = ({ waiting, refused, state }) => {
  const kept = waiting.map(({ body }) => {
    const line = make("div", "kept-here", "");
    line.append(make("p", "heard__text", body.text), make("p", "small", WHY[state] || "En cours d’envoi."));
    return line;
  });
  const told = refused.map(({ key, body, refused: { data } }) => {
    const line = make("div", "kept-here kept-here--refused", "");
    const again = make("button", "button button--quiet", "L’enlever d’ici");
    again.type = "button";
    again.addEventListener("click", () => queue.dismiss(key));
    const why = data?.errors?.[0]?.detail || "Cette proposition n’a pas été prise.";
    line.append(make("p", "heard__text", body.text), make("p", "small", why), again);
    return line;
  });
  shelf.replaceChildren(...told, ...kept);
};

const queue = here && new OfflineQueue(here.dataset.queue, { onChange: show, onAnswer: () => reread() });

if (form && queue) {
  form.querySelector("[data-offline]").hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = form.elements.text.value.trim();
    if (!text) return form.elements.text.focus();
    const body = { act: "propose", text, codes: form.elements.codes.value };
    await queue.put(location.pathname, body);
    form.elements.text.value = form.elements.codes.value = "";
    form.elements.text.focus();
  });
}

if (here) setInterval(reread, REREAD);
