// Fields whose value is found on the server while it is typed: arrows walk through what was found, Enter takes it.

for (const input of document.querySelectorAll("[data-lookup]")) {
  const lookup = input.closest(".lookup");
  const found = lookup.querySelector("[data-options]");
  let settled = input.value; // what the page came with, or what was chosen
  let isWaiting = false; // Enter was pressed before the answer
  let failed = null; // what was typed when no answer came: the form, once sent, looks for it

  const options = () => [...found.querySelectorAll("[role=option]")];
  const isAsking = () => {
    const typed = input.value.trim();
    return typed && input.value !== settled && input.value !== failed && found.querySelector("[data-q]")?.dataset.q !== typed;
  };
  const current = () => found.querySelector("[aria-selected=true]");

  function point(option) {
    for (const each of options()) each.ariaSelected = String(each === option);
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function show(isShown) {
    found.hidden = !isShown;
    input.ariaExpanded = String(isShown);
    if (!isShown) point(null);
  }

  function take(option) {
    isWaiting = false;
    if (!option) return;
    settled = input.value = option.dataset.value;
    show(false);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function step(by) {
    const all = options();
    const place = all.indexOf(current());
    if (found.hidden) input.dispatchEvent(new CustomEvent("lookup:open"));
    else if (all.length) point(all[(place + by + all.length) % all.length]);
  }

  function act(event) {
    if (event.isComposing) return false;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter" && isAsking()) isWaiting = true;
    else if (event.key === "Enter" && !found.hidden) take(current());
    else if (event.key === "Escape" && !found.hidden) show(false);
    else return false;
    return true;
  }

  input.setAttribute("role", "combobox");
  input.ariaAutoComplete = "list";
  input.ariaExpanded = "false";
  input.addEventListener("keydown", (event) => {
    if (act(event)) event.preventDefault();
  });
  input.addEventListener("input", () => {
    lookup.parentElement.querySelector("[data-candidates]")?.remove();
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("click", () => {
    if (!input.value) input.dispatchEvent(new CustomEvent("lookup:open"));
  });
  input.addEventListener("blur", () => {
    isWaiting = false;
    show(false);
  });
  found.addEventListener("htmx:afterSwap", () => {
    if (document.activeElement !== input) return;
    const list = found.querySelector("[role=listbox]");
    input.setAttribute("aria-controls", list.id);
    show(true);
    point(options()[0]);
    if (isAsking()) return; // what was typed since is on its way
    if (isWaiting && options().length === 1) take(current());
    isWaiting = false;
  });
  for (const fault of ["htmx:sendError", "htmx:responseError"]) {
    input.addEventListener(fault, () => {
      failed = input.value;
      isWaiting = false;
    });
  }
  // The field keeps the keys while a finger or a mouse chooses.
  found.addEventListener("mousedown", (event) => event.preventDefault());
  found.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
}

// The browser walks through the options of a product. Enter on half of its name takes the first one, and never sends the form.
function complete(input) {
  const typed = input.value.trim().toLowerCase();
  const options = typed ? [...input.list.options].map((option) => option.value) : [];
  const fitting = options.find((value) => value.toLowerCase().includes(typed));
  if (!fitting || fitting === input.value) return;
  input.value = fitting;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("input[list]")) return;
    event.preventDefault();
    complete(event.target);
  },
  true,
);
