// Weeks to tick: quick picks tick at once instead of asking the server, and a line says what saving will change.
const form = document.querySelector("[data-relais-weeks]");
const count = form?.querySelector("[data-relais-count]");

const boxes = () => [...form.querySelectorAll('input[name="weeks"]')];
const weeks = (number) => (number < 2 ? `${number}\u00a0semaine` : `${number}\u00a0semaines`);
const agree = (number, word) => (number < 2 ? word : `${word}s`);

function tell() {
  const free = boxes().filter((box) => !box.disabled);
  const added = free.filter((box) => box.checked && !box.dataset.was).length;
  const removed = free.filter((box) => !box.checked && box.dataset.was).length;
  const parts = [];
  if (added) parts.push(`${weeks(added)} à ajouter`);
  if (removed) parts.push(`${weeks(removed)} à retirer`);
  const kept = boxes().filter((box) => box.dataset.was).length;
  count.textContent = parts.length ? `${parts.join(", ")}. Il reste à enregistrer.` : `${weeks(kept)} ${agree(kept, "offerte")}`;
}

if (form) {
  form.addEventListener("change", tell);
  form.addEventListener("click", (event) => {
    const pick = event.target.closest("[data-relais-pick]");
    if (!pick) return;
    event.preventDefault();
    const wanted = new Set(pick.dataset.relaisPick.trim().split(" "));
    const some = boxes().filter((box) => wanted.has(box.value) && !box.disabled);
    const ticks = !some.every((box) => box.checked);
    for (const box of some) box.checked = ticks;
    tell();
  });
  tell();
}
