"""A campaign from beginning to end on the embedded engine, and everything that may go wrong on the
way.
"""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.campaign import group_run, runner
from inferometer.campaign.lock import LockedError, locked
from inferometer.campaign.outcome import CampaignOutcome, summary_lines
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.loadgen import Snapshot
from inferometer.metrics import Finding, Level, Verdict
from inferometer.server.base import Confirmation, ServerError
from inferometer.server.endpoint import Endpoint
from inferometer.spec.campaign import CampaignSpec, PlannedPoint, ServerNeed
from inferometer.spec.expand import expand
from inferometer.store.atomic import CannotWriteError
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from inferometer.store.run_directory import load_run
from inferometer.store.vllm_json import save_result
from inferometer.workload import find_counting
from tests.campaign.tiny_campaign import (
    FAST,
    Remembering,
    task_of,
    tiny_campaign,
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        yield engine.base_url


@pytest.fixture
def places(tmp_path: Path) -> CampaignPaths:
    return CampaignPaths(tmp_path / "results", "tiny")


class Scripted:
    """A server that is at one of `urls` after each start (None: it does not come up), and dead at
    the checks `dead_at`.
    """

    restart_words = "It will be started again"

    def __init__(
        self, urls: Sequence[str | None], dead_at: Sequence[int] = ()
    ) -> None:
        self.urls = list(urls)
        self.dead_at = dead_at
        self.base_url = ""
        self.starts = self.checks = self.stops = 0

    def start(self) -> Confirmation:
        url = self.urls[min(self.starts, len(self.urls) - 1)]
        self.starts += 1
        if url is None:
            raise ServerError(
                "It does not come up: no such luck.", ["the last line"]
            )
        self.base_url = url
        return Confirmation(
            {"base_url": url, "model": "tiny-model", "api_key": "verysecret"},
            ("the slot",),
            "nobody",
        )

    def check(self) -> None:
        self.checks += 1
        if self.checks - 1 in self.dead_at:
            raise ServerError("The server is gone.")

    def stop(self) -> None:
        self.stops += 1

    def log_tail(self, lines: int = 20) -> list[str]:
        return []

    def recent_log(self) -> list[str]:
        return []


def run(
    spec: CampaignSpec,
    places: CampaignPaths,
    server: Scripted | Callable[[ServerNeed], Scripted],
    **options: Any,
) -> tuple[CampaignOutcome, Remembering]:
    display = Remembering()
    make = (lambda need: server) if isinstance(server, Scripted) else server
    return run_campaign(
        task_of(spec, make, **options), places, display
    ), display


class Stopping(Remembering):
    """Ends the engine when the first point begins."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        super().__init__()
        self._engine = engine

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        self._engine.stop()
        yield lambda _: None


def states(outcome: CampaignOutcome) -> list[str]:
    return [ending.state for ending in outcome.endings]


def names(places: CampaignPaths) -> list[str]:
    return sorted(
        path.name.rsplit("_", 2)[0] for path in places.result_dir.glob("*.json")
    )


@contextmanager
def verdicts(
    monkeypatch: pytest.MonkeyPatch, bad: Callable[[int], bool]
) -> Iterator[None]:
    """Points of so many prompts are INVALID, all others VALID."""

    def judge(trace: Any, summary: Any, **_: Any) -> Verdict:
        level = Level.INVALID if bad(summary.counts.planned) else Level.OK
        return Verdict(
            (
                Finding(
                    "test", level, "found", written=("The test says so.", "")
                ),
            )
        )

    with monkeypatch.context() as patch:
        patch.setattr("inferometer.metrics.verdict.judge", judge)
        yield


@pytest.fixture
def all_valid(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a busy machine a tiny point may well be SUSPECT; that is not what is tested here."""
    with verdicts(monkeypatch, lambda _: False):
        yield


def test_a_campaign_leaves_a_file_and_a_run_for_every_point(
    places: CampaignPaths, url: str
) -> None:
    outcome, display = run(
        tiny_campaign(3), places, Scripted([url]), allow_invalid=True
    )
    assert outcome.exit_code == 0
    assert outcome.complete
    assert display.measured_points == ["g/np1", "g/np2", "g/np3"]
    assert names(places) == ["g_np1", "g_np2", "g_np3"]
    for number, path in enumerate(sorted(places.result_dir.glob("*.json")), 1):
        text = path.read_text()
        assert "\n" not in text
        content = orjson.loads(text)
        assert (
            content["completed"],
            content["num_prompts"],
            content["total_output_tokens"],
        ) == (
            number,
            number,
            3 * number,
        )
        assert {
            "mean_ttft_ms",
            "p99_e2el_ms",
            "p50_tpot_ms",
            "output_throughput",
        } <= set(content)
    for path in places.runs.iterdir():
        kept = load_run(path)
        assert kept.fingerprint == path.name
        assert kept.spec.target.base_url == url
    kinds = [record["kind"] for record in read_ledger(places.ledger)]
    assert kinds == [
        "ledger",
        "opened",
        "server",
        *["begun", "intent", "done"] * 3,
    ]
    assert "verysecret" not in places.ledger.read_text()


def test_polars_is_imported_to_save_and_no_more(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported: list[bool] = []
    monkeypatch.setattr(
        group_run,
        "import_frugally",
        lambda: imported.append(any(places.result_dir.rglob("*.parquet"))),
    )
    run(tiny_campaign(1), places, Scripted([url]), allow_invalid=True)
    assert imported == [False]


@pytest.mark.usefixtures("all_valid")
def test_what_is_done_is_not_measured_again_and_needs_no_server(
    places: CampaignPaths, url: str
) -> None:
    run(tiny_campaign(2), places, Scripted([url]))
    server = Scripted([None])
    outcome, display = run(tiny_campaign(2), places, server)
    assert (outcome.exit_code, display.measured_points, server.starts) == (
        0,
        [],
        0,
    )


@pytest.mark.usefixtures("all_valid")
def test_other_settings_are_other_points(
    places: CampaignPaths, url: str
) -> None:
    run(tiny_campaign(2), places, Scripted([url]))
    longer = tiny_campaign(2, workload={"input_len": 9, "output_len": 3})
    _, display = run(longer, places, Scripted([url]))
    assert display.measured_points == ["g/np1", "g/np2"]
    more = tiny_campaign(3)
    _, display = run(more, places, Scripted([url]))
    assert display.measured_points == ["g/np3"]


@pytest.mark.usefixtures("all_valid")
def test_points_whose_files_are_gone_or_changed_are_named_and_measured_again(
    places: CampaignPaths, url: str
) -> None:
    run(tiny_campaign(3), places, Scripted([url]))
    first, second, _ = sorted(places.result_dir.glob("*.json"))
    first.unlink()
    second.write_text("{}")
    outcome, display = run(tiny_campaign(3), places, Scripted([url]))
    assert display.measured_points == ["g/np1", "g/np2"]
    assert f"g/np1 is measured again: {first.name} is missing." in display.told
    assert (
        f"g/np2 is measured again: {second.name} has changed." in display.told
    )
    assert names(places) == ["g_np1", "g_np2", "g_np3"]
    assert [path.read_text() for path in places.superseded.iterdir()] == ["{}"]
    assert outcome.exit_code == 0


def test_invalid_points_are_measured_again_and_others_are_not(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with verdicts(monkeypatch, lambda prompts: prompts == 2):
        outcome, _ = run(tiny_campaign(3), places, Scripted([url]))
    assert (states(outcome), outcome.exit_code) == (
        ["VALID", "INVALID", "VALID"],
        1,
    )
    assert names(places) == ["g_np1", "g_np3"]
    with verdicts(monkeypatch, lambda _: False):
        outcome, display = run(tiny_campaign(3), places, Scripted([url]))
    assert (states(outcome), outcome.exit_code) == (["VALID"] * 3, 0)
    assert display.measured_points == ["g/np2"]
    assert (
        read_campaign_state(places)
        .history.current[expand(tiny_campaign(3))[0].points[1].spec.fingerprint]
        .attempt
        == 1
    )


def test_invalid_results_that_were_allowed_count(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with verdicts(monkeypatch, lambda prompts: prompts == 2):
        outcome, _ = run(
            tiny_campaign(2), places, Scripted([url]), allow_invalid=True
        )
        assert (states(outcome), outcome.exit_code) == (["VALID", "INVALID"], 0)
        assert names(places) == ["g_np1", "g_np2"]
        _, display = run(tiny_campaign(2), places, Scripted([url]))
    assert display.measured_points == []


@pytest.mark.usefixtures("all_valid")
def test_a_group_without_a_server_does_not_stop_the_others(
    places: CampaignPaths, url: str
) -> None:
    groups = [
        {"id": name, "model": "m", "server": name} for name in ("bad", "good")
    ]
    recipes = {
        name: {"kind": "external", "base_url": "http://127.0.0.1:1"}
        for name in ("bad", "good")
    }
    spec = tiny_campaign(2, groups=groups, servers=recipes)
    outcome, display = run(
        spec,
        places,
        lambda need: Scripted([url if need.recipe_name == "good" else None]),
    )
    assert states(outcome) == ["not run", "not run", "VALID", "VALID"]
    assert (outcome.exit_code, outcome.lost) == (
        1,
        {"bad": "It does not come up: no such luck."},
    )
    failed = next(
        record
        for record in read_ledger(places.ledger)
        if record["kind"] == "group failed"
    )
    assert (failed["group"], failed["log_tail"]) == ("bad", ["the last line"])
    outcome, display = run(spec, places, Scripted([url]))
    assert display.measured_points == ["bad/np1", "bad/np2"]
    assert outcome.exit_code == 0


@pytest.mark.usefixtures("all_valid")
def test_a_dead_server_is_started_again_before_the_next_point(
    places: CampaignPaths, url: str
) -> None:
    server = Scripted([url], dead_at=[1, 2])
    outcome, display = run(tiny_campaign(3), places, server)
    assert (states(outcome), server.starts, server.stops) == (
        ["VALID"] * 3,
        3,
        3,
    )
    assert (
        display.told.count(
            "The server is gone. It will be started again (restart 1 of at most 2)."
        )
        == 1
    )


@pytest.mark.usefixtures("all_valid")
def test_a_server_that_keeps_dying_ends_its_group(
    places: CampaignPaths, url: str
) -> None:
    server = Scripted([url], dead_at=[1, 2, 3])
    outcome, _ = run(tiny_campaign(5), places, server)
    assert states(outcome) == ["VALID", "VALID", "VALID", "not run", "not run"]
    assert outcome.lost == {
        "g": "The server is gone. It was started again 2 times."
    }
    assert server.starts == 3
    assert (
        "[ ] campaign: the only group could not be measured to the end"
        in summary_lines(outcome)
    )
    assert (
        "[ ] servers: 0 of 1 groups had their server to the end"
        in summary_lines(outcome)
    )


@pytest.mark.usefixtures("all_valid")
def test_a_point_during_which_the_server_died_is_measured_once_more(
    places: CampaignPaths, url: str
) -> None:
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        server = Scripted([engine.base_url, url], dead_at=[1, 2])
        display = Stopping(engine)
        outcome = run_campaign(
            task_of(tiny_campaign(2), lambda _: server), places, display
        )
    assert states(outcome) == ["VALID", "VALID"]
    assert (server.starts, server.stops) == (2, 2)
    assert sum(told.startswith("failed g/np1: ") for told in display.told) == 1
    assert display.measured_points == ["g/np1", "g/np2"]


def test_what_rows_say_beside_their_prompts_is_said_once(
    places: CampaignPaths, tmp_path: Path
) -> None:
    rows = [
        {
            "id": i,
            "prompt": f"what is {i}",
            "max_tokens": 3,
            "temperature": 0.5,
            "tools": None,
        }
        for i in range(4)
    ]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    work = {"kind": "jsonl", "path": str(tmp_path / "rows.jsonl")}
    matrix = {"max_concurrency": [1, 2]}
    spec = tiny_campaign(
        workload=work,
        load={"num_prompts": 3},
        matrix=matrix,
        file_name="{group}_c{c}_{time}.json",
    )
    with EmbeddedEngine(
        replace(FAST, max_model_len=1000), model="tiny-model"
    ) as engine:
        _, display = run(
            spec, places, Scripted([engine.base_url]), allow_invalid=True
        )
    assert display.measured_points == ["g/c1", "g/c2"]
    assert [told for told in display.told if told.startswith("Rows:")] == [
        "Rows:     sent with the prompts: temperature (3); not sent: id (3)"
    ]
    for path in places.runs.iterdir():
        assert load_run(path).prompts["fields_left_out"] == {"id": 3}


def test_a_server_that_is_gone_but_says_it_is_alive_fails_the_point_only(
    places: CampaignPaths,
) -> None:
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        server = Scripted([engine.base_url])
        display = Stopping(engine)
        outcome = run_campaign(
            task_of(tiny_campaign(2), lambda _: server), places, display
        )
        url = engine.base_url
    assert (states(outcome), outcome.exit_code, server.starts) == (
        ["failed", "failed"],
        1,
        1,
    )
    assert sum(told.startswith("failed") for told in display.told) == 2, (
        "each was tried once"
    )
    assert url in outcome.endings[0].reason


@pytest.mark.usefixtures("all_valid")
def test_a_server_is_asked_how_it_counts_once_for_each_of_its_starts(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def asking(endpoint: Endpoint, *rest: Any, **more: Any) -> Any:
        asked.append(endpoint)
        return find_counting(endpoint, *rest, **more)

    monkeypatch.setattr("inferometer.measurement.prepare.find_counting", asking)
    run(tiny_campaign(4), places, Scripted([url], dead_at=[2]))
    assert len(asked) == len({id(endpoint) for endpoint in asked}) == 2


def test_a_server_that_does_not_answer_after_it_came_up_ends_its_group(
    places: CampaignPaths,
) -> None:
    server = Scripted(["http://127.0.0.1:1"])
    outcome, _ = run(tiny_campaign(2), places, server)
    assert states(outcome) == ["not run", "not run"]
    assert (list(outcome.lost), server.stops) == (["g"], 1)


@pytest.mark.usefixtures("all_valid")
def test_a_point_that_cannot_be_measured_does_not_stop_the_others(
    places: CampaignPaths, url: str
) -> None:
    spec = tiny_campaign(1, matrix={"input_len": [8, 80], "num_prompts": [1]})
    server = Scripted([url])
    outcome, _ = run(spec, places, server)
    assert (states(outcome), server.starts) == (["VALID", "failed"], 1)
    assert "max_model_len is 64" in outcome.endings[1].reason
    outcome, display = run(spec, places, Scripted([url]))
    assert display.measured_points == []
    assert states(outcome) == ["VALID", "failed"], "it was tried again"


@pytest.mark.usefixtures("all_valid")
def test_finished_points_of_another_version_of_the_server_are_measured_again(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Endpoint, "version", lambda _: "0.10.2")
    run(tiny_campaign(2), places, Scripted([url]))
    monkeypatch.setattr(Endpoint, "version", lambda _: "0.11.0")
    outcome, display = run(tiny_campaign(3), places, Scripted([url]))
    assert display.measured_points == ["g/np1", "g/np2", "g/np3"]
    told = (
        "2 finished points of this group were measured with version 0.10.2 of the server, which "
        "has version 0.11.0 now"
    )
    assert any(line.startswith(told) for line in display.told)
    assert outcome.exit_code == 0
    assert names(places) == ["g_np1", "g_np2", "g_np3"]


def pairs(**changes: Any) -> CampaignSpec:
    return tiny_campaign(
        1, matrix={"num_prompts": [1, 2], "cache": ["cold", "warm"]}, **changes
    )


def attempts(places: CampaignPaths) -> list[tuple[str, int]]:
    return [
        (record["point"], record["attempt"])
        for record in read_ledger(places.ledger)
        if record["kind"] == "done"
    ]


@pytest.mark.usefixtures("all_valid")
def test_a_warm_point_sends_what_its_cold_one_sent_on_the_same_server_start(
    places: CampaignPaths, url: str
) -> None:
    run(pairs(), places, Scripted([url]))
    assert attempts(places) == [
        ("g/np1-cold", 0),
        ("g/np1-warm", 0),
        ("g/np2-cold", 0),
        ("g/np2-warm", 0),
    ]
    next(places.result_dir.glob("g_np2_*.json")).unlink()
    warm = next(
        point for point in expand(pairs())[0].points if point.id == "g/np2-warm"
    )
    json = (
        read_campaign_state(places).history.current[warm.spec.fingerprint].json
    )
    (places.result_dir / json).unlink(missing_ok=True)
    _, display = run(pairs(), places, Scripted([url]))
    assert display.measured_points == ["g/np2-cold", "g/np2-warm"], (
        "the cold one again, or the cache would not be warm"
    )
    assert attempts(places)[4:] == [("g/np2-cold", 1), ("g/np2-warm", 1)]


def test_a_warm_point_without_its_cold_one_is_not_measured(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with verdicts(monkeypatch, lambda prompts: prompts == 1):
        outcome, display = run(pairs(), places, Scripted([url]))
    assert states(outcome) == ["INVALID", "failed", "VALID", "VALID"]
    assert outcome.endings[1].reason.startswith(
        "Its cold point g/np1-cold has no result that counts"
    )
    assert display.measured_points == ["g/np1-cold", "g/np2-cold", "g/np2-warm"]


SLOW = EngineSettings(ttft_ms=1, itl_ms=20_000, max_model_len=64)


class Signalling(Remembering):
    """Sends us a signal while a point is measured, or between two."""

    def __init__(
        self, *, during: int | None = None, after: int | None = None
    ) -> None:
        super().__init__()
        self.during = during
        self.after = after

    @contextmanager
    def measuring(
        self, point: PlannedPoint
    ) -> Iterator[Callable[[Snapshot], None]]:
        def show(_: Snapshot) -> None:
            number, self.during = self.during, None
            if number is not None:
                os.kill(os.getpid(), number)

        yield show

    def measured(self, point: PlannedPoint, *rest: Any) -> None:
        super().measured(point, *rest)
        if self.after is not None:
            os.kill(os.getpid(), self.after)


@pytest.fixture
def signals_of_a_terminal() -> Iterator[None]:
    """As they are for a program that a person starts; under `nohup`, or in the background of a
    script, some are ignored.
    """
    usual: dict[int, Any] = dict.fromkeys(
        (signal.SIGTERM, signal.SIGHUP), signal.SIG_DFL
    )
    usual[signal.SIGINT] = signal.default_int_handler
    before = {
        number: signal.signal(number, handler)
        for number, handler in usual.items()
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("all_valid", "signals_of_a_terminal")
def test_a_signal_during_a_point_abandons_it_and_ends_the_server(
    places: CampaignPaths, url: str, number: int
) -> None:
    with EmbeddedEngine(SLOW, model="tiny-model") as engine:
        server = Scripted([engine.base_url])
        outcome = run_campaign(
            task_of(tiny_campaign(2), lambda _: server),
            places,
            Signalling(during=number),
        )
    assert (states(outcome), outcome.exit_code, server.stops) == (
        ["not run", "not run"],
        130,
        1,
    )
    assert names(places) == []
    outcome, _ = run(tiny_campaign(2), places, Scripted([url]))
    assert outcome.exit_code == 0
    assert attempts(places) == [("g/np1", 1), ("g/np2", 0)], (
        "the server may remember what it was sent before"
    )


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
@pytest.mark.usefixtures("all_valid", "signals_of_a_terminal")
def test_a_signal_between_points_ends_the_campaign_with_what_is_done(
    places: CampaignPaths, url: str, number: int
) -> None:
    server = Scripted([url])
    outcome = run_campaign(
        task_of(tiny_campaign(3), lambda _: server),
        places,
        Signalling(after=number),
    )
    assert (states(outcome), outcome.exit_code, server.stops) == (
        ["VALID", "not run", "not run"],
        130,
        1,
    )
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_DFL


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
@pytest.mark.usefixtures("all_valid", "signals_of_a_terminal")
def test_a_signal_while_a_point_is_saved_does_not_cost_it(
    places: CampaignPaths,
    url: str,
    number: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def save(path: Path, result: dict[str, Any]) -> None:
        os.kill(os.getpid(), number)
        save_result(path, result)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(group_run, "save_result", save)
    server = Scripted([url])
    outcome = run_campaign(
        task_of(tiny_campaign(3), lambda _: server), places, Remembering()
    )
    assert (states(outcome), outcome.exit_code, server.stops) == (
        ["VALID", "not run", "not run"],
        130,
        1,
    )
    assert names(places) == ["g_np1"]


class Filling(Remembering):
    """The disk is full after the first point, nearly."""

    def measured(self, point: PlannedPoint, *rest: Any) -> None:
        super().measured(point, *rest)
        resource.setrlimit(
            resource.RLIMIT_FSIZE,
            (2_000, resource.getrlimit(resource.RLIMIT_FSIZE)[1]),
        )


@pytest.mark.usefixtures("all_valid")
def test_a_full_disk_ends_the_campaign_with_what_is_done(
    places: CampaignPaths, url: str
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    server = Scripted([url])
    try:
        outcome = run_campaign(
            task_of(tiny_campaign(3), lambda _: server), places, Filling()
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert states(outcome) == ["VALID", "not run", "not run"]
    assert (outcome.exit_code, server.stops) == (2, 1)
    assert outcome.trouble is not None
    assert outcome.trouble.startswith("cannot write ")
    assert names(places) == ["g_np1"]
    outcome, _ = run(tiny_campaign(3), places, Scripted([url]))
    assert outcome.exit_code == 0


def test_a_directory_that_cannot_be_written_is_refused_before_any_server_is_started(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    server = Scripted([None])
    with pytest.raises(CannotWriteError, match="part of that path is a file"):
        run(tiny_campaign(1), CampaignPaths(tmp_path / "file", "tiny"), server)
    assert server.starts == 0


def test_a_read_only_directory_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "results"
    directory.mkdir(mode=0o555)
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setuid(65534)  # root may write anywhere
        try:
            run(
                tiny_campaign(1),
                CampaignPaths(directory, "tiny"),
                Scripted([None]),
            )
        except CannotWriteError as error:
            os._exit(7 if "permission denied" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_second_runner_is_refused(places: CampaignPaths) -> None:
    places.directory.mkdir(parents=True)
    server = Scripted([None])
    with (
        locked(places.lock),
        pytest.raises(LockedError, match=str(os.getpid())),
    ):
        run(tiny_campaign(1), places, server)
    assert server.starts == 0


@pytest.mark.usefixtures("all_valid")
def test_only_some_points_may_be_asked_for(
    places: CampaignPaths, url: str
) -> None:
    spec = tiny_campaign(3)
    some = [replace(group, points=group.points[1:2]) for group in expand(spec)]
    outcome, _ = run(spec, places, Scripted([url]), groups=some)
    assert [(ending.point, ending.state) for ending in outcome.endings] == [
        ("g/np2", "VALID")
    ]
    assert outcome.exit_code == 0


@pytest.mark.usefixtures("all_valid")
def test_the_time_that_is_left_is_told_while_it_runs(
    places: CampaignPaths, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the whole campaign, from what its own points took; nothing once all is done."""
    monkeypatch.setattr(runner, "TELL_LEFT_EVERY_S", 0.0)
    monkeypatch.setattr(runner, "MIN_LEFT_S", 0.001)
    outcome, display = run(tiny_campaign(), places, Scripted([url]))
    told = [said for said in display.told if said.startswith("Left: about ")]
    assert [said.partition(" for ")[2].split()[0] for said in told] == [
        str(n) for n in range(len(outcome.endings) - 1, 0, -1)
    ]
