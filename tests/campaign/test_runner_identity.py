"""Whose results a runner takes, whose word it believes, and when lock, ledger or servers are not
its own any more.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from inferometer.campaign.outcome import CampaignOutcome
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.loadgen import Snapshot
from inferometer.server import kinds
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.hardware import HardwareNotConfirmedError
from inferometer.server.person import CONFIRMATION_FILE
from inferometer.spec.campaign import CampaignSpec, PlannedPoint, ServerNeed
from inferometer.spec.expand import expand
from inferometer.store.campaign.paths import CampaignPaths
from tests.campaign.test_runner import (
    Scripted,
    Signalling,
    Stopping,
    all_valid,
    names,
    places,
    run,
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

__all__ = ["all_valid", "places", "signals_of_a_terminal", "url"]


def test_a_server_that_dies_for_the_last_time_is_not_said_to_be_measured_again(
    places: CampaignPaths,
) -> None:
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        server = Scripted([engine.base_url], dead_at=[1, 2, 3])
        display = Stopping(engine)
        task = replace(task_of(tiny_campaign(1), lambda _: server), restarts=0)
        outcome = run_campaign(task, places, display)
    assert outcome.lost == {
        "g": "The server is gone. It was started again 0 times."
    }
    assert [told for told in display.told if "once more" in told] == []


@pytest.mark.usefixtures("all_valid")
def test_who_starts_a_server_again_is_said(
    places: CampaignPaths, url: str
) -> None:
    server = Scripted([url], dead_at=[1])
    server.restart_words = "Start it again"
    _, display = run(tiny_campaign(2), places, server)
    assert (
        "The server is gone. Start it again (restart 1 of at most 2)."
        in display.told
    )


class Sticky(Scripted):
    """Cannot be ended, and says so in the way of `error`."""

    def __init__(self, urls: Sequence[str | None], error: Exception) -> None:
        super().__init__(urls)
        self.error = error

    def stop(self) -> None:
        super().stop()
        raise self.error


NOT_ENDED = (
    ServerError("Docker does not answer."),
    RuntimeError("no such luck"),
    OSError(5, "Input/output error"),
)


@pytest.mark.parametrize("error", NOT_ENDED, ids=repr)
@pytest.mark.usefixtures("all_valid")
def test_a_server_that_cannot_be_ended_ends_nothing_else(
    places: CampaignPaths, url: str, error: Exception
) -> None:
    groups = [
        {"id": name, "model": "m", "server": name}
        for name in ("bad", "sticky", "good")
    ]
    recipes = {
        name: {"kind": "external", "base_url": f"http://127.0.0.1:{port}"}
        for port, name in enumerate(("bad", "sticky", "good"), 1)
    }
    spec = tiny_campaign(1, groups=groups, servers=recipes)
    servers = {
        "bad": Sticky([None], error),
        "sticky": Sticky([url], error),
        "good": Scripted([url]),
    }
    outcome, display = run(spec, places, lambda need: servers[need.recipe_name])
    assert states(outcome) == ["not run", "VALID", "VALID"]
    assert outcome.lost == {"bad": "It does not come up: no such luck."}, (
        "what went wrong first is what is told"
    )
    assert (
        sum(
            "could not be stopped and may still be running: " in told
            for told in display.told
        )
        == 2
    )
    assert [server.stops for server in servers.values()] == [1, 1, 1]


@pytest.mark.usefixtures("all_valid", "signals_of_a_terminal")
def test_ctrl_c_is_not_hidden_by_a_server_that_cannot_be_ended(
    places: CampaignPaths, url: str
) -> None:
    server = Sticky([url], RuntimeError("no such luck"))
    outcome = run_campaign(
        task_of(tiny_campaign(2), lambda _: server),
        places,
        Signalling(after=signal.SIGINT),
    )
    assert (states(outcome), outcome.exit_code) == (["VALID", "not run"], 130)


def test_a_system_error_while_a_server_starts_is_its_groups(
    places: CampaignPaths,
) -> None:
    class Unlucky(Scripted):
        def start(self) -> Confirmation:
            raise PermissionError(13, "Permission denied", "logs/x")

    outcome, _ = run(tiny_campaign(1), places, Unlucky([None]))
    assert outcome.lost == {
        "g": "PermissionError: [Errno 13] Permission denied: 'logs/x'"
    }


def test_what_went_wrong_is_told_once(places: CampaignPaths) -> None:
    error = ServerError("Docker does not answer.")

    class Silent(Sticky):
        def start(self) -> Confirmation:
            raise error

    outcome, display = run(
        tiny_campaign(1),
        places,
        Silent([None], ServerError("Docker does not answer.")),
    )
    assert outcome.lost == {"g": "Docker does not answer."}
    assert sum("Docker does not answer" in told for told in display.told) == 1


@pytest.mark.usefixtures("all_valid")
def test_hardware_that_nobody_confirms_is_not_waited_for_in_every_group(
    places: CampaignPaths, url: str
) -> None:
    class Waiting(Scripted):
        def start(self) -> Confirmation:
            super().start()
            raise HardwareNotConfirmedError(
                "Nobody confirmed hardware B within 2 s."
            )

    groups = [
        {
            "id": name,
            "model": "m",
            "server": "s",
            "hardware": name[0],
            "tp": int(name[1]),
        }
        for name in ("B1", "A1", "B2")
    ]
    hardware = {
        "A": {"gpus": 2},
        "B": {"gpus": 2, "pcie_width": 8, "instruction": "set the slots to x8"},
    }
    servers = {"B": Waiting([url]), "A": Scripted([url])}
    outcome, _ = run(
        tiny_campaign(1, groups=groups, hardware=hardware),
        places,
        lambda need: servers[str(need.hardware_name)],
    )
    assert states(outcome) == ["not run", "VALID", "not run"]
    assert outcome.lost == {
        "B1": "Nobody confirmed hardware B within 2 s.",
        "B2": "It needs hardware B too, which was not confirmed.",
    }
    assert servers["B"].starts == 1


@pytest.mark.usefixtures("all_valid")
def test_a_process_is_not_started_on_other_hardware_without_a_persons_word(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A, then B, then A again: each is asked for, also after an interruption, and without a word
    nothing is measured on it."""
    started: list[str | None] = []
    words = {"A", "B"}

    class Process(Scripted):
        def __init__(self, need: ServerNeed, **_: Any) -> None:
            super().__init__([url])
            self.hardware = need.hardware_name

        def start(self) -> Confirmation:
            started.append(self.hardware)
            return super().start()

    def say(text: str) -> None:
        if text.startswith("Needed: hardware ") and text[17] in words:
            (places.logs / CONFIRMATION_FILE).touch()

    monkeypatch.setitem(kinds.KINDS, "process", Process)
    groups = [
        {"id": name, "model": "m", "server": "s", "hardware": name[0]}
        for name in ("A1", "B1")
    ]
    spec = tiny_campaign(
        1,
        groups=groups,
        hardware={
            "A": {
                "gpus": 1,
                "pcie_width": 16,
                "instruction": "set the slot to x16",
            },
            "B": {
                "gpus": 2,
                "pcie_width": 8,
                "instruction": "set the slots to x8",
            },
        },
        servers={
            "s": {
                "kind": "process",
                "command": "serve",
                "start_timeout_s": 0.01,
            }
        },
    )

    def again(**options: Any) -> CampaignOutcome:
        task = task_of(
            spec,
            lambda need: kinds.server_for(need, directory=places.logs, say=say),
            **options,
        )
        return run_campaign(task, places, Remembering())

    words.remove("B")
    outcome = again()
    assert (states(outcome), started) == (["VALID", "not run"], ["A"])
    assert outcome.lost["B1"].startswith(
        "Nobody confirmed hardware B within 0.01 s"
    )
    assert states(again()) == ["VALID", "not run"], "it is still not B"
    words.add("B")
    assert (states(again()), started) == (["VALID", "VALID"], ["A", "B"])
    for path in places.result_dir.glob("A1_*.json"):
        path.unlink()
    words.remove("A")
    outcome = again(groups=expand(spec, only=["A1"]))
    assert (states(outcome), started) == (["not run"], ["A", "B"]), (
        "the machine is still B"
    )


class Unlocking(Remembering):
    """Somebody removes the lock, or another runner writes to the ledger, while the second point
    is measured."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        if len(self.measured_points) == 1:
            self._act()
        yield lambda _: None


@pytest.mark.usefixtures("all_valid")
def test_a_runner_without_its_lock_finishes_its_point_and_stops(
    places: CampaignPaths, url: str
) -> None:
    server = Scripted([url])
    display = Unlocking(places.lock.unlink)
    outcome = run_campaign(
        task_of(tiny_campaign(3), lambda _: server), places, display
    )
    assert (states(outcome), outcome.exit_code) == (
        ["VALID", "VALID", "not run"],
        2,
    )
    assert outcome.trouble is not None
    assert (
        "lock was removed while this campaign ran, so another run may use that directory"
        in outcome.trouble
    )
    assert server.stops == 1
    outcome, display_of_next = run(tiny_campaign(3), places, Scripted([url]))
    assert (outcome.exit_code, display_of_next.measured_points) == (
        0,
        ["g/np3"],
    )


@pytest.mark.usefixtures("all_valid")
def test_a_runner_whose_ledger_was_written_to_stops_before_it_damages_it(
    places: CampaignPaths, url: str
) -> None:
    def write() -> None:
        with places.ledger.open("ab") as ledger:
            ledger.write(b"a line of another runner\n")

    outcome = run_campaign(
        task_of(tiny_campaign(3), lambda _: Scripted([url])),
        places,
        Unlocking(write),
    )
    assert (states(outcome), outcome.exit_code) == (
        ["VALID", "not run", "not run"],
        2,
    )
    assert outcome.trouble is not None
    assert "ledger.jsonl was changed by another process" in outcome.trouble
    outcome, display = run(tiny_campaign(3), places, Scripted([url]))
    assert outcome.exit_code == 0
    assert display.measured_points == ["g/np2", "g/np3"]
    assert any(
        "ledger.jsonl is damaged from line" in told for told in display.told
    )


@pytest.mark.usefixtures("all_valid")
def test_points_after_a_damaged_line_are_not_measured_again(
    places: CampaignPaths, url: str
) -> None:
    run(tiny_campaign(4), places, Scripted([url]))
    lines = places.ledger.read_bytes().splitlines(keepends=True)
    second = next(
        number
        for number, line in enumerate(lines)
        if b'"done"' in line and b"g/np2" in line
    )
    places.ledger.write_bytes(
        b"".join([*lines[:second], lines[second][:50], *lines[second + 1 :]])
    )
    outcome, display = run(tiny_campaign(4), places, Scripted([None]))
    assert (outcome.exit_code, display.measured_points) == (0, [])
    assert "3 results recorded after that are used" in display.told[0]
    assert outcome.unneeded == 1


@pytest.mark.usefixtures("all_valid")
def test_a_server_at_another_address_is_another_one(
    places: CampaignPaths, url: str
) -> None:
    def at(address: str) -> CampaignSpec:
        return tiny_campaign(
            2, servers={"s": {"kind": "external", "base_url": address}}
        )

    run(at("http://one:8000"), places, Scripted([url]))
    outcome, display = run(at("http://two:8000"), places, Scripted([url]))
    assert (outcome.exit_code, display.measured_points) == (
        0,
        ["g/np1", "g/np2"],
    )
    for spelling in ("http://one:8000/v1/", "http://ONE:8000"):
        _, display = run(at(spelling), places, Scripted([None]))
        assert display.measured_points == []
    assert len(names(places)) == 4


@pytest.mark.usefixtures("all_valid")
def test_a_server_of_ours_is_the_same_at_any_port(
    places: CampaignPaths, url: str
) -> None:
    for port in (8000, 8001):
        servers = {
            "s": {
                "kind": "process",
                "command": "serve",
                "base_url": f"http://127.0.0.1:{port}",
            }
        }
        outcome, display = run(
            tiny_campaign(2, servers=servers), places, Scripted([url])
        )
        assert outcome.exit_code == 0
        assert len(display.measured_points) == (2 if port == 8000 else 0)


@pytest.mark.usefixtures("all_valid")
def test_finished_points_of_another_limit_of_the_server_are_measured_again(
    places: CampaignPaths, url: str
) -> None:
    class Limited(Scripted):
        limit = 64

        def start(self) -> Confirmation:
            found = super().start()
            return replace(
                found, facts={**found.facts, "max_model_len": self.limit}
            )

    run(tiny_campaign(1), places, Limited([url]))
    _, display = run(tiny_campaign(2), places, Limited([url]))
    assert display.measured_points == ["g/np2"]
    longer = Limited([url])
    longer.limit = 128
    _, display = run(tiny_campaign(3), places, longer)
    told = (
        "2 finished points of this group were measured with max_model_len 64 of the server, "
        "which has max_model_len 128 now"
    )
    assert f"{told}: they are measured again." in display.told
