"""`inferometer calibrate` as a user calls it, on loads that take no time; and runs held against
what it stored.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from inferometer.calibration import null_server
from inferometer.calibration import search as making
from inferometer.calibration.host import VARIABLE
from inferometer.calibration.kept import DIRECTORY_VARIABLE, find, keep
from inferometer.calibration.search import Effort, key_of
from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.metrics.calibration import KINDS, Calibration, Ceiling, Kind
from inferometer.spec.flags import ARRIVALS
from tests.processes import Forked

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

AT_ONCE: dict[Kind, float] = dict.fromkeys(KINDS, 0.0)
SMALL = Effort(
    0.05, AT_ONCE, 16, {"events": 500, "requests": 200, "streams": 8}
)
COMMAND = [
    sys.executable,
    "-c",
    "from inferometer.cli.main import main; main()",
    "calibrate",
]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where calibrations are kept, and a quick one is a very quick one."""
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "kept"))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(making, "QUICK", SMALL)
    monkeypatch.setattr(making, "THOROUGH", SMALL)
    monkeypatch.setattr(  # the machine of the tests may be busy
        "inferometer.metrics.calibration.why_unfit", lambda _: None
    )
    forking = SimpleNamespace(**{**vars(subprocess), "Popen": Forked})
    monkeypatch.setattr(null_server, "subprocess", forking)
    return tmp_path / "kept"


def inferometer(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=3, itl_ms=1, max_model_len=512)
    ) as engine:
        yield engine


def bench(url: str, *more: object) -> Result:
    """Six requests of four events."""
    return inferometer(
        *(
            "bench",
            "--no-realtime",
            "--allow-invalid",
            "--base-url",
            url,
            "--num-prompts",
            6,
            "--ignore-eos",
        ),
        *("--random-input-len", 8, "--random-output-len", 4, *more),
    )


def stored(place: Path, **ceilings: float) -> Calibration:
    """A calibration of this host with these ceilings; those that are not named are far away."""
    made: dict[Kind, Ceiling] = {
        kind: Ceiling(ceilings.get(kind, 1e6), "client") for kind in KINDS
    }
    key = key_of(workers=1, real_time=False)
    calibration = Calibration(
        key,
        "2026-11-20T12:00:00+00:00",
        True,
        11.5,
        0.1,
        0.25,
        "kernel",
        "normal",
        made,
        (),
    )
    keep(calibration, place)
    return calibration


# The verb


def test_it_shows_every_load_and_what_came_of_them_and_keeps_it(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ARRIVALS, "read")
    done = inferometer(
        "calibrate", "--quick", "--no-realtime", "--target-ms", 1000
    )
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[2:5]] == [
        "events/s",
        "requests/s",
        "streams",
    ]
    assert all(
        line.endswith(("within", "beyond")) for line in lines[2:5]
    )  # a busy machine sends requests late
    assert [line.partition(":")[0] for line in lines[5:9]] == [
        "Host",
        "Error",
        "Delay",
        "Ceiling",
    ]
    (file,) = place.iterdir()
    assert lines[-1] == f"Saved:    {file}"
    found = find(key_of(workers=1, real_time=False), place)
    assert found.calibration is not None
    assert found.calibration.target_ms == 1000


def test_json_is_all_there_is_on_standard_output(tmp_path: Path) -> None:
    done = inferometer(
        "calibrate",
        "--json",
        "--no-realtime",
        "--workers",
        2,
        "--directory",
        tmp_path / "here",
    )
    assert done.exit_code == 0, done.output
    made = Calibration.from_dict(json.loads(done.stdout))
    assert made.key["workers"] == 2
    assert (
        find(key_of(workers=2, real_time=False), tmp_path / "here").calibration
        == made
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--workers", "0"), "--workers"),
        (("--target-ms", "0"), "--target-ms"),
        (("--target-ms", "inf"), "finite"),
        (("--target-ms", "nan"), "target-ms"),
        (
            ("--quick", "--directory", "/dev/null/x"),
            "part of that path is a file",
        ),
        (("--slow",), "--slow"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(
    words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        making, "calibrate", lambda **_: pytest.fail("it began")
    )
    done = inferometer("calibrate", *words)
    assert done.exit_code == 2
    assert told in done.output


def test_a_host_that_cannot_be_calibrated(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    def no_server(self: object) -> None:
        raise RuntimeError(
            "The null server has ended, or hangs: its standard error shows why."
        )

    monkeypatch.setattr(
        "inferometer.calibration.null_server.NullServer.start", no_server
    )
    done = inferometer("calibrate", "--quick")
    assert done.exit_code == 2
    assert (
        "inferometer: This host could not be calibrated: The null server has ended"
        in done.output
    )
    assert list(place.iterdir()) == []


def test_a_host_that_is_busy_keeps_none(
    monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    monkeypatch.setattr(
        "inferometer.metrics.calibration.why_unfit",
        lambda _: "This host was busy.",
    )
    done = inferometer("calibrate", "--quick", "--no-realtime")
    assert done.exit_code == 2
    assert done.stderr == (
        "inferometer: This host was busy. The calibration is not stored: run it again while "
        "the host is idle.\n"
    )
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
def test_it_can_be_stopped(tmp_path: Path, number: signal.Signals) -> None:
    environment = {**os.environ, DIRECTORY_VARIABLE: str(tmp_path / "none")}
    with Forked(
        [*COMMAND, "--no-realtime"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout
        while (
            " events/s " not in process.stdout.readline()
        ):  # a load has been tried
            assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "inferometer: stopped; nothing was stored.\n"
    assert list((tmp_path / "none").iterdir()) == []


# Runs


def test_a_run_beyond_a_stored_ceiling_is_suspect_and_says_so_everywhere(
    engine: EmbeddedEngine,
    place: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "stored")
    known = stored(place, events=20.0)
    done = bench(
        engine.base_url,
        "--save-result",
        "--result-dir",
        tmp_path / "out",
        "--result-filename",
        "r.json",
    )
    assert done.exit_code == 0, done.output
    assert (
        "This host: beyond ±0.25 ms at any load, ceiling 20 events/s"
        in done.stdout
    )
    words = " ".join(done.stdout.split())
    assert (
        "exceeded what this host's client can take within 0.25 ms of error: 24 of 20 events/s."
        in words
    )
    verdict = json.loads((tmp_path / "out" / "r" / "verdict.json").read_bytes())
    (finding,) = [
        f for f in verdict["findings"] if f["name"] == "beyond_calibration"
    ]
    assert (
        verdict["status"] != "VALID",
        finding["level"],
        finding["figures"]["events_used"],
    ) == (
        True,
        "suspect",
        1.2,
    )
    assert verdict["precision"]["statement"].endswith(
        "this run used 120%, 0.0%, 0.0%."
    )
    run = json.loads((tmp_path / "out" / "r" / "run.json").read_bytes())
    assert Calibration.from_dict(run["environment"]["calibration"]) == known


def test_a_run_below_it_is_not(
    engine: EmbeddedEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")  # and a rehearsal uses what is there
    stored(place, events=240.0)
    done = bench(engine.base_url)
    assert done.exit_code == 0, done.output
    assert "this run used 10%" in " ".join(done.stdout.split())
    assert "exceeded what this host's client can take" not in " ".join(
        done.stdout.split()
    )


def test_a_rehearsal_makes_none(
    engine: EmbeddedEngine,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr(
        making, "calibrate", lambda **_: pytest.fail("it calibrated")
    )
    done = bench(engine.base_url)
    assert done.exit_code == 0, done.output
    assert "This host is not calibrated" in done.stdout
    assert not place.exists()


def test_off_says_so_on_a_calibrated_host_too(
    engine: EmbeddedEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    stored(place)
    done = bench(engine.base_url, "--no-calibration")
    assert done.exit_code == 0, done.output
    assert "Calibration was switched off (--no-calibration" in done.stdout
    assert "not calibrated" not in done.stdout


def test_other_settings_than_the_stored_ones_are_named(
    engine: EmbeddedEngine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "stored")
    stored(place)
    words = " ".join(bench(engine.base_url, "--workers", 2).stdout.split())
    assert (
        "calibrated only for other settings or versions (workers): `inferometer calibrate "
        "--workers 2 --no-realtime`"
    ) in words
    assert (
        inferometer(
            "calibrate", "--quick", "--workers", 2, "--no-realtime"
        ).exit_code
        == 0
    )
    assert "This host: " in bench(engine.base_url, "--workers", 2).stdout
