// allauth's scripts tell in the console that no passkey came; people read it on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const problem of document.querySelectorAll("[data-relais-passkey-problem]")) {
    problem.hidden = false;
  }
});
