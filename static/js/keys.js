// Shortcuts by the place of a key on the keyboard (event.code), so they work with a Persian layout.

const PLACES = { KeyT: "/today", KeyL: "/leads", KeyP: "/pipeline", KeyC: "/customers", KeyK: "/kpis" };
const CHORD_MILLISECONDS = 1200;
let goPressedAt = 0;
let isClosing = false; // Escape that only closes a menu

const isTyping = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function press(selector) {
  const target = document.querySelector(selector);
  if (!target) return false;
  if (target.matches("input, textarea")) {
    target.focus();
    target.select();
  } else target.click();
  return true;
}

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
const rowAt = () => document.activeElement?.closest("[data-row]");

// A row is walked to by its link, which says what the row is and opens it with Enter.
function walk(by) {
  const all = rows();
  const place = all.indexOf(rowAt());
  const next = place < 0 ? all[by > 0 ? 0 : all.length - 1] : all[place + by];
  next?.querySelector(".row-link, a[href]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return all.length > 0;
}

function tick() {
  const box = rowAt()?.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

function edit() {
  const url = rowAt()?.dataset.editUrl;
  if (url) location.assign(url);
  return Boolean(url) || press("a[data-edit]");
}

// Pages of figures: the neighbouring period lies where its button does, so in Persian the one before is to the right.
function turnPeriod(event) {
  if (event.target !== document.body && !event.target.closest("[data-period]")) return false;
  const isNext = (event.key === "ArrowRight") !== (document.documentElement.dir === "rtl");
  return press(`[data-period] a[rel=${isNext ? "next" : "prev"}]`);
}

// To nothing, and back to what it was compared with.
function toggleCompare() {
  const select = document.querySelector("select[name=compare]");
  if (!select) return false;
  const kept = sessionStorage.getItem("compare");
  const isNone = select.value === "none";
  if (!isNone) sessionStorage.setItem("compare", select.value);
  select.value = isNone ? (kept ?? "previous") : "none";
  if (!select.value) select.value = "previous";
  select.form.requestSubmit();
  return true;
}

function follow(code) {
  const link = document.querySelector(`.side-link[href^="${PLACES[code]}"]`);
  link?.click();
  return Boolean(link);
}

function act(event) {
  if (event.timeStamp - goPressedAt < CHORD_MILLISECONDS && goPressedAt && PLACES[event.code]) {
    goPressedAt = 0;
    return follow(event.code);
  }
  goPressedAt = 0;
  if (event.code === "KeyG" && !event.shiftKey) {
    goPressedAt = event.timeStamp;
    return true;
  }
  if (event.code === "Slash" && event.shiftKey) {
    const list = document.getElementById("shortcuts");
    list?.showModal();
    return Boolean(list);
  }
  if (event.shiftKey) return false;
  if (event.key === "Escape") return !isClosing && press("[data-clear]");
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") return turnPeriod(event);
  if (event.code === "Slash") return press("[data-search]");
  if (event.code === "KeyJ") return walk(1);
  if (event.code === "KeyK") return walk(-1);
  if (event.code === "KeyX") return tick() || toggleCompare();
  if (event.code === "KeyE") return edit();
  if (event.code === "KeyF") return press("[data-filter]");
  if (event.code === "KeyC") return press("[data-new-lead]");
  if (event.code === "KeyN") return press("[data-new]") || press("[data-new-lead]");
  return false;
}

document.addEventListener(
  "keydown",
  (event) => {
    isClosing = event.key === "Escape" && document.querySelector("details.menu[open]") !== null;
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.shortcuts === "off" || event.defaultPrevented) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if (act(event)) event.preventDefault();
});
