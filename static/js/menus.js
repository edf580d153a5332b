// Menus, dialogs, toasts and filter forms. Everything here also works, less smoothly, without scripts.

const TOAST_SECONDS = 10;

const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;

  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    event.preventDefault();
    for (const menu of openMenus()) menu.open = false;
    document.getElementById(opener.dataset.dialogOpen)?.showModal();
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) closer.closest("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const isInside =
      event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!isInside) event.target.close();
  }
  event.target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

// Whoever walks on with Tab leaves the menu behind.
document.addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

// A card may lie under its neighbour's open menu unless only one is open at a time.
document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("details.menu[open]")) return;
    for (const menu of openMenus()) if (menu !== event.target && !menu.contains(event.target)) menu.open = false;
  },
  true,
);

// Arrows change a closed list with every press: what is chosen so waits for the form's button.
let isStepping = false;
document.addEventListener("pointerdown", () => (isStepping = false), true);
document.addEventListener(
  "keydown",
  (event) => {
    isStepping = event.target.matches?.("select") && !["Enter", " ", "Tab"].includes(event.key);
  },
  true,
);

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form && !isStepping && !event.target.matches("[data-date]")) form.requestSubmit();
});

// The second press of an impatient finger must not make a second row.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.matches("[hx-post], [data-hx-post]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

function greetToasts(parent) {
  for (const toast of parent.querySelectorAll("[data-toast]:not([data-seen])")) {
    toast.dataset.seen = "yes";
    toast.querySelector("[data-toast-close]").hidden = false;
    if (!toast.matches(".toast-error, .toast-warning")) leaveLater(toast);
  }
}

function leaveLater(toast) {
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), TOAST_SECONDS * 1000));
  const stop = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

greetToasts(document);
document.addEventListener("htmx:load", () => greetToasts(document));
