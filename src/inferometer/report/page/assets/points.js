// The points that the page carries, the words it speaks, and which points a view shows. Touches no element.

const { words, language, themes, conditions, metrics, points } = JSON.parse(
  document.getElementById("data").textContent,
);
const COUNT = points.ids.length;
const columns = new Map([
  ...conditions.map((c) => [c.name, { ...c, kind: "condition" }]),
  ...metrics.map((m) => [m.name, { ...m, kind: "metric" }]),
]);
const MANY = 12; // values of a number from which a filter is a range, not a list

function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const figureFormat = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
const countFormat = new Intl.NumberFormat(language);

const measuredFormat = new Intl.NumberFormat(language, { minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
const wholeFormat = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });

// A measured number: with the zeros that were measured (12.00 beside 12.69), and no thousands rounded away. A whole one is a
// count, and has none.
function measured(value) {
  if (Number.isInteger(value)) return countFormat.format(value);
  return (Math.abs(value) >= 999.95 ? wholeFormat : measuredFormat).format(value);
}

function figure(value) {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? countFormat.format(value) : figureFormat.format(value);
}

// What point `i` has in a column: null where nobody told or measured it.
function valueOf(column, i) {
  if (column.kind === "metric") return column.data[i];
  const code = column.codes[i];
  return code < 0 ? null : column.values[code];
}

// A number that an axis can show, else null: `inf` and what a logarithm does not know are gaps.
function numberOf(column, i, scale) {
  const value = valueOf(column, i);
  return typeof value === "number" && (scale !== "log" || value > 0) ? value : null;
}

function textOf(column, i) {
  const value = valueOf(column, i);
  if (value === null) return "–";
  return column.kind === "metric" ? measured(value) : String(value);
}

// As `in_unit` of words/numbers.py: 78.99%, 12.5 ms.
const inUnit = (text, unit) => (unit === "%" ? text + unit : `${text} ${unit}`.trimEnd());

// What a point's interval is called, and its ends.
function intervalOf({ low, high, unit, confidence = 0.95 }, i) {
  const name = say("page.js.interval", { confidence: Math.round(confidence * 100) });
  return [name, inUnit(`${measured(low[i])} – ${measured(high[i])}`, unit)];
}

function titleOf(column) {
  return column.unit ? say("page.js.with_unit", column) : column.label;
}

// Conditions that tell points apart; only those can be filtered by, or be a colour.
const varying = conditions.filter((c) => c.varies).map((c) => columns.get(c.name));
const filters = varying
  .filter((c) => !c.alias && !["series", "date", "folder"].includes(c.name))
  .sort((a, b) => b.telling - a.telling);
const filtered = columns.get("folder")?.varies ? [columns.get("folder"), ...filters] : filters;
const isRange = (column) => column.numeric && column.values.length > MANY;

// ---- a view: what the selectors say; everything in it is checked against the columns there are

const AXES = ["x", "y", "color", "facet"];

function choicesOf(axis) {
  if (axis === "y") return metrics.map((m) => columns.get(m.name));
  if (axis === "ox") return overviewAxes();
  if (axis === "x") return [...acrossConditions(), ...metrics.map((m) => columns.get(m.name))];
  return [null, ...varying.filter((c) => !c.alias && c.values.length <= (axis === "facet" ? 24 : 200))];
}

// What says how high the load was: as it was set, and as it came.
const PEAK = "max_concurrent_requests";
function overviewAxes() {
  const set = acrossConditions().filter((c) => c.role === "load" && c.numeric);
  const peak = columns.get(PEAK);
  const lengths = varying.filter((c) => c.numeric && c.name === "input_len");
  return [...set, ...(peak ? [peak] : []), ...lengths];
}

// What varies; of a single load, that load.
function acrossConditions() {
  const varied = varying.filter((c) => c.name !== "series");
  const loads = conditions.filter((c) => c.role === "load" && c.numeric && !c.varies).map((c) => columns.get(c.name));
  return [...varied, ...loads.filter((c) => c.values.some((value) => typeof value === "number"))];
}

function firstOf(axis, names) {
  const allowed = choicesOf(axis).map((c) => (c ? c.name : ""));
  return names.find((name) => allowed.includes(name)) ?? allowed[0] ?? "";
}

// Values that were swept are drawn as evenly as they can be (1, 2, 4, 8 by ratio, 1 to 200 by difference); what was measured is
// drawn by ratio where decades are crossed.
function naturalScale(name) {
  const column = columns.get(name);
  const numbers = (column?.kind === "metric" ? column.data : (column?.values ?? [])).filter(
    (v) => typeof v === "number",
  );
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  if (!(low > 0) || numbers.length < 3) return "linear";
  if (column.kind === "metric") return numbers.reduce((a, b) => Math.max(a, b), 0) / low > 100 ? "log" : "linear";
  return column.numeric && unevenness(numbers.map(Math.log)) < unevenness(numbers) ? "log" : "linear";
}

function unevenness(sorted) {
  const gaps = sorted.slice(1).map((value, at) => value - sorted[at]);
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((a, b) => a + (b - mean) ** 2, 0) / gaps.length) / mean;
}

const LOADS = ["concurrency", "max_concurrency", "request_rate", "num_prompts"];

function defaultView() {
  const x = firstOf("x", [
    ...LOADS,
    "input_len",
    "gpus",
    ...varying.filter((c) => c.numeric).map((c) => c.name),
  ]);
  const y = firstOf("y", ["output_throughput", "request_throughput", "mean_ttft_ms"]);
  const telling = varying.filter((c) => c.name !== x && c.role === "identity");
  const color = firstOf("color", ["series", ...telling.map((c) => c.name), ""]);
  return {
    x,
    y,
    ox: firstOf("ox", LOADS),
    color,
    facet: "",
    xscale: naturalScale(x),
    yscale: naturalScale(y),
    lines: true,
    intervals: true,
    filters: {},
    sort: "",
    order: "descending",
    all: false,
    top: plainTop(),
  };
}

function readView(hash) {
  const view = defaultView();
  let asked;
  try {
    asked = new URLSearchParams(hash.replace(/^#/, ""));
  } catch {
    return view;
  }
  for (const axis of AXES) if (asked.has(axis)) view[axis] = firstOf(axis, [asked.get(axis), view[axis]]);
  if (asked.has("ox")) view.ox = firstOf("ox", [asked.get("ox"), view.ox]);
  for (const axis of ["x", "y"]) {
    const scale = asked.get(`${axis}scale`);
    view[`${axis}scale`] = ["linear", "log"].includes(scale) ? scale : naturalScale(view[axis]);
  }
  for (const flag of ["lines", "intervals", "all"]) if (asked.has(flag)) view[flag] = asked.get(flag) === "1";
  if (columns.has(asked.get("sort")) || asked.get("sort") === "id") view.sort = asked.get("sort");
  if (asked.get("order") === "ascending") view.order = "ascending";
  view.top = readTop(asked);
  for (const column of filtered) {
    const filter = isRange(column) ? readRange(asked, column) : readSet(asked, column);
    if (filter) view.filters[column.name] = filter;
  }
  return view;
}

function readRange(asked, column) {
  const bound = (name) => (asked.get(name)?.trim() ? Number(asked.get(name)) : NaN);
  const [from, to] = [bound(`from.${column.name}`), bound(`to.${column.name}`)].map((n) =>
    Number.isFinite(n) ? n : null,
  );
  return from === null && to === null ? null : { from, to };
}

function readSet(asked, column) {
  const wanted = asked.getAll(`is.${column.name}`);
  const known = new Set(["", ...column.values.map(String)].filter((value) => wanted.includes(value)));
  if (wanted.length && column.name === "folder") return known; // none may be ticked
  return known.size ? known : null;
}

// The address of a view: only what differs from the view one begins with, so that a plain address is the plain page.
function writeView(view) {
  const plain = defaultView();
  const told = new URLSearchParams();
  for (const axis of [...AXES, "ox"]) if (view[axis] !== plain[axis]) told.set(axis, view[axis]);
  for (const axis of ["x", "y"])
    if (view[`${axis}scale`] !== naturalScale(view[axis])) told.set(`${axis}scale`, view[`${axis}scale`]);
  for (const flag of ["lines", "intervals", "all"])
    if (view[flag] !== plain[flag]) told.set(flag, view[flag] ? "1" : "0");
  writeTop(view.top, told);
  if (view.sort) told.set("sort", view.sort);
  if (view.sort && view.order === "ascending") told.set("order", "ascending");
  for (const [name, filter] of Object.entries(view.filters)) {
    if (filter instanceof Set) for (const value of filter.size ? filter : [""]) told.append(`is.${name}`, value);
    else for (const end of ["from", "to"]) if (filter[end] !== null) told.set(`${end}.${name}`, filter[end]);
  }
  return told.toString();
}

// ---- which points a view shows, and which of them a line joins

// A key for every point: points of one key differ in x, and in what is no condition (a repeat, a seed, a date). A load beside x
// is part of the key only if it is not settled by x: PCIe's num_prompts is, where concurrency is drawn.
const keysByX = new Map();

function lineKeys(x) {
  if (!keysByX.has(x.name)) keysByX.set(x.name, makeLineKeys(x));
  return keysByX.get(x.name);
}

function makeLineKeys(x) {
  const others = varying.filter((c) => c.name !== x.name);
  const key = (i, of) => of.map((c) => c.codes[i]).join();
  const identity = others.filter((c) => c.role === "identity");
  if (x.kind === "metric") return points.ids.map((_, i) => key(i, identity)); // the load that came of all that was set
  const free = others.filter((c) => c.role === "load" && !isSettled(c, (i) => `${key(i, identity)}|${valueOf(x, i)}`));
  return points.ids.map((_, i) => key(i, [...identity, ...free]));
}

function isSettled(column, by) {
  const seen = new Map();
  for (let i = 0; i < COUNT; i += 1) {
    const at = by(i);
    if (seen.has(at) && seen.get(at) !== column.codes[i]) return false;
    seen.set(at, column.codes[i]);
  }
  return true;
}

function passes(column, filter, i) {
  const value = valueOf(column, i);
  if (filter instanceof Set) return filter.has(value === null ? "" : String(value));
  return typeof value === "number" && value >= (filter.from ?? -Infinity) && value <= (filter.to ?? Infinity);
}

function shownPoints(view) {
  const active = Object.entries(view.filters).map(([name, filter]) => [columns.get(name), filter]);
  const shown = [];
  for (let i = 0; i < COUNT; i += 1) if (active.every(([column, filter]) => passes(column, filter, i))) shown.push(i);
  return shown;
}

function sortedPoints(shown, view) {
  if (!view.sort) return shown;
  const column = columns.get(view.sort);
  const key = column ? (i) => valueOf(column, i) : (i) => points.ids[i];
  const sign = view.order === "ascending" ? 1 : -1;
  const inWords = new Intl.Collator(language, { numeric: true });
  return [...shown].sort((i, j) => {
    const [a, b] = [key(i), key(j)];
    if (a === null || b === null) return (a === null) - (b === null); // missing comes last, whichever way
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : inWords.compare(String(a), String(b)));
  });
}
