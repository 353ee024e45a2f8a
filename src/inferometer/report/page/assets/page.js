// What the page does beside the explorer: figures that draw themselves when they come into sight, light and dark, printing.

const figures = [...document.querySelectorAll("figure[data-figure]")];

function startFigures() {
  const sight = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => drawFigure(entry.target)),
    { rootMargin: "300px" },
  );
  figures.forEach((figure) => sight.observe(figure));
}

async function drawFigure(figure) {
  const look = isDark() ? "dark" : "light";
  if (figure.dataset.drawn === look) return;
  figure.dataset.drawn = look;
  const { panels, rows } = JSON.parse(element(figure.dataset.figure).textContent);
  const places = figure.querySelectorAll(".panel");
  await Promise.all(
    panels.map((spec, at) =>
      draw(places[at], `${figure.dataset.figure}-${at}`, { ...spec, datasets: { ...spec.datasets, rows } }, fieldTip),
    ),
  );
}

// ---- light and dark: what is drawn is drawn again, what is not yet will be drawn in the new light

function redraw() {
  if (COUNT) showChart(shownPoints(view));
  return Promise.all([drawing, ...figures.filter((figure) => printing || figure.dataset.drawn).map(drawFigure)]);
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

// Print all there is to read, in light: what is folded opens, and folds again.
function startPrinting() {
  let folded = [];
  const prepare = () => {
    folded = [...document.querySelectorAll("details:not(.filter):not([open])")].filter(
      (each) => !each.closest("table"),
    );
    folded.forEach((each) => (each.open = true));
    printing = true;
    return redraw();
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", () => {
    folded.forEach((each) => (each.open = false));
    printing = false;
    redraw();
  });
  element("print").addEventListener("click", async () => {
    printing = true;
    await redraw();
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
