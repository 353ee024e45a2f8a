"""Every command of vLLM's page on `vllm bench serve` runs against the embedded engine with only the
program's name changed; and the few that cannot run say why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.cli.api_server import MODEL
from tests.cli.conftest import Command
from tests.cli.vllm_examples import GENERATION, OTHER_WORK, ROWS, write_copies
from tests.workload.picture_files import RECORDINGS
from tests.workload.test_sound_length import wav

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

REFUSED = {
    "probes": "--probe-request-rate is not supported: it adds requests to the measured load",
}
"""Those of generation that cannot run, and why."""

ALL_ROWS = {
    "Spec-Bench": ROWS,
    "Spec-Bench, a category": ROWS // 2,
    "SPEED-Bench": ROWS,
    "SPEED-Bench, a category": ROWS // 2,
    "SPEED-Bench, a subset": ROWS,
    "custom audio, chat": ROWS,
    "custom audio, Whisper": ROWS,
    "VoxPopuli": ROWS,
}
"""How many requests make those that do not say a number."""

NEED_DATASETS = {
    name for name, line in GENERATION.items() if "--dataset-name hf" in line
}

Ran = tuple[int, str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    backends = ("openai", "openai-chat", "openai-responses", "openai-audio")
    settings = EngineSettings(ttft_ms=0.5, itl_ms=0.01, max_model_len=16_384)
    with EmbeddedEngine(settings, model=MODEL, backends=backends) as running:
        yield running


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies")
    write_copies(folder)
    return folder


@pytest.fixture
def ran(
    engine: EmbeddedEngine,
    copies: Path,
    tmp_path: Path,
    inferometer: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Ran]:
    monkeypatch.chdir(copies)
    for name in ("OPENAI_API_KEY", "VLLM_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(line: str) -> Ran:
        words = [
            {"MODEL": MODEL, "N": "5"}.get(word, word) for word in line.split()
        ]
        more = [
            "--save-result",
            "--result-dir",
            str(tmp_path),
            "--no-realtime",
            "--no-telemetry",
            "--allow-invalid",
        ]
        code, out, err = inferometer(
            "bench", *words, "--base-url", engine.base_url, *more
        )
        found = next(tmp_path.glob("*/run.json"), None)
        return code, out, err, orjson.loads(found.read_bytes()) if found else {}

    return run


@pytest.mark.parametrize(
    "name", [name for name in GENERATION if name not in REFUSED]
)
def test_the_command_runs_unchanged(
    name: str, ran: Callable[[str], Ran]
) -> None:
    if name in NEED_DATASETS:
        pytest.importorskip("datasets")
    code, out, err, run = ran(GENERATION[name])
    assert code == 0, err
    expected = ALL_ROWS.get(name, 5)
    assert f"Successful requests:                     {expected} " in out
    assert run["spec"]["load"]["num_prompts"] == expected
    if name == "custom image":  # of two rows five requests
        assert "3 requests repeat rows of the data set" in " ".join(out.split())


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_run_says_why_and_sends_nothing(
    name: str, ran: Callable[[str], Ran]
) -> None:
    code, out, err, run = ran(GENERATION[name])
    assert (code, out, run) == (2, "", {})
    assert REFUSED[name] in err


@pytest.mark.parametrize("name", OTHER_WORK)
def test_what_generates_nothing_says_so_and_sends_nothing(
    name: str, ran: Callable[[str], Ran]
) -> None:
    code, out, err, run = ran(OTHER_WORK[name])
    assert (code, out, run) == (2, "", {})
    assert "only generation is measured" in err


def test_so_many_of_the_examples_run() -> None:
    assert (len(GENERATION), len(REFUSED)) == (30, 1)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("custom audio, chat", {"sound_in_rows": ROWS}),
        ("custom audio, Whisper", {"sound_in_rows": ROWS}),
        ("VoxPopuli", {"sound_in_rows": ROWS}),
        ("VisionArena", {"images_in_rows": 5}),
        ("ShareGPT4V", {"images_in_rows": 5}),
        ("ShareGPT4Video", {"film_in_rows": 5}),
        ("function calling", {"fields_sent": {"tools": 5, "tool_choice": 5}}),
    ],
)
def test_pictures_sound_film_and_tools_are_sent(
    name: str, kinds: dict[str, Any], ran: Callable[[str], Ran]
) -> None:
    if name in NEED_DATASETS:
        pytest.importorskip("datasets")
    prompts = ran(GENERATION[name])[3]["prompts"]
    assert {key: prompts.get(key) for key in kinds} == kinds


@pytest.mark.parametrize("is_known", [True, False])
def test_rtfx_is_the_sound_of_a_second(
    is_known: bool,
    engine: EmbeddedEngine,
    tmp_path: Path,
    inferometer: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    sound = wav(16_000) if is_known else RECORDINGS["audio/wav"]
    Path("a.wav").write_bytes(sound)
    Path("rows.jsonl").write_text('{"prompt": "x", "audio": "a.wav"}\n' * 4)
    code, out, err = inferometer(
        *("bench", "--backend", "openai-audio", "--model", MODEL),
        *("--dataset-name", "custom_audio", "--dataset-path", "rows.jsonl"),
        *("--num-prompts", "4", "--custom-output-len", "8", "--save-result"),
        *("--result-filename", "r.json", "--base-url", engine.base_url),
        *("--no-realtime", "--no-telemetry", "--allow-invalid"),
    )
    assert code == 0, err
    saved = orjson.loads(Path("r.json").read_bytes())
    assert ("RTFx (Inverse Real-Time Factor):" in out) is is_known
    expected = 4 * 1.0 / saved["duration"] if is_known else None
    assert saved["rtfx"] == pytest.approx(expected)
