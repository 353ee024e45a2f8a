// The explorer's chart: rows and specification from a view, and its legend. All text is set as text.

const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [9, 3, 2, 3],
];
const CROSS = "M-1,-1L1,1M-1,1L1,-1";
const COLOURS = 24; // values of a number from which a colour is a gradient

const darkMedia = matchMedia("(prefers-color-scheme: dark)");
let printing = false; // paper is light
const PAPER_WIDTH = 680; // pixels between the margins of a page, A4 or Letter
const isDark = () =>
  !printing && (document.documentElement.dataset.theme ?? (darkMedia.matches ? "dark" : "light")) === "dark";

function theme() {
  const chosen = themes[isDark() ? "dark" : "light"];
  return {
    ...chosen,
    aria: false,
    mark: { aria: false },
    title: { ...chosen.title, frame: "bounds" }, // from the left edge, so that a telephone has room for it
    header: { labelColor: chosen.axis.titleColor, labelFontSize: 12, labelLimit: 320 },
  };
}

// Each value of a colour keeps its looks whatever is filtered: they go by its place among all values.
function looks(place) {
  const { category, symbol } = theme().range;
  return {
    color: category[place % category.length],
    shape: symbol[place % symbol.length],
    dash: DASHES[Math.floor(place / category.length) % DASHES.length],
  };
}
const UNKNOWN = "–"; // colour of what has none of its own: a line is of no verdict
const MANY_POINTS = 500;
const asGradient = (column) => Boolean(column && column.numeric && column.values.length > COLOURS);

// The rows of each layer of marks, by its name.
function chartRows(shown, view) {
  const [x, y, color, facet] = AXES.map((axis) => columns.get(view[axis]));
  const numericX = isNumeric(x);
  const rows = { ranged: [], believed: [], suspect: [], invalid: [] };
  const lines = new Map();
  const joined = view.lines && numericX && isLoad(x) ? lineKeys(x) : null;
  let missing = 0;
  // an interval that reaches 0 runs to the end of a logarithmic axis, which has no 0
  const floor = view.yscale === "log" ? lowestOf(y) : null;
  for (const i of shown) {
    const at = numericX ? numberOf(x, i, view.xscale) : valueOf(x, i);
    const value = numberOf(y, i, view.yscale);
    if (at === null || value === null) missing += 1;
    if (at === null) continue;
    const row = {
      k: layerOf(points.status[i]),
      i,
      x: at,
      y: value,
      c: color ? (valueOf(color, i) ?? UNKNOWN) : "",
      f: facet ? facetText(facet, i) : "",
      s: points.status[i],
    };
    if (value !== null) rows[row.k].push(row);
    if (value !== null && view.intervals && (y.low?.[i] ?? null) !== null)
      rows.ranged.push({ ...row, k: "ranged", lo: floor !== null && y.low[i] <= 0 ? floor : y.low[i], hi: y.high[i] });
    if (joined) addToLine(lines, color?.name === "status" ? { ...row, c: UNKNOWN } : row, joined[i]);
  }
  return { rows: { lines: lineRows(lines), ...rows }, missing };
}

const lowestOf = (y) => y.data.reduce((low, v) => (v > 0 && v < low ? v : low), Infinity);
const layerOf = (status) => ({ SUSPECT: "suspect", INVALID: "invalid" })[status] ?? "believed";
const marksOf = (rows) => [...rows.believed, ...rows.suspect, ...rows.invalid];

// What was swept, or the load that came of it: a line runs along either.
const isLoad = (x) => x.kind === "condition" || x.name === PEAK;

// A line joins points that differ in their load alone; repeats at one load are joined at their mean. What is missing or
// INVALID breaks it.
function addToLine(lines, row, joined) {
  const key = `${joined}|${row.c}|${row.f}`;
  if (!lines.has(key)) lines.set(key, new Map());
  const line = lines.get(key);
  if (!line.has(row.x)) line.set(row.x, { k: "lines", l: key, x: row.x, c: row.c, f: row.f, sum: 0, n: 0 });
  if (row.y !== null && row.s !== "INVALID") {
    line.get(row.x).sum += row.y;
    line.get(row.x).n += 1;
  }
}

function lineRows(lines) {
  const rows = [];
  for (const line of lines.values()) {
    if (line.size < 2) continue;
    for (const at of [...line.values()].sort((a, b) => a.x - b.x))
      rows.push({ ...at, y: at.n ? at.sum / at.n : null, there: at.n > 0 });
  }
  return rows;
}

// The specification for a view, whatever it is filtered to: a filter then changes the data of what is drawn, no more.
function chartSpec(view, width) {
  const [x, y, color, facet] = AXES.map((axis) => columns.get(view[axis]));
  const encoding = {
    x: isNumeric(x)
      ? { field: "x", type: "quantitative", title: titleOf(x), scale: scaleOf("x", view.xscale), axis: axisOf(x, view.xscale) }
      : { field: "x", type: "nominal", title: titleOf(x), sort: x.values, axis: { labelAngle: -30 } },
    y: { field: "y", type: "quantitative", title: titleOf(y), scale: scaleOf("y", view.yscale), axis: axisOf(y, view.yscale) },
    ...colorOf(color),
  };
  const layer = layersOf(view);
  if (!facet) {
    return {
      width,
      height: width < 500 ? 280 : 400,
      autosize: { type: "fit", contains: "padding" },
      encoding,
      layer,
    };
  }
  const across = Math.max(1, Math.min(facet.values.length + facet.codes.includes(-1), Math.floor(width / 300)));
  const spec = { width: Math.max(150, Math.floor(width / across) - 70), height: 220, encoding, layer };
  return {
    data: { name: ROWS_OF_CHART },
    facet: {
      field: "f",
      type: "nominal",
      title: null,
      sort: [...facet.values.map((value) => facetName(facet, value)), "–"],
    },
    columns: across,
    spec,
  };
}

// A number needs to be told of what: `TP 2`, but `7B`.
const facetName = (column, value) => (column.numeric ? `${column.label} ${value}` : String(value));
const facetText = (column, i) => (valueOf(column, i) === null ? "–" : facetName(column, valueOf(column, i)));

const ROWS_OF_CHART = "rows";
const isNumeric = (column) => column.kind === "metric" || column.numeric;
// Marks at the ends stay whole; a linear value axis ends where its numbers do, for below 0 there is nothing.
function scaleOf(axis, scale) {
  return {
    type: scale,
    nice: scale === "linear" && axis === "y",
    ...(scale === "log" || axis === "x" ? { padding: 10 } : {}),
  };
}

// Few swept values are all marked on their axis.
function axisOf(column, scale) {
  if (column.kind === "metric" && scale === "log") return { format: ",.10~g", values: roundNumbers(column.data) };
  const swept = column.kind === "condition" ? column.values.filter((value) => typeof value === "number") : [];
  const ticks = swept.length <= 10 ? swept : naturalScale(column.name) === "log" ? ticksAmong(swept) : [];
  // of more values than its count an axis would leave every other one out
  return { format: ",.10~g", ...(ticks.length ? { values: ticks, tickCount: ticks.length } : { tickCount: 6 }) };
}

// 1, 2, 5, 10, 20 … between the lowest and the highest of these; powers of ten alone where those would be too many.
function roundNumbers(data) {
  const there = data.filter((value) => value > 0);
  const [low, high] = there.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, 0]);
  const decades = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) decades.push(power);
  const digits = decades.length > 4 ? [1] : [1, 2, 5];
  return decades.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)));
}

// Ticks of a logarithmic axis: of some swept values those that at least double; where they are many, all round numbers are among them.
function ticksAmong(swept) {
  if (swept.length > 24) return roundNumbers(swept);
  const chosen = [];
  for (const value of swept) if (!chosen.length || value >= 2 * chosen.at(-1)) chosen.push(value);
  return chosen;
}

function colorOf(color) {
  if (!color) return { color: { value: looks(0).color } };
  if (asGradient(color)) {
    return {
      color: {
        field: "c",
        type: "quantitative",
        title: titleOf(color),
        scale: { scheme: "cividis" },
        legend: { orient: "top" },
      },
    };
  }
  return { color: channelOf(color, "color") };
}

// A channel in which every value of the colour has a look of its own.
function channelOf(color, look) {
  const entries = looksOf(color);
  return {
    field: "c",
    type: "nominal",
    scale: { domain: entries.map((e) => e.value), range: entries.map((e) => e[look]) },
    legend: null,
  };
}

function looksOf(color) {
  const unknown = { value: UNKNOWN, color: theme().axis.labelColor, dash: DASHES[0], shape: "circle" };
  return [...color.values.map((value, place) => ({ value, ...looks(place) })), unknown];
}

// Of every mark: what is told is read from its row, since a field here is worked out for each of thousands.
const HOVERED = { value: "point" };

// Lines under intervals under marks; only layers that some point of the report needs. Each has its own data, for to filter all
// rows in each layer takes most of the time; a facet can only split one.
function layersOf(view) {
  const color = columns.get(view.color);
  const by = (channel, look) => (color && !asGradient(color) ? { [channel]: channelOf(color, look) } : {});
  const layer = (k, mark, encoding) => ({
    ...(view.facet ? { transform: [{ filter: `datum.k === '${k}'` }] } : { data: { name: k } }),
    mark,
    encoding,
  });
  const marks = (k, mark, encoding) =>
    layer(k, { type: "point", opacity: 0.9, invalid: "show", ...mark }, { ...encoding, tooltip: HOVERED });
  const size = COUNT > 800 ? 9 : COUNT > 200 ? 20 : 42;
  const joined = { type: "line", opacity: 0.75, strokeWidth: 1.6, invalid: "break-paths-show-domains" };
  const hollow = { filled: false, fill: "transparent", size: 1.8 * size + 10, strokeWidth: 1.6 };
  const layers = [];
  if (view.lines) layers.push(layer("lines", joined, { detail: { field: "l" }, ...by("strokeDash", "dash") }));
  if (view.intervals && columns.get(view.y).low) {
    const range = { y: { field: "lo", type: "quantitative" }, y2: { field: "hi" } };
    layers.push(layer("ranged", { type: "rule", opacity: 0.5, invalid: "show" }, range));
  }
  layers.push(marks("believed", { filled: true, size }, by("shape", "shape")));
  if (points.status.includes("SUSPECT")) layers.push(marks("suspect", hollow, by("shape", "shape")));
  if (points.status.includes("INVALID"))
    layers.push(marks("invalid", { shape: CROSS, size: 1.8 * size + 10, strokeWidth: 2 }));
  return layers;
}

// The rows as the specification of a chart wants them.
function dataOf(spec, rows) {
  if (spec.facet) return { [ROWS_OF_CHART]: Object.values(rows).flat() };
  return Object.fromEntries(spec.layer.map(({ data }) => [data.name, rows[data.name]]));
}

// ---- drawing

const views = {}; // what is drawn, by name, and how often it was
const drawings = {};
const drawnAs = new WeakMap(); // by place, the specification that is drawn there
window.inferometer = { views, drawings }; // for whoever wants to look at it from a console

console.warn = () => {}; // Vega-Lite's remarks on specifications are for who writes those; errors are told

// Draw a specification with these rows, by the names of its data; where the same one is drawn already, only its rows change.
async function drawRows(place, name, spec, data, tooltip, { signals = {}, patch } = {}) {
  const same = JSON.stringify([spec, isDark(), printing]);
  if (views[name] && drawnAs.get(place) === same) {
    for (const [signal, value] of Object.entries(signals)) views[name].signal(signal, value);
    for (const [set, rows] of Object.entries(data)) views[name].data(set, rows);
    await views[name].runAsync();
  } else {
    const renderer = COUNT > MANY_POINTS && !printing ? "canvas" : "svg"; // many marks are drawn faster so, and printed worse
    const params = Object.entries(signals).map(([signal, value]) => ({ name: signal, value }));
    await draw(place, name, { ...spec, params, datasets: data }, tooltip, { renderer, patch });
    drawnAs.set(place, same);
  }
  drawings[name] = (drawings[name] ?? 0) + 1;
}

// Vega-Lite asks of every mark whether its figures are numbers. Those of our rows are, but for gaps in lines, which are told.
function trusting(spec) {
  for (const { marks, type, encode } of spec.marks ?? []) {
    trusting({ marks });
    const update = encode?.update ?? {};
    for (const axis of ["x", "y", "y2"]) if (Array.isArray(update[axis])) update[axis] = update[axis].at(-1);
    if (type === "line") update.defined = { field: "there" };
  }
  return spec;
}

async function draw(place, name, spec, tooltip, { renderer, patch }) {
  const label = place.getAttribute("aria-label");
  const drawn = await window.vegaEmbed(place, spec, {
    mode: "vega-lite",
    ast: true,
    actions: false,
    defaultStyle: false,
    renderer,
    logLevel: 1,
    config: theme(),
    tooltip,
    patch,
  });
  place.setAttribute("role", "img"); // which the library takes away, with the label
  place.setAttribute("aria-label", label);
  place.removeAttribute("aria-roledescription");
  views[name]?.finalize();
  views[name] = drawn.view;
}

const SVG = "http://www.w3.org/2000/svg";
const SWATCHES = {
  circle: "M18,6a4,4 0 1,0 8,0a4,4 0 1,0 -8,0",
  square: "M18.5,2.5h7v7h-7z",
  "triangle-up": "M22,1.5l4.5,8h-9z",
  diamond: "M22,1l4,5l-4,5l-4,-5z",
  "triangle-down": "M22,10.5l4.5,-8h-9z",
  "triangle-right": "M26.5,6l-8,4.5v-9z",
  "triangle-left": "M17.5,6l8,4.5v-9z",
  cross: "M18.5,2.5l7,7m0,-7l-7,7",
};

function swatch({ color, dash, shape, hollow = false, line = true }) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({
    width: line ? 44 : 14,
    height: 12,
    viewBox: line ? "0 0 44 12" : "15 0 14 12",
    "aria-hidden": "true",
  }))
    svg.setAttribute(name, value);
  const add = (d, attributes) => {
    const path = svg.appendChild(document.createElementNS(SVG, "path"));
    for (const [name, value] of Object.entries({ d, stroke: color, ...attributes })) path.setAttribute(name, value);
  };
  if (line)
    add("M0,6H44", { "stroke-width": 1.6, "stroke-dasharray": dash.join(",") === "1,0" ? "none" : dash.join(",") });
  add(SWATCHES[shape], {
    "stroke-width": shape === "cross" ? 2 : 1.4,
    fill: hollow || shape === "cross" ? "none" : color,
  });
  return svg;
}

function drawLegend(element, rows, view) {
  const color = columns.get(view.color);
  const marks = marksOf(rows);
  const drawn = new Set(marks.map((row) => row.c));
  const kept = color && !asGradient(color) ? looksOf(color).filter((entry) => drawn.has(entry.value)) : [];
  const entries = kept.map((entry) => [swatch({ ...entry, line: view.lines }), String(entry.value)]);
  const statuses = new Set(marks.map((row) => row.s));
  if (statuses.has("SUSPECT"))
    entries.push([swatch({ color: "currentColor", shape: "circle", hollow: true, line: false }), "SUSPECT"]);
  if (statuses.has("INVALID"))
    entries.push([swatch({ color: "currentColor", shape: "cross", line: false }), "INVALID"]);
  element.replaceChildren(
    ...entries.map(([mark, text]) => {
      const item = document.createElement("li");
      const label = document.createElement("bdi");
      label.textContent = text;
      item.append(mark, label);
      return item;
    }),
  );
}
