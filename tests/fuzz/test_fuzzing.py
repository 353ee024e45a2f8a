"""The fuzz targets, a few inputs of each; and that the runner finds what is there to be found, and
finds it again.
"""

from __future__ import annotations

from random import Random

import pytest

from tests.fuzz.fuzzing import fuzz, try_case
from tests.fuzz.targets import TARGETS

CASES = {"loop": 6, "foreign-results": 40, "engine": 20, "run-directories": 30}
CASES_USUALLY = 60


@pytest.mark.parametrize("name", TARGETS)
def test_a_few_inputs(name: str) -> None:
    for number in range(CASES.get(name, CASES_USUALLY)):
        finding = try_case(TARGETS[name], f"{name}/test/{number}")
        if finding is not None:
            raise finding


def fails_sometimes(random: Random) -> None:
    if random.random() < 0.2:
        raise KeyError("planted")


def test_a_finding_is_told_once_with_a_case_that_repeats_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ((case, finding),) = fuzz({"planted": fails_sometimes}, seconds=0.2, seed=3)
    assert isinstance(finding, KeyError)
    assert case.startswith("planted/3/")
    assert f"--case {case}" in capsys.readouterr().out
    assert isinstance(try_case(fails_sometimes, case), KeyError)


def test_what_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(random: Random) -> None:
        while True:
            random.random()

    monkeypatch.setattr("tests.fuzz.fuzzing.CASE_S", 0.2)
    assert "longer" in str(try_case(hangs, "hangs/0/0"))
