// Links with data-relais-dialog="id" open that dialog instead of leaving the page. Pieces loaded into a dialog open it.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-relais-dialog]");
  if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    const dialog = document.getElementById(opener.dataset.relaisDialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest("[data-relais-close]");
  if (closer) {
    const dialog = closer.closest("dialog");
    if (dialog) {
      event.preventDefault();
      dialog.close();
    }
    return;
  }
  // A click on the veil closes.
  if (event.target.matches("dialog.dialog")) {
    const box = event.target.getBoundingClientRect();
    const inside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.detail > 0) event.target.close();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const dialog = event.detail.target.closest?.("dialog");
  if (!dialog) return;
  const title = event.detail.target.querySelector("[data-relais-title]");
  const heading = document.getElementById(dialog.getAttribute("aria-labelledby"));
  if (title && heading) heading.textContent = title.dataset.relaisTitle;
  if (!dialog.open) dialog.showModal();
});
