// A field that was refused is red until it is changed; what was wrong with it can be read until it is left.

function together(field) {
  if (field.type !== "radio") return [field];
  return [...document.getElementsByName(field.name)].filter((each) => each.form === field.form);
}

function unmark(field) {
  for (const each of together(field)) each.removeAttribute("aria-invalid");
}

// Its place is kept: what lies below must not move away under a finger.
function forget(field) {
  const described = field.closest("[aria-describedby]");
  const names = described?.getAttribute("aria-describedby").split(" ") ?? [];
  for (const message of names.map((name) => document.getElementById(name)).filter((each) => each?.matches(".errors"))) {
    message.classList.add("is-answered");
    names.splice(names.indexOf(message.id), 1);
  }
  if (names.length) described.setAttribute("aria-describedby", names.join(" "));
  else described?.removeAttribute("aria-describedby");
}

document.addEventListener("input", (event) => unmark(event.target));
// A box may answer what was asked of another field of its form.
document.addEventListener("change", ({ target }) => {
  for (const field of [target, target.form?.elements[target.dataset.answers]].filter(Boolean)) {
    unmark(field);
    forget(field);
  }
});
