"""What samplers see reaches the result; one that hangs, fails or talks nonsense disturbs nothing,
and is named.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest

from inferometer.clock import NS, realtime_ns
from inferometer.measurement import samplers
from inferometer.measurement import sampling as parent
from inferometer.measurement.machine_rows import MachineRow, power_row
from inferometer.measurement.prepare import PointError
from inferometer.measurement.samplers import MachineLog, Sighting
from inferometer.measurement.sampling import SamplingPlan, sampling
from inferometer.measurement.sampling_plan import (
    declared,
    is_here,
    refuse_other_links,
)
from inferometer.spec.output import Output
from inferometer.spec.run import RandomWorkload, RunSpec, Target
from inferometer.telemetry.reading import (
    Card,
    Link,
    LinkReport,
    Reading,
    ToolReport,
)
from inferometer.telemetry.sampler import Glanced, HostSampler, Sampled
from inferometer.telemetry.tree import Tree
from inferometer.trace.series import (
    HOST,
    SERVER,
    Declared,
    SampledCard,
    Telemetry,
)

ADDRESS = "0000:03:00.0"
SLOT = Link(16.0, 8, ADDRESS, 16.0, 16)


class Looked:
    """A sampler of one card, whose looks do this."""

    def __init__(self, look: Callable[[], None] = lambda: None) -> None:
        self._look = look
        self._number = 0

    def sample(self, tree: Tree) -> Sampled:
        self._look()
        self._number += 1
        readings = {
            "power_w": Reading(100.0, "fake", averaging="1 s"),
            "power_limit_w": Reading(300.0, "fake"),
            "temperature_c": Reading(None, "fake", "unreadable"),
            "gpu_clock_mhz": Reading(None, "fake", "not_due"),
        }
        card = Card("amd", ADDRESS, "R9700", readings, LinkReport(SLOT, SLOT))
        return Sampled(time.monotonic_ns(), (card,))

    def close(self) -> None:
        """Nothing is held open."""


class Nonsense:
    """A tool that prints half a document."""

    def sample(self, tree: Tree) -> Sampled:
        told = ToolReport("hy-smi", "unknown_format")
        return Sampled(time.monotonic_ns(), tools=(told,))

    def close(self) -> None:
        """Nothing is held open."""


def broken() -> None:
    raise RuntimeError("the driver is gone")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("FIRST_S", 1.0), ("LAST_S", 1.0), ("HANGS_S", 0.5)):
        monkeypatch.setattr(samplers, name, value)


def _same(sampler: object) -> object:
    return sampler


def seen(
    monkeypatch: pytest.MonkeyPatch, took_s: float = 0.0, **fakes: object
) -> Telemetry:
    """What these samplers saw, beside the host, in a run that took so long."""
    table: dict[str, Callable[[], object]] = {HOST: HostSampler}
    for name, one in fakes.items():
        table[name] = partial(_same, one)
    monkeypatch.setattr(samplers, "SAMPLERS", table)
    monkeypatch.setattr(samplers, "wanted", lambda _: list(table))
    with sampling(SamplingPlan(period_s=0.05)) as running:
        assert running is not None
        running.await_first()
        running.nudge()
        running.look()
        return running.finish(realtime_ns() - round(took_s * NS), wait=True)


def test_the_newest_is_told_during_the_run_without_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And does not take the place of what is handed over in the end."""
    monkeypatch.setattr(samplers, "SAMPLERS", {"amd": partial(_same, Looked())})
    monkeypatch.setattr(samplers, "wanted", lambda _: ["amd"])
    with sampling(SamplingPlan(period_s=0.05)) as running:
        assert running is not None
        running.await_first()
        assert running.newest() == {}, "what was asked for just now"
        deadline_s = time.monotonic() + 10
        while not (newest := running.newest()):
            assert time.monotonic() < deadline_s
        assert newest[ADDRESS]["power_w"].value == 100.0
        assert newest[ADDRESS]["power_w"].monotonic_ns <= time.monotonic_ns()
        assert "temperature_c" not in newest[ADDRESS], "it could not be read"
        found = running.finish(realtime_ns(), wait=True)
    assert len(found.track(ADDRESS, "power_w")[1]) >= 2


def test_a_first_sample_that_comes_late_is_not_taken_for_another_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parent, "FIRST_S", -1.0)
    monkeypatch.setattr(parent, "LAST_S", 30.0)
    monkeypatch.setattr(samplers, "SAMPLERS", {"amd": partial(_same, Looked())})
    monkeypatch.setattr(samplers, "wanted", lambda _: ["amd"])
    with sampling(SamplingPlan(period_s=0.05)) as running:
        assert running is not None
        running.await_first()
        assert set(running.look()) == {ADDRESS}


def test_what_is_stale_is_not_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samplers, "STALE_S", 0.0)
    monkeypatch.setattr(samplers, "SAMPLERS", {"amd": partial(_same, Looked())})
    monkeypatch.setattr(samplers, "wanted", lambda _: ["amd"])
    with sampling(SamplingPlan()) as running:
        assert running is not None
        running.await_first()
        assert running.look() == {ADDRESS: {}}


def test_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(monkeypatch, took_s=1.0, amd=Looked())
    (card,) = found.cards
    assert (card.id, card.vendor, card.name) == (ADDRESS, "amd", "R9700")
    time_ns, power = found.track(ADDRESS, "power_w")
    assert set(power) == {100.0}
    assert (np.diff(time_ns) > 0).all()
    assert (time_ns < 60 * NS).all(), "counted from the moment that was told"
    averaged_ns = NS
    assert time_ns[-1] - averaged_ns / 2 >= NS, "a mean lies beyond the end"
    (series,) = found.of(ADDRESS, "power_w")
    assert (series.unit, series.source, series.averaging) == (
        "W",
        "fake",
        "1 s",
    )
    assert found.reason(ADDRESS, "temperature_c") == "unreadable"
    assert found.of(ADDRESS, "gpu_clock_mhz") == [], "it was not asked for"
    assert set(found.track(ADDRESS, "slot_width")[1]) == {8.0}
    assert len(found.track(ADDRESS, "power_limit_w")[1]) == 2, (
        "of what does not change the first and the last"
    )
    assert len(found.track(HOST, "cpu_busy_s")[1]) >= 2
    assert {each.state for each in found.samplers} == {"ok"}


def test_a_run_whose_energy_cannot_be_known_does_not_wait_for_a_mean(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(samplers.MachineLog, "averaged_s", lambda _: 3600.0)
    found = seen(monkeypatch, amd=Looked())
    assert {each.state for each in found.samplers} == {"ok"}
    assert len(found.track(ADDRESS, "power_w")[1]) >= 2


@pytest.mark.parametrize(
    ("name", "sampler", "state", "detail"),
    [
        ("nvidia", Looked(lambda: time.sleep(60)), "hung", ""),
        ("nvidia", Looked(broken), "failed", "RuntimeError"),
        ("hygon", Nonsense(), "unknown_format", "hy-smi"),
    ],
    ids=["hangs", "fails", "half a document"],
)
def test_one_that_is_at_fault_is_named_and_disturbs_no_other(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    sampler: object,
    state: str,
    detail: str,
) -> None:
    before = set(psutil.Process().children(recursive=True))
    found = seen(monkeypatch, 0.0, **{name: sampler, "amd": Looked()})
    told = {each.name: each for each in found.samplers}
    assert told[name].state == state
    assert detail in told[name].detail
    assert (told["amd"].state, told[HOST].state) == ("ok", "ok")
    assert len(found.track(ADDRESS, "power_w")[1]) >= 2
    left = set(psutil.Process().children(recursive=True)) - before
    assert left == set(), "nothing is left running"


STUCK = """
from inferometer.measurement import sampling as parent
from inferometer.system.interruption import ignore_signals

def stuck(plan, pipe):
    ignore_signals()
    print("stuck", flush=True)
    while True:
        time.sleep(60)

parent._in_process = stuck
parent.END_S = parent.FIRST_S = parent.LAST_S = parent.HAND_OVER_S = 0.1
with parent.sampling(parent.SamplingPlan()) as running:
    process = running._process
    process.kill = lambda: None
    running.await_first()
    found = running.finish(time.time_ns(), wait=True)
print(process.pid, found.samplers[0].state, process.is_alive(), flush=True)
"""


def test_the_program_ends_although_a_process_cannot_be_killed() -> None:
    """A thread may be inside a driver, which no signal reaches."""
    program = subprocess.Popen(
        [sys.executable, "-c", f"import time\n{STUCK}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert program.stdout is not None
    said = [program.stdout.readline(), program.stdout.readline()]
    pid, *told = " ".join(said).replace("stuck", "").split()
    try:
        assert told == ["lost", "True"]
        assert program.wait(60) == 0
        assert psutil.pid_exists(int(pid)), "it was left behind, and not ended"
    finally:
        for left in (program.pid, int(pid)):
            with suppress(ProcessLookupError):
                os.kill(left, signal.SIGKILL)
        program.communicate()


def test_powers_are_read_more_often_than_the_rest() -> None:
    log, card = MachineLog(), [SampledCard(ADDRESS, "amd")]
    power = Reading(100.0, "power1_average", averaging="driver")
    glances: list[int] = []

    def look() -> Sighting:
        at_ns = time.monotonic_ns()
        return Sighting([(at_ns, [power_row(ADDRESS, power)])], card, at_ns)

    def glance() -> list[MachineRow]:
        glances.append(time.monotonic_ns())
        if len(glances) == 3:
            thread.ask_last()
        return [power_row(ADDRESS, power)]

    thread = samplers._Thread("amd", (look, glance), log, period_s=60.0)
    thread.start()
    thread.join(30)
    (series,) = log.series(0)
    assert (thread.report().samples, len(glances)) == (2, 3)
    assert len(series.value) == 5


@pytest.mark.parametrize(
    ("name", "after_s"),
    [("amd", 0.1), ("monitor", 0.1), (HOST, 60.0), (SERVER, 60.0)],
)
def test_only_cards_are_looked_at_again_a_moment_after_a_load_has_begun(
    name: str, after_s: float
) -> None:
    def look() -> Sighting:
        raise AssertionError

    thread = samplers._Thread(name, (look, list), MachineLog(), period_s=60.0)
    thread.nudge()
    assert thread._due_ns(1) == 1 + after_s * NS


def test_what_a_monitor_saw_has_its_own_times() -> None:
    """Also where it saw the host alone, and powers between two samples."""
    power = Reading(100.0, "power1_average", averaging="driver")
    busy = {"cpu_busy_s": Reading(7.0, "proc/stat")}
    powers = (Glanced(90, ADDRESS, power), Glanced(110, ADDRESS, power))
    seen = samplers._there(lambda: Sampled(100, host=busy, powers=powers))
    assert seen.at_ns == 0, "it has not seen the cards again"
    assert [(at_ns, len(rows)) for at_ns, rows in seen.moments] == [
        (90, 1),
        (100, 1),
        (110, 1),
    ]


def test_nothing_is_sampled_where_nobody_wants_it() -> None:
    with sampling(None) as running:
        assert running is None


def test_a_process_that_died_loses_the_series_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with sampling(SamplingPlan()) as running:
        assert running is not None
        running.await_first()
        running.end()
        found = running.finish(realtime_ns(), wait=True)
    assert [each.state for each in found.samplers] == ["lost"]
    assert found.series == ()


@pytest.mark.parametrize(
    ("label", "width", "refused"),
    [
        (Declared(pcie_width=16), 8.0, True),
        (Declared(pcie_width=4), 8.0, True),
        (Declared(pcie_width=8), 8.0, False),
        (Declared(), 8.0, False),
        (Declared(("0000:ff:00.0",), pcie_width=16), 8.0, False),
        (Declared((ADDRESS,), pcie_width=16), 8.0, True),
    ],
)
def test_a_link_of_other_lanes_than_declared_is_refused(
    label: Declared, width: float, refused: bool
) -> None:
    card = {ADDRESS: {"slot_width": width}, HOST: {"cpu_busy_s": 1.0}}
    plan = SamplingPlan(declared=label)
    if not refused:
        refuse_other_links(plan, card)
        return
    with pytest.raises(PointError, match=f"has a link of {width:g} lanes"):
        refuse_other_links(plan, card)
    simulated = SamplingPlan(declared=label, simulated=True)
    refuse_other_links(simulated, card)


def test_copies_of_a_server_have_cards_of_their_own() -> None:
    server = {"tp": 2, "command": ["vllm", "serve", "-dp", "2"]}
    spec = RunSpec(
        target=Target(model="m"), workload=RandomWorkload(), server=server
    )
    assert declared(spec, Output()).number == 4


def test_a_virtual_machine_is_not_refused() -> None:
    plan = SamplingPlan(declared=Declared(pcie_width=16))
    refuse_other_links(plan, {ADDRESS: {"power_w": 70.0}})


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://192.0.2.7:8000", False),
        ("http://no-such-host.invalid:8000", False),
    ],
)
def test_whose_cards_these_are(url: str, here: bool) -> None:
    assert is_here(url) == here


def test_a_tree_of_another_machine(tmp_path: Path) -> None:
    """Files of a root are sampled as if they were this host's."""
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "stat").write_text("cpu  10 0 5 100 0 0 0 0\n")
    with sampling(SamplingPlan(tmp_path, cards_here=False)) as running:
        assert running is not None
        running.await_first()
        found = running.finish(realtime_ns(), wait=True)
    assert set(found.track(HOST, "cpu_busy_s")[1]) == {0.15}
