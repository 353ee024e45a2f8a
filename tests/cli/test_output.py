"""Output that cannot be written: no verb ends in a traceback, and none says that all is well where
its product is lost.
"""

from __future__ import annotations

import fcntl
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.output import survive_any_output
from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.processes import Forked, run_forked

COMMAND = [
    sys.executable,
    "-c",
    "from inferometer.cli.main import main; main()",
]
FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(
    not FULL.exists(), reason="this system has no disk that is always full"
)


def run(*words: object, **streams: Any) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, words)]
    return run_forked(command, **streams)


def test_an_output_that_is_closed_or_cannot_show_everything_is_survived(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    monkeypatch.setattr(sys, "stderr", None)
    survive_any_output()
    print("测试 ×")
    print("to nowhere", file=sys.stderr)
    sys.stderr.close()


def test_a_minus_stays_a_minus_where_the_encoding_has_only_a_hyphen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = io.BytesIO()
    narrow = io.TextIOWrapper(written, encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", narrow)
    survive_any_output()
    print("−3.1% … 测", flush=True)
    assert written.getvalue() == b"-3.1% ... ?\n"


PRODUCTS = [
    "plan pcie-machine-c",
    "presets",
    "presets show custom",
    "presets schema",
    "backends",
    "datasets",
    "--version",
]
HELP = ["--help", "bench --help", "presets --help"]


@needs_full
@pytest.mark.parametrize("words", [*PRODUCTS, *HELP])
def test_a_product_that_is_lost_on_a_full_disk_is_exit_code_2(
    words: str,
) -> None:
    with FULL.open("wb") as full:
        done = run(*words.split(), stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr == (
        "inferometer: the output could not be written (the disk is full): redirect it elsewhere.\n"
    )


@pytest.mark.parametrize("words", ["presets show custom", "bench --help"])
def test_a_reader_that_hangs_up_is_no_failure(words: str) -> None:
    with Forked(
        [*COMMAND, *words.split()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (0, b"")


def closed(number: int) -> Callable[[], None]:
    return lambda: os.close(number)


@pytest.mark.parametrize("number", [1, 2])
def test_a_stream_that_is_closed_from_the_start_is_done_without(
    number: int,
) -> None:
    command = [
        *COMMAND,
        "presets",
        "show",
        "no-such" if number == 2 else "custom",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        preexec_fn=closed(number),
        timeout=60,
        check=False,
    )
    assert done.returncode == (2 if number == 2 else 0)
    assert (done.stdout, done.stderr) == (b"", b"")


@needs_full
def test_errors_that_nobody_can_read_keep_their_exit_code() -> None:
    with FULL.open("wb") as full:
        assert (
            run(
                "presets",
                "show",
                "no-such",
                stdout=subprocess.PIPE,
                stderr=full,
            ).returncode
            == 2
        )


@needs_full
def test_what_is_in_files_is_not_lost_with_the_output(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "some.json").write_text("{}")
    with FULL.open("wb") as full:
        done = run(
            "collect",
            tmp_path / "results",
            "-o",
            tmp_path / "a.tar",
            stdout=full,
            stderr=subprocess.PIPE,
        )
    assert done.returncode == 0
    assert done.stderr.endswith(
        "(the disk is full): redirect it elsewhere. The results are saved.\n"
    )
    assert (tmp_path / "a.tar").exists()


def test_all_of_it_gets_through_a_pipe_that_does_not_block() -> None:
    """As a terminal is after a program that made it non-blocking was killed."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)  # type: ignore[attr-defined, unused-ignore]
    process = Forked(
        [*COMMAND, "presets", "schema"], stdout=write, stderr=subprocess.PIPE
    )
    os.close(write)
    with open(read, "rb") as pipe:
        content = pipe.read()
    assert process.wait(60) == 0
    assert process.communicate()[1] == b""
    assert len(content) > 3 * 4096
    assert content.rstrip().endswith(b"}")


@needs_full
@pytest.mark.parametrize(("save", "code"), [([], 2), (["--save-result"], 0)])
def test_a_run_whose_report_and_progress_cannot_be_written(
    tmp_path: Path, save: list[str], code: int
) -> None:
    with (
        EmbeddedEngine(EngineSettings(ttft_ms=1, itl_ms=0.2)) as engine,
        FULL.open("wb") as full,
    ):
        load = (
            f"--base-url {engine.base_url} --num-prompts 3 --random-input-len 8 "
            "--random-output-len 3 --allow-invalid"
        )
        where = [
            "--no-realtime",
            "--result-dir",
            tmp_path,
            "--result-filename",
            "r.json",
        ]
        done = run(
            "bench", *load.split(), *where, *save, stdout=full, stderr=full
        )
    assert done.returncode == code
    assert sorted(path.name for path in tmp_path.iterdir()) == (
        ["r", "r.json"] if save else []
    )
