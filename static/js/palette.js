// The command palette: Ctrl+K or ⌘K opens it, arrows walk through what the server found, Enter goes there.

const palette = document.getElementById("palette");
const input = palette?.querySelector("[data-palette-input]");
const isApple = /Mac|iPhone|iPad/.test(navigator.platform);
let isWaiting = false;

const options = () => [...palette.querySelectorAll("[role=option]")];
const current = () => palette.querySelector("[role=option][aria-selected=true]");
const isStale = () => palette.querySelector("[data-q]")?.dataset.q !== input.value.trim().slice(0, 100);

function choose(option) {
  for (const each of options()) each.ariaSelected = String(each === option);
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function open() {
  if (document.querySelector("dialog[open]")) return;
  input.value = "";
  isWaiting = false;
  palette.showModal();
  input.focus();
  input.dispatchEvent(new CustomEvent("palette:open"));
}

function step(by) {
  const all = options();
  const place = all.indexOf(current());
  if (all.length) choose(all[(place + by + all.length) % all.length]);
}

// An answer that is still on its way is waited for: who types fast means what they typed.
function go() {
  if (isStale()) isWaiting = true;
  else current()?.click();
}

function act(event) {
  if (event.isComposing) return false;
  if (event.key === "ArrowDown") step(1);
  else if (event.key === "ArrowUp") step(-1);
  else if (event.key === "Enter") go();
  else return false;
  return true;
}

if (palette) {
  for (const opener of document.querySelectorAll("[data-palette-open]")) {
    if (isApple) opener.querySelector("kbd").textContent = "⌘K";
    opener.addEventListener("click", open);
  }
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyK" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
  });
  input.addEventListener("keydown", (event) => {
    if (act(event)) event.preventDefault();
  });
  palette.addEventListener("htmx:afterSwap", () => {
    palette.querySelector("[data-palette-said]").textContent = palette.querySelector("[data-said]").textContent;
    choose(options()[0]);
    if (!isWaiting || isStale()) return;
    isWaiting = false;
    go();
  });
}
