"""The page in a real Chromium: what is drawn follows the filters, the address keeps the view, and
nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from inferometer.report.figures import draw_all, gather
from inferometer.report.page import make_view, render
from inferometer.report.page.view import measured
from inferometer.results import Collection
from inferometer.words import LANGUAGES, Words
from tests.report.page_points import (
    HOSTILE,
    SCRIPT,
    alone,
    dated,
    foldered,
    hostile,
    study,
    swept,
)

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = next(
    filter(
        None,
        map(shutil.which, ("chromium", "chromium-browser", "google-chrome")),
    ),
    None,
)
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver"
)

WAIT_S = 20


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
    ):
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    chrome = webdriver.Chrome(
        options=options, service=webdriver.ChromeService(DRIVER)
    )
    yield chrome
    chrome.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The address of a page of a collection, which is written once."""
    folder = tmp_path_factory.mktemp("pages")
    written: dict[tuple[str, str], Path] = {}

    def page(name: str = "study", language: str = "en") -> str:
        if (name, language) not in written:
            collection: Collection = {
                "study": study,
                "hostile": hostile,
                "dated": dated,
                "foldered": foldered,
                "alone": alone,
                "swept": swept,
            }[name]()
            figures = draw_all(gather(collection.points), Words(language))
            title = SCRIPT if name == "hostile" else None
            view = make_view(
                collection,
                language=language,
                title=title,
                written="2026-01-01 12:00",
                figures=figures,
            )
            path = written[name, language] = folder / f"{name}-{language}.html"
            path.write_text(render(view), encoding="utf-8")
        return written[name, language].as_uri()

    return page


class Seen:
    """An open page, and what it made of itself."""

    def __init__(
        self,
        browser: Chrome,
        address: str,
        *,
        width: int = 1280,
        dark: bool = False,
    ) -> None:
        self.browser = browser
        screen = {
            "width": width,
            "height": 900,
            "deviceScaleFactor": 1,
            "mobile": width < 500,
        }
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        self.emulate("screen", dark=dark)
        browser.get("about:blank")
        for kind in ("browser", "performance"):
            self.log(kind)
        browser.get(address)
        self.until("return window.inferometer?.drawings.explorer > 0")

    def emulate(self, media: str, *, dark: bool) -> None:
        scheme = {
            "name": "prefers-color-scheme",
            "value": "dark" if dark else "light",
        }
        self.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": media, "features": [scheme]}
        )

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, *arguments)

    def until(self, script: str) -> None:
        from selenium.webdriver.support.wait import WebDriverWait

        WebDriverWait(self.browser, WAIT_S, 0.02).until(
            lambda _: self.run(script)
        )

    def does(self, script: str, *arguments: Any) -> None:
        """Run it, and wait until the chart was drawn anew."""
        before = self.run("return window.inferometer.drawings.explorer")
        self.run(script, *arguments)
        self.until(f"return window.inferometer.drawings.explorer > {before}")

    def choose(self, control: str, value: str) -> None:
        change = (
            "const e = document.getElementById(arguments[0]); e.value = arguments[1]; "
            "e.dispatchEvent(new Event('change'))"
        )
        self.does(change, control, value)

    def tick(self, column: str, value: str) -> None:
        boxes = "[...document.querySelectorAll(`.filter[data-column=${arguments[0]}] input`)]"
        self.does(
            f"{boxes}.find(box => box.value === arguments[1]).click()",
            column,
            value,
        )

    def drawn(self) -> list[int]:
        """The points whose marks are in the chart."""
        walk = (
            "const found = []; const walk = (item) => {"
            " if (item.marktype === 'symbol') found.push(...item.items.map((mark) => "
            "mark.datum.i));"
            " (item.items ?? []).forEach(walk); };"
        )
        marks = self.run(
            f"{walk} walk(window.inferometer.views.explorer.scenegraph().root); return found"
        )
        return sorted(marks)

    def rows(self) -> list[str]:
        return list(
            self.run(
                "return [...document.querySelectorAll('#points tbody th')].map(e => e.textContent)"
            )
        )

    def log(self, kind: str) -> list[dict[str, Any]]:
        """What was written since the last call."""
        entries: list[dict[str, Any]] = self.browser.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def complaints(self) -> list[str]:
        return [entry["message"] for entry in self.log("browser")]

    def fetched(self) -> list[str]:
        """Addresses that were asked for beside the page itself."""
        events = [
            orjson.loads(entry["message"])["message"]
            for entry in self.log("performance")
        ]
        asked = [
            e["params"]["request"]["url"]
            for e in events
            if e["method"] == "Network.requestWillBeSent"
        ]
        own = self.run("return location.href").partition("#")[0]
        return [
            url
            for url in asked
            if url.partition("#")[0] not in (own, "about:blank")
            and not url.startswith("data:")
        ]


def test_a_filter_changes_what_is_drawn_and_listed(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    assert seen.drawn() == list(range(16))
    seen.tick("model", "7B")
    assert seen.drawn() == [0, 1, 2, 3, 8, 9, 10, 11]
    seen.tick("config", "C")
    assert seen.drawn() == [8, 9, 10, 11]
    assert seen.rows() == [f"point-{n}" for n in (8, 9, 10, 11)]
    seen.tick("config", "B")  # more than one value may be chosen
    assert len(seen.drawn()) == 8
    seen.does("document.getElementById('reset').click()")
    assert seen.drawn() == list(range(16))
    assert (seen.complaints(), seen.fetched()) == ([], [])


def test_a_line_runs_through_what_is_suspect(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    """Whatever the verdicts: nor are they the colours of the only curve."""
    seen = Seen(browser, pages("alone"))
    assert seen.run("return document.getElementById('color').value") == ""
    levels = [1, 2, 8]
    lines = drawn_rows(seen, "explorer", "lines")
    assert [row["x"] for row in lines] == levels
    seen.choose("color", "status")
    lines = drawn_rows(seen, "explorer", "lines")
    assert [(row["x"], row["c"]) for row in lines] == [(x, "–") for x in levels]


def untick(seen: Seen, *folder: str) -> None:
    """`folder`: its names, from the top."""
    place = "document.getElementById('tree')"
    for name in folder:
        place = (
            f"[...{place}.querySelectorAll('li')].find(e => "
            f"e.querySelector('bdi').textContent === '{name}')"
        )
    seen.does(f"{place}.querySelector('input').click()")


def drawn_rows(seen: Seen, view: str, data: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = seen.run(
        "return window.inferometer.views[arguments[0]].data(arguments[1])",
        view,
        data,
    )
    return rows


def test_folders_that_are_not_ticked_are_in_no_chart_table_or_figure(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("foldered"))
    figure = "document.querySelector('[data-figure=figure-pcie]')"
    seen.run(f"{figure}.scrollIntoView()")
    seen.until("return window.inferometer.drawings['figure-pcie-0'] > 0")
    line = [
        row
        for row in drawn_rows(seen, "figure-pcie-0", "rows")
        if row.get("of") == [0, 4]
    ]
    assert [row["v0"] for row in line] == [80.0]  # of 100 and of 60
    untick(seen, "B")
    untick(seen, "C", "14B")
    assert seen.drawn() == [8, 9, 10, 11]
    assert seen.rows() == [f"point-{n}" for n in (8, 9, 10, 11)]
    seen.until("return window.inferometer.drawings['figure-pcie-0'] > 2")
    rows = drawn_rows(seen, "figure-pcie-0", "rows")
    assert {row["id"] for row in rows} == set(seen.rows())
    again = Seen(browser, seen.run("return location.href"))
    assert again.drawn() == [8, 9, 10, 11]
    assert (
        again.run("return document.getElementById('ticked').textContent")
        == "1 of 4"
    )
    again.does("document.getElementById('nofolder').click()")
    assert again.drawn() == []
    again = Seen(browser, again.run("return location.href"))
    assert again.drawn() == []
    again.does("document.getElementById('every').click()")
    assert again.drawn() == list(range(16))
    assert (again.complaints(), again.fetched()) == ([], [])


def test_a_mean_over_folders_is_taken_anew_of_those_that_are_ticked(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("foldered"))
    seen.run(
        "document.querySelector('[data-figure=figure-pcie]').scrollIntoView()"
    )
    seen.until("return window.inferometer.drawings['figure-pcie-0'] > 0")
    untick(seen, "B", "14B")
    seen.until("return window.inferometer.drawings['figure-pcie-0'] > 1")
    found = [
        row["v0"]
        for row in drawn_rows(seen, "figure-pcie-0", "rows")
        if row["x"] == 1 and row.get("on") == "line"
    ]
    assert found == [100.0]


def test_the_overview_is_over_the_load_that_one_chooses(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("foldered"))
    seen.run("document.getElementById('overview').scrollIntoView()")
    seen.until("return window.inferometer.drawings['overview-1'] > 0")
    choices = seen.run(
        "return [...document.getElementById('ox').options].map(e => e.value)"
    )
    assert choices == ["concurrency", "max_concurrent_requests"]
    seen.does(
        "const e = document.getElementById('ox'); e.value = arguments[0]; "
        "e.dispatchEvent(new Event('change'))",
        "max_concurrent_requests",
    )
    seen.until("return window.inferometer.drawings['overview-1'] > 1")
    assert len(drawn_rows(seen, "overview-1", "believed")) == 14
    assert seen.run("return location.hash") == "#ox=max_concurrent_requests"
    assert seen.complaints() == []


def test_the_best_point_of_each_configuration_within_limits(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    """TTFT is 20 ms times the load; point 3 has none, and 6 is INVALID."""
    heads = (
        "return [...document.querySelectorAll('#top tbody th')]"
        ".map(e => [e.title, e.textContent])"
    )
    seen = Seen(browser, pages())
    assert seen.run(heads) == [
        ["point-11", "1. C · 7B"],
        ["point-3", "2. B · 7B"],
        ["point-15", "3. C · 14B"],
        ["point-7", "4. B · 14B"],
    ]
    limit = (
        "const e = document.getElementById('slo-ttft'); e.value = arguments[0]; "
        "e.dispatchEvent(new Event('change'))"
    )
    seen.run(limit, "80")
    assert [point for point, _ in seen.run(heads)] == [
        "point-10",
        "point-2",
        "point-14",
        "point-5",
    ]
    again = Seen(browser, seen.run("return location.href"))
    assert len(again.run(heads)) == 4
    again.run(limit, "10")
    assert again.run(heads) == []
    assert "within the limits: 4 (" in again.run(
        "return document.getElementById('without').textContent"
    )
    assert again.complaints() == []


def test_all_of_a_few_swept_loads_are_on_the_axis_and_long_names_are_cut(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("swept"))
    labels = seen.run(
        "return [...document.querySelectorAll('#chart .role-axis-label text')]"
        ".map(e => e.textContent)"
    )
    assert {"1", "4", "8", "16", "32", "64", "512"} <= set(labels)
    (name,) = seen.run(
        "return [...document.querySelectorAll('#top tbody th')]"
        ".map(e => e.textContent)"
    )
    assert len(name) < 40


def test_what_is_missing_is_a_gap_and_told(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    seen.choose("y", "mean_ttft_ms")
    assert seen.drawn() == [n for n in range(16) if n != 3]
    assert "missing or has no logarithm: 1." in seen.run(
        "return document.getElementById('told').textContent"
    )
    lines = seen.run(
        "return window.inferometer.views.explorer.data('lines').map(r => r.y)"
    )
    assert (
        lines.count(None) == 2
    )  # the missing one and the INVALID one break their lines
    assert 0 not in lines


def test_verdicts_are_visible_in_marks_and_table(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    assert seen.run(
        "return document.getElementById('legend').textContent"
    ).endswith("SUSPECTINVALID")
    assert seen.run(
        "return [...document.querySelectorAll('#points tr[data-status=INVALID] "
        "summary')].map(e => e.textContent)"
    ) == ["INVALID"]
    seen.tick("status", "SUSPECT")
    assert seen.drawn() == [5]


def test_the_address_restores_the_view(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    seen.choose("y", "mean_ttft_ms")
    seen.choose("color", "config")
    seen.choose("facet", "model")
    seen.tick("config", "C")
    seen.run("document.querySelector('[data-sort=mean_ttft_ms]').click()")
    told = (
        "return [...document.querySelectorAll('select, .check input')].map(e => e.value + "
        "e.checked)"
    )
    before = (seen.run(told), seen.drawn(), seen.rows())
    again = Seen(browser, seen.run("return location.href"))
    assert (again.run(told), again.drawn(), again.rows()) == before
    assert again.rows()[0] in ("point-11", "point-15")
    again.does("location.hash = ''")  # a plain address is the plain page
    assert len(again.drawn()) == 16
    assert again.complaints() == []


@pytest.mark.parametrize(
    "asked",
    [
        "x=__proto__&y=constructor&color=toString&facet=%3Cscript%3E&sort=__proto__",
        "xscale=evil&from.concurrency=NaN&to.concurrency=1e999&is.model=nobody&is.__proto__=1",
        "%E0%A4%A&&&==&is.config=%00",
        f"y={SCRIPT}",
    ],
)
def test_a_hostile_address_is_the_plain_page(
    browser: Chrome, pages: Callable[..., str], asked: str
) -> None:
    seen = Seen(browser, f"{pages()}#{asked}")
    assert seen.drawn() == list(range(16))
    assert (
        seen.run("return document.getElementById('y').value")
        == "output_throughput"
    )
    assert seen.complaints() == []


def test_text_of_strangers_is_shown_and_never_run(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("hostile"))
    for selector in ("x", "y", "color", "facet"):
        assert (
            seen.run(
                f"return document.getElementById('{selector}').options.length"
            )
            > 0
        )
    seen.choose("facet", "model")
    seen.tick("model", SCRIPT)
    assert len(seen.drawn()) == 2
    tip = hover(seen)
    assert SCRIPT in tip
    assert seen.run("return document.title") == SCRIPT
    assert (
        seen.run(
            "return document.querySelectorAll('img, [onerror], [onmouseover]').length"
        )
        == 0
    )
    assert all(
        text in seen.run("return document.body.textContent")
        for text in HOSTILE[:5]
    )
    again = Seen(browser, seen.run("return location.href"))
    assert len(again.drawn()) == 2
    assert (again.complaints(), again.fetched()) == ([], [])


def hover(seen: Seen) -> str:
    """What is shown with the pointer over the first mark, which a page that is still being laid out
    may move away from it.
    """
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    def pointed(browser: Any) -> object:
        seen.run(
            "document.getElementById('chart').scrollIntoView({block: 'center'})"
        )
        mark = browser.find_element(By.CSS_SELECTOR, "#chart .mark-symbol path")
        ActionChains(browser, duration=0).move_by_offset(1, 1).move_to_element(
            mark
        ).perform()
        return seen.run("return !document.getElementById('tip').hidden")

    WebDriverWait(
        seen.browser,
        WAIT_S,
        0.05,
        ignored_exceptions=[StaleElementReferenceException],
    ).until(pointed)
    return str(seen.run("return document.getElementById('tip').innerText"))


def test_hovering_tells_value_interval_n_and_verdict(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    tip = hover(seen)
    for text in ("point-", "tok/s", "95% interval", "VALID", "Concurrency"):
        assert text in tip
    seen.choose("y", "mean_ttft_ms")
    assert "\nn" in hover(seen)


def test_it_works_by_keyboard(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        ActionChains(browser, duration=0).send_keys(*keys).perform()

    focused = (
        "const e = document.activeElement; return e.id || e.dataset.sort || "
        "e.closest('.filter')?.dataset.column || e.tagName"
    )
    seen = Seen(browser, pages())
    press(Keys.TAB)
    assert seen.run("return document.activeElement.className") == "skip"
    press(Keys.ENTER)
    assert seen.run(focused) == "explorer"
    assert seen.run("return location.hash") == ""
    order = []
    for _ in range(12):
        press(Keys.TAB)
        order.append(seen.run(focused))
    assert order[:6] == ["x", "xscale", "y", "yscale", "color", "facet"]
    seen.run(
        "document.querySelector('.filter[data-column=model] summary').focus()"
    )
    press(Keys.ENTER, Keys.TAB, Keys.SPACE)
    seen.until(
        "return window.inferometer.views.explorer.data('lines').length === 8"
    )
    press(Keys.ESCAPE)
    assert (
        seen.run("return document.querySelectorAll('.filter[open]').length")
        == 0
    )
    assert seen.run(focused) == "model"
    seen.run("document.querySelector('[data-sort=output_throughput]').focus()")
    press(Keys.ENTER)
    sorted_by = (
        "return document.activeElement.closest('th').getAttribute('aria-sort')"
    )
    assert seen.run(sorted_by) == "descending"
    press(Keys.ENTER)
    assert seen.run(sorted_by) == "ascending"
    assert seen.rows()[0] == "point-0"


GROUND = "return getComputedStyle(document.body).backgroundColor"
LABEL = "return document.querySelector('#chart .role-axis-label text').getAttribute('fill')"


def test_light_and_dark_follow_the_system_and_the_button(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages(), dark=True)
    dark = (seen.run(GROUND), seen.run(LABEL))
    seen.does("document.getElementById('theme').click()")
    light = (seen.run(GROUND), seen.run(LABEL))
    assert (light[0], dark[0]) == ("rgb(255, 255, 255)", "rgb(22, 24, 29)")
    assert light[1] != dark[1]
    assert (
        seen.run(
            "return document.getElementById('theme').getAttribute('aria-pressed')"
        )
        == "false"
    )


def test_paper_is_light_and_has_no_controls(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    light = seen.run(LABEL)
    seen = Seen(browser, pages(), dark=True)
    seen.does("window.dispatchEvent(new Event('beforeprint'))")
    seen.emulate("print", dark=True)
    assert (seen.run(GROUND), seen.run(LABEL)) == ("rgb(255, 255, 255)", light)
    for hidden in (".controls", ".tools", "#more"):
        assert (
            seen.run(
                f"return getComputedStyle(document.querySelector('{hidden}')).display"
            )
            == "none"
        )
    assert seen.run(
        "return document.querySelectorAll('figure .panel svg').length === "
        "document.querySelectorAll('figure .panel').length"
    )
    assert seen.run(
        "return document.querySelector('#chart svg').viewBox.baseVal.width"
    ) == pytest.approx(680, abs=2)
    widths = "return [...document.querySelectorAll('figure .panel')].map(e => e.clientWidth)"
    assert max(seen.run(widths)) <= 680
    assert len(browser.execute_cdp_cmd("Page.printToPDF", {})["data"]) > 10_000
    seen.does("window.dispatchEvent(new Event('afterprint'))")
    assert seen.complaints() == []


def test_charts_have_labels_in_the_language_of_the_page(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    """The library would call each `Vega visualization`."""
    seen = Seen(browser, pages(language="zh-CN"))
    seen.does("window.dispatchEvent(new Event('beforeprint'))")
    seen.until(
        "return [...document.querySelectorAll('.panel')].every(e => e.firstChild)"
    )
    charts = "[...document.querySelectorAll('#chart, .panel')]"
    roles = seen.run(f"return {charts}.map(e => e.getAttribute('role'))")
    labels = seen.run(f"return {charts}.map(e => e.getAttribute('aria-label'))")
    assert set(roles) == {"img"}
    assert all(any(c >= "\u4e00" for c in label) for label in labels)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["study", "hostile"])
def test_a_phone_needs_no_sideways_scrolling(
    browser: Chrome, pages: Callable[..., str], language: str, name: str
) -> None:
    seen = Seen(browser, pages(name, language), width=390)
    seen.run("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert seen.run(
        "return [document.documentElement.scrollWidth, innerWidth]"
    ) == [390, 390]
    assert seen.run("return document.documentElement.lang") == language
    assert Words(language).text("page.explorer") in seen.run(
        "return document.body.innerText"
    )


def test_a_count_is_not_followed_by_two_marks(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    marks = seen.run(
        "return ['.tallies .badge', '#points .badge[data-status=INVALID]'].map(place => "
        "getComputedStyle(document.querySelector(place), '::before').content)"
    )
    assert marks == ["none", '"✕ "']


def test_figures_are_drawn_when_they_come_into_sight(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages())
    last = "[...document.querySelectorAll('figure')].at(-1)"
    assert not seen.run(f"return {last}.dataset.drawn")
    seen.run(f"{last}.scrollIntoView()")
    seen.until(
        f"return {last}.querySelectorAll('.panel svg').length === "
        f"{last}.querySelectorAll('.panel').length"
    )
    assert (seen.complaints(), seen.fetched()) == ([], [])


@pytest.mark.parametrize("width", [390, 1280])
def test_names_that_begin_alike_are_told_apart_by_their_end(
    browser: Chrome, pages: Callable[..., str], width: int
) -> None:
    seen = Seen(browser, pages("dated"), width=width)
    assert len(set(seen.rows())) == len(dated().points)
    assert seen.rows()[0] == "openai-i…embedded-20261120-120000"
    seen.run(
        "document.querySelector('#points tbody th bdi').textContent = arguments[0]",
        "A_7B_TP1_1k_np104_20260109_043444",
    )  # which has no place to end a line at
    seen.run(
        "document.querySelector('#points tbody').closest('table').style.width = '1px'"
    )  # as among many columns
    heads = seen.run(
        "return [...document.querySelectorAll('#points tbody th')].map(e => [e.scrollWidth, "
        "e.clientWidth, e.title])"
    )
    assert all(needed <= given for needed, given, _ in heads)
    assert [title for *_, title in heads] == [
        point.id for point in dated().points
    ]


def test_the_table_writes_measured_numbers_as_the_summary_does(
    browser: Chrome, pages: Callable[..., str]
) -> None:
    seen = Seen(browser, pages("dated"))
    cells = seen.run(
        "return [...document.querySelectorAll('#points tbody td.number')].map(e => e.textContent)"
    )
    values = [point.values["output_throughput"] for point in dated().points]
    assert [cell for cell in cells if cell != "–"] == [
        measured(value) for value in values
    ]
