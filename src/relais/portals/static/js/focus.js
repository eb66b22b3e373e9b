// Where the attention goes after a piece was replaced: to the error, else to what asks for it, else where it was.
document.addEventListener("htmx:afterSettle", (event) => {
  const piece = event.detail.elt;
  const wanted =
    piece.querySelector?.("[role=alert][data-relais-focus]") ??
    piece.querySelector?.("[data-relais-focus]") ??
    (piece.matches?.("[data-relais-focus]") ? piece : null);
  if (wanted) wanted.focus({ preventScroll: false });
});

// The same on a page that was answered whole.
document.querySelector("[role=alert][data-relais-focus]")?.focus();
