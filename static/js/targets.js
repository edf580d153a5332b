// The grid of targets: cells of a spreadsheet are pasted over several fields, and arrows go up and down.
// It begins at the first cell that could not be read, else at the month that runs, with the end of the month before it in sight,
// and in the row that its address names. Without scripts a pasted row is taken apart by the server.

const form = document.querySelector("[data-grid]");
const rows = [...(form?.querySelectorAll("tbody tr[data-kpi]") ?? [])].map((row) => [...row.querySelectorAll("input")]);
const unpaste = form?.querySelector("[data-unpaste]");
const lost = form?.querySelector("[data-lost]");
let replaced = [];

function placeOf(field) {
  const row = rows.findIndex((fields) => fields.includes(field));
  return row < 0 ? null : { row, column: rows[row].indexOf(field) };
}

const mark = (field) => field.classList.toggle("is-changed", field.value !== field.defaultValue);

function paste(event) {
  const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
  const place = placeOf(event.target);
  if (!place || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  replaced = [];
  let left = 0;
  for (const [down, line] of text.split("\n").entries()) {
    for (const [across, cell] of line.split("\t").entries()) {
      const field = rows[place.row + down]?.[place.column + across];
      if (!field) left += cell.trim() ? 1 : 0;
      if (!field) continue;
      replaced.push([field, field.value]);
      field.value = cell.trim().replace(/^"(.*)"$/, "$1");
      mark(field);
    }
  }
  unpaste.hidden = false;
  tell(left);
}

// How many cells lay beyond the edge of the table; nothing where all had room.
function tell(left) {
  const digits = new Intl.NumberFormat(`en-u-nu-${document.documentElement.dataset.digits || "latn"}`);
  lost.textContent = left ? lost.dataset.lost.replace("{n}", digits.format(left)) : "";
}

function takeBack() {
  for (const [field, value] of replaced) {
    field.value = value;
    mark(field);
  }
  replaced[0]?.[0].focus();
  replaced = [];
  unpaste.hidden = true;
  tell(0);
}

function move(event) {
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: event.shiftKey ? -1 : 1 }[event.key];
  const place = step && placeOf(event.target);
  if (!place || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  const next = rows[place.row + step]?.[place.column];
  next?.focus();
  next?.select();
}

const GLIMPSE = 28;

function beginAtNow() {
  const now = form?.querySelector("thead [aria-current]");
  if (!now) return;
  const [name, column] = [now.parentElement.firstElementChild, now].map((cell) => cell.getBoundingClientRect());
  const isRtl = document.documentElement.dir === "rtl";
  now.closest(".table-scroll").scrollLeft += isRtl ? column.right - name.left + GLIMPSE : column.left - name.right - GLIMPSE;
}

function enterNamedRow() {
  const named = [...(form?.querySelectorAll("tbody tr[data-kpi]") ?? [])].findIndex((row) => `#${row.id}` === location.hash);
  const columns = [...(form?.querySelectorAll("thead th") ?? [])];
  const now = columns.findIndex((column) => column.hasAttribute("aria-current"));
  rows[named]?.[Math.max(now - 1, 0)]?.focus({ preventScroll: true });
}

// The browser may have gone there already, but perhaps not far enough: the column of names lies over the grid.
const unread = form?.querySelector("[autofocus]");
if (unread) {
  unread.focus({ preventScroll: true });
  unread.scrollIntoView({ block: "center", inline: "center" });
} else {
  beginAtNow();
  // Going to the row, the browser takes the focus away first.
  addEventListener("load", () => requestAnimationFrame(enterNamedRow));
}

if (unpaste) {
  form.addEventListener("paste", paste);
  form.addEventListener("keydown", move);
  form.addEventListener("input", (event) => {
    if (!placeOf(event.target)) return;
    mark(event.target);
    replaced = [];
    unpaste.hidden = true;
  });
  unpaste.addEventListener("click", takeBack);
  form.addEventListener("keydown", (event) => {
    if (!replaced.length || event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    takeBack();
  });
}
