// Rows of a form put in order in place: by drag, by the buttons of a row, and by Alt + arrow anywhere in it.
// Without scripts the same buttons send the form, and it comes back in the new order. Nothing is kept before it is saved.

const list = document.querySelector("[data-arrange]");
const status = document.querySelector("[data-arrange-status]");
const digits = new Intl.NumberFormat(document.documentElement.dataset.digits === "arabext" ? "fa-IR" : "en");
const rows = () => [...list.querySelectorAll("[data-arrange-row]")];

// The buttons say which row they are of, should the form be sent by another one.
function number() {
  for (const [place, row] of rows().entries()) {
    for (const button of row.querySelectorAll("[name=arrange]")) {
      button.value = button.value.replace(/\d+$/, place);
    }
  }
}

function say(row) {
  const name = row.querySelector("[data-arrange-name]").textContent.trim();
  status.textContent = `${name}: ${status.dataset.moved} ${digits.format(rows().indexOf(row) + 1)}`;
}

function move(row, step) {
  const focused = document.activeElement;
  const beside = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (beside) beside[step < 0 ? "before" : "after"](row);
  number();
  if (row.contains(focused)) focused.focus();
  row.scrollIntoView({ block: "nearest" });
  say(row);
}

if (list) {
  new Sortable(list, {
    draggable: "[data-arrange-row]",
    handle: "[data-arrange-handle]",
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    ghostClass: "is-dragged",
    onEnd: (event) => {
      number();
      say(event.item);
    },
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-arrange-up], [data-arrange-down]");
    if (!button) return;
    event.preventDefault();
    move(button.closest("[data-arrange-row]"), button.matches("[data-arrange-up]") ? -1 : 1);
  });
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-arrange-row]");
    if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    move(row, event.key === "ArrowUp" ? -1 : 1);
  });
}
