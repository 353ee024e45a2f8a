"""Runs campaigns, kills the runner at random moments, and looks at what is left. A program, for a
test and for `make soak`.

    python -m tests.campaign.kill_loop DIRECTORY KILLS SEED [POINTS]

Prints how many kills and campaigns there were; fails at the first thing that is lost, doubled or
half there. A process of its own, and not pytest's: what is forked here must find polars' threads
not yet started.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
import psutil

from inferometer.campaign.outcome import summary_lines
from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.server.base import Server
from inferometer.server.kinds import server_for
from inferometer.spec.campaign import CampaignSpec, ServerNeed
from inferometer.spec.expand import expand
from inferometer.store.campaign.history import History
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.tiny_campaign import (
    FAST,
    Remembering,
    task_of,
    tiny_campaign,
)

POINTS_IN_A_LIFE = 2
LONGEST_LIFE_S = 5.0
"""A runner lives as long as it needs for so many points, or this, at most."""
SAME = (
    "model_id",
    "num_prompts",
    "completed",
    "failed",
    "total_input_tokens",
    "total_output_tokens",
    "request_rate",
)
"""What a JSON file says whenever it was measured."""


def main(directory: Path, kills: int, seed: int, points: int) -> None:
    chance = random.Random(seed)
    with EmbeddedEngine(FAST, model="tiny-model") as engine:
        servers = {"s": {"kind": "external", "base_url": engine.base_url}}
        spec = tiny_campaign(points, servers=servers, telemetry=True)
        killed = campaigns = 0
        life_s = time_undisturbed(
            tiny_campaign(POINTS_IN_A_LIFE, servers=servers, telemetry=True),
            CampaignPaths(directory / "undisturbed", spec.name),
        )
        while killed < kills:
            places = CampaignPaths(directory / str(campaigns), spec.name)
            killed += run_and_kill(
                spec, places, kills - killed, lambda: chance.uniform(0, life_s)
            )
            campaigns += 1
            check_finished(spec, places)
    check_nothing_runs()
    print(f"{killed} kills, {campaigns} campaigns of {points} points")


def time_undisturbed(spec: CampaignSpec, places: CampaignPaths) -> float:
    began_s = time.monotonic()
    run_and_kill(spec, places, 0, lambda: 0.0)
    took_s = time.monotonic() - began_s
    check_finished(spec, places)
    return min(took_s, LONGEST_LIFE_S)


def run_and_kill(
    spec: CampaignSpec,
    places: CampaignPaths,
    most: int,
    life_s: Callable[[], float],
) -> int:
    """Run a campaign to its end, killing its runner again and again, at most so often. How often it
    was.
    """
    kills = 0
    finished: Counter[str] = Counter()
    while True:
        child = os.fork()
        if child == 0:
            run_to_the_end(spec, places)
        if kills < most:
            time.sleep(life_s())
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        before, finished = finished, finished_points(places)
        assert finished >= before, "a finished point was lost"
        assert all(count == 1 for count in finished.values()), (
            "a finished point was measured again"
        )
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return kills
        kills += 1


def run_to_the_end(spec: CampaignSpec, places: CampaignPaths) -> None:
    def server(need: ServerNeed) -> Server:
        return server_for(need, directory=places.logs, say=lambda _: None)

    code = 99
    display = Remembering()
    try:
        outcome = run_campaign(
            task_of(spec, server, allow_invalid=True), places, display
        )
        code = outcome.exit_code
        if code:
            print(
                *display.told,
                *summary_lines(outcome),
                sep="\n",
                file=sys.stderr,
                flush=True,
            )
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def finished_points(places: CampaignPaths) -> Counter[str]:
    return Counter(
        record["point"]
        for record in read_ledger(places.ledger)
        if record["kind"] == "done"
    )


def check_finished(spec: CampaignSpec, places: CampaignPaths) -> None:
    """The campaign is what one that was never killed is: every point once, every file whole, and
    nothing else.
    """
    from inferometer.store.run_directory import load_run

    planned = {
        point.spec.fingerprint: point for point in expand(spec)[0].points
    }
    state = read_campaign_state(places)
    assert set(state.history.current) == set(planned)
    assert state.damage == {}
    assert state.history.older == []
    results = state.history.current.values()
    assert {path.name for path in places.result_dir.iterdir()} == {
        ".inferometer",
        *(result.json for result in results),
    }
    assert {places.relative(path) for path in places.runs.iterdir()} == {
        result.run for result in results
    }
    assert list(places.pending.iterdir()) == []
    for result in results:
        number = planned[result.fingerprint].spec.load.num_prompts
        content = orjson.loads((places.result_dir / result.json).read_bytes())
        assert [content[name] for name in SAME] == [
            "tiny-model",
            number,
            number,
            0,
            8 * number,
            3 * number,
            "inf",
        ]
    History.of(read_ledger(places.ledger))
    child = os.fork()  # reading runs starts polars' threads
    if child == 0:
        runs = [load_run(places.result_dir / result.run) for result in results]
        whole = all(
            len(run.trace) == run.spec.load.num_prompts
            and run.fingerprint in planned
            for run in runs
        )
        os._exit(0 if whole else 1)
    assert os.waitpid(child, 0)[1] == 0, "a run directory cannot be read"


def check_nothing_runs() -> None:
    """Workers of killed runners are gone too; they bear our name, and are of our session."""
    own = name_and_session(psutil.Process())
    deadline_s = time.monotonic() + 10
    while left := [
        p.pid
        for p in psutil.process_iter()
        if p.pid != os.getpid() and name_and_session(p) == own
    ]:
        assert time.monotonic() < deadline_s, f"left behind: {left}"
        time.sleep(0.1)


def name_and_session(process: psutil.Process) -> tuple[list[str], int] | None:
    try:
        return process.cmdline(), os.getsid(process.pid)
    except (psutil.Error, OSError):
        return None


if __name__ == "__main__":
    main(
        Path(sys.argv[1]),
        int(sys.argv[2]),
        int(sys.argv[3]),
        int(sys.argv[4]) if len(sys.argv) > 4 else 12,
    )
