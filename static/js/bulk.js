// Ticking rows of a list: the bar of what can be done with them appears with the first tick. Without scripts it is always there.

const root = document.documentElement;
const digits = new Intl.NumberFormat(root.dataset.digits === "arabext" ? "fa-IR" : "en");

function refresh(form) {
  const boxes = [...form.querySelectorAll("[name=lead]")];
  const ticked = boxes.filter((box) => box.checked);
  const everything = form.querySelector("[data-bulk-everything]");
  const page = form.querySelector("[data-bulk-page]");
  page.hidden = false;
  page.checked = ticked.length === boxes.length;
  page.indeterminate = ticked.length > 0 && !page.checked;
  form.querySelector("[data-bulk-bar]").hidden = !ticked.length && !everything.checked;
  form.querySelector("[data-bulk-said]").hidden = everything.checked;
  form.querySelector("[data-bulk-count]").textContent = digits.format(ticked.length);
  for (const box of boxes) box.closest("tr").ariaSelected = box.checked ? "true" : null;
}

function prepare() {
  const form = document.querySelector("[data-bulk]");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-bulk-page]")) {
      for (const box of form.querySelectorAll("[name=lead]")) box.checked = event.target.checked;
    }
    refresh(form);
  });
  // A file leaves the page where it is: the next press must not be taken for the second one of an impatient finger.
  form.addEventListener("submit", (event) => {
    if (["csv", "xlsx"].includes(event.submitter?.value)) setTimeout(() => delete form.dataset.sent);
  });
  refresh(form);
}

prepare();
document.addEventListener("htmx:load", prepare);
addEventListener("pageshow", () => {
  const form = document.querySelector("[data-bulk]");
  if (form) refresh(form);
});
