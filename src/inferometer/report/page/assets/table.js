// The table under the chart: the points of the view, sortable by every column, some rows at a time.

const ROWS = 50;
const narrow = matchMedia("(max-width: 40rem)");
const HEADLINE = [
  "output_throughput",
  "mean_ttft_ms",
  "p99_ttft_ms",
  "mean_tpot_ms",
  "p99_tpot_ms",
  "p99_itl_ms",
  "p99_e2el_ms",
];

function tableColumns(view) {
  const asked = AXES.map((axis) => view[axis]);
  const told = varying.filter(
    (c) => c.name !== "series" && (view.all || asked.includes(c.name) || (c.telling && !c.alias)),
  );
  const chosen = (m) => view.all || HEADLINE.includes(m.name) || m.name === view.x || m.name === view.y;
  const measures = metrics.filter(chosen).map((m) => columns.get(m.name));
  if (!narrow.matches) return [...told, ...measures];
  const first = measures.filter((m) => m.name === view.y); // on a phone what is drawn stands beside the point
  const load = told.filter((c) => c.name === view.x);
  const others = (column) => !first.includes(column) && !load.includes(column);
  return [...load, ...first, ...measures.filter(others), ...told.filter(others)];
}

function drawTable(table, shown, view, { limit, onSort }) {
  const listed = tableColumns(view);
  const heads = [{ name: "id", label: say("page.js.point"), unit: "" }, ...listed];
  const row = document.createElement("tr");
  row.append(...heads.map((column) => headCell(column, view, onSort)));
  table.tHead.replaceChildren(row);
  table.tBodies[0].replaceChildren(
    ...sortedPoints(shown, view)
      .slice(0, limit)
      .map((i) => bodyRow(i, listed)),
  );
}

function headCell(column, view, onSort) {
  const cell = document.createElement("th");
  cell.scope = "col";
  if (column.kind === "metric" || column.numeric) cell.className = "number";
  const sorted = view.sort === column.name;
  cell.setAttribute("aria-sort", sorted ? view.order : "none");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.sort = column.name;
  button.textContent = column.label;
  if (column.unit) button.append(Object.assign(document.createElement("small"), { textContent: column.unit }));
  button.append(
    Object.assign(document.createElement("span"), {
      className: "arrow",
      ariaHidden: "true",
      textContent: sorted ? (view.order === "ascending" ? "▲" : "▼") : "",
    }),
  );
  button.addEventListener("click", () => onSort(column.name));
  cell.append(button);
  return cell;
}

function bodyRow(i, listed) {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.append(bdi(shortened(points.ids[i])));
  head.title = points.ids[i];
  row.append(head, ...listed.map((column) => bodyCell(column, i)));
  if (points.status[i]) row.dataset.status = points.status[i];
  return row;
}

// Ids of one kind begin alike and end in a date: what is cut out of a long one is its middle.
function shortened(id) {
  const letters = [...id];
  return letters.length > 33 ? [...letters.slice(0, 8), "…", ...letters.slice(-24)].join("") : id;
}

function bodyCell(column, i) {
  const cell = document.createElement("td");
  if (column.name === "status") {
    cell.append(verdictOf(i));
    return cell;
  }
  const text = textOf(column, i);
  cell.append(bdi(text));
  if (column.kind === "metric" || column.numeric) cell.className = "number";
  else cell.title = text;
  if (column.low && column.low[i] !== null) cell.title = intervalOf(column, i).join(" ");
  return cell;
}

// A text of its own direction, which may be broken after a slash rather than within a word.
function bdi(text) {
  const own = document.createElement("bdi");
  const parts = String(text).split(/(?<=\/)/);
  own.append(...parts.flatMap((part, at) => (at ? [document.createElement("wbr"), part] : [part])));
  return own;
}

// The verdict, which opens to its reasons where there are any.
function verdictOf(i) {
  const status = points.status[i];
  const badge = Object.assign(document.createElement("span"), { className: "badge", textContent: status ?? "–" });
  if (status) badge.dataset.status = status;
  const reasons = reasonsOf(i);
  if (!reasons.length) return badge;
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.append(badge);
  const list = document.createElement("ul");
  list.append(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
  details.append(summary, list);
  return details;
}
