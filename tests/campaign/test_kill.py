"""`kill -9` at random moments, again and again: nothing that was finished is lost, doubled or half
there.

`make soak` does it a thousand times.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.processes import environment, run_forked

KILLS_FEW, KILLS_MANY = 12, 120
POINTS = 6


@pytest.mark.parametrize(
    "kills", [KILLS_FEW, pytest.param(KILLS_MANY, marks=pytest.mark.wide)]
)
def test_a_runner_may_be_killed_at_any_moment(
    tmp_path: Path, kills: int
) -> None:
    (tmp_path / "tmp").mkdir()
    command = [
        "-m",
        "tests.campaign.kill_loop",
        str(tmp_path),
        str(kills),
        "20260722",
        str(POINTS),
    ]
    loop = run_forked(
        [sys.executable, *command],
        timeout=300,
        start_new_session=True,
        env={**environment(), "TMPDIR": str(tmp_path / "tmp")},
    )
    assert loop.returncode == 0, loop.stderr
    told = re.fullmatch(
        rf"(\d+) kills, (\d+) campaigns of {POINTS} points\n", loop.stdout
    )
    assert told is not None
    assert int(told[1]) == kills
    assert (
        int(told[2]) >= 1
    )  # how many were finished and compared; on a slow machine all kills may fall into one
