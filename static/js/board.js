// Moving cards between the columns of a board: by drag, by Shift + arrow, and by the card's menu, which needs no scripts.

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
  const answer = await post(card.dataset.moveUrl, from.dataset.column, to.dataset.column);
  card.classList.remove("is-waiting");
  if (answer.isMoved) {
    status.textContent = `${card.querySelector(".board-title").textContent}: ${to.dataset.name}`;
    show(answer.text, card);
    return;
  }
  place(card, from, before);
  fail(answer.text);
}

async function post(url, from, stage) {
  const body = new URLSearchParams({ from, stage });
  const headers = { "X-CSRFToken": token, "HX-Request": "true", "HX-Current-URL": location.href, Accept: "text/html" };
  try {
    const answer = await fetch(url, { method: "POST", body, headers });
    const isOurs = answer.ok || answer.status === 409;
    return { isMoved: answer.ok, text: isOurs ? await answer.text() : "" };
  } catch {
    return { isMoved: false, text: "" };
  }
}

// The server's answer decides: sums, counts, marks and the order of cards are taken from it.
function show(html, card) {
  const hadFocus = card.contains(document.activeElement);
  const fresh = new DOMParser().parseFromString(html, "text/html");
  document.getElementById("board-sums").replaceWith(fresh.getElementById("board-sums"));
  for (const column of fresh.querySelectorAll(".board-column")) {
    const shown = board.querySelector(`[aria-labelledby="${column.getAttribute("aria-labelledby")}"]`);
    shown.querySelector(".board-head").replaceWith(column.querySelector(".board-head"));
    shown.querySelector("[data-column]").replaceChildren(...column.querySelector("[data-column]").children);
  }
  const moved = board.querySelector(`[data-card="${card.dataset.card}"]`);
  if (hadFocus && moved) {
    moved.querySelector(".board-title").focus();
    moved.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  const toasts = document.getElementById("toasts");
  toasts.replaceChildren(...fresh.querySelectorAll("[data-toast]"));
  toasts.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
}

function fail(text) {
  status.textContent = text || status.dataset.failed;
  const toast = document.createElement("div");
  toast.className = "toast toast-error";
  const words = document.createElement("p");
  words.textContent = text || status.dataset.failed;
  toast.append(words);
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

function openMenu(card) {
  const menu = card.querySelector("details.menu");
  menu.open = true;
  menu.querySelector("button").focus();
}

function onKey(event) {
  const card = event.target.closest?.("[data-card]");
  if (card && event.code === "KeyM" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey) {
    if (document.body.dataset.shortcuts !== "off") openMenu(card);
  }
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
