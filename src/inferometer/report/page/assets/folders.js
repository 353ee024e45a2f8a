// The folders that results lie in, as a tree to tick: what is not ticked is in no chart, table or figure.

const OPEN_UP_TO = 40; // folders up to which the whole tree is open

function folderTree(paths) {
  const root = { name: "", children: new Map(), codes: [] };
  paths.forEach((path, code) => {
    let node = root;
    for (const part of path === "." ? [] : path.split("/")) {
      if (!node.children.has(part)) node.children.set(part, { name: part, children: new Map(), codes: [] });
      node = node.children.get(part);
    }
    node.own = code;
  });
  return gathered(root);
}

// Each node knows the folders in it; one that holds nothing but one folder is written together with that.
function gathered(node) {
  const children = [...node.children.values()].map(gathered);
  const codes = [...(node.own === undefined ? [] : [node.own]), ...children.flatMap((child) => child.codes)];
  if (children.length === 1 && node.own === undefined && node.name)
    return { ...children[0], name: `${node.name}/${children[0].name}` };
  return { name: node.name, own: node.own, children, codes };
}

function fillFolders() {
  const column = columns.get("folder");
  const box = element("folders");
  if (!box || !column?.varies) return;
  const counts = new Array(column.values.length).fill(0);
  for (const code of column.codes) counts[code] += 1;
  const root = folderTree(column.values.map(String));
  const top = root.own === undefined ? root.children : [{ ...root, name: ".", children: [], codes: [root.own] }, ...root.children];
  element("tree").append(...top.map((node) => folderItem(node, counts, column.values.length <= OPEN_UP_TO)));
  element("tree").addEventListener("change", tickFolder);
  element("every").addEventListener("click", () => setFilterOf("folder", null));
  element("nofolder").addEventListener("click", () => setFilterOf("folder", new Set()));
}

function folderItem(node, counts, open) {
  const item = document.createElement("li");
  const label = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", autocomplete: "off" });
  box.dataset.codes = node.codes.join();
  const points = node.codes.reduce((sum, code) => sum + counts[code], 0);
  const count = Object.assign(document.createElement("small"), { textContent: figure(points) });
  label.append(box, bdi(node.name), count);
  if (!node.children.length) {
    item.append(label);
    return item;
  }
  const details = Object.assign(document.createElement("details"), { open });
  const summary = document.createElement("summary");
  summary.append(label);
  const list = document.createElement("ul");
  if (node.own !== undefined) list.append(folderItem({ name: ".", children: [], codes: [node.own] }, counts, open));
  list.append(...node.children.map((child) => folderItem(child, counts, open)));
  details.append(summary, list);
  item.append(details);
  return item;
}

function tickFolder(event) {
  const { values } = columns.get("folder");
  const chosen = new Set(view.filters.folder ?? values.map(String));
  for (const code of event.target.dataset.codes.split(",")) {
    if (event.target.checked) chosen.add(String(values[code]));
    else chosen.delete(String(values[code]));
  }
  setFilterOf("folder", chosen.size === values.length ? null : chosen);
}

function showFolders() {
  const column = columns.get("folder");
  if (!column?.varies || !element("folders")) return;
  const chosen = view.filters.folder;
  for (const box of element("tree").querySelectorAll("input")) {
    const codes = box.dataset.codes.split(",");
    const ticked = chosen ? codes.filter((code) => chosen.has(String(column.values[code]))).length : codes.length;
    box.checked = ticked > 0;
    box.indeterminate = ticked > 0 && ticked < codes.length;
  }
  element("ticked").textContent = say("page.js.folders", {
    shown: figure(chosen ? chosen.size : column.values.length),
    all: figure(column.values.length),
  });
}
