"""`bench --backend X` against the embedded engine speaking X, for every row of the table: from
flags to files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars
import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.backends import TEXT_BACKENDS

PROMPTS, INPUT, OUTPUT = 6, 12, 5

EXACT_PROMPTS = {
    "openai": "token ids",
    "vllm": "token ids",
    "openai-chat": "/tokenize",
    "openai-responses": "/tokenize",
    "sglang": "token ids",
    "tgi": "/tokenize",
    "tgi-chat": "/tokenize",
    "trtllm-serve": "token ids",
    "xinference-completions": "token ids",
    "lmdeploy": "token ids",
    "llama.cpp": "token ids",
}
"""How prompts get their exact length where they do; elsewhere there is nobody to ask."""

NOBODY_COUNTS_OUTPUT = {"tensorrt-llm"}
CANNOT_IGNORE_EOS = {"tgi", "tgi-chat", "ollama", "ollama-chat"}


def measure(
    name: str, directory: Path, *flags: str
) -> tuple[Result, Any, polars.DataFrame]:
    """What was printed, `run.json`, and a row a request."""
    settings = EngineSettings(
        ttft_ms=2, itl_ms=0.5, max_model_len=1000, tokens_per_event=2
    )
    with EmbeddedEngine(settings, backends=(name,)) as engine:
        said = CliRunner().invoke(
            app,
            [
                *(
                    "bench",
                    "--backend",
                    name,
                    "--base-url",
                    engine.base_url,
                    "--num-prompts",
                    str(PROMPTS),
                ),
                *(
                    "--random-input-len",
                    str(INPUT),
                    "--random-output-len",
                    str(OUTPUT),
                    "--max-concurrency",
                    "3",
                ),
                *(
                    "--no-realtime",
                    "--no-telemetry",
                    "--quiet",
                    "--save-result",
                    "--result-dir",
                    str(directory),
                    "--result-filename",
                    "r.json",
                ),
                *("--allow-invalid", "--seed", "5", *flags),
            ],
        )
    run = json.loads((directory / "r" / "run.json").read_text())
    return said, run, polars.read_parquet(directory / "r" / "requests.parquet")


@pytest.mark.parametrize("name", TEXT_BACKENDS)
def test_a_point_from_flags_to_files(name: str, tmp_path: Path) -> None:
    said, run, requests = measure(name, tmp_path, "--ignore-eos")
    assert said.exit_code == 0, said.output
    told = " ".join(said.output.split())
    assert requests["outcome"].unique().to_list() == ["OK"], requests[
        "detail"
    ].to_list()
    assert len(requests) == PROMPTS
    # Two tokens an event, and one in the last; TGI has an event a token, of which one in two has
    # text.
    assert requests["event_count"].to_list() == [3] * PROMPTS
    if name in EXACT_PROMPTS:
        assert requests["prompt_tokens"].to_list() == [INPUT] * PROMPTS
        assert EXACT_PROMPTS[name] in told
    else:
        assert "about the length asked for" in told
    counted = 3 if name in NOBODY_COUNTS_OUTPUT else OUTPUT
    assert requests["output_tokens"].to_list() == [counted] * PROMPTS
    assert all(
        f"Limit: {limit}" in told
        for limit in run["environment"]["server"]["limits"]
    )
    assert ("cannot ignore the end of a text" in told) is (
        name in CANNOT_IGNORE_EOS
    )
    assert ("reports no token counts" in told) is (name in NOBODY_COUNTS_OUTPUT)
    assert ("Output tokens were not all counted by the server" in told) is (
        name in NOBODY_COUNTS_OUTPUT
    )
    result = json.loads((tmp_path / "r.json").read_text())
    assert (result["completed"], result["endpoint_type"]) == (PROMPTS, name)


def test_what_a_backend_would_ignore_is_refused_before_anything_is_measured(
    tmp_path: Path,
) -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), backends=("tgi",)
    ) as engine:
        flags = [
            "bench",
            "--backend",
            "tgi",
            "--base-url",
            engine.base_url,
            "--min-p",
            "0.1",
            "--result-dir",
            str(tmp_path),
        ]
        refused = CliRunner().invoke(app, flags)
    assert refused.exit_code == 2
    assert (
        "TGI does not support min_p and would ignore it: leave it out"
        in refused.output
    )


def test_adapters_are_asked_for_in_turn(tmp_path: Path) -> None:
    _, run, requests = measure(
        "sglang", tmp_path, "--lora-modules", "law", "--lora-modules", "code"
    )
    assert run["spec"]["target"]["lora_modules"] == ["law", "code"]
    assert requests["outcome"].unique().to_list() == ["OK"]


def test_a_wire_without_adapters_refuses_them() -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), backends=("lmdeploy",)
    ) as engine:
        flags = [
            "bench",
            "--backend",
            "lmdeploy",
            "--base-url",
            engine.base_url,
            "--lora-modules",
            "law",
        ]
        refused = CliRunner().invoke(app, flags)
    assert refused.exit_code == 2
    assert (
        "LMDeploy's /generate cannot select a LoRA adapter per request: leave out "
        "--lora-modules" in refused.output
    )


def test_a_server_of_another_kind_is_noticed() -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), backends=("ollama",)
    ) as engine:
        refused = CliRunner().invoke(
            app,
            [
                "bench",
                "--backend",
                "tensorrt-llm",
                "--base-url",
                engine.base_url,
            ],
        )
    assert refused.exit_code == 2
    assert "(404 on /v2/repository/index: Not Found)" in refused.output
    assert "--backend" in refused.output
