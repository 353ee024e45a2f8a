"""Kills a campaign's runner at every n-th change to the disk while it measures a doubtful point
again. A program, for a test.

    python -m tests.campaign.recheck_kill DIRECTORY FACTOR EVERY

FACTOR is that of the second measurement: 1.0 fits, 0.3 does not. Prints how many kills there were.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from inferometer.campaign.runner import run_campaign
from inferometer.engine import EmbeddedEngine
from inferometer.metrics import summary, verdict
from inferometer.server.base import Server
from inferometer.server.kinds import server_for
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.expand import expand
from inferometer.store.campaign.ledger import read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from tests.campaign.crashing import killed_before
from tests.campaign.scripted_figures import (
    LEVELS,
    judged,
    ladder_campaign,
    scripted,
)
from tests.campaign.tiny_campaign import FAST, Remembering, task_of

DOUBTFUL = 8


def main(directory: Path, again: float, every: int) -> None:
    with EmbeddedEngine(
        replace(FAST, max_num_seqs=256), model="tiny-model"
    ) as engine:
        servers = {"s": {"kind": "external", "base_url": engine.base_url}}
        undisturbed = directory / "undisturbed"
        in_a_child(undisturbed, servers, 0.3, recheck=False)
        kills = 0
        while True:
            there = directory / str(kills)
            shutil.copytree(undisturbed, there)
            if not killed_before(
                kills * every,
                lambda: run(there, servers, again, recheck=True),  # noqa: B023
            ):
                break
            kills += 1
            for _ in range(2):
                in_a_child(there, servers, again, recheck=True)
                check(there, servers, again)
            shutil.rmtree(there)
    print(f"{kills} kills", flush=True)


def run(
    directory: Path,
    servers: dict[str, dict[str, str]],
    factor: float,
    *,
    recheck: bool,
) -> None:
    def server(need: ServerNeed) -> Server:
        return server_for(
            need, directory=directory / "logs", say=lambda _: None
        )

    summary.summarize = scripted({DOUBTFUL: [factor]})
    verdict.judge = judged()
    spec = ladder_campaign(servers=servers, recheck=recheck)
    outcome = run_campaign(
        task_of(spec, server),
        CampaignPaths(directory, spec.name),
        Remembering(),
    )
    assert outcome.exit_code == 0


def in_a_child(
    directory: Path,
    servers: dict[str, dict[str, str]],
    factor: float,
    *,
    recheck: bool,
) -> None:
    assert not killed_before(
        1 << 40, lambda: run(directory, servers, factor, recheck=recheck)
    )


def check(
    directory: Path, servers: dict[str, dict[str, str]], again: float
) -> None:
    """The doubtful point was measured twice, the others once, and what is concluded is what the
    second figure says.
    """
    spec = ladder_campaign(servers=servers)
    places = CampaignPaths(directory, spec.name)
    records = read_ledger(places.ledger)
    measured_points = Counter(
        record["point"] for record in records if record["kind"] == "done"
    )
    assert measured_points == {
        **{f"g/np{level}": 1 for level in LEVELS},
        f"g/np{DOUBTFUL}": 2,
    }, measured_points
    history = read_campaign_state(places).history
    planned = {
        point.id: point.spec.fingerprint for point in expand(spec)[0].points
    }
    result = history.current[planned[f"g/np{DOUBTFUL}"]]
    doubt = history.doubt_of(result)
    assert result.attempt >= 1
    assert (doubt is None) == (again == 1.0)
    assert doubt is None or (doubt.again, len(doubt.values)) == ("same", 2)
    assert len(history.older) == 1
    assert len(list(places.superseded.iterdir())) == 1
    assert read_campaign_state(places).damage == {}


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))
    os._exit(0)
