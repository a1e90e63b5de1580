/* Keeps the page of a door on its phone, with what it is made of: it opens again without network. Nothing else is kept,
   and the network always has the first word. */
"use strict";
const KEPT = "portes", PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const keep = async () => {
    const kept = await caches.open(KEPT);
    await Promise.all(event.data.keep.map((url) => kept.add(url).catch(() => {})));
    event.source?.postMessage({ kept: true });
  };
  event.waitUntil(keep());
});

const answer = async (request) => {
  const kept = await caches.open(KEPT);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) await kept.put(request, response.clone());
    else if (response.status < 500) await kept.delete(request);
    if (response.status < 500) return response;
    return await kept.match(request, { ignoreVary: true }) || response;
  } catch (error) {
    const found = await kept.match(request, { ignoreVary: true });
    if (found) return found;
    throw error;
  }
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" || url.pathname.startsWith("/static/")) event.respondWith(answer(request));
});
