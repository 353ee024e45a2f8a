"""Whether a run is held against a stored calibration, one made for it, or none; and that it never
fails for it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.calibration import search as making
from inferometer.calibration.host import (
    VARIABLE,
    HostCalibrations,
    Policy,
    is_rehearsal,
    policy_for,
)
from inferometer.calibration.kept import (
    DIRECTORY_VARIABLE,
    default_directory,
    find,
    keep,
    path_of,
)
from inferometer.calibration.search import CalibrationError, key_of
from inferometer.loadgen.scratch import scratch_folder
from inferometer.metrics.calibration import (
    KINDS,
    Calibration,
    Ceiling,
    LoadLevel,
    Missing,
)

NOTICE = "It is about to be made."
COMMAND = "inferometer calibrate --no-realtime"


def made(workers: int = 1, events: float = 1_000.0) -> Calibration:
    ceilings = {
        "events": Ceiling(events, "client"),
        "requests": Ceiling(9e3, "time"),
        "streams": Ceiling(4096.0, "search"),
    }
    key = key_of(workers=workers, real_time=False)
    return Calibration(
        key,
        "2026-11-20T12:00:00+00:00",
        True,
        11.5,
        0.1,
        0.25,
        "kernel",
        "normal",
        ceilings,  # type: ignore[arg-type]
        (),
    )


class Host:
    """A host whose calibrations take no time."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.calls: list[int] = []
        self.watched = 0
        self.fails: BaseException | None = None
        self.calibrations = HostCalibrations(self.said.append, self._progress)

    @contextmanager
    def _progress(self) -> Iterator[Callable[[LoadLevel], None]]:
        self.watched += 1
        yield lambda _: None

    def calibrate(self, *, workers: int, **_: Any) -> Calibration:
        self.calls.append(workers)
        if self.fails is not None:
            raise self.fails
        return made(workers)

    def of(self, policy: Policy, workers: int = 1) -> Calibration | Missing:
        return self.calibrations.find_or_make(
            policy, workers=workers, real_time=False, notice=NOTICE
        )


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Host:
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "calibrations"))
    monkeypatch.setattr(
        tempfile, "tempdir", str(tmp_path)
    )  # where nobody else measures
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    host = Host()
    monkeypatch.setattr(making, "calibrate", host.calibrate)
    return host


@pytest.mark.parametrize(
    ("wanted", "rehearsal", "setting", "policy"),
    [
        (True, False, "", "make"),
        (True, False, "stored", "stored"),
        (True, False, " OFF ", "off"),
        (True, True, "", "stored"),
        (True, True, "off", "off"),
        (False, False, "", "off"),
        (False, True, "stored", "off"),
    ],
)
def test_what_a_run_does(
    monkeypatch: pytest.MonkeyPatch,
    wanted: bool,
    rehearsal: bool,
    setting: str,
    policy: Policy,
) -> None:
    monkeypatch.setenv(VARIABLE, setting)
    assert policy_for(wanted=wanted, rehearsal=rehearsal) == policy


def test_only_our_own_engine_is_a_rehearsal() -> None:
    assert is_rehearsal("0.32.0+inferometer.0.1.0")
    assert not is_rehearsal("0.32.0")
    assert not is_rehearsal(None)


def test_it_is_made_once_and_stored_and_said(host: Host) -> None:
    assert host.of("make") == made()
    assert host.of("make") == made()
    assert (host.calls, host.watched) == ([1], 1)
    assert (
        find(
            key_of(workers=1, real_time=False), default_directory()
        ).calibration
        == made()
    )
    assert host.said == [NOTICE]


def test_a_stored_one_is_used_in_silence(host: Host) -> None:
    keep(made(events=77.0), default_directory())
    assert host.of("make") == host.of("stored") == made(events=77.0)
    assert (host.calls, host.said) == ([], [])


def test_none_is_made_while_another_measurement_would_be_disturbed(
    host: Host,
) -> None:
    with scratch_folder():
        assert host.of("make") == Missing("none", COMMAND)
    assert host.calls == []
    assert host.said == [
        (
            "This host is not calibrated now, because another measurement is running on it."
        )
    ]


def test_other_workers_have_their_own(host: Host) -> None:
    assert [host.of("make", workers=n) for n in (1, 3, 1)] == [
        made(1),
        made(3),
        made(1),
    ]
    assert host.calls == [1, 3]


def test_none_is_made_where_only_a_stored_one_may_be_used(host: Host) -> None:
    assert host.of("stored") == Missing("none", COMMAND)
    assert host.of("off") == Missing("off")
    assert host.calibrations.find(
        "make", workers=1, real_time=False
    ) == Missing("none", COMMAND)
    assert (host.calls, host.said) == ([], [])
    assert host.of("make") == made()  # another run of the same process


def test_off_does_not_even_look(host: Host) -> None:
    keep(made(), default_directory())
    assert host.of("off") == Missing("off")


def test_why_there_is_none_for_these_settings(host: Host) -> None:
    keep(made(workers=2), default_directory())
    assert host.of("stored") == Missing("other", COMMAND, ("workers",))
    assert host.of("stored", workers=3) == Missing(
        "other",
        f"{COMMAND.replace(' --no', ' --workers 3 --no')}",
        ("workers",),
    )
    assert host.said == []


def test_a_stored_one_of_a_busy_host_is_not_used(host: Host) -> None:
    keep(made(events=0.0), default_directory())
    assert host.of("stored") == Missing("unusable", COMMAND)
    assert host.said == [
        "Even at the smallest load that was tried (events/s), this host's client exceeded "
        "±0.25 ms or sent too late: the "
        "host was probably busy. Its stored calibration is not used."
    ]


@pytest.mark.parametrize(
    ("unfit", "why"),
    [
        (
            {"waited_share": 0.2, "others_share": 0.4},
            "busy while it was calibrated: other programs used 40% of its cores",
        ),
        (
            {"ceilings": dict.fromkeys(KINDS, Ceiling(0.0, "time"))},
            "(events/s, requests/s, streams), this host's client exceeded",
        ),
    ],
)
def test_one_of_a_busy_host_is_not_kept_and_that_is_said(
    host: Host, monkeypatch: pytest.MonkeyPatch, unfit: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(
        making, "calibrate", lambda **_: replace(made(), **unfit)
    )
    assert host.of("make") == Missing("none", COMMAND)
    assert why in host.said[-1]
    assert host.said[-1].endswith(
        f"The calibration is not kept. `{COMMAND}` while the host is idle creates one."
    )
    assert not default_directory().exists()


def test_a_damaged_one_is_said_and_made_anew(host: Host) -> None:
    path = path_of(key_of(workers=1, real_time=False), default_directory())
    keep(made(events=5.0), default_directory())
    path.write_text("{")
    assert host.of("make") == made()
    assert "is damaged: it is not used" in host.said[0]
    assert host.said[1] == NOTICE
    assert (
        find(
            key_of(workers=1, real_time=False), default_directory()
        ).calibration
        == made()
    )


def test_a_run_goes_on_without_one_that_cannot_be_made_and_does_not_try_again(
    host: Host,
) -> None:
    host.fails = CalibrationError(
        "This host could not be calibrated: no sockets."
    )
    assert host.of("make") == Missing("none", COMMAND)
    assert host.of("make") == Missing("none", COMMAND)
    assert host.calls == [1]
    assert (
        host.said[-1]
        == "This host could not be calibrated: no sockets. No calibration is used."
    )


def test_a_fault_in_it_is_no_fault_of_the_run(host: Host) -> None:
    host.fails = ZeroDivisionError("of something")
    assert host.of("make") == Missing("none", COMMAND)
    assert (
        host.said[-1]
        == "The calibration failed (ZeroDivisionError: of something). No calibration is used."
    )


def test_one_that_cannot_be_stored_is_used(
    host: Host, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "file"))
    assert host.of("make") == made()
    assert "is used, but not stored: cannot write" in host.said[-1]


def test_who_stops_it_is_heard(host: Host) -> None:
    host.fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        host.of("make")
    assert find(key_of(workers=1, real_time=False), default_directory()) == (
        None,
        "",
    )
