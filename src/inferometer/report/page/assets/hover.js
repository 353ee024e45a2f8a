// What hovering over a mark shows. All text is set as text, never as HTML.

const tip = document.getElementById("tip");

function showTip(event, lines) {
  tip.replaceChildren(
    ...lines.map(([label, text]) => {
      const line = document.createElement("div");
      const name = document.createElement("span");
      name.textContent = label;
      const value = document.createElement("bdi");
      value.textContent = text;
      line.append(name, value);
      return line;
    }),
  );
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const beside = event.clientX + 16 + width > window.innerWidth ? event.clientX - width - 12 : event.clientX + 16;
  tip.style.left = `${Math.max(4, beside)}px`;
  tip.style.top = `${Math.max(4, Math.min(event.clientY + 14, window.innerHeight - height - 4))}px`;
}

function hideTip() {
  tip.hidden = true;
}

function describePoint(i, view) {
  const y = columns.get(view.y);
  const x = columns.get(view.x);
  const lines = [["", points.ids[i]]];
  for (const column of varying)
    if (column.name !== "series" && column.name !== "status" && valueOf(column, i) !== null)
      lines.push([column.label, textOf(column, i)]);
  if (x.kind === "metric") lines.push([x.label, inUnit(textOf(x, i), x.unit)]);
  lines.push([y.label, inUnit(textOf(y, i), y.unit)]);
  if (y.low && y.low[i] !== null) lines.push(intervalOf(y, i));
  const n = samplesOf(y, i);
  if (n !== null) lines.push(["n", figure(n)]);
  lines.push([say("page.js.verdict"), points.status[i] ?? say("page.js.no_verdict")]);
  for (const reason of reasonsOf(i).slice(0, 4)) lines.push(["", reason]);
  return lines;
}

function samplesOf(metric, i) {
  const latency = /_(ttft|tpot|itl|e2el)_ms$/.exec(metric.name)?.[1];
  return (latency && points.samples[latency]?.[i]) ?? null;
}

const reasonsOf = (i) => (points.reasons[i] ?? []).map((code) => points.sentences[code]);

function pointTip(view) {
  return (_, event, item, value) => {
    if (value === null || value === undefined || value === "") return hideTip();
    return showTip(event, describePoint(item.datum.i, view()));
  };
}

// Hovering over a figure shows the fields that its specification names.
function fieldTip(_, event, item, value) {
  if (value === null || value === undefined || value === "") return hideTip();
  const fields = typeof value === "object" ? Object.entries(value) : [["", value]];
  return showTip(
    event,
    fields.map(([label, text]) => [label, figure(text)]),
  );
}
