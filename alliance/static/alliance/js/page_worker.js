/* Keeps the page of a door, or of a table, on its phone, with what it is made of: it opens again without network. Nothing
   else is kept, and the network always has the first word. « ?heures=14 »: a page that is older is not shown again. */
"use strict";
const KEPT = new URL(self.registration.scope).pathname, PATIENCE = 4000;
const HOURS = Number(new URL(location).searchParams.get("heures")) || Infinity;

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

const fallback = async (kept, request) => {
  const found = await kept.match(request, { ignoreVary: true });
  if (!found || request.mode !== "navigate") return found;
  if (Date.now() - Date.parse(found.headers.get("Date") || 0) < HOURS * 3600e3) return found;
  await kept.delete(request, { ignoreVary: true });
  return undefined;
};

const answer = async (request) => {
  const kept = await caches.open(KEPT);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) await kept.put(request, response.clone());
    else if (response.status < 500) await kept.delete(request, { ignoreVary: true });
    if (response.status < 500) return response;
    return await fallback(kept, request) || response;
  } catch (error) {
    const found = await fallback(kept, request);
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
