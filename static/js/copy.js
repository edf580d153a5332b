// <button data-copy="text" data-copied="Copied" hidden>: shown only where the clipboard can be used.

const REST_MILLISECONDS = 1500;

function enable(parent) {
  if (!navigator.clipboard) return;
  for (const button of parent.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => (label.textContent = before), REST_MILLISECONDS);
});

enable(document);
document.addEventListener("htmx:load", (event) => enable(event.target));
