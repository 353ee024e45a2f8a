// The explorer: controls, chart and table of one view, which is kept in the address.

const element = (id) => document.getElementById(id);
let view = readView(location.hash);
let limit = ROWS;
let drawing = Promise.resolve();

function option(column) {
  return new Option(column ? titleOf(column) : say("page.js.none"), column ? column.name : "");
}

function fillSelectors() {
  for (const axis of AXES) {
    const select = element(axis);
    const choices = choicesOf(axis);
    const groups = [
      ["condition", say("page.js.conditions")],
      ["metric", say("page.js.metrics")],
    ].map(([kind, label]) => {
      const group = Object.assign(document.createElement("optgroup"), { label });
      group.append(...choices.filter((c) => c && c.kind === kind).map(option));
      return group;
    });
    select.replaceChildren(
      ...(choices.includes(null) ? [option(null)] : []),
      ...groups.filter((group) => group.children.length),
    );
    select.addEventListener("change", () => {
      if (axis === "x" || axis === "y") change({ [axis]: select.value, [`${axis}scale`]: naturalScale(select.value) });
      else change({ [axis]: select.value });
    });
  }
  for (const axis of ["xscale", "yscale"])
    element(axis).addEventListener("change", (event) => change({ [axis]: event.target.checked ? "log" : "linear" }));
  for (const flag of ["lines", "intervals", "all"])
    element(flag).addEventListener("change", (event) => change({ [flag]: event.target.checked }));
  element("reset").addEventListener("click", () => setView(readView("")));
  element("more").addEventListener("click", () => {
    limit += 500;
    showTable(shownNow());
  });
}

// ---- filters: a list of values, or a range of a number with many

function fillFilters() {
  element("filters").replaceChildren(
    ...filters.map((column) => (isRange(column) ? rangeFilter(column) : setFilter(column))),
  );
  document.addEventListener("click", (event) => closeFilters(event.target.closest?.("details.filter")));
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("details.filter[open]");
    if (open) {
      closeFilters(null);
      open.querySelector("summary").focus();
    }
  });
}

function closeFilters(but) {
  for (const open of document.querySelectorAll("details.filter[open]")) if (open !== but) open.open = false;
}

function filterBox(column, content) {
  const details = Object.assign(document.createElement("details"), { className: "filter" });
  details.dataset.column = column.name;
  const summary = document.createElement("summary");
  summary.append(
    Object.assign(document.createElement("span"), { textContent: column.label }),
    Object.assign(document.createElement("bdi"), { className: "chosen" }),
  );
  const field = document.createElement("fieldset");
  field.append(Object.assign(document.createElement("legend"), { textContent: column.label }), ...content);
  details.append(summary, field);
  return details;
}

function setFilter(column) {
  const values = column.codes.includes(-1) ? [...column.values.map(String), ""] : column.values.map(String);
  return filterBox(
    column,
    values.map((value) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value });
      box.addEventListener("change", () => {
        const chosen = new Set([...label.parentElement.querySelectorAll("input:checked")].map((each) => each.value));
        setFilterOf(column.name, chosen.size ? chosen : null);
      });
      label.append(box, bdi(value === "" ? say("page.js.absent") : value));
      return label;
    }),
  );
}

function rangeFilter(column) {
  const numbers = column.values.filter((v) => typeof v === "number");
  const ends = ["from", "to"].map((end) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), {
      type: "number",
      step: "any",
      name: end,
      placeholder: String(end === "from" ? Math.min(...numbers) : Math.max(...numbers)),
    });
    input.addEventListener("change", () => {
      const [from, to] = [...label.parentElement.querySelectorAll("input")].map((each) =>
        each.value === "" ? null : Number(each.value),
      );
      setFilterOf(column.name, from === null && to === null ? null : { from, to });
    });
    label.append(say(`page.js.${end}`), input);
    return label;
  });
  return filterBox(column, ends);
}

function setFilterOf(name, filter) {
  const { [name]: _, ...others } = view.filters;
  change({ filters: filter ? { ...others, [name]: filter } : others });
}

// ---- from the view to the page

function change(part) {
  setView({ ...view, ...part });
}

function setView(next) {
  const alike = chartOf(next) === chartOf(view);
  view = next;
  limit = ROWS;
  const address = writeView(view);
  history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
  show(alike);
}

// What the chart depends on: not the order of the table, nor its columns.
const chartOf = (some) => writeView({ ...some, sort: "", all: false, top: plainTop() });

// The points of the view, looked for once.
let found = { view: null, shown: [] };
function shownNow() {
  if (found.view !== view) found = { view, shown: shownPoints(view) };
  return found.shown;
}

function show(chartStays = false) {
  showControls();
  const shown = shownNow();
  showTable(shown);
  showTop(shown);
  if (!chartStays) {
    showChart(shown);
    showOverview(shown);
    drawing.then(refreshWatched);
  }
}

function showControls() {
  showFolders();
  for (const axis of AXES) element(axis).value = view[axis];
  for (const axis of ["xscale", "yscale"]) element(axis).checked = view[axis] === "log";
  for (const flag of ["lines", "intervals", "all"]) element(flag).checked = view[flag];
  for (const box of document.querySelectorAll("details.filter")) {
    const filter = view.filters[box.dataset.column];
    box.classList.toggle("active", Boolean(filter));
    box.querySelector(".chosen").textContent = filter ? filterText(filter) : say("page.js.every");
    for (const input of box.querySelectorAll("input[type=checkbox]"))
      input.checked = filter instanceof Set && filter.has(input.value);
    for (const input of box.querySelectorAll("input[type=number]")) input.value = filter?.[input.name] ?? "";
  }
}

function filterText(filter) {
  if (filter instanceof Set) return [...filter].map((value) => value || say("page.js.absent")).join(", ");
  return `${filter.from ?? "…"} – ${filter.to ?? "…"}`;
}

function showTable(shown) {
  drawTable(element("points"), shown, view, {
    limit,
    onSort: (name) => {
      const turned = view.sort === name && view.order === "descending" ? "ascending" : "descending";
      change({ sort: name, order: turned });
      element("points")
        .querySelector(`[data-sort="${CSS.escape(name)}"]`)
        ?.focus();
    },
  });
  element("more").hidden = shown.length <= limit;
  element("rows").textContent =
    shown.length > limit ? say("page.js.rows", { shown: figure(limit), all: figure(shown.length) }) : "";
}

function showChart(shown) {
  const { rows, missing } = chartRows(shown, view);
  const y = columns.get(view.y);
  const told = [say("page.js.shown", { shown: figure(shown.length), all: figure(COUNT) })];
  if (missing) told.push(say("page.js.missing", { missing: figure(missing) }));
  element("told").textContent = told.join(language === "en" ? " " : "");
  element("chart").setAttribute(
    "aria-label",
    say("page.js.chart", {
      x: columns.get(view.x).label,
      y: y.label,
      n: figure(marksOf(rows).length),
    }),
  );
  drawLegend(element("legend"), rows, view);
  const spec = chartSpec(view, printing ? PAPER_WIDTH : chartWidth);
  const data = dataOf(spec, rows);
  const draw = () =>
    drawRows(
      element("chart"),
      "explorer",
      spec,
      data,
      pointTip(() => view),
      { patch: trusting },
    );
  const turn = (asked += 1);
  drawing = drawing
    .then(printing ? undefined : chartSeen ? nextFrame : idle)
    .then(() => (turn === asked ? draw() : undefined))
    .catch(console.error);
}

let asked = 0; // charts; of several that wait, the last is drawn
// Kept by observers: to ask the chart itself makes the browser lay out the whole page, twice a change.
let chartWidth = 0;
let chartSeen = false;
const idle = () => new Promise((done) => requestIdleCallback(done, { timeout: 300 }));

function startExplorer() {
  fillSelectors();
  fillFilters();
  fillFolders();
  fillTop();
  startOverview();
  chartWidth = element("chart").clientWidth;
  show();
  window.addEventListener("hashchange", () => {
    view = readView(location.hash);
    limit = ROWS;
    show();
  });
  new ResizeObserver(() => {
    if (Math.abs(element("chart").clientWidth - chartWidth) < 8) return;
    chartWidth = element("chart").clientWidth;
    showChart(shownNow());
  }).observe(element("chart"));
  new IntersectionObserver((entries) => (chartSeen = entries.at(-1).isIntersecting)).observe(element("chart"));
}
