// The set figures: drawn when they come into sight, with the rows of the points that the view shows.

const CURVES = "curvesShown"; // the signal that says which curves a legend has

const watched = new Map();
const sight = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      const each = watched.get(entry.target);
      each.seen = entry.isIntersecting;
      if (each.seen && each.stale) refresh(each);
    }
  },
  { rootMargin: "300px" },
);

function watch(place, draw) {
  watched.set(place, { draw, seen: false, stale: true });
  sight.observe(place);
}

function refresh(each) {
  each.stale = false;
  return each.draw();
}

// What is out of sight waits until it is seen; paper shows all.
function refreshWatched() {
  const all = [...watched.values()];
  all.forEach((each) => (each.stale = true));
  if (printing) return Promise.all(all.map(refresh));
  return oneByOne(all);
}

// A chart a frame, so that the page answers in between; a later change begins anew.
let round = 0;
async function oneByOne(all) {
  const own = (round += 1);
  for (const each of all) {
    if (!each.seen) continue;
    await nextFrame();
    if (own !== round) return;
    if (each.seen && each.stale) await refresh(each);
  }
}

// A hidden page has no frames.
const nextFrame = () =>
  new Promise((done) => (document.hidden ? setTimeout(done) : requestAnimationFrame(() => setTimeout(done))));

const contents = new Map();

// A figure's panels and rows, read once; rows are of points by their places.
// The rows of a figure, which the page holds by columns: numbers, or places among a column's words; null is no field at all.
function unpacked({ length, columns }) {
  const rows = Array.from({ length }, () => ({}));
  for (const { name, words, data } of columns)
    data.forEach((value, at) => {
      if (value !== null) rows[at][name] = words ? words[value] : value;
    });
  return rows;
}

function contentOf(figure) {
  if (!contents.has(figure)) {
    const { panels, rows: packed, runs } = JSON.parse(element(figure.dataset.figure).textContent);
    const rows = unpacked(packed);
    for (const row of rows) {
      if (typeof row.id !== "number") continue;
      row.place = row.id;
      row.id = points.ids[row.place];
    }
    panels.forEach(followCurves);
    contents.set(figure, { panels, rows, runs });
  }
  return contents.get(figure);
}

// Legends of curves show those that are drawn.
function followCurves(panel) {
  for (const layer of [panel, ...panel.layer])
    for (const channel of Object.values(layer.encoding ?? {}))
      if (channel.field === "curve" && channel.legend) channel.legend.values = { expr: CURVES };
}

function keptRows({ rows, runs }, shown) {
  const inView = new Set(shown);
  const members = new Map(rows.filter((row) => row.place !== undefined).map((row) => [row.place, row]));
  const kept = rows.map((row) => keptRow(row, inView, members, runs)).filter(Boolean);
  return rows.some((row) => row.front) ? withFront(kept) : kept;
}

function keptRow(row, inView, members, runs) {
  if (row.place !== undefined) return inView.has(row.place) ? row : null;
  if (row.of) return summedRow(row, inView, members);
  const run = runs[row.curve ?? ""];
  return run === undefined || inView.has(run) ? row : null;
}

// A mean over points stays where all of them are shown; that of a line is taken anew, without an interval.
function summedRow(row, inView, members) {
  const there = row.of.filter((place) => inView.has(place));
  if (there.length === row.of.length) return row;
  const counted = there.map((place) => members.get(place)).filter((each) => each && each.status !== "INVALID");
  if (row.on !== "line" || !counted.length) return null;
  const values = Object.keys(row).filter((name) => /^v\d+$/.test(name));
  const means = values.map((name) => {
    const known = counted.map((each) => each[name]).filter((value) => value !== undefined);
    return [name, known.length ? known.reduce((a, b) => a + b, 0) / known.length : null];
  });
  const { curve, name, dash, x, on } = row;
  return { curve, name, dash, x, on, ...Object.fromEntries(means) };
}

// The front among what is shown: from fast users to busy GPUs.
function withFront(rows) {
  let best = -1;
  const front = new Set();
  for (const row of [...rows].sort((a, b) => b.user - a.user || b.gpu - a.gpu)) {
    if (row.status === "INVALID" || !(row.gpu > best)) continue;
    best = row.gpu;
    front.add(row);
  }
  return rows.map((row) => ({ ...row, front: front.has(row) }));
}
