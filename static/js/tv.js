// The screen on the wall: one screen after another, read again in time, and never blank when the server does not answer.
// Without scripts all screens stand below each other, and the page loads itself again.

const root = document.documentElement;
const locale = `${root.lang === "fa" ? "fa-IR" : "en-GB"}-u-nu-${root.dataset.digits || "latn"}`;
const IDLE_SECONDS = 4;

let tv = document.querySelector("[data-tv]");
let at = 0;
let readAt = Date.now();
let waited = 0;
let isPaused = false;
let idle = IDLE_SECONDS;
let isReading = false;

const screens = () => [...tv.querySelectorAll("[data-tv-screen]")];

function show(index) {
  const all = screens();
  at = all.length ? (index + all.length) % all.length : 0;
  waited = 0;
  for (const [place, screen] of all.entries()) screen.hidden = place !== at;
  tv.querySelector("[data-tv-place]").textContent = all[at]?.getAttribute("aria-label") ?? "";
}

function tell() {
  const clock = tv.querySelector("[data-tv-clock]");
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone };
  const text = new Intl.DateTimeFormat(locale, parts).format(new Date());
  if (clock.textContent !== text) clock.textContent = text;
}

// After the last screen comes the next dashboard, or this one again when its figures have grown old.
async function turn() {
  const isLast = at >= screens().length - 1;
  const isNext = new URL(tv.dataset.next, location.href).href !== location.href;
  const isOld = Date.now() - readAt >= Number(tv.dataset.minutes) * 60_000;
  if (isLast && (isNext || isOld) && (await read())) return;
  show(at + 1);
}

async function read() {
  if (isReading) return true;
  isReading = true;
  try {
    const answer = await fetch(tv.dataset.next, { headers: { Accept: "text/html" } });
    if (answer.status === 404) return location.replace(tv.dataset.next); // taken away: what it showed must not stay
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-tv]");
    if (!answer.ok || !fresh) throw new Error(String(answer.status));
    history.replaceState(null, "", answer.url);
    document.title = page.title;
    root.dataset.theme = page.documentElement.dataset.theme;
    tv.replaceWith(fresh);
    tv = fresh;
    readAt = Date.now();
    begin();
    tv.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
    return true;
  } catch {
    // The figures stay, and say since when they are old; it is tried again after the next round.
    const state = tv.querySelector("[data-tv-state]");
    if (!state.textContent.includes(state.dataset.lost)) state.textContent += ` · ${state.dataset.lost}`;
    return false;
  } finally {
    isReading = false;
  }
}

function pause(wish) {
  isPaused = wish;
  tv.querySelector("[data-tv-pause]").setAttribute("aria-pressed", String(isPaused));
}

function begin() {
  for (const button of tv.querySelectorAll("button[hidden]")) button.hidden = false;
  tv.querySelector("[data-tv-full]").hidden = !document.fullscreenEnabled;
  pause(isPaused);
  show(0);
  tell();
}

function wake() {
  idle = IDLE_SECONDS;
  root.classList.remove("tv-idle");
}

function tick() {
  tell();
  idle -= 1;
  const isChosen = Boolean(tv.querySelector(".tv-menu[open]"));
  root.classList.toggle("tv-idle", idle <= 0 && !isChosen);
  if (isPaused || isChosen || document.hidden) return;
  waited += 1;
  if (waited >= Number(tv.dataset.seconds)) {
    waited = 0;
    turn();
  }
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-tv-step]");
  if (step) show(at + Number(step.dataset.tvStep));
  if (event.target.closest("[data-tv-pause]")) pause(!isPaused);
  if (event.target.closest("[data-tv-full]")) {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen().catch(() => {}); // a browser may forbid it
  }
});
document.addEventListener("keydown", (event) => {
  wake();
  if (event.target.closest("select, input, summary") || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  event.preventDefault();
  show(at + ((event.key === "ArrowRight") === (root.dir === "rtl") ? -1 : 1));
});
for (const name of ["pointermove", "pointerdown", "focusin"]) document.addEventListener(name, wake);

begin();
setInterval(tick, 1000);
