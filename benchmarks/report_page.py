"""The report as a user waits for it: the command from start to end, and the page in a real
Chromium.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from table import spread

Row = tuple[str, str, str]

CHROMIUM = next(
    filter(
        None,
        map(shutil.which, ("chromium", "chromium-browser", "google-chrome")),
    ),
    None,
)
DRIVER = shutil.which("chromedriver")

VIEWS = (
    "is.tp=1",
    "is.model=7B",
    "is.config=B&is.config=C",
    "from.concurrency=10&to.concurrency=90",
    "",
)
"""Filters, as the page's address holds them; the last takes them all away."""

PAINT = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
SHOW_CHART = "document.getElementById('explorer').scrollIntoView()"
CHANGE = """
const [address, done] = arguments;
const before = window.inferometer.drawings.explorer;
const began = performance.now();
location.hash = address;
const look = () => {
  if (window.inferometer.drawings.explorer === before) setTimeout(look, 1);
  else requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
};
look();
"""
"""From the new address to the frame that shows its chart and table."""


def page_rows(results: Path, page: Path, repeats: int) -> list[Row]:
    """Write the report of `results` as `page`, and look at it."""
    turns = [_write(results, page) for _ in range(repeats)]
    rows = [
        (
            "inferometer report, start to end, s",
            spread([seconds for seconds, _, _ in turns], 2),
            "≤ 3",
        ),
        (
            "of that on a core, s",
            spread([busy for _, busy, _ in turns], 2),
            "≤ 3",
        ),
        (
            "its peak memory, MB",
            spread([megabytes for _, _, megabytes in turns], 0),
            "≤ 600",
        ),
        ("the page, MB", f"{page.stat().st_size / 1e6:.1f}", "≤ 5"),
    ]
    if not (CHROMIUM and DRIVER):
        print(
            "  no chromium and chromedriver: the page is not looked at",
            file=sys.stderr,
        )
        return rows
    looks = [_look(page) for _ in range(repeats)]
    paints = [paint for paint, _, _ in looks]
    changes = [change for _, several, _ in looks for change in several]
    busy = [each for _, _, several in looks for each in several]
    return [
        *rows,
        ("first paint, ms", spread(paints, 0), "≤ 1,000"),
        (
            "a filter's change until it is drawn, ms",
            spread(changes, 0) if changes else "",
            "≤ 150",
        ),
        (
            "the same, the main thread's time on a core, ms",
            spread(busy, 0) if busy else "",
            "≤ 100",
        ),
    ]


def _write(results: Path, page: Path) -> tuple[float, float, float]:
    """Seconds, those on a core, and MB at the peak of the largest process so far."""
    command = [
        sys.executable,
        "-m",
        "inferometer",
        "report",
        str(results),
        "-o",
        str(page),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    took_s = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return took_s, busy_s, after.ru_maxrss / 1024


def _look(page: Path) -> tuple[float, list[float], list[float]]:
    """ms to the first paint, and of each filter's change, with those that the main thread was busy:
    the median of some, since a browser warms up.
    """
    from selenium import webdriver
    from selenium.webdriver.support.wait import WebDriverWait

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1280,900",
    ):
        options.add_argument(flag)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    with webdriver.Chrome(
        options=options, service=webdriver.ChromeService(DRIVER)
    ) as browser:
        browser.get(page.as_uri())
        WebDriverWait(browser, 30, 0.05).until(
            lambda _: browser.execute_script(
                "return window.inferometer?.drawings.explorer > 0"
            )
        )
        paint = float(browser.execute_script(PAINT))
        browser.execute_script(SHOW_CHART)
        browser.execute_cdp_cmd(
            "Performance.enable", {"timeDomain": "threadTicks"}
        )
        turns = [[_change(browser, view) for view in VIEWS] for _ in range(5)]
    took, busy = (
        [median(change[kind] for change in turn) for turn in turns]
        for kind in (0, 1)
    )
    return paint, took, busy


def _change(browser: Any, view: str) -> tuple[float, float]:
    """ms until it is drawn, and those of the main thread on a core."""
    before = _busy_ms(browser)
    took = float(browser.execute_async_script(CHANGE, view))
    return took, _busy_ms(browser) - before


def _busy_ms(browser: Any) -> float:
    told = browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return 1e3 * next(
        float(each["value"]) for each in told if each["name"] == "TaskDuration"
    )
