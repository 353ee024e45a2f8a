// The best point of each configuration by a metric that one chooses, among those within limits that one sets.

const LIMITED = ["ttft", "tpot", "itl", "e2el"];
const STATISTICS = ["mean", "median", "p90", "p95", "p99"];
const LIKELY = ["output_throughput_per_gpu", "output_throughput", "request_throughput"];

const ranking = metrics.filter((metric) => metric.ranks).map((metric) => columns.get(metric.name));
const limitedBy = (statistic) => LIMITED.filter((latency) => columns.has(`${statistic}_${latency}_ms`));
const statistics = STATISTICS.filter((statistic) => limitedBy(statistic).length);
const isBest = (column, a, b) => (column.better === "higher" ? a > b : a < b);

function plainTop() {
  const names = ranking.map((column) => column.name);
  return {
    rank: LIKELY.find((name) => names.includes(name)) ?? names[0] ?? "",
    stat: statistics.includes("p99") ? "p99" : (statistics[0] ?? ""),
    slo: {},
  };
}

function readTop(asked) {
  const top = plainTop();
  if (ranking.some((column) => column.name === asked.get("rank"))) top.rank = asked.get("rank");
  if (statistics.includes(asked.get("stat"))) top.stat = asked.get("stat");
  for (const latency of LIMITED) {
    const limit = asked.get(`slo.${latency}`)?.trim() ? Number(asked.get(`slo.${latency}`)) : NaN;
    if (Number.isFinite(limit) && limit > 0) top.slo[latency] = limit;
  }
  return top;
}

function writeTop(top, told) {
  const plain = plainTop();
  for (const name of ["rank", "stat"]) if (top[name] !== plain[name]) told.set(name, top[name]);
  for (const [latency, limit] of Object.entries(top.slo)) told.set(`slo.${latency}`, limit);
}

// Whether a point is known to be within all limits: what was not measured is not.
function isWithin(i, { stat, slo }) {
  return Object.entries(slo).every(([latency, limit]) => {
    const value = columns.get(`${stat}_${latency}_ms`)?.data[i] ?? null;
    return value !== null && value <= limit;
  });
}

// Of each series the best point, the best first; and the series that have none within the limits.
function topOf(shown, top) {
  const series = columns.get("series");
  const column = columns.get(top.rank);
  const best = new Map();
  const all = new Set();
  for (const i of shown) {
    if (column.data[i] === null || points.status[i] === "INVALID") continue;
    const name = valueOf(series, i);
    all.add(name);
    if (isWithin(i, top) && (!best.has(name) || isBest(column, column.data[i], column.data[best.get(name)])))
      best.set(name, i);
  }
  const ranked = [...best.values()].sort((i, j) => (isBest(column, column.data[i], column.data[j]) ? -1 : 1));
  return { ranked, without: [...all].filter((name) => !best.has(name)) };
}

function fillTop() {
  if (!element("top")) return;
  element("rank").replaceChildren(...ranking.map(option));
  element("rank").addEventListener("change", (event) => change({ top: { ...view.top, rank: event.target.value } }));
  element("stat").replaceChildren(...statistics.map((name) => new Option(say(`page.js.stat.${name}`), name)));
  element("stat").addEventListener("change", (event) => change({ top: { ...view.top, stat: event.target.value } }));
  for (const latency of LIMITED)
    element(`slo-${latency}`).addEventListener("change", (event) => {
      const { [latency]: _, ...others } = view.top.slo;
      const limit = Number(event.target.value);
      change({ top: { ...view.top, slo: limit > 0 ? { ...others, [latency]: limit } : others } });
    });
}

function showTop(shown) {
  if (!element("top")) return;
  const { top } = view;
  element("rank").value = top.rank;
  element("stat").value = top.stat;
  const limited = limitedBy(top.stat);
  for (const latency of LIMITED) {
    element(`slo-${latency}`).value = top.slo[latency] ?? "";
    element(`slo-${latency}`).closest("label").hidden = !limited.includes(latency) && !(latency in top.slo);
  }
  const { ranked, without } = topOf(shown, top);
  const load = LOADS.map((name) => columns.get(name)).find((column) => column?.numeric);
  const latencies = limited.map((latency) => columns.get(`${top.stat}_${latency}_ms`));
  const listed = [columns.get("series"), ...(load ? [load] : []), columns.get(top.rank), ...latencies];
  fillTopTable(ranked.slice(0, ROWS), [...new Set(listed)], columns.get(top.rank));
  element("without").textContent = without.length
    ? say("page.js.top.without", { n: figure(without.length), names: without.slice(0, 12).join(say("page.js.list")) })
    : "";
}

function fillTopTable(ranked, listed, column) {
  const table = element("top");
  const head = document.createElement("tr");
  for (const each of listed) {
    const cell = Object.assign(document.createElement("th"), { scope: "col" });
    if (each.kind === "metric" || each.numeric) cell.className = "number";
    cell.append(bdi(titleOf(each)));
    head.append(cell);
  }
  const last = Object.assign(document.createElement("th"), { scope: "col", className: "number" });
  last.textContent = say("page.js.top.against");
  head.append(last, Object.assign(document.createElement("th"), { scope: "col", textContent: say("page.js.verdict") }));
  table.tHead.replaceChildren(head);
  table.tBodies[0].replaceChildren(...ranked.map((i, place) => topRow(i, place, listed, column, ranked[0])));
}

function topRow(i, place, listed, column, first) {
  const row = document.createElement("tr");
  row.append(
    ...listed.map((each) => {
      const cell = bodyCell(each, i);
      if (each !== listed[0]) return cell;
      const head = Object.assign(document.createElement("th"), { scope: "row", title: points.ids[i] });
      head.append(bdi(`${place + 1}. ${each.varies ? textOf(each, i) : shortened(points.ids[i])}`));
      return head;
    }),
  );
  const against = Object.assign(document.createElement("td"), { className: "number" });
  against.textContent = place ? againstFirst(column, i, first) : "–";
  const verdict = document.createElement("td");
  verdict.append(verdictOf(i));
  row.append(against, verdict);
  return row;
}

function againstFirst(column, i, first) {
  const text = changeInPercent(column.data[i] / column.data[first] - 1);
  const [low, high] = [column.low, column.high];
  const known = low && [i, first].every((each) => low[each] !== null && high[each] !== null);
  const overlap = known && low[i] <= high[first] && low[first] <= high[i];
  return overlap ? say("page.js.top.overlap", { text }) : text;
}

// As `change` of words/numbers.py: −3.1%.
function changeInPercent(share) {
  const digits = Math.abs(100 * share).toFixed(Math.abs(share) >= 1 ? 0 : 1);
  const sign = share < 0 ? "−" : "+";
  return digits === "0.0" ? `${digits}%` : `${sign}${digits}%`;
}
