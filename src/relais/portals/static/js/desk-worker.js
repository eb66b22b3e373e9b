// Keeps today's board of the desk, and what it needs to be drawn, for when the connection is lost. Nothing else.
const KEPT = "relais-desk";
const DESK = /^\/centre\/\d+\/accueil\/$/;
const today = () => {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
};

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (DESK.test(address.pathname) && request.mode === "navigate") event.respondWith(board(request, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

async function board(request, address) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(6000) });
    const cache = await caches.open(KEPT);
    if (answer.ok && answer.headers.get("X-Relais-Day")) {
      const page = await answer.clone().text();
      await cache.put(address.pathname, new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "", "X-Relais-Day": answer.headers.get("X-Relais-Day") } }));
    } else {
      await caches.delete(KEPT); // signed out, or no longer this person's desk
    }
    return answer;
  } catch {
    const kept = await (await caches.open(KEPT)).match(address.pathname);
    if (kept && kept.headers.get("X-Relais-Day") === today()) return kept;
    await caches.delete(KEPT);
    return new Response("<!DOCTYPE html><html lang=\"fr\"><title>Hors connexion</title><h1>Hors connexion</h1><p>La liste de ce jour n’a pas été ouverte sur ce poste. Réessayez quand la connexion revient.</p></html>", { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

async function asset(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(KEPT)).put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await (await caches.open(KEPT)).match(request);
    if (kept) return kept;
    throw error;
  }
}
