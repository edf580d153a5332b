// Lines of an order: adding and removing rows in place. Without scripts a button asks the server for a row, and a box removes one.

const form = document.querySelector("[data-order]");
const lines = form?.querySelector("[data-lines]");
const blank = document.getElementById("blank-line");
const total = form?.querySelector("[name=lines-TOTAL_FORMS]");
const most = Number(form?.querySelector("[name=lines-MAX_NUM_FORMS]")?.value ?? 0);

function prepare(line) {
  line.querySelector("[data-remove-line]").hidden = false;
  line.querySelector("[data-remove-label]").hidden = true;
  line.hidden = line.querySelector("[data-remove]").checked;
}

function add() {
  const index = Number(total.value);
  if (index >= most) return;
  const line = blank.content.querySelector("[data-line]").cloneNode(true);
  for (const each of line.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      if (each.hasAttribute(name)) each.setAttribute(name, each.getAttribute(name).replaceAll("__prefix__", index));
    }
  }
  lines.append(line);
  total.value = index + 1;
  prepare(line);
  htmx.process(line);
  line.querySelector("input").focus();
}

function remove(line) {
  const next = line.nextElementSibling ?? line.previousElementSibling;
  line.querySelector("[data-remove]").checked = true;
  line.hidden = true;
  (next?.querySelector("input:not([type=hidden])") ?? form.querySelector("[data-add-line]")).focus();
  lines.dispatchEvent(new CustomEvent("lines:changed", { bubbles: true }));
}

// The words that the form began with stand for a product only until one is chosen.
function describe(line) {
  const [product, words] = ["product", "name"].map((name) => line.querySelector(`[name$="-${name}"]`));
  if (product.value && words.value === form.dataset.placeholder) words.value = "";
}

// The list price of a product is what its line begins with, also in the place of the amount of a deal that the form came with;
// a price that somebody typed stays.
function price(line) {
  const [product, typed] = ["product", "unit_price"].map((name) => line.querySelector(`[name$="-${name}"]`));
  const said = product.value.trim().toLowerCase();
  const titles = [...product.list.options].map((option) => [option, option.value.toLowerCase()]);
  const [option] = titles.find(([, title]) => said && (title === said || title.endsWith(` · ${said}`))) ?? [];
  const listed = option?.dataset.price;
  const isListed = typed.value === (typed.dataset.listed ?? "");
  const isTouched = !("untouched" in form.dataset) || typed.value !== typed.defaultValue;
  if (!option || (!isListed && (isTouched || !listed))) return;
  typed.value = typed.dataset.listed = listed ?? "";
  typed.dispatchEvent(new Event("change", { bubbles: true }));
}

if (form) {
  lines.querySelectorAll("[data-line]").forEach(prepare);
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-add-line]")) {
      event.preventDefault();
      add();
    }
    const remover = event.target.closest("[data-remove-line]");
    if (remover) remove(remover.closest("[data-line]"));
  });
  // What is typed may be found only after its field was left.
  document.getElementById("product-options").addEventListener("htmx:afterSwap", () => {
    if (!("listPrices" in form.dataset)) return;
    for (const line of lines.querySelectorAll("[data-line]")) if (!line.querySelector('[name$="-unit_price"]').value) price(line);
  });
  form.addEventListener("change", (event) => {
    if (!event.target.matches('[name$="-product"]')) return;
    const line = event.target.closest("[data-line]");
    if (form.dataset.placeholder) describe(line);
    if ("listPrices" in form.dataset) price(line);
  });
  // Enter in a field would press the first button of the form, which adds a line.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || !event.target.matches("input")) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-save]"));
  });
}
