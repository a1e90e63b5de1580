/* A door on a phone. Everything that comes in goes through the queue of the device first: with or without network, it is
   written down, then sent. Results are told by a word, a sign and a colour, and by the phone's buzz. */
"use strict";
const page = document.getElementById("porte");
const { OfflineQueue, newKey } = await import(page.dataset.queue);
const { door, enter, undo, people, marks, seat } = page.dataset;
const LENGTH = 8, ANSWER_SOON = 4000, MARKS_EVERY = 20000, SHOWN = 12;
const part = (name) => page.querySelector(`[data-door="${name}"]`);
const remembered = (store, name, first) => JSON.parse(store.getItem(`porte:${door}:${name}`) || "null") ?? first;
const remember = (store, name, value) => store.setItem(`porte:${door}:${name}`, JSON.stringify(value));
const device = remembered(localStorage, "appareil", newKey());
remember(localStorage, "appareil", device);

/* --- by keyboard: what is drawn again or hidden gives the focus back, to the same button or to what comes next --- */
const staying = (place, next) => {
  const held = document.activeElement;
  const isHeld = place.contains(held) && held.matches(":focus-visible");
  return () => {
    if (!isHeld || (held.isConnected && !held.hidden)) return;
    const same = held.dataset.key && [...place.querySelectorAll("button")].find(({ dataset }) => dataset.key === held.dataset.key);
    (same || next()).focus();
  };
};
const toCode = () => codeField;
const named = (button, name) => {
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = ` : ${name}`;
  button.append(words);
};

/* --- what is told --- */
const WORDS = {
  in: ["✓", "Entrée"], over: ["✓", "Entrée hors capacité"], again: ["!", "Déjà entrée"], noted: ["…", "Notée"],
  refused: ["✕", "Pas d’entrée"], undone: ["↺", "Entrée annulée"],
};
const BUZZ = { in: 60, over: 60, noted: 60, again: [80, 60, 80], refused: [200, 80, 200] };
const panel = part("result");
const show = (result, { name = "", detail = "", code = "", action = null } = {}) => {
  const [sign, word] = WORDS[result];
  panel.className = `door-result door-result--${result}`;
  panel.querySelector("[data-sign]").textContent = sign;
  panel.querySelector("[data-word]").textContent = word;
  panel.querySelector("[data-name]").textContent = name;
  panel.querySelector("[data-detail]").textContent = detail.replace(`${word} à`, "À");
  panel.querySelector("[data-code]").textContent = code;
  const button = panel.querySelector("[data-anyway]"), stay = staying(panel, toCode);
  button.hidden = !action;
  button.onclick = action;
  stay();
  navigator.vibrate?.(BUZZ[result] || 0);
};
/* --- a place in a workshop, for whoever came without having registered: with network, never through the queue --- */
const seatsPart = part("seats"), seatsWord = part("seats-word");
const offerSeats = (entry, seats = [], word = "") => {
  seatsPart.hidden = !seats.length && !word;
  if (!word) seatsPart.open = false;
  seatsWord.textContent = word;
  const stay = staying(part("seats-list"), () => (seatsPart.hidden ? codeField : seatsPart.querySelector("summary")));
  part("seats-list").replaceChildren(...seats.map(({ workshop, words }) => {
    const made = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.className = "button button--quiet button--wide";
    button.textContent = words;
    button.addEventListener("click", () => takeSeat(entry, workshop));
    made.append(button);
    return made;
  }));
  stay();
};
const takeSeat = async (entry, workshop) => {
  try {
    const response = await fetch(seat, { method: "POST", body: new URLSearchParams({ entry, workshop }) });
    if (![200, 409, 410].includes(response.status)) throw new TypeError("away");
    const { sentence, seats } = await response.json();
    if (entry === current) offerSeats(entry, seats, sentence);
  } catch {
    seatsWord.textContent = "Sans réseau, pas de place d’atelier : elle se prendra à la table, ou sur l’écran de l’équipe.";
  }
};
const detailOf = (data) => [data.sentence, data.organisation].filter(Boolean).join(" · ");

/* --- what happened here, newest first; names leave this phone with its tab --- */
let past = remembered(sessionStorage, "entrees", []);
const line = part("line");
const drawPast = () => {
  const stay = staying(part("past"), toCode);
  part("past").replaceChildren(...past.map((each) => {
    const made = line.content.firstElementChild.cloneNode(true);
    const [sign, word] = WORDS[each.result];
    made.classList.add(`door-line--${each.result}`);
    made.querySelector("[data-sign]").textContent = sign;
    made.querySelector("[data-name]").textContent = each.name || each.typed;
    const told = each.detail?.startsWith(word) ? [each.detail] : [word, each.detail];
    made.querySelector("[data-detail]").textContent = [each.hour, ...told].filter(Boolean).join(" · ");
    const button = made.querySelector("button");
    button.dataset.key = each.key;
    named(button, each.name || each.typed);
    if (["refused", "undone"].includes(each.result)) button.remove();
    else button.addEventListener("click", () => takeBack(each));
    return made;
  }));
  stay();
  part("none").hidden = past.length > 0;
};
const note = (key, changes) => {
  const known = past.find((each) => each.key === key);
  if (known) Object.assign(known, changes);
  else past = [{ key, hour: new Date().toLocaleTimeString("fr", { hour: "numeric", minute: "2-digit", timeZone: "Europe/Paris" }).replace(":", "\u00a0h\u00a0"), ...changes }, ...past].slice(0, SHOWN);
  remember(sessionStorage, "entrees", past);
  drawPast();
};
const takeBack = async (each) => {
  await queue.put(undo, { entry: each.key });
  note(each.key, { result: "undone", detail: "" });
  current = "";
  show("undone", { name: each.name || each.typed });
};

/* --- the queue --- */
let current = "";
const count = ({ present, expected }) => {
  if (present === undefined) return;
  part("present").textContent = present.toLocaleString("fr");
  part("expected").textContent = expected.toLocaleString("fr");
};
const refusedHere = async (entry, data) => {
  const { key, body } = entry;
  const words = data || { sentence: "Cette entrée n’a pas été comprise." };
  note(key, { result: "refused", detail: words.sentence, typed: body.code || body.name || body.label });
  await queue.dismiss(key);
  if (key !== current) return;
  const anyway = words.code === "no_seat" ? () => send({ ...body, means: "walk_in" }, body.label) : null;
  show("refused", { name: body.label, detail: words.sentence, action: anyway });
};
const onAnswer = (entry, status, data) => {
  if (entry.url === undo) return status === 200 ? count(data) : queue.dismiss(entry.key);
  if (status !== 200) return refusedHere(entry, data);
  count(data);
  if (data.code) marked[entry.body.code] = true;
  note(entry.key, { result: data.result, name: data.name, detail: detailOf(data) });
  if (entry.key !== current) return;
  show(data.result, { name: data.name, detail: detailOf(data), code: data.code });
  offerSeats(entry.key, data.seats);
};
const NETWORK = { idle: "En ligne", sending: "En ligne", away: "Sans réseau", closed: "Lien fermé" };
const onChange = ({ waiting, state }) => {
  const left = waiting.length;
  part("network").dataset.state = state;
  if (part("network-word").textContent !== NETWORK[state]) part("network-word").textContent = NETWORK[state];  // it is read out
  part("waiting").textContent = left && state !== "sending" ? `${left} à envoyer` : "";
  part("closed").hidden = state !== "closed";
};
const queue = new OfflineQueue(`porte:${door}`, { onAnswer, onChange });

const send = async (body, label = "") => {
  const key = newKey();
  current = key;
  offerSeats(key);
  // Without network they are let through at once: the team is to find out who it was, however soon the news arrives.
  const isAway = !navigator.onLine || queue.state === "away";
  await queue.put(enter, { ...body, label, device, ...(isAway && { inside: "1" }) }, key);
  note(key, { result: "noted", typed: label || body.code });
  const known = body.code ? await expectation(body.code) : "";
  setTimeout(async () => {
    if (current !== key || !(await queue.entries()).some((each) => each.key === key)) return;
    show(known.startsWith("Déjà") ? "again" : "noted", { name: label || body.code, detail: known || "Sans réseau : elle sera envoyée." });
  }, isAway ? 0 : ANSWER_SOON);
};

/* --- tickets that are expected, as digests: what a phone without network may know --- */
let expected = remembered(localStorage, "marques", {});
const marked = {};
const readMarks = async () => {
  try {
    const response = await fetch(marks, { cache: "no-cache" });
    if (!response.ok) return;
    const read = await response.json();
    expected = read.marks;
    remember(localStorage, "marques", expected);
    count(read);
  } catch { /* without network, the last ones serve */ }
};
const expectation = async (code) => {
  if (!crypto.subtle || !Object.keys(expected).length) return "";
  if (marked[code]) return "Déjà entrée à cette porte.";
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${door}:${code}`));
  const digest = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 16);
  marked[code] = true;
  if (expected[digest] === undefined) return "Billet absent de la liste de ce téléphone : l’équipe vérifiera.";
  return expected[digest] ? `Déjà entrée à ${expected[digest]}.` : "Billet attendu. Sans réseau : l’entrée sera envoyée.";
};

/* --- a code, typed or scanned --- */
const READ_AS = { B: "8", S: "5", Z: "2" };
const clean = (typed) => [...typed.toUpperCase()].map((sign) => READ_AS[sign] || sign)
  .filter((sign) => "23456789ACDEFGHJKMNPRTUVWXY".includes(sign)).join("");
const codeForm = part("code"), codeField = codeForm.elements.code;
const take = (typed, means) => {
  const code = clean(typed);
  if (code.length !== LENGTH) return show("refused", { detail: "Un code de billet a huit signes." });
  codeField.value = "";
  return send({ code, means });
};
codeForm.addEventListener("submit", (event) => {
  event.preventDefault();
  if (codeField.value.trim()) take(codeField.value, "typed");  // sent at its eighth sign already: « Entrer » refuses nobody
});
codeField.addEventListener("input", () => { if (clean(codeField.value).length === LENGTH) take(codeField.value, "typed"); });

/* --- a name --- */
const nameField = part("search"), found = part("found"), foundWords = part("found-words");
let asking = 0, asked = 0;
const offerPeople = async () => {
  const words = nameField.value.trim(), number = ++asked;
  found.replaceChildren();
  foundWords.textContent = "";
  if (words.length < 3) return;
  try {
    const answer = await (await fetch(`${people}?${new URLSearchParams({ q: words })}`, { cache: "no-store" })).json();
    if (number !== asked) return;
    const everybody = answer.people || [];
    foundWords.textContent = answer.sentence || `${everybody.length} personne${everybody.length > 1 ? "s" : ""}`;
    found.replaceChildren(...everybody.map((person) => {
      const made = part("person").content.firstElementChild.cloneNode(true);
      made.querySelector("[data-name]").textContent = person.name;
      made.querySelector("[data-detail]").textContent = [person.organisation, person.entered && `déjà entrée à ${person.entered}`].filter(Boolean).join(" · ");
      named(made.querySelector("button"), person.name);
      made.querySelector("button").addEventListener("click", () => {
        const stay = staying(found, () => nameField);
        nameField.value = "";
        found.replaceChildren();
        foundWords.textContent = "";
        stay();
        send({ person: person.person, means: "name" }, person.name);
        panel.scrollIntoView({ block: "start" });
      });
      return made;
    }));
  } catch {
    foundWords.textContent = "Sans réseau, la recherche par le nom n’est pas possible : notez la personne plus bas, « Sans billet ».";
  }
};
nameField.addEventListener("input", () => { clearTimeout(asking); asking = setTimeout(offerPeople, 250); });
nameField.form.addEventListener("submit", (event) => { event.preventDefault(); offerPeople(); });

/* --- without a ticket --- */
const walkIn = part("walk-in");
walkIn.addEventListener("submit", (event) => {
  event.preventDefault();
  const typed = Object.fromEntries(new FormData(walkIn));
  send({ ...typed, means: "walk_in" }, typed.name);
  walkIn.reset();
  panel.scrollIntoView({ block: "start" });
});

/* --- the camera: QR codes are read by the browser where it can, by our own reader elsewhere (iPhone, Firefox) --- */
const scanButton = part("scan"), video = part("video"), LARGEST = 720;
const codeReader = async () => {
  const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video).catch(() => []))[0]?.rawValue || "";
  }
  const { readQr } = await import(page.dataset.reader);
  const canvas = document.createElement("canvas"), drawn = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight));
    const width = canvas.width = Math.round(video.videoWidth * scale), height = canvas.height = Math.round(video.videoHeight * scale);
    if (!width || !height) return "";
    drawn.drawImage(video, 0, 0, width, height);
    return readQr(drawn.getImageData(0, 0, width, height));
  };
};
const scan = async (read) => {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const lock = await navigator.wakeLock?.request("screen").catch(() => null);
  let last = "", lastAt = 0;
  video.srcObject = stream;
  video.hidden = false;
  scanButton.textContent = "Arrêter la caméra";
  await video.play();
  while (!video.hidden) {
    const code = clean(await read());
    if (code.length === LENGTH && (code !== last || Date.now() - lastAt > 5000)) { [last, lastAt] = [code, Date.now()]; take(code, "scan"); }
    await new Promise((resolve) => { setTimeout(resolve, 120); });
  }
  stream.getTracks().forEach((track) => track.stop());
  lock?.release();
  scanButton.textContent = "Scanner un billet";
};
const reader = navigator.mediaDevices ? await codeReader().catch(() => null) : null;
if (reader) {
  scanButton.hidden = false;
  scanButton.addEventListener("click", () => {
    if (!video.hidden) { video.hidden = true; return; }
    scan(reader).catch(() => { video.hidden = true; show("refused", { detail: "La caméra n’est pas accessible : tapez le code du billet." }); });
  });
}

/* --- the page stays on this phone --- */
if ("serviceWorker" in navigator) {
  const kept = performance.getEntriesByType("resource").map((each) => each.name).filter((url) => url.startsWith(`${location.origin}/static/`));
  navigator.serviceWorker.register(page.dataset.worker, { scope: "/accueil/" })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active.postMessage({ keep: [location.href, ...kept] }))
    .catch(() => {});
  navigator.serviceWorker.addEventListener("message", () => { page.dataset.kept = "yes"; });
}
page.hidden = false;
drawPast();
readMarks();
setInterval(() => { if (!document.hidden) readMarks(); }, MARKS_EVERY);
