// The desk: marks go at once; without connection they wait in this browser, with the instant they were made.
// What waits holds no name: the address of the appointment, the mark, the instant, the key of the click.
const root = document.querySelector("[data-relais-desk]");
const QUEUE = `relais-desk-${root.dataset.centre}`;
const LATE_MS = 18 * 3600 * 1000;
const line = document.querySelector("[data-relais-line]");
const problems = document.querySelector("[data-relais-problems]");
const WORDS = { booked: "attendu", arrived: "arrivé", started: "en consultation", done: "terminé", no_show: "absent" };
let offlineSince = null;
let sending = false;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(QUEUE) ?? "[]");
  } catch {
    return [];
  }
};
const write = (queue) => (queue.length ? localStorage.setItem(QUEUE, JSON.stringify(queue)) : localStorage.removeItem(QUEUE));
const hour = (moment) => `${moment.getHours()} h ${String(moment.getMinutes()).padStart(2, "0")}`;
const rowOf = (mark) => root.querySelector(`[data-appointment="${CSS.escape(mark.appointment)}"]`);

function show() {
  const queue = read();
  const count = queue.length;
  line.hidden = !(offlineSince || count);
  const waiting = count ? ` ${count} ${count > 1 ? "notes attendent" : "note attend"} d’être ${count > 1 ? "envoyées" : "envoyée"}.` : "";
  const told = offlineSince ? `Hors connexion depuis ${hour(offlineSince)}. La liste reste lisible, notez comme d’habitude.${waiting}` : waiting.trim();
  if (line.textContent !== told) line.textContent = told;
  for (const row of root.querySelectorAll("[data-waits-to-leave]")) delete row.dataset.waitsToLeave;
  for (const mark of queue) {
    const row = rowOf(mark);
    if (!row) continue;
    row.dataset.state = mark.state;
    row.dataset.waitsToLeave = "";
    row.querySelector("[data-relais-word]").textContent = WORDS[mark.state];
    offer(row, mark.state);
  }
}

// Without connection the buttons of a line follow what was noted here.
function offer(row, state) {
  const next = { booked: ["arrived", "Arrivé"], arrived: ["started", "Entre en consultation"], started: ["done", "Terminé"] }[state];
  const form = row.querySelector("form");
  const first = form.querySelector("button");
  for (const button of [...form.querySelectorAll("button")].slice(next ? 1 : 0)) button.remove();
  if (!next || !first) return;
  first.value = next[0];
  first.textContent = next[1];
  first.setAttribute("aria-label", `${next[1]} : ${row.querySelector(".desk-who a").textContent}`);
}

function problem(sentence) {
  const item = document.createElement("li");
  item.textContent = sentence;
  problems.append(item);
  problems.hidden = false;
}

async function send(mark) {
  const body = new URLSearchParams({ ...mark, csrfmiddlewaretoken: root.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" });
  const stop = AbortSignal.timeout(8000);
  const answer = await fetch(root.dataset.mark, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual", signal: stop });
  if (answer.ok) return "";
  if (answer.status === 422) return (await answer.json()).refused;
  if (answer.status === 404) return "Un rendez-vous noté ici n’existe plus : regardez « Journée ».";
  throw new Error(answer.type === "opaqueredirect" || answer.status === 403 ? "signed-out" : "later");
}

async function flush() {
  if (sending) return;
  sending = true;
  try {
    for (let queue = read(); queue.length; queue = read()) {
      const mark = queue[0];
      const who = rowOf(mark)?.querySelector(".desk-who a")?.textContent ?? "Une personne";
      if (Date.now() - Date.parse(mark.at) > LATE_MS) {
        problem(`Une note de plus d’un jour n’a pas pu partir (${hour(new Date(mark.at))}).`);
      } else {
        const refused = await send(mark);
        if (refused) problem(`${who}, noté à ${hour(new Date(mark.at))} : ${refused}`);
      }
      write(read().filter((one) => one.key !== mark.key));
    }
    const was = offlineSince;
    offlineSince = null;
    if (was) await refresh();
  } catch (error) {
    if (error.message === "signed-out") {
      line.hidden = false;
      line.textContent = "Votre session est finie. Reconnectez-vous : ce qui est noté ici partira ensuite.";
      forget();
      return;
    }
    offlineSince ??= new Date();
    const queue = read();
    for (const mark of queue) mark.sent_later = "on";
    write(queue);
  } finally {
    sending = false;
  }
  show();
}

async function refresh() {
  const focus = document.activeElement?.closest?.("[data-appointment]")?.dataset.appointment;
  let answer;
  try {
    answer = await fetch(root.dataset.address, { headers: { "X-Relais-Part": "board" }, redirect: "manual", signal: AbortSignal.timeout(8000) });
    if (answer.headers.get("X-Relais-Kept")) throw new Error("kept");
  } catch {
    offlineSince ??= new Date();
    return show();
  }
  if (!answer.ok) return;
  if (answer.headers.get("X-Relais-Day") !== root.dataset.day) return location.reload();
  offlineSince = null;
  root.innerHTML = await answer.text();
  if (focus) root.querySelector(`[data-appointment="${CSS.escape(focus)}"] button`)?.focus();
  show();
}

root.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-relais-mark]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const mark = {
    key: crypto.randomUUID(),
    appointment: form.elements.appointment.value,
    state: event.submitter.value,
    at: new Date().toISOString(),
  };
  if (offlineSince) mark.sent_later = "on";
  write([...read(), mark]);
  show();
  await flush();
  if (!offlineSince) await refresh();
});

// Up and down go from line to line, on the first act of each.
root.addEventListener("keydown", (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const rows = [...root.querySelectorAll(".desk-row")].filter((row) => row.querySelector("button"));
  const next = rows[rows.indexOf(event.target.closest(".desk-row")) + way];
  if (!next) return;
  event.preventDefault();
  next.querySelector("button").focus();
});

const forget = () => globalThis.caches?.delete("relais-desk");
addEventListener("online", flush);
addEventListener("offline", () => {
  offlineSince ??= new Date();
  show();
});
setInterval(() => (read().length || offlineSince ? flush() : undefined), 5000);
setInterval(() => (document.hidden || sending ? undefined : refresh()), 60000);
setInterval(async () => {
  const today = new Date();
  const day = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, "0")}-${String(today.getDate()).padStart(2, "0")}`;
  if (day <= root.dataset.day) return;
  await forget();
  location.reload();
}, 30000);

if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: "/centre/" }).catch(() => undefined);
show();
flush();
