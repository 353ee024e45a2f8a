"""Calibrations between runs: found again, told from others, and never in the way."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.calibration.kept import (
    DIRECTORY_VARIABLE,
    default_directory,
    find,
    keep,
    nearest,
    path_of,
)
from inferometer.metrics.calibration import Calibration, Ceiling, LoadLevel
from inferometer.store.atomic import CannotWriteError

KEY = {"hostname": "rack 7/node", "cpus": 8, "workers": 1, "stamps": "kernel"}

LEVEL = LoadLevel(
    "events",
    8e3,
    7.9e3,
    None,
    80,
    0,
    0.002,
    0.01,
    0.002,
    0.01,
    0.02,
    0.1,
    None,
    0.0,
    0.0,
    1.0,
    0.3,
    within=True,
)


def made(**fields: Any) -> Calibration:
    ceilings = {
        "events": Ceiling(8e4, "client"),
        "requests": Ceiling(9e3, "time"),
        "streams": Ceiling(4096.0, "search"),
    }
    plain: dict[str, Any] = {
        "key": KEY,
        "time": "2026-11-20T12:00:00+00:00",
        "quick": True,
        "seconds": 11.5,
        "load_average": None,
        "target_ms": 0.25,
        "stamps": "kernel",
        "scheduling": "normal",
        "ceilings": ceilings,
        "levels": (LEVEL,),
    }
    return Calibration(**{**plain, **fields})


def test_what_was_kept_is_found(tmp_path: Path) -> None:
    path = keep(made(), tmp_path / "not" / "there" / "yet")
    assert path.name.startswith("rack-7-node-")
    assert find(KEY, path.parent) == (made(), "")


def test_a_host_that_was_never_calibrated_has_none_and_no_problem(
    tmp_path: Path,
) -> None:
    assert find(KEY, tmp_path) == (None, "")
    assert find(KEY, tmp_path / "nowhere") == (None, "")


@pytest.mark.parametrize(
    "change",
    [{"workers": 2}, {"hostname": "other"}, {"cpus": 4}, {"stamps": "user"}],
)
def test_another_host_and_other_settings_have_another(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    keep(made(), tmp_path)
    other = {**KEY, **change}
    assert find(other, tmp_path) == (None, "")
    keep(made(key=other, seconds=3.0), tmp_path)
    assert find(KEY, tmp_path).calibration == made()


def test_in_what_the_nearest_one_differs(tmp_path: Path) -> None:
    assert nearest(KEY, tmp_path) == ()
    keep(
        made(key={**KEY, "hostname": "rack-7-node"}), tmp_path
    )  # whose files have names that begin alike
    assert nearest(KEY, tmp_path) == ()
    keep(made(key={**KEY, "workers": 2, "cpus": 4}), tmp_path)
    assert nearest(KEY, tmp_path) == ("cpus", "workers")
    keep(made(key={**KEY, "workers": 4}), tmp_path)
    assert nearest(KEY, tmp_path) == ("workers",)
    for path in tmp_path.iterdir():
        path.write_bytes(b"[" * 1000)
    assert nearest(KEY, tmp_path) == ()


def test_the_order_of_a_key_means_nothing(tmp_path: Path) -> None:
    keep(made(), tmp_path)
    assert find(dict(reversed(KEY.items())), tmp_path).calibration == made()


def test_a_file_under_a_wrong_name_is_not_used(tmp_path: Path) -> None:
    other = {**KEY, "workers": 2}
    keep(made(), tmp_path).rename(path_of(other, tmp_path))
    found = find(other, tmp_path)
    assert found.calibration is None
    assert "version or host" in found.problem


def damaged(path: Path) -> list[bytes]:
    whole = path.read_bytes()
    content = json.loads(whole)
    bare = {**content["calibration"]}
    del bare["ceilings"]
    more = {**content["calibration"], "unheard_of": 1}
    level = {**content["calibration"], "levels": [{"kind": "events"}]}
    texts = {
        **content["calibration"],
        "ceilings": {
            kind: {"value": "high"}
            for kind in ("events", "requests", "streams")
        },
    }
    contents: list[Any] = [bare, more, level, texts, [], None]
    inner = [
        json.dumps({**content, "calibration": each}).encode()
        for each in contents
    ]
    edited = whole.replace(b'"target_ms": 0.25', b'"target_ms": 25.0')
    assert edited != whole
    return [
        b"",
        edited,
        whole[:100],
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"3",
        b'{"format": 2}',
        *inner,
    ]


def test_a_damaged_file_is_not_used_and_made_anew(tmp_path: Path) -> None:
    path = keep(made(), tmp_path)
    for content in damaged(path):
        path.write_bytes(content)
        found = find(KEY, tmp_path)
        assert found.calibration is None, content
        assert found.problem.endswith("it is not used."), content
        assert str(path) in found.problem
    keep(made(), tmp_path)
    assert find(KEY, tmp_path).calibration == made()


def test_a_directory_in_its_place_is_a_problem_and_no_error(
    tmp_path: Path,
) -> None:
    path_of(KEY, tmp_path).mkdir()
    assert "cannot be read" in find(KEY, tmp_path).problem


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWriteError, match="choose another directory"):
        keep(made(), tmp_path / "file" / "below")


def test_of_several_writers_one_wins_whole(tmp_path: Path) -> None:
    levels = (LEVEL,) * 200

    def write(number: int) -> None:
        keep(made(levels=levels, seconds=float(number)), tmp_path)
        assert find(KEY, tmp_path).calibration is not None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    kept = find(KEY, tmp_path).calibration
    assert kept is not None
    assert replace(kept, seconds=11.5) == made(levels=levels)
    assert [path.name for path in tmp_path.iterdir()] == [
        path_of(KEY, tmp_path).name
    ]


def test_where_they_are_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv(DIRECTORY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", "")
    assert (
        default_directory()
        == tmp_path / ".local" / "state" / "inferometer" / "calibrations"
    )
    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/to/be/ignored")
    assert (
        default_directory()
        == tmp_path / ".local" / "state" / "inferometer" / "calibrations"
    )
    monkeypatch.setenv("XDG_STATE_HOME", os.fspath(tmp_path / "state"))
    assert (
        default_directory()
        == tmp_path / "state" / "inferometer" / "calibrations"
    )
    monkeypatch.setenv(DIRECTORY_VARIABLE, os.fspath(tmp_path / "mine"))
    assert default_directory() == tmp_path / "mine"
