/* What a phone has to send, kept on it until the portal has answered: written down first, then sent, one by one and in
   order, again and again while the network or the portal is away. A key makes each of them written once, however often
   it is sent.

     import { OfflineQueue } from "./offline_queue.js";
     const queue = new OfflineQueue("accueil", { onAnswer, onChange });
     await queue.put("/accueil/…/entrees/", { code: "K7MP3XA2" });   // resolves once it is safe on this device

   Sent as a form: the fields of the body, `key`, and `age_ms`, how long ago it happened (clocks of phones are wrong; how
   long something took is not). What is answered decides:
     2xx                      done, forgotten here;           onAnswer(entry, status, data)
     400, 409, 413, 422       refused: kept and shown until dismissed;  onAnswer as well
     401, 403, 404, 410       the link is closed: all is kept, nothing more is sent until flush() is asked again
     anything else, or none   the network or the portal is away: tried again, later and later, 20 s at most
   onChange({ waiting, refused, state }): state is "idle", "sending", "away" or "closed". */
"use strict";

const REFUSED = [400, 409, 413, 422], CLOSED = [401, 403, 404, 410];
const PATIENCE = 8000, FIRST_PAUSE = 1000, LONGEST_PAUSE = 20000;

export const newKey = () => {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const opened = (name) => {
  const request = indexedDB.open(`alliance:${name}`, 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore("entries", { keyPath: "number", autoIncrement: true });
    store.createIndex("key", "key", { unique: true });
  };
  return asked(request);
};

export class OfflineQueue {
  constructor(name, { onAnswer = () => {}, onChange = () => {} } = {}) {
    Object.assign(this, { name, onAnswer, onChange, state: "idle", pause: FIRST_PAUSE, timer: 0, flushing: null, again: false });
    this.base = opened(name);
    addEventListener("online", () => this.flush());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.flush(); });
    this.flush();
  }

  async #store(mode, act) {
    const transaction = (await this.base).transaction("entries", mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = await act(transaction.objectStore("entries"));
    await done;
    return result;
  }

  /* The same key twice is one entry. */
  async put(url, body, key = newKey()) {
    const entry = { key, url, body, at: Date.now(), refused: null };
    try {
      await this.#store("readwrite", (store) => asked(store.add(entry)));
    } catch (error) {
      if (error?.name !== "ConstraintError") throw error;
    }
    await this.#tell();
    this.flush();
    return key;
  }

  /* All that is here, oldest first; `refused` holds { status, data } of what was refused. */
  entries() {
    return this.#store("readonly", (store) => asked(store.getAll()));
  }

  /* A refusal that somebody has read; what waits is never thrown away. */
  async dismiss(key) {
    const found = (await this.entries()).find((entry) => entry.key === key && entry.refused);
    if (found) await this.#store("readwrite", (store) => asked(store.delete(found.number)));
    await this.#tell();
  }

  /* Send what waits. One tab of this browser at a time; what is put while a round ends begins another. */
  flush() {
    clearTimeout(this.timer);
    if (this.flushing) { this.again = true; return this.flushing; }
    const send = () => this.#sendAll();
    const round = navigator.locks ? navigator.locks.request(`alliance:${this.name}`, send) : send();
    this.flushing = round.finally(() => {
      this.flushing = null;
      if (this.again) { this.again = false; this.flush(); }
    });
    return this.flushing;
  }

  async #sendAll() {
    for (;;) {
      const entry = (await this.entries()).find((each) => !each.refused);
      if (!entry) return this.#become("idle");
      await this.#become("sending");
      const { status, data, pause } = await this.#send(entry);
      if (CLOSED.includes(status)) return this.#become("closed");
      const isRefused = REFUSED.includes(status);
      if (!isRefused && !(status >= 200 && status < 300)) return this.#later(pause);
      this.pause = FIRST_PAUSE;
      await this.#store("readwrite", (store) => asked(
        isRefused ? store.put({ ...entry, refused: { status, data } }) : store.delete(entry.number)));
      this.onAnswer(entry, status, data);
    }
  }

  async #send({ url, body, key, at }) {
    const fields = new URLSearchParams({ ...body, key, age_ms: Math.max(0, Date.now() - at) });
    try {
      const response = await fetch(url, {
        method: "POST", body: fields, headers: { Accept: "application/json" }, cache: "no-store", redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
      const data = await response.json().catch(() => null);
      // An answer that is not ours (the page of a public Wi-Fi) says nothing.
      if (response.ok && data === null) return { status: 0 };
      return { status: response.status, data, pause: 1000 * (Number(response.headers.get("Retry-After")) || 0) };
    } catch {
      return { status: 0 };
    }
  }

  #later(pause = 0) {
    this.timer = setTimeout(() => this.flush(), Math.max(pause, this.pause));
    this.pause = Math.min(2 * this.pause, LONGEST_PAUSE);
    return this.#become("away");
  }

  #become(state) {
    this.state = state;
    return this.#tell();
  }

  async #tell() {
    const all = await this.entries();
    const refused = all.filter((entry) => entry.refused);
    this.onChange({ waiting: all.filter((entry) => !entry.refused), refused, state: this.state });
  }
}
