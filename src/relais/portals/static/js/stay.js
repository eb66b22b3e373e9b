// « Garder sur ce téléphone »: the page of the stay, with its style, for the places without network.
const CACHE = "relais-sejour";
const box = document.querySelector("[data-relais-pocket]");

function say(sentence) {
  box.querySelector("[data-relais-pocket-words]").textContent = sentence;
}

async function isKept() {
  const cache = await caches.open(CACHE);
  return Boolean(await cache.match(box.dataset.relaisPocket, { ignoreVary: true }));
}

async function show() {
  const there = await isKept();
  box.querySelector("[data-relais-pocket-forget]").hidden = !there;
  if (there) say("Cette page est gardée sur ce téléphone, jusqu’à la fin du séjour.");
}

async function keep(form) {
  await navigator.serviceWorker.register(box.dataset.relaisWorker, { scope: "/medecin/sejours/" });
  const answer = await fetch(box.dataset.relaisPocket, { method: "POST", body: new FormData(form) });
  if (!answer.ok || answer.redirected) throw new Error("not kept");
  const cache = await caches.open(CACHE);
  await cache.put(new Request(box.dataset.relaisPocket), answer);
  await cache.add(box.dataset.relaisStyle);
}

if (box && "serviceWorker" in navigator && "caches" in window) {
  box.hidden = false;
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await keep(event.target);
      await show();
    } catch {
      say("Le téléphone n’a pas pu garder la page. Réessayez avec du réseau, ou enregistrez le PDF.");
    }
  });
  box.querySelector("[data-relais-pocket-forget]").addEventListener("click", async () => {
    await caches.delete(CACHE);
    say("La page n’est plus sur ce téléphone.");
    box.querySelector("[data-relais-pocket-forget]").hidden = true;
  });
  await show();
}
