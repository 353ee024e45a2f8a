"""What a campaign says before it calibrates the host, and what it then measures with."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.calibration import search as making
from inferometer.calibration.host import VARIABLE
from inferometer.calibration.kept import DIRECTORY_VARIABLE
from inferometer.calibration.search import key_of
from inferometer.cli.host import calibration_by_workers
from inferometer.metrics.calibration import KINDS, Calibration, Ceiling, Missing


def made(workers: int, real_time: bool) -> Calibration:
    ceilings = dict.fromkeys(KINDS, Ceiling(1e4, "client"))
    key = key_of(workers=workers, real_time=real_time)
    return Calibration(
        key,
        "2026-11-20T12:00:00+00:00",
        True,
        11.5,
        0.1,
        0.25,
        "kernel",
        "normal",
        ceilings,
        (),
    )


@pytest.fixture(autouse=True)
def uncalibrated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "kept"))
    monkeypatch.setattr(
        tempfile, "tempdir", str(tmp_path)
    )  # where nobody else measures
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr(
        making,
        "calibrate",
        lambda *, workers, real_time, **_: made(workers, real_time),
    )


def test_a_campaign_says_that_it_calibrates_how_long_why_and_how_to_go_without(
    capsys: pytest.CaptureFixture[str],
) -> None:
    of = calibration_by_workers(wanted=True, rehearsal=False)
    assert of(1) == made(1, real_time=True)
    assert capsys.readouterr().err == (
        "inferometer: Calibrating this host before the first point, so that every result "
        "states its precision. This takes about 12 s, once for this host and these settings; "
        "--no-calibration skips it.\n"
    )
    assert calibration_by_workers(wanted=True, rehearsal=False)(1) == made(
        1, real_time=True
    )
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("wanted", "rehearsal", "missing"),
    [(False, False, Missing("off")), (True, True, Missing("none"))],
)
def test_one_that_goes_without_knows_why(
    capsys: pytest.CaptureFixture[str],
    wanted: bool,
    rehearsal: bool,
    missing: Missing,
) -> None:
    assert (
        calibration_by_workers(wanted=wanted, rehearsal=rehearsal)(1) == missing
    )
    assert capsys.readouterr().err == ""


def test_a_busy_host_goes_without(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*, workers: int, real_time: bool, **_: Any) -> Calibration:
        return replace(
            made(workers, real_time), waited_share=0.4, others_share=0.5
        )

    monkeypatch.setattr(making, "calibrate", busy)
    assert calibration_by_workers(wanted=True, rehearsal=False)(1) == Missing(
        "none"
    )
    assert (
        "This host was busy while it was calibrated: other programs used 50% of its cores"
        in capsys.readouterr().err
    )
