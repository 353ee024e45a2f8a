"""The files of `inferometer bench`: nothing is replaced, and nothing that was measured is lost
where it cannot be written.
"""

from __future__ import annotations

import errno
import fcntl
import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace
from typing import Any

import pytest

from inferometer.cli.bench import ending
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.run import opened
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.measurement import saving
from inferometer.measurement.saving import RESCUE_PREFIX, RUN_FILES, Saved
from inferometer.measurement.session import PointResult
from inferometer.request import Request
from inferometer.store import atomic, run_directory
from inferometer.store.atomic import saying_why
from inferometer.store.run_directory import load_run
from tests.cli.conftest import Command

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

LONG = "org/" + "a-model-of-many-words-" * 14
"""300 characters and more."""

Bench = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=512), model=LONG
    ) as engine:
        yield engine


@pytest.fixture
def bench(
    engine: EmbeddedEngine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inferometer: Command,
) -> Bench:
    """Runs `inferometer bench` in this process, with results in `results`; exit code, standard
    output and standard error.
    """
    line = (
        f"--base-url {engine.base_url} --num-prompts 3 --random-input-len 8 --random-output-len "
        "3 --quiet --allow-invalid"
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HOME", str(tmp_path / "no-home"))

    def run(*arguments: str) -> tuple[int, str, str]:
        save = [
            "--no-realtime",
            "--no-calibration",
            "--save-result",
            "--result-dir",
            str(tmp_path / "results"),
        ]
        code, out, err = inferometer("bench", *line.split(), *save, *arguments)
        assert "Traceback" not in err
        return code, out, err

    return run


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_replaced(
    bench: Bench, tmp_path: Path
) -> None:
    results = tmp_path / "results"
    for label in ("first", "second", "third"):
        code, out, err = bench(
            "--result-filename", "mine.json", "--label", label
        )
        assert code == 0, err
    assert names(results) == [
        "mine",
        "mine-2",
        "mine-2.json",
        "mine-3",
        "mine-3.json",
        "mine.json",
    ]
    labels = [
        json.loads((results / name).read_text())["label"]
        for name in ("mine.json", "mine-2.json", "mine-3.json")
    ]
    assert labels == ["first", "second", "third"]
    assert (
        f"Saved:    {results / 'mine-3.json'}\n          {results / 'mine-3'}/\n"
        in out
    )
    listed = ", ".join(
        name for name in RUN_FILES if (results / "mine-3" / name).exists()
    )
    after = out.partition(f"{results / 'mine-3'}/\n")[2].splitlines()
    assert f"({listed})" == " ".join(" ".join(after[:2]).split())
    assert all(len(line) <= 80 for line in after[:2])
    assert "telemetry.parquet" in listed
    assert " simulated: " in out, "the server is the embedded engine"


def test_polars_is_imported_to_save_and_no_more(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []

    def save(*arguments: Any, **more: Any) -> Saved:
        steps.append("saved")
        return saving.save(*arguments, **more)

    monkeypatch.setattr(ending, "save", save)
    monkeypatch.setattr(
        ending, "import_frugally", lambda: steps.append("imported")
    )
    assert bench()[0] == 0
    assert steps == ["imported", "saved"]


def test_prompts_are_let_go_before_results_are_saved(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []

    def prompts() -> int:
        gc.collect()
        requests = (o for o in gc.get_objects() if isinstance(o, Request))
        return sum(bool(request.prompt) for request in requests)

    def save(*arguments: Any, **more: Any) -> Saved:
        held.append(prompts())
        return saving.save(*arguments, **more)

    monkeypatch.setattr(ending, "save", save)
    of_other_tests = prompts()
    assert bench()[0] == 0
    assert held[0] <= of_other_tests


def test_a_directory_that_is_in_the_way_counts_too(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "results" / "mine").mkdir(parents=True)
    code, _, err = bench("--result-filename", "mine.json")
    assert code == 0, err
    assert names(tmp_path / "results") == ["mine", "mine-2", "mine-2.json"]


def full(*folders: str) -> Callable[..., None]:
    """Saves run directories, but not below one of these folders."""
    save_run = run_directory.save_run

    def save(directory: Path, *arguments: Any, **more: Any) -> None:
        with saying_why(directory):
            if set(folders) & set(directory.parts):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            save_run(directory, *arguments, **more)

    return save


def test_what_does_not_fit_on_the_disk_is_saved_elsewhere(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "inferometer.measurement.session.save_run", full("results")
    )
    code, out, err = bench("--result-filename", "mine.json")
    assert code == 0, "it was measured, and the results are there"
    (folder,) = (tmp_path / "elsewhere").glob(f"{RESCUE_PREFIX}*")
    assert err == (
        f"inferometer: cannot write {tmp_path / 'results' / 'mine.json'}: the disk is full; free "
        "some space, or choose a "
        f"directory on another disk. The results are in {folder}/ instead.\n"
    )
    assert "Serving Benchmark Result" in out
    assert f"Saved:    {folder / 'mine.json'}\n" in out
    assert len(load_run(folder / "mine").trace.requests["id"]) == 3
    assert json.loads((folder / "mine.json").read_text())["completed"] == 3
    assert names(tmp_path / "results") == []


def test_repeats_that_are_saved_elsewhere_are_summed_up(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "inferometer.measurement.session.save_run", full("results")
    )
    code, out, err = bench("--result-filename", "mine.json", "--repeats", "2")
    assert (code, err.count(" instead.\n")) == (0, 2)
    assert "2 Repeats" in out
    assert (
        len(
            list(
                (tmp_path / "elsewhere").glob(
                    f"{RESCUE_PREFIX}*/mine-repeat?.json"
                )
            )
        )
        == 2
    )
    assert (
        len(
            list(
                (tmp_path / "elsewhere").glob(
                    f"{RESCUE_PREFIX}*/mine-repeats/repeats.json"
                )
            )
        )
        == 1
    )


def test_without_room_anywhere_the_report_is_left(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "inferometer.measurement.session.save_run", full("results", "elsewhere")
    )
    code, out, err = bench()
    assert code == 2
    assert re.search(
        r"the disk is full; .* \(some 0\.1 MB are needed\): the report is all that is left\n$",
        err,
    )
    assert "Serving Benchmark Result" in out
    assert "Saved:" not in out
    assert names(tmp_path / "elsewhere") == []


def test_room_is_looked_for_before_the_run(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: SimpleNamespace(free=50_000)
    )
    code, out, err = bench()
    assert (code, out) == (2, "")
    assert err == (
        f"inferometer: cannot write to {tmp_path / 'results'}: 0.1 MB are left on its disk, and "
        "the results may take 0.1 MB; "
        "free some space, or choose another directory\n"
    )


def test_a_name_that_is_too_long_is_refused_before_the_run(
    bench: Bench, tmp_path: Path
) -> None:
    code, out, err = bench("--result-filename", "x" * 300)
    assert (code, out) == (2, "")
    assert err.endswith(": the name is too long; choose a shorter one\n")
    assert names(tmp_path / "results") == []


def test_a_long_model_and_label_are_cut_for_the_file_s_name(
    bench: Bench, tmp_path: Path
) -> None:
    code, _, err = bench("--label", "ü" * 300)
    assert code == 0, err
    (result,) = (tmp_path / "results").glob("*.json")
    assert re.fullmatch(
        r"ü{40}-infqps-(a-model-of-many-words-){3}a-model-of-man-\d{8}-\d{6}\.json",
        result.name,
    )
    content = json.loads(result.read_text())
    assert (content["model_id"], content["label"]) == (LONG, "ü" * 300)


ASCII_ONLY = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_where_file_names_are_ascii_a_model_may_be_called_otherwise(
    tmp_path: Path,
) -> None:
    def run(base_url: str, *flags: str) -> subprocess.CompletedProcess[str]:
        line = (
            f"--base-url {base_url} --num-prompts 2 --random-input-len 8 --random-output-len 3 "
            "--quiet --allow-invalid"
        )
        save = f"--no-realtime --no-calibration --save-result --result-dir {tmp_path}"
        command = [
            sys.executable,
            "-S",  # else Python itself stumbles over an editable install below a path like "naïve"
            "-m",
            "inferometer",
            "bench",
            *line.split(),
            *save.split(),
            *flags,
        ]
        paths = os.pathsep.join(sys.path)
        environment = {**os.environ, **ASCII_ONLY, "PYTHONPATH": paths}
        return subprocess.run(
            command,
            capture_output=True,
            env=environment,
            timeout=60,
            check=False,
            text=True,
        )

    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=0.2), model="naïve"
    ) as engine:
        told = run(engine.base_url)
        refused = run(engine.base_url, "--label", "naïve")
    assert told.returncode == 0, told.stderr
    (result,) = tmp_path.glob("*.json")
    assert result.name.startswith("openai-infqps-na_ve-")
    assert json.loads(result.read_text())["model_id"] == "naïve"
    assert refused.returncode == 2
    assert refused.stderr == (
        "inferometer: --label holds bytes that this locale (ascii) cannot read: set "
        "LC_ALL=C.UTF-8, or do without them.\n"
    )


# Several at once


def numbered(stem: str, count: int) -> list[str]:
    return sorted(
        [stem, *(f"{stem}-{number}" for number in range(2, count + 1))]
    )


@pytest.fixture
def all_at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Saves what one run measured as several runs would that end at the same moment: all have
    looked when the first writes.
    """

    def at_once(measured: PointResult, count: int) -> list[Saved]:
        barrier = Barrier(count)
        usual = atomic.take_name

        def take(source: Path, target: Path) -> None:
            if (
                source.is_dir()
                and barrier.n_waiting < count
                and not barrier.broken
            ):
                with suppress(BrokenBarrierError):
                    barrier.wait(0.5)
            usual(source, target)

        monkeypatch.setattr(saving, "take_name", take)
        with ThreadPoolExecutor(count) as threads:
            return list(
                threads.map(lambda _: saving.save(measured), range(count))
            )

    return at_once  # type: ignore[return-value]


@pytest.mark.parametrize("append", [False, True])
def test_runs_that_end_at_once_have_a_number_each(
    engine: EmbeddedEngine, tmp_path: Path, all_at_once: Any, append: bool
) -> None:
    flags = BenchFlags(
        base_url=engine.base_url,
        num_prompts=3,
        random_input_len=8,
        random_output_len=3,
        save_result=True,
        result_dir=tmp_path / "results",
        result_filename="mine.json",
        append_result=append,
        disable_tqdm=True,
        realtime=False,
    )
    with opened(flags) as bench:
        spec = bench.asked.spec(bench.model)
        measured = bench.session.measure(bench.session.prepare(spec))
    saved = all_at_once(measured, 5)
    folders = numbered("mine", 5)
    assert sorted(each.directory.name for each in saved) == folders
    files = ["mine.json"] if append else [f"{name}.json" for name in folders]
    assert names(tmp_path / "results") == sorted([*folders, *files])
    for each in saved:
        assert len(load_run(each.directory).trace) == 3
        assert append or each.json.name == f"{each.directory.name}.json"
    lines = [
        line
        for file in files
        for line in (tmp_path / "results" / file).read_text().splitlines()
    ]
    assert [json.loads(line)["completed"] for line in lines] == [3] * 5


def test_a_json_file_of_somebody_else_that_appears_meanwhile_keeps_its_name(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "results" / "mine.json"
    usual = atomic.take_name

    def take(source: Path, target: Path) -> None:
        if target == theirs and not theirs.exists():
            theirs.write_text("theirs")
        usual(source, target)

    monkeypatch.setattr(saving, "take_name", take)
    code, out, err = bench("--result-filename", "mine.json")
    assert code == 0, out + err
    assert theirs.read_text() == "theirs"
    assert names(tmp_path / "results") == ["mine-2", "mine-2.json", "mine.json"]


def test_a_line_that_cannot_be_appended_leaves_no_run_directory_without_one(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic, "MAX_LOCK_WAIT_S", 0.1)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "all.json").write_text("{}")
    with (tmp_path / "results" / "all.json").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        code, out, err = bench(
            "--result-filename", "all.json", "--append-result"
        )
    assert code == 0, out + err
    assert "another process has locked it" in err
    assert names(tmp_path / "results") == ["all.json"]
    (folder,) = (tmp_path / "elsewhere").glob(f"{RESCUE_PREFIX}*")
    assert names(folder) == ["all", "all.json"]
