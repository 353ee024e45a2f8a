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
            spread([seconds for seconds, _ in turns], 2),
            "≤ 6",
        ),
        (
            "its peak memory, MB",
            spread([megabytes for _, megabytes in turns], 0),
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
    paints, changes = (
        [paint for paint, _ in looks],
        [change for _, several in looks for change in several],
    )
    return [
        *rows,
        ("first paint, ms", spread(paints, 0), "≤ 1,000"),
        (
            "a filter's change until it is drawn, ms",
            spread(changes, 0) if changes else "",
            "≤ 150",
        ),
    ]


def _write(results: Path, page: Path) -> tuple[float, float]:
    """Seconds, and MB at the peak of the largest process so far."""
    command = [
        sys.executable,
        "-m",
        "inferometer",
        "report",
        str(results),
        "-o",
        str(page),
    ]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began, resource.getrusage(
        resource.RUSAGE_CHILDREN
    ).ru_maxrss / 1024


def _look(page: Path) -> tuple[float, list[float]]:
    """ms to the first paint, and of each filter's change: the median of some, since a browser warms
    up.
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
        changes = [
            [
                float(browser.execute_async_script(CHANGE, view))
                for view in VIEWS
            ]
            for _ in range(5)
        ]
    return paint, [median(turn) for turn in changes]
