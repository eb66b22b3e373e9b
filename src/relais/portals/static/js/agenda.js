// The day of a centre from the keyboard: « / » finds, Enter takes the first patient, arrows go down the list.
const form = document.querySelector("[data-relais-find]");
const field = form?.querySelector("input[type=search]");
const found = document.getElementById("found");

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

let answered = "";
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === found) answered = event.detail.requestConfig.parameters.get?.("text") ?? field.value;
});

field?.addEventListener("keydown", (event) => {
  const first = found?.querySelector("[data-relais-first]");
  if (!first) return;
  // Enter takes the first one only when the list answers what is written.
  if (event.key === "Enter" && answered === field.value) {
    event.preventDefault();
    first.click();
  } else if (event.key === "ArrowDown") {
    event.preventDefault();
    first.focus();
  }
});

found?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...found.querySelectorAll("a")];
  const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
  event.preventDefault();
  (links[next] ?? field).focus();
});

// Choosing a reason asks for its places at once.
document.querySelector(".reason-form select")?.addEventListener("change", (event) => event.target.form.requestSubmit());
