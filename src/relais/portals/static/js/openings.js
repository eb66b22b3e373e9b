// Painting the week: drag over the half hours, or arrows and Space. Without this the boxes are ticked one by one.
const grid = document.querySelector(".openings-grid");
const boxes = [...(grid?.querySelectorAll("input[type=checkbox]") ?? [])];
const columns = grid?.querySelectorAll("thead th").length - 1;
let painting = null;

const boxOf = (target) => target.closest?.("td")?.querySelector("input");

grid?.addEventListener("pointerdown", (event) => {
  const box = boxOf(event.target);
  if (!box || event.button !== 0 || event.pointerType === "touch") return;
  event.preventDefault();
  painting = !box.checked;
  box.checked = painting;
  box.focus();
});

grid?.addEventListener("pointerover", (event) => {
  const box = boxOf(event.target);
  if (box && painting !== null) box.checked = painting;
});

addEventListener("pointerup", () => {
  painting = null;
});

// The click that follows a drag would turn the box back.
grid?.addEventListener("click", (event) => {
  if (event.detail > 0 && event.pointerType !== "touch" && boxOf(event.target)) event.preventDefault();
});

grid?.addEventListener("keydown", (event) => {
  const steps = { ArrowUp: -columns, ArrowDown: columns, ArrowLeft: -1, ArrowRight: 1 };
  const at = boxes.indexOf(event.target);
  const next = boxes[at + (steps[event.key] ?? NaN)];
  if (at < 0 || !(event.key in steps)) return;
  event.preventDefault();
  if (!next) return;
  if (event.shiftKey) next.checked = event.target.checked;
  next.focus();
});
