"""How far the client goes on this host, and how exact it is up to there: what `inferometer
calibrate` finds, several times.
"""

from __future__ import annotations

from table import print_table, spread

from inferometer.calibration.search import THOROUGH, calibrate
from inferometer.metrics.calibration import KINDS
from inferometer.words import Words

ERRORS = {"TTFT": "ttft_error_p99_ms", "ITL": "itl_error_p99_ms"}


def run(repeats: int) -> None:
    turns = [calibrate(effort=THOROUGH) for _ in range(repeats)]
    rows = []
    for kind in KINDS:
        ended_by = ", ".join(
            sorted({turn.ceilings[kind].ended_by for turn in turns})
        )
        rows.append(
            (
                f"ceiling, {Words().text(f'unit.{kind}')}",
                spread([turn.ceilings[kind].value for turn in turns], 0),
                "",
                f"ended by: {ended_by}",
            )
        )
    for name, error in ERRORS.items():
        worst = [turn.worst_up_to(float("inf"), error) or 0.0 for turn in turns]
        rows.append(
            (
                f"p99 error of {name} up to there, ms",
                spread(worst, 3),
                "≤ 0.25",
                "",
            )
        )
    print_table(
        "Ceilings: client and null server on the same cores",
        ("", "", "target", ""),
        rows,
    )
