// What the page does beside the explorer: figures that draw themselves when they come into sight, light and dark, printing.

const figures = [...document.querySelectorAll("figure[data-figure]")];

function startFigures() {
  for (const figure of figures) watch(figure, () => drawFigure(figure));
}

async function drawFigure(figure) {
  figure.dataset.drawn = "yes";
  const content = contentOf(figure);
  const shown = COUNT ? shownNow() : [];
  const filtered = shown.length < COUNT;
  for (const hint of figure.querySelectorAll(".unfiltered")) hint.hidden = !filtered;
  const rows = filtered ? keptRows(content, shown) : content.rows;
  const curves = filtered ? [...new Set(rows.map((row) => row.curve))] : null;
  const places = figure.querySelectorAll(".panel");
  await Promise.all(
    content.panels.map((spec, at) =>
      drawRows(places[at], `${figure.dataset.figure}-${at}`, spec, { [ROWS_OF_CHART]: rows }, fieldTip, { signals: { [CURVES]: curves } }),
    ),
  );
}

// ---- light and dark: what is drawn is drawn again, what is not yet will be drawn in the new light

function redraw() {
  if (COUNT) showChart(shownNow());
  if (COUNT) showOverview(shownNow());
  return Promise.all([drawing, refreshWatched()]);
}

function startTheme() {
  const button = element("theme");
  const tell = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    redraw();
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    tell();
  });
  darkMedia.addEventListener("change", tell);
  button.setAttribute("aria-pressed", String(isDark()));
}

// Links inside the page move to their place without touching the address, which holds the view.
function startLinks() {
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const target = document.getElementById(link.getAttribute("href").slice(1));
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    });
  }
}

// Charts are as wide as what contains them, so that their letters have one size on paper too.
function onPaper(whether) {
  printing = whether;
  document.documentElement.classList.toggle("paper", whether);
  return redraw();
}

// Print all there is to read, in light: what is folded opens, and folds again.
function startPrinting() {
  let folded = [];
  const prepare = () => {
    folded = [...document.querySelectorAll("details:not(.filter):not([open])")].filter(
      (each) => !each.closest("table"),
    );
    folded.forEach((each) => (each.open = true));
    return onPaper(true);
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", () => {
    folded.forEach((each) => (each.open = false));
    onPaper(false);
  });
  element("print").addEventListener("click", async () => {
    await onPaper(true);
    window.print();
  });
}

startTheme();
startLinks();
startPrinting();
document.addEventListener("mouseleave", hideTip);
document.addEventListener("scroll", hideTip, { passive: true, capture: true });
if (COUNT) startExplorer();
startFigures();
document.documentElement.dataset.ready = "yes";
