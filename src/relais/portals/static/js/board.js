// Moves in the board: arrows go from week to week and line to line, Page keys by four weeks, Home and End to the
// ends of a line, Enter opens. One tab stop for the whole board. After the drawer, the attention comes back to the cell.
const STEPS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
const LEAPS = { PageDown: 4, PageUp: -4 };

let lastCell = "";

const rowsOf = (board) =>
  [...board.querySelectorAll("tbody tr")].map((row) =>
    [...row.cells].slice(1).map((cell) => cell.querySelector("[data-relais-cell]")),
  );

function place(rows, cell) {
  const row = rows.findIndex((cells) => cells.includes(cell));
  return [row, row < 0 ? -1 : rows[row].indexOf(cell)];
}

/** Give the next cell in a direction, passing over weeks that hold none. */
function neighbour(rows, row, column, [down, right]) {
  let [at, across] = [row + down, column + right];
  while (at >= 0 && at < rows.length && across >= 0 && across < rows[at].length) {
    if (rows[at][across]) return rows[at][across];
    at += down;
    across += right;
  }
  return null;
}

/** Give the cell some weeks away on the same line, or the last one on the way. */
function leap(cells, column, weeks) {
  const end = Math.max(0, Math.min(cells.length - 1, column + weeks));
  const way = weeks > 0 ? cells.slice(column, end + 1).reverse() : cells.slice(end, column + 1);
  return way.find(Boolean) ?? null;
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("[data-relais-cell]");
  const board = cell?.closest("table");
  if (!board || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = rowsOf(board);
  const [row, column] = place(rows, cell);
  if (row < 0) return;
  let next = null;
  if (STEPS[event.key]) next = neighbour(rows, row, column, STEPS[event.key]);
  else if (LEAPS[event.key]) next = leap(rows[row], column, LEAPS[event.key]);
  else if (event.key === "Home") next = rows[row].find(Boolean);
  else if (event.key === "End") next = rows[row].findLast(Boolean);
  else return;
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest", inline: "nearest" });
});

// One tab stop for the whole board; the arrows do the rest.
function settle(board) {
  const cells = board.querySelectorAll("[data-relais-cell]");
  const current =
    document.getElementById(lastCell) ?? board.querySelector("[data-relais-cell][aria-current]") ?? cells[0];
  if (cells.length > 0) board.setAttribute("role", "grid");
  for (const cell of cells) cell.tabIndex = cell === current ? 0 : -1;
}

const settleAll = (root) => {
  for (const board of root.querySelectorAll?.("table.board") ?? []) settle(board);
};

document.addEventListener("focusin", (event) => {
  const cell = event.target.closest?.("[data-relais-cell]");
  const board = cell?.closest("table.board");
  if (!board) return;
  lastCell = cell.id;
  for (const other of board.querySelectorAll('[data-relais-cell][tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
});

// A mouse click on a cell does not always focus it.
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("[data-relais-cell]");
  if (cell?.id) lastCell = cell.id;
});

// The board may have been drawn again while the drawer was open: find the cell by its name.
document.getElementById("drawer")?.addEventListener("close", () => document.getElementById(lastCell)?.focus());

settleAll(document);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.closest?.("dialog")) return;
  settleAll(document);
});
