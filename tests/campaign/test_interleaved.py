"""Two servers that take turns: the order they are measured in, what is gone on with, and what
happens when one is lost.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.campaign import group_run
from inferometer.campaign.embedded_server import EmbeddedServer
from inferometer.campaign.outcome import CampaignOutcome
from inferometer.campaign.runner import run_campaign
from inferometer.measurement import session
from inferometer.measurement.prepare import run
from inferometer.spec.campaign import CampaignSpec, PlannedPoint, ServerNeed
from inferometer.spec.expand import expand
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.trace.server_counters import MetricsReading
from tests.campaign.scripted_figures import each_load_is_measured_once
from tests.campaign.test_runner import (
    Scripted,
    Signalling,
    all_valid,
    attempts,
    places,
    signals_of_a_terminal,
    states,
    url,
)
from tests.campaign.tiny_campaign import (
    FAST,
    Remembering,
    task_of,
    tiny_campaign,
)
from tests.processes import run_forked

__all__ = [
    "all_valid",
    "each_load_is_measured_once",
    "places",
    "signals_of_a_terminal",
    "url",
]

pytestmark = pytest.mark.usefixtures("each_load_is_measured_once")

BY_TURNS = [
    "a/np1",
    "b/np1",
    "b/np1#2",
    "a/np1#2",
    "a/np2",
    "b/np2",
    "b/np2#2",
    "a/np2#2",
]
BY_PASSES = [
    "a/np1",
    "a/np2",
    "b/np1",
    "b/np2",
    "b/np1#2",
    "b/np2#2",
    "a/np1#2",
    "a/np2#2",
]


def pair(*, together: bool, **changes: Any) -> CampaignSpec:
    """Groups a and b, on recipes one and two; both up if they may."""
    recipes = {
        name: {
            "kind": "process",
            "command": "serve",
            "base_url": f"http://127.0.0.1:{port}",
            "exclusive": not together,
        }
        for port, name in enumerate(("one", "two"), 1)
    }
    groups = [
        {"id": "a", "model": "m", "server": "one"},
        {"id": "b", "model": "m", "server": "two"},
    ]
    return tiny_campaign(
        2, servers=recipes, groups=groups, interleave=[["a", "b"]], **changes
    )


class Servers:
    """Two scripted servers, and which of them are up."""

    def __init__(self, url: str, **dead_at: list[int]) -> None:
        self.log: list[str] = []
        self.up: set[str] = set()
        self.most_up = 0
        self._servers = {
            name: _Logged(self, name, url, dead_at.get(name, []))
            for name in ("one", "two")
        }

    def __call__(self, need: ServerNeed) -> Scripted:
        return self._servers[need.recipe_name]


class _Logged(Scripted):
    def __init__(
        self, servers: Servers, name: str, url: str, dead_at: list[int]
    ) -> None:
        super().__init__([url], dead_at)
        self._servers, self._name = servers, name

    def start(self) -> Any:
        self._servers.log.append(f"start {self._name}")
        self._servers.up.add(self._name)
        self._servers.most_up = max(
            self._servers.most_up, len(self._servers.up)
        )
        return super().start()

    def stop(self) -> None:
        super().stop()
        if self._name in self._servers.up:
            self._servers.log.append(f"stop {self._name}")
            self._servers.up.discard(self._name)


def measure(
    spec: CampaignSpec,
    places: CampaignPaths,
    server: Callable[[ServerNeed], Any],
    display: Remembering | None = None,
) -> tuple[CampaignOutcome, Remembering]:
    display = display or Remembering()
    return run_campaign(task_of(spec, server), places, display), display


@pytest.mark.usefixtures("all_valid")
def test_servers_that_need_the_machine_take_turns_by_passes(
    places: CampaignPaths, url: str
) -> None:
    servers = Servers(url)
    outcome, display = measure(pair(together=False), places, servers)
    assert outcome.exit_code == 0
    assert display.measured_points == BY_PASSES
    assert servers.log == [
        "start one",
        "stop one",
        "start two",
        "stop two",
        "start one",
        "stop one",
    ]
    assert servers.most_up == 1
    assert (outcome.served, outcome.groups) == (2, 2)
    assert [line for line in display.told if line.startswith("group")] == [
        "group a 2",
        "group b 4",
        "group a 2",
    ]


@pytest.mark.usefixtures("all_valid")
def test_servers_that_are_both_up_take_turns_point_by_point(
    places: CampaignPaths, url: str
) -> None:
    servers = Servers(url)
    outcome, display = measure(pair(together=True), places, servers)
    assert outcome.exit_code == 0
    assert display.measured_points == BY_TURNS
    assert servers.log[:2] == ["start one", "start two"]
    assert sorted(servers.log[2:]) == ["stop one", "stop two"]
    assert display.told[0] == "group a and b 8"


@pytest.mark.usefixtures("all_valid")
def test_the_ledger_tells_what_a_comparison_needs(
    places: CampaignPaths, url: str
) -> None:
    measure(pair(together=True), places, Servers(url))
    records = read_ledger(places.ledger)
    done = [record for record in records if record["kind"] == "done"]
    assert [record["point"] for record in done] == BY_TURNS
    assert [record["time"] for record in done] == sorted(
        record["time"] for record in done
    )
    runs = [
        orjson.loads(
            (places.result_dir / record["run"] / "run.json").read_bytes()
        )
        for record in done
    ]
    assert [run["spec"]["repeat"] for run in runs] == [0, 0, 1, 1] * 2
    assert [run["started"] for run in runs] == sorted(
        run["started"] for run in runs
    )
    (opened,) = [record for record in records if record["kind"] == "opened"]
    assert (
        opened["configuration"]["interleave"],
        opened["configuration"]["repeats"],
    ) == (
        [["a", "b"]],
        2,
    )


@pytest.mark.parametrize(
    "together", [True, False], ids=["both up", "one at a time"]
)
@pytest.mark.usefixtures("all_valid", "signals_of_a_terminal")
def test_what_is_left_after_an_interruption_keeps_its_order(
    places: CampaignPaths, url: str, together: bool
) -> None:
    order = BY_TURNS if together else BY_PASSES
    servers = Servers(url)
    for done in range(0, len(order), 2):

        class After(Signalling):
            """Interrupted after every second point."""

            def measured(self, point: PlannedPoint, *rest: Any) -> None:
                self.after = (
                    signal.SIGINT if len(self.measured_points) % 2 else None
                )
                super().measured(point, *rest)

        outcome, display = measure(
            pair(together=together), places, servers, After()
        )
        assert display.measured_points == order[done : done + 2]
        assert servers.up == set()
    outcome, display = measure(pair(together=together), places, servers)
    assert (outcome.exit_code, display.measured_points) == (0, [])
    assert len(list(places.result_dir.glob("*.json"))) == len(order)


KILLED_AFTER_THREE = """
import os, signal, sys
from pathlib import Path
from tests.campaign.test_interleaved import Remembering, Servers, pair, run_campaign, task_of
from inferometer.store.campaign.paths import CampaignPaths

class Killed(Remembering):
    def measured(self, point, *rest):
        super().measured(point, *rest)
        if len(self.measured_points) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

spec = pair(together=sys.argv[1] == "True")
run_campaign(task_of(spec, Servers(sys.argv[2]), allow_invalid=True), CampaignPaths(Path(sys.argv[3]), "tiny"), Killed())
"""


@pytest.mark.parametrize(
    "together", [True, False], ids=["both up", "one at a time"]
)
def test_after_a_kill_in_mid_run_nothing_is_lost_or_done_twice(
    places: CampaignPaths, url: str, together: bool
) -> None:
    """In a process of its own: what is forked here would find polars' threads."""
    code = [
        sys.executable,
        "-c",
        KILLED_AFTER_THREE,
        str(together),
        url,
        str(places.result_dir),
    ]
    killed = run_forked(code)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    order = BY_TURNS if together else BY_PASSES
    servers = Servers(url)
    outcome = run_campaign(
        task_of(pair(together=together), servers, allow_invalid=True),
        places,
        display := Remembering(),
    )
    assert (outcome.exit_code, display.measured_points) == (0, order[3:])
    assert [point for point, _ in attempts(places)] == order
    starts = [line for line in servers.log if line.startswith("start")]
    assert starts == (
        ["start one", "start two"] if together else ["start two", "start one"]
    )


@pytest.mark.usefixtures("all_valid")
def test_a_server_that_is_needed_next_stays_up(
    places: CampaignPaths, url: str
) -> None:
    spec = pair(together=False)
    only_b = [group for group in expand(spec) if group.id == "b"]
    run_campaign(task_of(spec, Servers(url), only_b), places, Remembering())
    servers = Servers(url)
    outcome, display = measure(spec, places, servers)
    assert (outcome.exit_code, display.measured_points) == (
        0,
        [point for point in BY_PASSES if point.startswith("a")],
    )
    assert servers.log == ["start one", "stop one"]


@pytest.mark.parametrize(
    "together", [True, False], ids=["both up", "one at a time"]
)
@pytest.mark.usefixtures("all_valid")
def test_a_pair_of_which_one_has_no_server_waits_for_it(
    places: CampaignPaths, url: str, together: bool
) -> None:
    """Measured alone it would not be interleaved. Others go on."""
    spec = pair(together=together)
    groups = [
        *spec.groups,
        spec.groups[0].model_copy(update={"id": "z", "tp": 2}),
    ]
    spec = spec.model_copy(update={"groups": tuple(groups)})
    outcome, display = measure(
        spec,
        places,
        lambda need: Scripted(
            [None if need.recipe_name == "two" and need.tp == 1 else url]
        ),
    )
    by_passes_first = [] if together else ["a/np1", "a/np2"]
    assert display.measured_points == [
        *by_passes_first,
        "z/np1",
        "z/np1#2",
        "z/np2",
        "z/np2#2",
    ]
    assert outcome.lost == {
        "b": "It does not come up: no such luck.",
        "a": "It takes turns with b: measured alone, it would not be interleaved.",
    }
    assert (outcome.served, outcome.groups, outcome.exit_code) == (1, 3, 1)
    _, display = measure(spec, places, Servers(url))
    assert display.measured_points == (BY_TURNS if together else BY_PASSES[2:])


@pytest.mark.usefixtures("all_valid")
def test_a_server_that_died_while_it_was_idle_is_started_again_before_the_others_turn(
    places: CampaignPaths, url: str
) -> None:
    """Not while the other is measured, whose figures it would bend."""
    servers = Servers(
        url, two=[0]
    )  # found dead when it stands by for the first time
    outcome, display = measure(pair(together=True), places, servers)
    assert (states(outcome), display.measured_points) == (
        ["VALID"] * 8,
        BY_TURNS,
    )
    assert servers.log[:4] == [
        "start one",
        "start two",
        "stop two",
        "start two",
    ]
    told = (
        "The server is gone. It will be started again (restart 1 of at most 2)."
    )
    assert display.told.index(told) < display.told.index("VALID a/np1")


@pytest.mark.usefixtures("all_valid")
def test_a_server_that_others_use_while_it_should_rest_is_told(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, idle = (
        MetricsReading(
            "vLLM", 0.0, None, {}, {"running": n, "waiting": n / 3}, {}
        )
        for n in (3.0, 0.0)
    )
    readings = iter([busy, None])  # the second server tells nothing
    monkeypatch.setattr(
        group_run, "counters_before", lambda _: next(readings, idle)
    )
    outcome, display = measure(pair(together=True), places, Servers(url))
    assert outcome.exit_code == 0
    told = [line for line in display.told if "not at rest" in line]
    assert told == [
        "The server of b is not at rest while it is another's turn: 4 requests are in it that "
        "are none of ours. "
        "See who else uses it."
    ]
    (noted,) = [
        record
        for record in read_ledger(places.ledger)
        if record["kind"] == "not at rest"
    ]
    assert (noted["group"], noted["in_flight"]) == ("b", 4)


@pytest.mark.usefixtures("all_valid")
def test_a_warm_point_follows_its_cold_one_whoever_takes_turns(
    places: CampaignPaths, url: str
) -> None:
    spec = pair(
        together=True, matrix={"num_prompts": [1], "cache": ["cold", "warm"]}
    )
    outcome, display = measure(spec, places, Servers(url))
    assert outcome.exit_code == 0
    assert display.measured_points == [
        *("a/np1-cold", "a/np1-warm", "b/np1-cold", "b/np1-warm"),
        *("b/np1-cold#2", "b/np1-warm#2", "a/np1-cold#2", "a/np1-warm#2"),
    ]


@pytest.mark.usefixtures("all_valid")
def test_both_kinds_on_the_embedded_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "run", run)
    for together in (True, False):
        places = CampaignPaths(tmp_path / str(together), "tiny")
        outcome, display = measure(
            pair(together=together),
            places,
            lambda need: EmbeddedServer(need, FAST),
        )
        assert outcome.exit_code == 0, display.told
        assert display.measured_points == (BY_TURNS if together else BY_PASSES)
