"""Fuzzing for a given time: python -m tests.fuzz.fuzzing [SECONDS] [--seed N] [--only TARGET]
[--case TARGET/SEED/NUMBER]

Every input follows from its target, the seed and its number: a finding is shown with the `--case`
that repeats it. An exception that a target does not expect is a finding, and so is an input that
takes longer than CASE_S. Exit code 1 if there was any.
"""

from __future__ import annotations

import argparse
import faulthandler
import itertools
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from types import FrameType

from tests.fuzz.targets import TARGETS

CASE_S = 10
FINDINGS_MOST = 20
"""Different ones, by where they came from; then it ends."""


class TooSlowError(BaseException):
    """One input took longer than it may; no handler of ours swallows it."""


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlowError(f"it took longer than {CASE_S} s")


def try_case(
    target: Callable[[Random], None], case: str
) -> BaseException | None:
    """Run one input; what it brought to light."""
    signal.signal(signal.SIGALRM, _too_slow)
    signal.setitimer(signal.ITIMER_REAL, CASE_S)
    faulthandler.dump_traceback_later(
        3 * CASE_S, exit=True, file=2
    )  # where Python code gets no turn
    try:
        target(Random(case))
    except (Exception, TooSlowError) as finding:
        return finding
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
    return None


def origin(finding: BaseException) -> tuple[str, ...]:
    """What kind it is and where it came from, to tell a new one from one that was seen."""
    frames = traceback.extract_tb(finding.__traceback__)
    return (
        type(finding).__name__,
        *(f"{frame.filename}:{frame.lineno}" for frame in frames[-2:]),
    )


def fuzz(
    targets: dict[str, Callable[[Random], None]], *, seconds: float, seed: int
) -> list[tuple[str, BaseException]]:
    """Inputs for each target in turn, each target getting the same time. Returns one case of every
    different finding.
    """
    spent, tried = dict.fromkeys(targets, 0.0), Counter[str]()
    seen: set[tuple[str, ...]] = set()
    findings: list[tuple[str, BaseException]] = []
    deadline_s = time.monotonic() + seconds
    while time.monotonic() < deadline_s and len(findings) < FINDINGS_MOST:
        name = min(targets, key=lambda each: spent[each])
        case = f"{name}/{seed}/{tried[name]}"
        tried[name] += 1
        begun_s = time.monotonic()
        finding = try_case(targets[name], case)
        spent[name] += time.monotonic() - begun_s
        if finding is not None and (where := origin(finding)) not in seen:
            seen.add(where)
            findings.append((case, finding))
            show(case, finding)
    print(", ".join(f"{name} {tried[name]}" for name in targets))
    return findings


def show(case: str, finding: BaseException) -> None:
    print(f"\nFinding: python -m tests.fuzz.fuzzing --case {case}")
    print(
        "".join(itertools.islice(traceback.format_exception(finding), 400))[
            -3000:
        ],
        flush=True,
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Fuzz the readers, decoders and servers."
    )
    parser.add_argument("seconds", nargs="?", type=float, default=60.0)
    parser.add_argument(
        "--seed",
        type=int,
        default=None,
        help="default: another one every time; it is part of each case",
    )
    parser.add_argument("--only", choices=TARGETS, help="one target")
    parser.add_argument("--case", help="repeat a finding")
    given = parser.parse_args(arguments)
    if given.case:
        finding = try_case(TARGETS[given.case.partition("/")[0]], given.case)
        if finding is not None:
            show(given.case, finding)
        return int(finding is not None)
    targets = {given.only: TARGETS[given.only]} if given.only else TARGETS
    seed = given.seed if given.seed is not None else time.time_ns() % 10**9
    return int(bool(fuzz(targets, seconds=given.seconds, seed=seed)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
