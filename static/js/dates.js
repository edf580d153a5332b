// A Jalali calendar for <input data-date>. The browser's own Intl knows the calendar; the server checks the date.
// Typing stays possible: ۱۴۰۴/۷/۱, 1404-7-1, 14040701, ۱ مهر ۱۴۰۴, امروز, فردا, +3. Gregorian pages use the browser's own picker.

const root = document.documentElement;
const isPersian = root.lang === "fa";
const DAY = 86_400_000;
const JALALI = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  timeZone: "UTC",
});
const MONTH = new Intl.DateTimeFormat(isPersian ? "fa-IR-u-ca-persian" : "en-u-ca-persian", {
  month: "long",
  timeZone: "UTC",
});
const WEEKDAY = new Intl.DateTimeFormat(isPersian ? "fa-IR" : "en", { weekday: "long", timeZone: "UTC" });
const TODAY_WORDS = ["امروز", "today"];
const TOMORROW_WORDS = ["فردا", "tomorrow"];

export function toJalali(time) {
  const parts = Object.fromEntries(JALALI.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  return { year: parts.year ?? parts.relatedYear, month: parts.month, day: parts.day };
}

const dayOfYear = (month, day) => (Math.min(month, 7) - 1) * 31 + Math.max(month - 7, 0) * 30 + day;

// Leap years are left to Intl: the year begins on 20, 21 or 22 March, whichever Intl calls the first of Farvardin.
export function fromJalali(year, month, day) {
  const isNowruz = (time) => toJalali(time).month === 1 && toJalali(time).day === 1;
  const nowruz = [20, 21, 22].map((march) => Date.UTC(year + 621, 2, march)).find(isNowruz);
  const time = nowruz + (dayOfYear(month, day) - 1) * DAY;
  const found = toJalali(time);
  return found.year === year && found.month === month && found.day === day ? time : null;
}

// The names of months as ICU writes them in both languages; the server knows more of their spellings.
let names = null;
function monthNamed(text) {
  names ??= new Map(
    ["fa-IR-u-ca-persian", "en-u-ca-persian"].flatMap((locale) => {
      const format = new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" });
      return Array.from({ length: 12 }, (_, index) => [format.format(fromJalali(1404, index + 1, 1)).toLowerCase(), index + 1]);
    }),
  );
  return names.get(text.replaceAll("ي", "ی"));
}

export function latin(text) {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => String((digit.charCodeAt(0) - 0x0660) % 16));
}

export function parse(text, today) {
  const typed = latin(text).trim().toLowerCase();
  if (TODAY_WORDS.includes(typed)) return today;
  if (TOMORROW_WORDS.includes(typed)) return today + DAY;
  const later = /^([+\u2212-])(\d{1,3})$/.exec(typed);
  if (later) return today + (later[1] === "+" ? 1 : -1) * Number(later[2]) * DAY;
  const parts = /^(\d{4})[/\-.](\d{1,2})[/\-.](\d{1,2})$/.exec(typed) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(typed);
  const named = /^(\d{1,2})\s*(\p{L}+)[\s،,]*(\d{4})$/u.exec(typed);
  if (named && Number(named[3]) < 1700 && monthNamed(named[2])) {
    return fromJalali(Number(named[3]), monthNamed(named[2]), Number(named[1]));
  }
  if (!parts) return null;
  const [year, month, day] = parts.slice(1).map(Number);
  return year < 1700 ? fromJalali(year, month, day) : Date.UTC(year, month - 1, day);
}

const shown = (number) =>
  root.dataset.digits === "arabext" ? String(number).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(number);

export function write(time) {
  const { year, month, day } = toJalali(time);
  return shown(`${year}/${String(month).padStart(2, "0")}/${String(day).padStart(2, "0")}`);
}

function localToday() {
  const now = new Date();
  return Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const icon = (name) =>
  document.getElementById("words").content.querySelector(`[data-icon="${name}"]`).firstElementChild.cloneNode(true);

const word = (name) => document.getElementById("words").dataset[name];

class Picker {
  constructor(input) {
    this.input = input;
    this.panel = element("div", { class: "picker", role: "dialog", "aria-label": word("pickDate") });
    this.panel.addEventListener("keydown", (event) => this.onKey(event));
    this.panel.addEventListener("click", (event) => this.onClick(event));
    this.button = element("button", { type: "button", class: "icon-button", "aria-label": word("pickDate") });
    this.button.append(icon("calendar"));
    this.button.addEventListener("click", () => (this.panel.isConnected ? this.close() : this.open()));
    const box = element("div", { class: "picker-field" });
    input.replaceWith(box);
    box.append(input, this.button);
    this.box = box;
    document.addEventListener("pointerdown", (event) => {
      if (!box.contains(event.target)) this.close(false);
    });
    input.addEventListener("change", () => this.tidy());
  }

  tidy() {
    const time = parse(this.input.value, localToday());
    if (time !== null) this.input.value = write(time);
  }

  open() {
    this.today = localToday();
    this.time = parse(this.input.value, this.today) ?? this.today;
    this.chosen = this.time;
    this.draw();
    this.box.append(this.panel);
    this.fit();
    this.focusDay();
  }

  // Near the page's end the calendar opens towards the other side.
  fit() {
    const box = this.panel.getBoundingClientRect();
    this.panel.classList.toggle("picker-back", box.left < 0 || box.right > root.clientWidth);
  }

  close(returnFocus = true) {
    if (!this.panel.isConnected) return;
    this.panel.remove();
    if (returnFocus) this.button.focus();
  }

  choose(time) {
    this.input.value = write(time);
    this.close();
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  draw() {
    const { year, month } = toJalali(this.time);
    const title = element("span", { "aria-live": "polite" }, `${MONTH.format(this.time)} ${shown(year)}`);
    const step = (name, key, drawing) => {
      const button = element("button", { type: "button", class: "icon-button", "aria-label": word(name), "data-step": key });
      button.append(icon(drawing));
      return button;
    };
    const head = element("div", { class: "picker-head" });
    head.append(step("previousMonth", "-1", "back"), title, step("nextMonth", "1", "next"));
    const today = element("button", { type: "button", class: "link-button", "data-today": "" }, word("today"));
    this.panel.replaceChildren(head, this.grid(year, month), element("div", { class: "picker-foot" }, today));
  }

  grid(year, month) {
    const table = element("table", { role: "grid", "aria-label": `${MONTH.format(this.time)} ${shown(year)}` });
    const first = fromJalali(year, month, 1);
    const lead = (new Date(first).getUTCDay() + 1) % 7; // weeks begin on Saturday
    const names = element("tr");
    for (let day = 0; day < 7; day += 1) {
      const name = WEEKDAY.format(first + (day - lead) * DAY);
      names.append(element("th", { scope: "col", abbr: name }, isPersian ? name[0] : name.slice(0, 2)));
    }
    table.append(element("thead", {}, names));
    const body = element("tbody");
    for (let start = first - lead * DAY; start === first - lead * DAY || toJalali(start).month === month; start += 7 * DAY) {
      const row = element("tr");
      for (let day = 0; day < 7; day += 1) row.append(this.cell(start + day * DAY, month));
      body.append(row);
    }
    table.append(body);
    return table;
  }

  cell(time, month) {
    const date = toJalali(time);
    if (date.month !== month) return element("td");
    const isChosen = time === this.chosen;
    const button = element("button", { type: "button", "data-time": time, tabindex: time === this.time ? 0 : -1 }, shown(date.day));
    button.setAttribute("aria-label", `${WEEKDAY.format(time)} ${shown(date.day)} ${MONTH.format(time)} ${shown(date.year)}`);
    if (time === this.today) button.setAttribute("aria-current", "date");
    if (new Date(time).getUTCDay() === 5) button.classList.add("is-off");
    return element("td", { role: "gridcell", "aria-selected": String(isChosen) }, button);
  }

  focusDay() {
    this.panel.querySelector(`[data-time="${this.time}"]`).focus();
  }

  goTo(time) {
    this.time = time;
    this.draw();
    this.focusDay();
  }

  monthAway(step) {
    const { year, month, day } = toJalali(this.time);
    const months = year * 12 + month - 1 + step;
    const target = [Math.floor(months / 12), (months % 12) + 1];
    for (let last = day; last > 0; last -= 1) {
      const time = fromJalali(...target, last);
      if (time !== null) return time;
    }
    return this.time;
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.time) this.choose(Number(button.dataset.time));
    else if ("today" in button.dataset) this.choose(this.today);
    else if (button.dataset.step) {
      this.time = this.monthAway(Number(button.dataset.step));
      this.draw();
      this.panel.querySelector(`[data-step="${button.dataset.step}"]`).focus();
    }
  }

  onKey(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    if (!event.target.dataset.time) return;
    const forward = root.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = root.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const weekday = (new Date(this.time).getUTCDay() + 1) % 7;
    const moves = {
      [forward]: () => this.time + DAY,
      [back]: () => this.time - DAY,
      ArrowDown: () => this.time + 7 * DAY,
      ArrowUp: () => this.time - 7 * DAY,
      Home: () => this.time - weekday * DAY,
      End: () => this.time + (6 - weekday) * DAY,
      PageUp: () => this.monthAway(event.shiftKey ? -12 : -1),
      PageDown: () => this.monthAway(event.shiftKey ? 12 : 1),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    this.goTo(moves[event.key]());
  }
}

function enhance(parent) {
  for (const input of parent.querySelectorAll("input[data-date]:not([data-ready])")) {
    input.dataset.ready = "yes";
    if ((input.dataset.calendar || root.dataset.calendar) === "jalali") new Picker(input);
    else if (/^(\d{4}-\d{2}-\d{2})?$/.test(input.value)) input.type = "date";
  }
}

if (document.getElementById("words")) {
  enhance(document);
  document.addEventListener("htmx:load", (event) => enhance(event.target));
}
