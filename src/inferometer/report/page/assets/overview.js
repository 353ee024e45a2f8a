// The overview: six metrics of the points that are shown, over the load that was set or that came of it.

const OVERVIEW = [
  ["mean_ttft_ms", "median_ttft_ms", "p99_ttft_ms"],
  ["mean_tpot_ms", "median_tpot_ms", "p99_tpot_ms"],
  ["mean_itl_ms", "median_itl_ms", "p99_itl_ms"],
  ["mean_e2el_ms", "median_e2el_ms", "p99_e2el_ms", "output_throughput_per_request", "speed_from_tpot"],
  ["request_throughput", "total_token_throughput"],
  ["output_throughput"],
]; // of each the first that any point has

const MARKS = 12; // of each line, where there are many

const overviewMetrics = OVERVIEW.map((names) => names.find((name) => columns.has(name))).filter(Boolean);

const overviewView = (metric) => ({
  ...view,
  x: view.ox,
  y: metric,
  facet: "",
  xscale: naturalScale(view.ox),
  yscale: naturalScale(metric),
});

function drawPanel(place, metric, at) {
  const own = overviewView(metric);
  const { rows } = chartRows(shownNow(), own);
  if (COUNT > MANY_POINTS) rows.believed = someOf(rows.believed, rows.lines);
  const spec = { ...chartSpec(own, place.clientWidth), title: titleFor(place, columns.get(metric)), height: 230 };
  spec.encoding = { ...spec.encoding, y: { ...spec.encoding.y, title: null } };
  place.setAttribute(
    "aria-label",
    say("page.js.chart", { x: columns.get(view.ox).label, y: columns.get(metric).label, n: figure(marksOf(rows).length) }),
  );
  return drawRows(
    place,
    `overview-${at}`,
    spec,
    dataOf(spec, rows),
    pointTip(() => overviewView(metric)),
    { patch: trusting },
  );
}

// On two lines where one is too narrow.
const LETTER = 8.2; // pixels of a title; a Chinese character takes two
function titleFor(place, column) {
  const title = titleOf(column);
  const letters = [...title].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);
  return letters * LETTER > place.clientWidth - 56 ? [column.label, column.unit] : title;
}

// Marks of a small chart: of each line some, so that they can be told apart.
function someOf(marks, lines) {
  const levels = new Map();
  for (const { c, x } of lines) {
    if (!levels.has(c)) levels.set(c, new Set());
    levels.get(c).add(x);
  }
  for (const [c, all] of levels) {
    levels.set(c, spread([...all].sort((a, b) => a - b)));
  }
  return lines.length ? marks.filter((row) => levels.get(row.c)?.has(row.x)) : marks;
}

// So many of these numbers that are about as far apart as each other on the axis.
function spread(levels) {
  if (levels.length <= MARKS) return new Set(levels);
  const isLog = naturalScale(view.ox) === "log" && levels[0] > 0;
  const [place, number] = isLog ? [Math.log, Math.exp] : [(x) => x, (x) => x];
  const [low, high] = [place(levels[0]), place(levels.at(-1))];
  const wanted = Array.from({ length: MARKS }, (_, at) => number(low + ((high - low) * at) / (MARKS - 1)));
  const nearest = (to) => levels.reduce((best, x) => (Math.abs(x - to) < Math.abs(best - to) ? x : best));
  return new Set(wanted.map(nearest));
}

function startOverview() {
  const section = element("overview");
  if (!section) return;
  element("ox").replaceChildren(...choicesOf("ox").map(option));
  element("ox").addEventListener("change", (event) => change({ ox: event.target.value }));
  const places = overviewMetrics.map((metric, at) => {
    const place = Object.assign(document.createElement("div"), { className: "panel", role: "img" });
    watch(place, () => drawPanel(place, metric, at));
    return place;
  });
  element("six").replaceChildren(...places);
}

function showOverview(shown) {
  if (!element("overview")) return;
  element("ox").value = view.ox;
  drawLegend(element("overview-legend"), chartRows(shown, overviewView(overviewMetrics[0])).rows, view);
}
