"""INFEROMETER_ARRIVALS is read by every verb that measures: a wrong value measures nothing."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from inferometer.cli.main import app
from inferometer.doctor.client import describe_client
from inferometer.spec.flags import ARRIVALS


@pytest.mark.parametrize(
    "command",
    [
        "bench --base-url http://127.0.0.1:1",
        "run no-such-campaign.yaml",
        "calibrate",
        "demo --result-dir {folder}",
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(
    command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv(ARRIVALS, "rings")
    told = CliRunner().invoke(app, command.format(folder=tmp_path).split())
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == (
        "inferometer: INFEROMETER_ARRIVALS 'rings' is not one of auto, read, ring "
        "(did you mean 'ring'?).\n"
    )


def test_the_doctor_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ARRIVALS, "rings")
    assert describe_client().calibrated is None
