"""The first run on a host: measured at once; calibrated when its results are safe; and not touched
by how that ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inferometer.calibration import search as making
from inferometer.calibration.host import VARIABLE
from inferometer.calibration.kept import DIRECTORY_VARIABLE
from inferometer.calibration.search import CalibrationError, key_of
from inferometer.cli.bench import precision
from inferometer.cli.main import main
from inferometer.loadgen import loop
from inferometer.loadgen.job import Job
from inferometer.loadgen.reader import Rings
from inferometer.metrics.calibration import KINDS, Calibration, Ceiling, Kind
from inferometer.spec.flags import ARRIVALS
from inferometer.store.atomic import CannotWriteError
from inferometer.system.packets import NoRingError
from tests.cli.api_server import ApiServer, serving
from tests.cli.conftest import Command
from tests.processes import Forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

Bench = Callable[..., tuple[int, str, str]]


def made(events: float = 1e6) -> Calibration:
    ceilings: dict[Kind, Ceiling] = {
        kind: Ceiling(1e6, "client") for kind in KINDS
    }
    ceilings["events"] = Ceiling(events, "client")
    key = key_of(workers=1, real_time=False)
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


class Calibrating:
    """Takes the place of what makes a calibration, and remembers what had happened by then."""

    def __init__(self, server: ApiServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.result: Calibration | BaseException = made()
        self.measured_before: list[int] = []
        self.saved_before: list[int] = []

    def __call__(self, **_: Any) -> Calibration:
        self.measured_before.append(len(self.server.measured))
        self.saved_before.append(len(list(self.folder.glob("*/verdict.json"))))
        if isinstance(self.result, BaseException):
            raise self.result
        return self.result


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


@pytest.fixture
def calibrating(
    server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Calibrating:
    """A host that has no calibration."""
    calibrating = Calibrating(server, tmp_path / "out")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "kept"))
    monkeypatch.setattr(
        tempfile, "tempdir", str(tmp_path)
    )  # where nobody else measures
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(making, "calibrate", calibrating)
    return calibrating


def flags(url: str, folder: Path, *more: str) -> list[str]:
    """Six requests of four events; what a busy machine makes of the verdict is allowed."""
    line = (
        f"bench --base-url {url} --num-prompts 6 --random-input-len 8 --random-output-len 4 "
        "--ignore-eos --quiet --no-realtime"
    )
    save = f"--allow-invalid --save-result --result-dir {folder} --result-filename r.json"
    return [*line.split(), *save.split(), *more]


@pytest.fixture
def bench(
    calibrating: Calibrating,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inferometer: Command,
) -> Bench:
    def run(*more: str) -> tuple[int, str, str]:
        return inferometer(
            *flags(calibrating.server.url, tmp_path / "out", *more)
        )

    return run


def content(folder: Path, file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / file).read_bytes())
    return found


def test_it_is_calibrated_once_and_after_the_results_are_saved(
    bench: Bench, calibrating: Calibrating, tmp_path: Path
) -> None:
    code, out, err = bench()
    assert code == 0, out + err
    assert (calibrating.measured_before, calibrating.saved_before) == ([6], [1])
    assert err.startswith(
        "inferometer: The results are saved. Calibrating this host now, to state how exact it is."
    )
    assert all(
        words in err
        for words in (
            "about 12 s",
            "Ctrl-C skips it",
            "and so does --no-calibration",
        )
    )
    assert (
        out.index("This host is not calibrated")
        < out.index("Saved:")
        < out.index("This host: beyond ±0.25 ms at any load")
    )
    verdict = content(tmp_path / "out" / "r", "verdict.json")
    assert verdict["precision"]["missing"] is None
    assert " ".join(out.split()).endswith(verdict["precision"]["statement"])
    kept = content(tmp_path / "out" / "r", "run.json")["environment"][
        "calibration"
    ]
    assert Calibration.from_dict(kept) == made()
    code, out, err = bench()
    assert (code, err) == (0, "")
    assert out.count("This host: ") == 1
    assert calibrating.measured_before == [6]


def test_one_of_the_packet_ring_says_nothing_of_a_run_that_no_ring_saw(
    bench: Bench, calibrating: Calibrating, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_none(_: Job) -> Rings:
        raise NoRingError("none here")

    monkeypatch.setenv(ARRIVALS, "ring")
    monkeypatch.setattr(loop, "open_rings", open_none)
    calibrating.result = made()
    bench()
    code, out, err = bench()
    assert (code, err) == (0, "")
    assert out.count("The packet ring did not show") == 1
    assert "This host: " not in out
    assert calibrating.measured_before == [6]


def test_a_load_that_turns_out_to_be_beyond_it_is_said_and_saved(
    bench: Bench, calibrating: Calibrating, tmp_path: Path
) -> None:
    calibrating.result = made(events=20.0)
    code, out, err = bench()
    assert code == 0, out + err
    added = out.partition("Saved:")[2]
    verdict = content(tmp_path / "out" / "r", "verdict.json")
    (finding,) = (
        each
        for each in verdict["findings"]
        if each["name"] == "beyond_calibration"
    )
    assert (finding["level"], verdict["status"] == "VALID") == (
        "suspect",
        False,
    )
    assert finding["sentence"] in " ".join(
        added.replace("suspect  ", "").split()
    )
    if "Verdict: VALID" in out:
        assert (
            "Verdict: SUSPECT, now that this host is calibrated (it was VALID)"
            in added
        )


def test_nothing_is_calibrated_for_a_report_that_has_no_events(
    bench: Bench, calibrating: Calibrating
) -> None:
    calibrating.server.answer = lambda call: (
        (500, b"{}") if call.number is not None else call.exact_answer()
    )
    bench()
    assert calibrating.measured_before == []


def test_without_files_the_report_is_what_is_complete(
    calibrating: Calibrating,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    line = (
        f"bench --base-url {calibrating.server.url} --num-prompts 3 --random-input-len 8 "
        "--random-output-len 4"
    )
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "inferometer",
            *line.split(),
            "--allow-invalid",
            "--no-realtime",
            "--quiet",
        ],
    )
    with pytest.raises(SystemExit):
        main()
    out, err = capfd.readouterr()
    assert err.startswith(
        "inferometer: The report is complete. Calibrating this host now"
    )
    assert "This host: beyond" in out


def test_repeats_are_calibrated_after_the_last_one_and_all_hear_of_it(
    bench: Bench, calibrating: Calibrating, tmp_path: Path
) -> None:
    calibrating.result = made(events=20.0)
    code, out, err = bench("--repeats", "3")
    assert code == 0, out + err
    assert (calibrating.measured_before, calibrating.saved_before) == (
        [18],
        [3],
    )
    added = out.partition("all repeats; each has files of its own)\n")[2]
    assert added.startswith(
        "This host: beyond ±0.25 ms at any load, ceiling 20 events/s"
    )
    assert added.count("exceeded what this host's client can take") == 3
    summary = content(tmp_path / "out" / "r-repeats", "repeats.json")
    for number, run in enumerate(summary["runs"], 1):
        verdict = content(
            tmp_path / "out" / f"r-repeat{number}", "verdict.json"
        )
        assert run["status"] == verdict["status"] != "VALID"
        assert run["reasons"][-1].startswith(
            "The peak load exceeded what this host"
        )
        assert "This host: beyond" in verdict["precision"]["statement"]


@pytest.mark.parametrize(
    "error",
    [
        CalibrationError("This host could not be calibrated: no sockets."),
        ZeroDivisionError("x"),
    ],
)
def test_an_error_costs_nothing(
    bench: Bench, calibrating: Calibrating, tmp_path: Path, error: Exception
) -> None:
    calibrating.result = error
    code, out, err = bench()
    assert code == 0, out + err
    assert err.endswith("No calibration is used.\n")
    assert (
        content(tmp_path / "out" / "r", "verdict.json")["precision"]["missing"][
            "reason"
        ]
        == "none"
    )


def test_files_that_cannot_be_written_again_stay_and_nothing_else_is_told(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise CannotWriteError("cannot write verdict.json: the disk is full")

    monkeypatch.setattr(precision, "add_calibration", full)
    code, out, err = bench()
    assert code == 0, out + err
    assert err.endswith(
        "the disk is full. The result files do not contain the precision of this host.\n"
    )
    assert "This host: " not in out
    assert (
        content(tmp_path / "out" / "r", "verdict.json")["precision"][
            "calibrated"
        ]
        is None
    )


PRELUDE = """
import sys, time
from inferometer.calibration import search as calibration
def calibrate(**_):
    print("calibrating", file=sys.stderr, flush=True)
    try:
        time.sleep(60)
    finally:
        time.sleep({cleaning_s})
calibration.calibrate = calibrate
from inferometer.cli.main import main
main()
"""


@pytest.mark.parametrize(
    ("number", "times"),
    [
        (signal.SIGINT, 1),
        (signal.SIGTERM, 1),
        (signal.SIGHUP, 1),
        (signal.SIGINT, 10),
    ],
)
@pytest.mark.usefixtures("calibrating")
def test_a_signal_skips_it_and_the_run_ends_as_it_would(
    server: ApiServer, tmp_path: Path, number: signal.Signals, times: int
) -> None:
    code = PRELUDE.format(cleaning_s=0.5 if times > 1 else 0)
    command = [
        sys.executable,
        "-c",
        code,
        *flags(
            server.url, tmp_path / "out", "--assert", "output_throughput>1e9"
        ),
    ]
    with Forked(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ},
    ) as process:
        assert process.stderr is not None
        while "calibrating\n" not in (line := process.stderr.readline()):
            assert line
        for _ in range(times):
            process.send_signal(number)
            time.sleep(0.1)  # so that they come at different moments of its end
        out, err = process.communicate(timeout=30)
    assert process.returncode == 1, out + err  # the target was missed
    assert "Verdict: " in out
    assert (
        err
        == "inferometer: the calibration was skipped. The next run makes one.\n"
    )
    assert (
        content(tmp_path / "out" / "r", "verdict.json")["precision"]["missing"][
            "reason"
        ]
        == "none"
    )
