"""`inferometer capacity` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import Factor, Fit, TwinLadder
from inferometer.engine.twin.fitted import as_plain, fitted
from inferometer.words import speak

LOAD = ("--input-len", 256, "--output-len", 16, "--max-model-len", 2048)
ONE_TOKEN = ("--input-len", 256, "--output-len", 1, "--max-model-len", 2048)


def capacity(*words: object) -> Result:
    return CliRunner().invoke(app, ["capacity", *map(str, words)])


def test_the_cheapest_that_meets_the_targets_comes_first() -> None:
    done = capacity(
        *("--card", "h100", "--card", "r9700", "--tp", 1, *LOAD),
        *("--request-rate", 4, "--price", "r9700=0.5", "--price", "h100=3"),
    )
    assert done.exit_code == 0, done.output
    assert "Simulated, not measured" in done.stdout
    assert done.stdout.index("× r9700") < done.stdout.index("× h100")
    assert "inferometer bench" in done.stdout
    assert "●" in done.stdout
    assert "unfitted" in done.stdout


def test_the_command_to_measure_with_is_one_that_bench_takes() -> None:
    """Also where prompts share everything: bench gives each a token of its own."""
    done = capacity(
        *("--card", "h100", "--tp", 1, *LOAD, "--prefix-len", 256),
        *("--max-concurrency", 1),
    )
    assert "--random-prefix-len 255 --random-input-len 1 " in done.stdout


def test_json_says_that_it_is_simulated() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--tp", 2, "--max-concurrency", 4),
        *("--link", "pcie5x8", "--link", "pcie5x16", "--json", *LOAD),
    )
    answers = json.loads(done.stdout)
    assert len(answers) == 3  # a link is between cards
    for each in answers:
        assert each["simulated"] is True
        assert each["power_fitted"] is False
        assert each["cost_per_hour"] is None
        tpot = each["values"]["mean_tpot_ms"]
        assert tpot["low"] < tpot["value"] < tpot["high"]


def test_what_does_not_start_at_the_models_length_says_which_flag_helps() -> (
    None
):
    words = ("--card", "r9700", "--tp", 1, "--request-rate", 1)
    done = capacity(*words, "--input-len", 256, "--output-len", 16)
    assert "set --max-model-len" in done.stdout
    assert "set --max-model-len" not in capacity(*words, *LOAD).stdout


def test_a_target_without_a_number_is_undecided() -> None:
    done = capacity(
        *("--card", "h100", "--tp", 1, "--request-rate", 2, *ONE_TOKEN),
        *("--assert", "p99_ttft_ms < 9999", "--assert", "mean_tpot_ms < 30"),
    )
    assert done.exit_code == 0, done.output
    assert "unsure" in done.stdout
    said = "1 × h100 tp1: nobody knows whether it meets the target on"
    assert f"{said} mean_tpot_ms" in done.stdout
    assert "Mean TPOT (ms)" in done.stdout


def test_more_requests_than_it_serves_are_a_miss_whatever_the_target() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--max-num-seqs", 2, *LOAD),
        *("--request-rate", 40, "--max-cards", 1),
        *("--assert", "mean_tpot_ms < 9999"),
    )
    assert done.exit_code == 1, done.output
    assert "requests come faster than it serves them" in done.stdout
    assert "mean_tpot_ms" in done.stdout


def test_sizes_for_which_there_are_no_cards_are_named() -> None:
    words = ("--card", "r9700", "--request-rate", 1, *LOAD, "--tp", 2)
    done = capacity(*words, "--max-cards", 1)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    told = "inferometer: --tp 2 needs more cards than --max-cards 1 allows"
    assert done.stderr.startswith(f"{told}: set --max-cards to 2 or more")
    done = capacity(*words, "--tp", 1, "--max-cards", 1)
    assert done.exit_code == 0, done.output
    assert done.stderr == f"{told}, and is left out.\n"
    assert "tp1" in done.stdout
    assert "tp2" not in done.stdout


@pytest.mark.parametrize(
    ("flag", "typed", "meant"),
    [
        ("--card", "R9700", "r9700"),
        ("--card", "H100", "h100"),
        ("--card", "RTX4090", "rtx-4090"),
        ("--model-profile", "Qwen3-14B", "qwen3-14b"),
        ("--link", "NVLink4", "nvlink4"),
    ],
)
def test_a_name_that_is_nearly_right_says_which_was_meant(
    flag: str, typed: str, meant: str
) -> None:
    words = ("--card", "h100", "--tp", 2, "--request-rate", 1, *LOAD)
    done = capacity(*words, flag, typed)
    assert done.exit_code == 2, done.output
    assert f"(did you mean '{meant}'?): choose one of" in done.stderr


def test_loads_beyond_those_tried_have_a_side() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 0.1, *LOAD),
        *("--limits", "--assert", "p99_ttft_ms < 1"),
    )
    row = done.stdout.splitlines()[-1]
    assert "≤ 0.00625" in row
    assert "> 1.6" in row


def test_a_reason_is_said_in_the_language_of_the_terminal() -> None:
    speak("zh-CN")
    done = capacity("--card", "r9700", "--tp", 3, "--request-rate", 1, *LOAD)
    assert "张卡之间互联的数据" in done.stdout


@pytest.mark.parametrize("form", ["svg", "png"])
@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "not measured"), ("zh-CN", "并非实测"), ("zh-TW", "並非實測")],
)
def test_the_answer_is_drawn(
    tmp_path: Path, language: str, says: str, form: str
) -> None:
    path = tmp_path / f"answer.{form}"
    speak(language)
    done = capacity(
        *("--card", "h100", "--tp", 1, "--tp", 2, "--request-rate", 2),
        *(*LOAD, "--price", "h100=2", "--figure", path),
    )
    assert done.exit_code == 0, done.output
    drawn = path.read_bytes()
    if form == "svg":
        text = drawn.decode()
        assert says in text
        assert "1 × h100 tp2" in text
        assert text.count("stroke-dasharray") == 2  # a line for each target
    else:
        assert drawn.startswith(b"\x89PNG")


def test_of_nothing_there_is_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "answer.svg"
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 2, *LOAD),
        *("--model-profile", "llama-3.1-70b", "--figure", path),
    )
    assert done.exit_code == 1, done.output
    assert "there is no figure" in done.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Unverified for k100-ai: bandwidth_gb_s = 896, dense_tflops"),
        (
            "zh-CN",
            "k100-ai 的 bandwidth_gb_s = 896、dense_tflops = 100 未经核实",
        ),
        (
            "zh-TW",
            "k100-ai 的 bandwidth_gb_s = 896、dense_tflops = 100 未經核實",
        ),
    ],
)
def test_a_card_of_unverified_rates_is_named_wherever_it_is_predicted(
    tmp_path: Path, language: str, told: str
) -> None:
    path = tmp_path / "answer.svg"
    words = ("--tp", 1, "--request-rate", 2, *LOAD)
    speak(language)
    done = capacity("--card", "k100-ai", *words, "--figure", path)
    assert done.stdout.count(told) == 1, done.output
    assert told in path.read_text()
    assert "k100-ai" not in capacity("--card", "h100", *words).stdout


def test_a_model_whose_experts_are_not_modelled_is_called_untested() -> None:
    words = ("--card", "h100", "--tp", 1, "--request-rate", 1, *LOAD)
    done = capacity(*words, "--model-profile", "gpt-oss-20b")
    assert done.stdout.count("Untested for gpt-oss-20b: ") == 1, done.output
    assert "Untested" not in capacity(*words).stdout


def test_json_says_which_rates_are_unverified() -> None:
    done = capacity(
        *("--card", "k100-ai", "--card", "h100", "--tp", 1, "--json"),
        *("--request-rate", 2, *LOAD),
    )
    assert {
        each["settings"]["card"]: each["unverified"]
        for each in json.loads(done.stdout)
    } == {"k100-ai": {"bandwidth_gb_s": 896, "dense_tflops": 100}, "h100": {}}


def test_none_is_exit_code_1() -> None:
    done = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 2, *LOAD),
        *("--assert", "p99_ttft_ms < 1"),
    )
    assert done.exit_code == 1
    assert "No deployment meets" in done.stdout
    full = capacity(
        *("--card", "r9700", "--tp", 1, "--request-rate", 2, *LOAD),
        *("--model-profile", "llama-3.1-70b"),
    )
    assert full.exit_code == 1
    assert "gpu_memory_utilization" in full.stdout
    assert "No deployment starts" in full.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--request-rate"),
        (("--request-rate", 1, "--max-concurrency", 1), "--max-concurrency"),
        (("--request-rate", 0), "above 0"),
        (("--request-rate", "nan"), "above 0"),
        (("--request-rate", 1, "--card", "none"), "none"),
        (("--request-rate", 1, "--price", "r9700"), "CARD=PER_HOUR"),
        (("--request-rate", 1, "--price", "r9700=nan"), "CARD=PER_HOUR"),
        (("--request-rate", 1, "--price", "h100=1"), "names h100"),
        (("--request-rate", 1, "--figure", "a.pdf"), ".svg or .png"),
        (("--request-rate", 1, "--assert", "luck > 1"), "luck"),
        (("--request-rate", 1, "--assert", "fast"), "fast"),
        (
            ("--request-rate", 1, "--assert", "p99_ttft_ms < 9 if tp=1"),
            "'p99_ttft_ms < 9'",
        ),
        (("--request-rate", 1, "--prefix-len", 512), "--input-len"),
        (("--request-rate", 1, "--model-profile", "lama"), "lama"),
        (("--request-rate", 1, "--stack", "vlm"), "vllm-graphs"),
        (("--request-rate", 1, "--host-profile", "big"), "threadripper"),
        (("--request-rate", 1, "--link", "pcie9x8"), "pcie9x8"),
        (("--request-rate", 1, "--fitted", "/none"), "cannot be read"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    words: tuple[object, ...], says: str
) -> None:
    done = capacity("--card", "r9700", "--tp", 1, *LOAD, *words)
    assert done.exit_code == 2, done.output
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_fitted_profile_that_no_deployment_has_is_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "fitted.yaml"
    settings = TwinSettings(
        "r9700", "llama-3.1-8b", host="threadripper", max_model_len=2048
    )
    factors = {"host": Factor(1.0, 0.9, 1.1, True)}
    fit = Fit(factors, ((0.001,),), {"mean_tpot_ms": 0.02}, 9)
    ladder = TwinLadder("", settings, (TwinLoad(40, 256, 16),), ({},))
    path.write_text(yaml.safe_dump(as_plain(fitted([ladder], fit))))
    load = ("--card", "r9700", "--tp", 1, "--request-rate", 1, *LOAD)
    words = (*load, "--fitted", path)
    done = capacity(*words)
    assert done.exit_code == 2, done.output
    assert "--stack vllm-graphs and --host-profile threadripper" in done.stderr
    used = capacity(*words, "--host-profile", "threadripper")
    assert used.exit_code == 0, used.output
    assert "tp1" in used.stdout
    assert "meets (unfitted)" not in used.stdout
    twice = capacity(*words, "--fitted", path)
    assert twice.exit_code == 2, twice.output
    assert f"{path} and {path} are profiles of the same card" in twice.stderr
