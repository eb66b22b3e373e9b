// Shows the kept page of a stay when the network is missing; forgets it once the stay is over.
const CACHE = "relais-sejour";
const STAY = /^\/medecin\/sejours\/(\d+)\//;

async function forgetOld() {
  const today = new Date().toISOString().slice(0, 10);
  const cache = await caches.open(CACHE);
  for (const request of await cache.keys()) {
    const until = (await cache.match(request))?.headers.get("x-relais-until");
    if (until && until < today) await cache.delete(request);
  }
  return cache;
}

async function kept(request) {
  const cache = await forgetOld();
  const url = new URL(request.url);
  const exact = await cache.match(request, { ignoreVary: true });
  if (exact) return exact;
  const stay = STAY.exec(url.pathname);
  if (request.mode !== "navigate") return undefined;
  if (stay) return cache.match(`/medecin/sejours/${stay[1]}/poche/`, { ignoreVary: true });
  const pages = (await cache.keys()).filter((one) => one.url.endsWith("/poche/"));
  return pages.length ? cache.match(pages[0], { ignoreVary: true }) : undefined;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forgetOld(), self.clients.claim()])));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode !== "navigate" && request.destination !== "style") return;
  event.respondWith(fetch(request).catch(async () => (await kept(request)) ?? Response.error()));
});
