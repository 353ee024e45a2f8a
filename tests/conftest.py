"""For all tests: properties are tried on the same examples every time, however slow the machine; no
run calibrates the host.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from itertools import chain, groupby
from types import SimpleNamespace
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

from inferometer.cli import main
from inferometer.cli.main import load_verb
from inferometer.engine import embedded
from inferometer.engine.twin import capacity
from inferometer.system.interruption import ALL
from inferometer.words import speak, spoken
from tests.preloaded import sync_nothing, use_large_pages
from tests.processes import ADDRESS, Forked, preload

MEMORY = "/dev/shm"
MEMORY_NEEDED_BYTES = 4 << 30
"""Many times what tests have in files at any moment."""

for profile, examples in {"repeatable": 25, "wide": 200}.items():
    settings.register_profile(
        profile,
        deadline=None,
        derandomize=True,
        max_examples=examples,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("repeatable")

os.fsync = sync_nothing
if (
    "TMPDIR" not in os.environ
    and os.access(MEMORY, os.W_OK)
    and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # some run programs
    and shutil.disk_usage(MEMORY).free > MEMORY_NEEDED_BYTES
):  # making and removing a file takes a disk several times as long
    tempfile.tempdir = os.environ["TMPDIR"] = MEMORY
os.environ["INFEROMETER_CALIBRATION"] = "off"
os.environ["INFEROMETER_LANG"] = "en"  # whatever the locale of who runs them
# Opening rings takes as long as a small run. Tests of the packet ring ask for it, and those of
# faults take what is the default here.
os.environ["INFEROMETER_ARRIVALS"] = "read"
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(
    prefix="inferometer-tests-"
)  # the user's own is left alone
if "PYTEST_XDIST_WORKER" not in os.environ:  # all workers keep things in one
    os.environ["XDG_CACHE_HOME"] = os.environ["XDG_STATE_HOME"]

if (
    signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
):  # under nohup; children would ignore it too
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
if (
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):  # started with & by a script
    signal.signal(signal.SIGINT, signal.default_int_handler)


gc.disable()
"""Until all tests are collected: none of those objects is garbage, and none is looked at later."""
gc.set_threshold(50_000, 20, 20)


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
    if sys.platform == "linux":
        use_large_pages()


def pytest_configure(config: pytest.Config) -> None:
    """One process that others are forked from, for all workers; it imports while they collect."""
    if sys.platform == "linux" and getattr(config.option, "dist", "no") != "no":
        os.environ[ADDRESS] = preload()


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """A command called in this process leaves its language and its handlers of signals."""
    before = {number: signal.getsignal(number) for number in ALL}
    yield
    speak("en")
    for number, handler in before.items():
        signal.signal(number, handler)


LONG = (
    "tests/test_planning.py",
    "tests/campaign/test_kill.py",
    "tests/results/test_notebook.py",
    "tests/faults/test_clean_runs.py",
    "tests/campaign/test_recheck.py",
)
"""Files that begin first, so that no worker is left alone with one of them at the end."""

LARGE = (
    "tests/cli/test_asserted.py",
    "tests/cli/test_report_",
    "tests/test_tutorial.py",
    "tests/report/",
    "tests/workload/test_hf.py",
    "tests/test_architecture.py",
)
"""What ends last: it leaves a large heap, and a fork takes time in proportion to it."""


MAX_TEST_S = 300
"""Of one test, but for those with many trials: a child that never answers is an error, no wait."""


def _too_long(number: int, frame: object) -> None:
    raise TimeoutError(f"The test took longer than {MAX_TEST_S} s.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """The alarm rings again and again: what a test does at its end may wait for the child too."""
    if not any(map(item.get_closest_marker, ("wide", "engine", "docker"))):
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, MAX_TEST_S, 5)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> bool | None:
    """A worker tells of a test once, or when something is wrong: each message costs two processes
    more than most tests do. Durations and JUnit's file need all.
    """
    config = item.config
    if (
        not hasattr(config, "workerinput")
        or config.getoption("durations") is not None
        or config.getoption("xmlpath", None)
    ):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def pytest_unconfigure() -> None:
    """Not at exit: a worker of xdist has none."""
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """In an order of which each worker's piece has its share of long and of large files."""
    items.sort(
        key=lambda item: (
            not item.nodeid.startswith(LONG),
            item.nodeid.startswith(LARGE),
        )
    )
    workers = getattr(config, "workerinput", {"workercount": 1})["workercount"]
    pieces: list[list[pytest.Item]] = [[] for _ in range(workers)]
    for _, tests in groupby(items, key=lambda item: item.path):
        min(pieces, key=len).extend(tests)
    items[:] = chain.from_iterable(pieces)


@pytest.fixture(scope="session", autouse=True)
def parsers_made_once() -> Iterator[None]:
    """Of a verb in a language: `bench` has 120 flags, each with an adapter of its own."""

    @cache
    def made(name: str, verb: object, language: str) -> Any:
        return load_verb(name)

    def load(name: str) -> Any:
        verb = getattr(import_module(f"inferometer.cli.{name}"), name)
        return made(name, verb, spoken().language)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "load_verb", load)
        yield


def once(simulate: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[str, Any] = {}

    def simulated(*asked: object) -> Any:
        key = repr(asked)
        if key not in known:
            known[key] = simulate(*asked)
        return known[key]

    return simulated


@pytest.fixture(scope="session", autouse=True)
def simulated_once() -> Iterator[None]:
    """What a replica does follows from its settings and load; many tests, and all languages, ask
    for the same.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_simulated", "_outcome"):
            patch.setattr(capacity, name, once(getattr(capacity, name)))
        yield


@pytest.fixture(scope="module", autouse=True)
def small_garbage() -> None:
    """Every measurement collects garbage, in a process of its own that is forked: going through half
    a million objects of pytest takes longer than the measurement, and copies their pages.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def forked_engines() -> Iterator[None]:
    """Engines need no new interpreter, whose imports take longer than most measurements."""
    ours = SimpleNamespace(**{**vars(subprocess), "Popen": Forked})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "subprocess", ours)
        yield
