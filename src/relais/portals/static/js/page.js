// The page as a whole: say that JavaScript runs, close menus, speak when the network fails.
document.documentElement.classList.add("with-js");

const messages = document.querySelector("[data-relais-messages]");

/** Show one sentence in the live region of the page. Level: "success", "info", "warning" or "error". */
function say(sentence, level = "success") {
  if (!messages) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.level = level;
  const text = document.createElement("p");
  text.textContent = sentence;
  toast.append(text);
  messages.replaceChildren(toast);
}

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(
    status === 403
      ? "Cette action n’est pas ouverte à votre compte, ou votre session est finie. Rechargez la page."
      : "La demande n’a pas abouti. Rien n’a changé ; réessayez dans un instant.",
    "error",
  );
});

document.addEventListener("htmx:sendError", () => {
  say("Le réseau ne répond pas. Rien n’a changé ; réessayez dans un instant.", "error");
});

// A menu closes on Escape and when the attention goes elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details[data-relais-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
};
document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-relais-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-relais-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// Copy buttons: data-relais-copy="#id of what to copy".
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-relais-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.relaisCopy);
  const text = source.value ?? source.textContent.trim();
  try {
    await navigator.clipboard.writeText(text);
    say("L’adresse est copiée.");
  } catch {
    source.focus();
    source.select?.();
    say("Copiez l’adresse sélectionnée.", "info");
  }
});

// The board of the desk that is kept for a lost connection goes with the session.
if (globalThis.caches) {
  if (!document.querySelector("[data-relais-menu]")) caches.delete("relais-desk");
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form[action$='/sortir/']")) caches.delete("relais-desk");
  });
}
