// Figures go on changing while their page stays open: a link says so, and nothing moves until it is pressed.
// A page that nobody looks at asks nothing, and neither does one that has found something.

const SECONDS = 30;

const link = document.querySelector("[data-fresh]");
let askedAt = Date.now();

async function ask() {
  if (document.hidden || !link.hidden || Date.now() - askedAt < SECONDS * 1000) return;
  askedAt = Date.now();
  try {
    const answer = await fetch(link.dataset.fresh, { cache: "no-store", redirect: "error" });
    link.hidden = answer.status !== 200;
  } catch {
    // Signed out, or no connection: asked again when it is time.
  }
}

if (link) {
  setInterval(ask, 5_000);
  document.addEventListener("visibilitychange", ask);
}
