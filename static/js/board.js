// Moving cards between the columns of a board: by drag, by Shift + arrow, and (in HTML alone) by the card's menu.

const board = document.querySelector("[data-board]");
const status = document.querySelector("[data-board-status]");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const columns = () => [...board.querySelectorAll("[data-column]")];

function place(card, column, before) {
  column.insertBefore(card, before);
}

async function move(card, from, to, before) {
  if (to.hasAttribute("data-asks")) {
    // Won and lost need an answer first: the page behind the move URL asks for it.
    place(card, from, before);
    location.assign(`${card.dataset.moveUrl}?stage=${encodeURIComponent(to.dataset.column)}`);
    return;
  }
  card.classList.add("is-waiting");
  const isMoved = await post(card.dataset.moveUrl, to.dataset.column);
  card.classList.remove("is-waiting");
  if (isMoved) {
    status.textContent = `${card.querySelector(".board-title").textContent}: ${to.dataset.name}`;
    board.dispatchEvent(new CustomEvent("board:moved", { bubbles: true }));
    return;
  }
  place(card, from, before);
  fail();
}

async function post(url, stage) {
  const body = new URLSearchParams({ stage });
  const headers = { "X-CSRFToken": token, "HX-Request": "true", Accept: "text/html" };
  try {
    const answer = await fetch(url, { method: "POST", body, headers });
    return answer.ok;
  } catch {
    return false;
  }
}

function fail() {
  status.textContent = status.dataset.failed;
  const toast = document.createElement("div");
  toast.className = "toast toast-error";
  const text = document.createElement("p");
  text.textContent = status.dataset.failed;
  toast.append(text);
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 10_000);
}

function enableDrag(column) {
  let before = null;
  new Sortable(column, {
    group: "cards",
    draggable: "[data-card]",
    filter: "summary, .menu-panel",
    preventOnFilter: false,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    delay: 150,
    delayOnTouchOnly: true,
    ghostClass: "is-dragged",
    onStart: (event) => (before = event.item.nextElementSibling),
    onEnd: (event) => {
      if (event.from !== event.to) move(event.item, event.from, event.to, before);
    },
  });
}

function onKey(event) {
  const card = event.target.closest?.("[data-card]");
  if (!card || !event.shiftKey || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  const isRtl = document.documentElement.dir === "rtl";
  const step = (event.key === "ArrowRight") === isRtl ? -1 : 1;
  const from = card.closest("[data-column]");
  const to = columns()[columns().indexOf(from) + step];
  if (!to) return;
  const before = card.nextElementSibling;
  const focused = document.activeElement;
  place(card, to, to.firstElementChild);
  focused.focus();
  card.scrollIntoView({ block: "nearest", inline: "nearest" });
  move(card, from, to, before);
}

if (board) {
  columns().forEach(enableDrag);
  board.addEventListener("keydown", onKey);
}
