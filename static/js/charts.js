// Draws every <canvas data-chart="id"> from the JSON beside it. The page's table says the same without scripts.

const root = document.documentElement;
const isRtl = root.dir === "rtl";
const locale = `${root.lang === "fa" ? "fa-IR" : "en-GB"}-u-nu-${root.dataset.digits || "latn"}`;
const percentSign = root.dataset.digits === "arabext" ? "٪" : "%";
const fontFamily = getComputedStyle(document.body).fontFamily;
const textSize = Number.parseFloat(getComputedStyle(root).getPropertyValue("--chart-text")) || 12;
const drawn = new Map();

const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [], [1, 2]];
const NOTE_ROW = textSize * 2;
const POINTS = ["circle", "triangle", "rect", "rectRot", "star", "cross"];

// light-dark() is only resolved on an element: a probe takes the token and gives back the colour.
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

function full(value, format) {
  const digits = { maximumFractionDigits: 2 };
  const text = new Intl.NumberFormat(locale, digits).format(value);
  return format === "percent" ? text + percentSign : text;
}

function short(value, format) {
  if (format === "percent" || Math.abs(value) < 10_000) return full(value, format);
  return new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function look(style) {
  if (style === "previous") return { token: "muted", dash: [5, 4], point: "triangle", width: 1.5 };
  if (style === "target") return { token: "series-4", dash: [2, 3], point: false, width: 2 };
  const number = Number(/^series([1-6])$/.exec(style)?.[1] ?? 1);
  return {
    token: ["detractor", "passive", "promoter"].includes(style) ? style : `series-${number}`,
    dash: DASHES[number - 1],
    point: POINTS[number - 1],
    width: number === 5 ? 1.5 : 2,
  };
}

// A line of one point has no length: where no mark stands for it, a short level stroke does.
const LEVEL = 12;

const isAlone = (values, index) =>
  (values[index] ?? null) !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;

function lineSet(series, surface) {
  const { token, dash, point, width } = look(series.style);
  const tint = colour(token);
  const last = series.values.findLastIndex((value) => value !== null);
  const isOpen = (index) => series.openLast && index === last;
  return {
    label: series.name,
    data: series.values,
    type: "line",
    borderColor: tint,
    borderWidth: width,
    borderDash: dash,
    pointStyle: point || "line",
    pointRadius: ({ dataIndex }) => (point ? 3.5 : isAlone(series.values, dataIndex) ? LEVEL : 0),
    pointHoverRadius: ({ dataIndex }) => (point ? 5 : isAlone(series.values, dataIndex) ? LEVEL : 0),
    pointBorderColor: tint,
    pointBorderWidth: 2,
    pointBackgroundColor: ({ dataIndex }) => (isOpen(dataIndex) ? surface : tint),
    backgroundColor: tint,
    segment: { borderDash: ({ p1DataIndex }) => (isOpen(p1DataIndex) ? [3, 4] : undefined) },
    spanGaps: false,
  };
}

function barSet(series, surface) {
  const { token } = look(series.style);
  const tint = colour(token);
  const last = series.values.length - 1;
  const isOpen = (index) => series.openLast && index === last;
  return {
    label: series.name,
    data: series.values,
    backgroundColor: ({ dataIndex }) => (isOpen(dataIndex) ? surface : tint),
    borderColor: tint,
    borderWidth: ({ dataIndex }) => (isOpen(dataIndex) ? 2 : 0),
    borderRadius: 3,
    maxBarThickness: 36,
  };
}

// On a narrow chart a label that would lie over a newer one of its row stays away; the table has it.
function notesWithRoom({ ctx, chartArea: { left, right }, scales: { x } }, notes) {
  const rows = [[], []];
  const shown = new Set();
  ctx.save();
  ctx.font = `bold ${textSize}px ${fontFamily}`; // as it is written, or neighbours would touch
  for (const [index, { at, text }] of [...notes.entries()].reverse()) {
    const half = ctx.measureText(text).width / 2 + 6;
    const middle = Math.max(Math.min(x.getPixelForValue(at), right - half), left + half); // kept between the edges
    const row = rows[index % 2];
    if (row.some(([from, to]) => middle - half < to && from < middle + half)) continue;
    row.push([middle - half, middle + half]);
    shown.add(index);
  }
  ctx.restore();
  return shown;
}

function annotations(chart) {
  const marks = {};
  const notes = chart.annotations ?? [];
  for (const [index, note] of notes.entries()) {
    marks[`note${index}`] = {
      type: "line",
      xMin: note.at,
      xMax: note.at,
      borderColor: colour("series-2"),
      borderWidth: 1,
      label: {
        display: ({ chart: drawn }) => notesWithRoom(drawn, notes).has(index),
        content: note.text,
        position: "end",
        yAdjust: -NOTE_ROW * (1 + (index % 2)), // above the lines; neighbours would lie over each other
        backgroundColor: colour("surface"),
        color: colour("text"),
        font: { family: fontFamily, size: textSize, weight: "bold" },
        padding: 3,
      },
    };
  }
  return marks;
}

// Between the legend and the lines.
function roomForNotes(chart) {
  const rows = Math.min(chart.annotations?.length ?? 0, 2);
  return { display: rows > 0, text: "", weight: 500, padding: { top: 0, bottom: NOTE_ROW * rows } };
}

// A canvas that is not shown does not know which way its words run.
const reading = { id: "reading", beforeDraw: ({ ctx }) => void (ctx.direction = isRtl ? "rtl" : "ltr") };

function scales(chart) {
  const isHorizontal = chart.kind === "hbar";
  const text = { color: colour("muted"), font: { family: fontFamily, size: textSize } };
  const whole = chart.format === "count" ? { precision: 0 } : {};
  const stacked = Boolean(chart.stacked);
  const value = {
    stacked,
    beginAtZero: chart.fromZero !== false,
    border: { display: false },
    grid: { color: colour("hairline") },
    ticks: { ...text, ...whole, maxTicksLimit: isHorizontal ? 4 : 7, maxRotation: 0, callback: (tick) => short(tick, chart.format) },
  };
  const category = {
    stacked,
    border: { color: colour("hairline") },
    grid: { display: false },
    ticks: { ...text, maxRotation: 0, autoSkipPadding: textSize > 12 ? 72 : 12 },
  };
  // Time runs left to right in both languages; amounts grow from the side where reading starts.
  return isHorizontal
    ? { x: { ...value, reverse: isRtl }, y: { ...category, position: isRtl ? "right" : "left" } }
    : { x: category, y: { ...value, position: isRtl ? "right" : "left" } };
}

function legendItems(drawing) {
  return Chart.defaults.plugins.legend.labels
    .generateLabels(drawing)
    .map((item) => {
      const { type, borderDash } = drawing.data.datasets[item.datasetIndex];
      return { ...item, lineDash: borderDash ?? [], pointStyle: type === "line" ? "line" : "rectRounded" };
    });
}

function configuration(chart) {
  const surface = colour("surface");
  const text = { color: colour("text"), font: { family: fontFamily, size: textSize } };
  const direction = { rtl: isRtl, textDirection: isRtl ? "rtl" : "ltr" };
  const isLine = (series) => chart.kind === "line" || series.style === "target";
  return {
    type: chart.kind === "line" ? "line" : "bar",
    plugins: [reading],
    data: {
      labels: chart.labels,
      datasets: chart.series.map((series) => (isLine(series) ? lineSet(series, surface) : barSet(series, surface))),
    },
    options: {
      locale,
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: chart.kind === "hbar" ? "y" : "x",
      interaction: { mode: "index", axis: chart.kind === "hbar" ? "y" : "x", intersect: false },
      layout: { padding: { left: isRtl ? 12 : 0, right: isRtl ? 0 : 12, top: 4 } },
      scales: scales(chart),
      plugins: {
        annotation: { clip: false, annotations: annotations(chart) },
        subtitle: roomForNotes(chart),
        legend: {
          ...direction,
          display: chart.series.length > 1,
          align: "start",
          labels: { ...text, usePointStyle: true, pointStyleWidth: 26, boxHeight: 8, generateLabels: legendItems },
        },
        tooltip: {
          ...direction,
          titleFont: { family: fontFamily },
          bodyFont: { family: fontFamily },
          callbacks: { label: (item) => `${item.dataset.label}: ${full(item.raw, chart.format)} ${unitOf(chart)}`.trim() },
        },
      },
    },
  };
}

const unitOf = (chart) => (chart.format === "percent" ? "" : (chart.unit ?? ""));

function draw(canvas) {
  drawn.get(canvas)?.destroy();
  const chart = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  drawn.set(canvas, new Chart(canvas, configuration(chart)));
}

function drawAll(parent) {
  sweep();
  parent.querySelectorAll("canvas[data-chart]").forEach(draw);
  parent.querySelectorAll("[data-picture]").forEach((button) => (button.hidden = false));
}

// A picture has its own size, twice as fine as a screen's, and says what it shows: title, period, unit, source.
const PICTURE = { width: 960, height: 480, edge: 28, head: 76, foot: 44, scale: 2 };

function picture(button) {
  const { width, height, edge, head, foot, scale } = PICTURE;
  const figure = button.closest("[data-chart-figure]");
  const chart = JSON.parse(document.getElementById(figure.querySelector("canvas").dataset.chart).textContent);
  const paper = document.createElement("canvas");
  paper.width = width * scale;
  paper.height = (head + height + foot) * scale;
  const pen = paper.getContext("2d");
  pen.scale(scale, scale);
  pen.fillStyle = colour("surface");
  pen.fillRect(0, 0, width, head + height + foot);
  // Within the page, as a canvas outside of it does not know which way its words run.
  const copy = document.createElement("canvas");
  copy.hidden = true;
  figure.append(copy);
  const copied = drawnApart(copy, chart, width - 2 * edge, height, scale);
  pen.drawImage(copy, edge, head, width - 2 * edge, height);
  copied.destroy();
  copy.remove();
  const title = figure.querySelector("h2").textContent;
  const write = (text, top, font, token) => {
    pen.font = `${font} ${fontFamily}`;
    pen.fillStyle = colour(token);
    pen.direction = isRtl ? "rtl" : "ltr";
    pen.textAlign = "start";
    pen.fillText(text, isRtl ? width - edge : edge, top, width - 2 * edge);
  };
  write(title, 38, "650 19px", "text");
  write([button.dataset.caption, unitOf(chart)].filter(Boolean).join(" · "), 62, "13px", "muted");
  write(button.dataset.source, head + height + foot - 16, "12px", "muted");
  save(paper, [title, button.dataset.caption].filter(Boolean).join(" "));
}

function drawnApart(canvas, chart, width, height, scale) {
  canvas.width = width;
  canvas.height = height;
  const settings = configuration(chart);
  Object.assign(settings.options, { responsive: false, devicePixelRatio: scale });
  return new Chart(canvas, settings);
}

function save(canvas, name) {
  canvas.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name.replace(/[\\/:*?"<>|\s]+/g, "-")}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href));
  });
}

// What has left the page is let go: a screen on the wall is read again for weeks.
function sweep() {
  for (const [canvas, chart] of drawn) {
    if (canvas.isConnected) continue;
    chart.destroy();
    drawn.delete(canvas);
  }
}

function redraw() {
  sweep();
  for (const canvas of drawn.keys()) draw(canvas);
}

// A canvas does not wait for a font, and is not drawn again when it comes.
await Promise.all([
  document.fonts.load(`12px ${fontFamily}`, "مهر ۱۲۳"),
  document.fonts.load(`12px ${fontFamily}`, "Mehr 123"),
]);
drawAll(document);
new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) drawAll(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-picture]");
  if (button) picture(button);
});
