"""`inferometer compare` as a user calls it: files of vLLM, real runs of the embedded engine,
campaigns, and what is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.compare_view import interval_in_words
from inferometer.cli.main import app, main
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.words import Words, speak
from tests.cli.api_server import MODEL

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The servers' threads are no concern of the forked workers."""

CAMPAIGN = """
name: small
result_dir: {directory}
telemetry: false
file_name: "{{group}}_np{{n}}_{{repeat}}_{{time}}.json"
models: {{m: tiny}}
servers: {{s: {{kind: external, base_url: "http://127.0.0.1:1"}}}}
groups: [{{id: g, model: m, server: s}}]
workload: {{input_len: 8, output_len: 3}}
sampling: {{ignore_eos: true}}
matrix: {{num_prompts: [1, 2]}}
"""


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "OPENAI_API_KEY",
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
    ):
        monkeypatch.delenv(name, raising=False)


def compare(*words: object) -> Result:
    return CliRunner().invoke(app, ["compare", *map(str, words)])


def vllm_file(
    name: str,
    throughput: float,
    *,
    minute: int = 0,
    concurrency: int = 8,
    **more: Any,
) -> Path:
    """A result file as `vllm bench serve` writes it."""
    content = {
        "date": f"20260701-12{minute:02}00",
        "backend": "vllm",
        "label": None,
        "model_id": "m",
        "tokenizer_id": "m",
        "num_prompts": 100,
        "request_rate": "inf",
        "burstiness": 1.0,
        "max_concurrency": concurrency,
        "duration": 12800 / throughput,
        "completed": 100,
        "total_input_tokens": 102400,
        "total_output_tokens": 12800,
        "request_throughput": throughput / 128,
        "output_throughput": throughput,
        "total_token_throughput": 9 * throughput,
        "mean_ttft_ms": 50.0,
        "mean_tpot_ms": 8000 / throughput,
        **more,
    }
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def in_turns(factor: float) -> None:
    """Directories `old` and `new` with eight runs each, A B B A, on a machine that slows down by 1
    % a run.
    """
    wiggle = (0.004, -0.003, 0.001, -0.005, 0.002, 0.003, -0.002, 0.000)
    for i in range(8):
        for side in ("old", "new") if i % 2 == 0 else ("new", "old"):
            minute = 2 * i + (side != ("old" if i % 2 == 0 else "new"))
            value = (
                1000
                * 0.99**minute
                * (1 + wiggle[i] * (side == "new"))
                * (factor if side == "new" else 1)
            )
            vllm_file(f"{side}/{i}.json", value, minute=minute)


def test_a_difference_in_turns_is_found_through_the_drift_and_ends_with_1() -> (
    None
):
    in_turns(0.95)
    found = compare("old", "new", "--json", "out.json", "--markdown", "out.md")
    assert found.exit_code == 1, found.output
    assert "A: old, 8 results of vllm" in found.stdout
    assert (
        "B is slower by more than 2%: request throughput (−5." in found.stdout
    )
    assert "No difference beyond 2%: mean TTFT (0.0%)." in found.stdout
    assert max(map(len, found.stdout.splitlines())) <= 80
    told = json.loads(Path("out.json").read_text())
    row = next(
        row for row in told["rows"] if row["metric"] == "output_throughput"
    )
    assert (row["verdict"], row["design"], row["runs"]) == (
        "slower",
        "in turns",
        [8, 8],
    )
    assert row["low"] < -0.05 < row["high"]
    assert "| Output throughput (tok/s)" in Path("out.md").read_text()
    other_way_round = compare("new", "old")
    assert (
        "B is faster by more than 2%: request throughput"
        in other_way_round.stdout
    )
    assert other_way_round.exit_code == 0


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "- B is slower by more than 2%: request throughput"),
        ("zh-CN", "- B 慢了 2% 以上：请求吞吐量"),
        ("zh-TW", "- B 慢了 2% 以上：請求吞吐量"),
    ],
)
def test_markdown_begins_with_the_answer_in_the_language_of_the_terminal(
    language: str, told: str
) -> None:
    in_turns(0.95)
    speak(language)
    try:
        compare("old", "new", "--markdown", "out.md")
    finally:
        speak("en")
    _title, _, answer, *rest = Path("out.md").read_text().splitlines()
    assert answer.startswith(told)
    verdict = Words(language).text("compare.slower")
    assert any(f"| {verdict}" in line for line in rest)


def test_no_difference_in_turns_ends_with_0() -> None:
    in_turns(1.0)
    found = compare("old", "new", "--fail-on", "undecided")
    assert found.exit_code == 0, found.output
    assert "No difference beyond 2%: request throughput" in found.stdout
    assert "faster" not in found.stdout
    assert "slower" not in found.stdout


def test_an_interval_beyond_the_margin_that_is_not_believed_is_explained() -> (
    None
):
    factors = (1.04, 1.06, 1.09, 1.05)
    for i, factor in enumerate(factors):
        minutes = (2 * i, 2 * i + 1) if i % 2 == 0 else (2 * i + 1, 2 * i)
        for side, minute, value in zip(
            ("old", "new"), minutes, (1000.0, 1000 * factor), strict=True
        ):
            vllm_file(f"{side}/{i}.json", value, minute=minute)
    found = compare("old", "new", "--json", "out.json")
    rows = {
        row["metric"]: row
        for row in json.loads(Path("out.json").read_text())["rows"]
    }
    assert rows["output_throughput"]["low"] > 0.02
    assert rows["output_throughput"]["verdict"] == "undecided"
    explained = "An interval beyond 2% may yet be undecided: of 4 rows, some lie there by chance"
    assert explained in " ".join(found.stdout.split())
    alone = compare("old", "new", "--metric", "output_throughput")
    assert "B is faster by more than 2%: output throughput" in alone.stdout
    assert "may yet be undecided" not in alone.stdout


def test_single_files_are_undecided_unless_they_are_far_apart() -> None:
    old, new = (
        vllm_file("old.json", 1000.0),
        vllm_file("new.json", 960.0, minute=5),
    )
    near = compare(old, new)
    assert near.exit_code == 0
    assert "Undecided: request throughput (−4.0%)" in near.stdout
    assert "taken in turns (A B B A)" in " ".join(near.stdout.split())
    assert compare(old, new, "--fail-on", "undecided").exit_code == 1


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (-0.05, 0.2, "−5.0 … +20.0%"),
        (11.0, 12.0, "+1100 … +1200%"),  # a known effect
        (-0.6, 5.0, "−60.0 … +500%"),
        (-0.994, 345.85, "not known"),
        (0.5, 345.85, "> +50.0%"),
        (0.5, float("inf"), "> +50.0%"),
        (-0.994, 0.5, "< +50.0%"),
        (-1.0, float("inf"), "not known"),
        (None, None, "not known"),
    ],
)
def test_limits_that_say_nothing_are_not_printed(
    low: float | None, high: float | None, shown: str
) -> None:
    assert interval_in_words(low, high, Words()) == shown


def test_names_from_files_neither_drive_a_terminal_nor_mark_up_a_table() -> (
    None
):
    hostile = "<b>a|b</b>*\x1b[31m"
    for throughput, side in ((1000.0, "old"), (1010.0, "new")):
        for concurrency in (8, 16):
            vllm_file(
                f"{side}/{concurrency}.json",
                throughput,
                concurrency=concurrency,
                model_id="m",
                label=hostile + side,
            )
            vllm_file(
                f"{side}/x{concurrency}.json",
                throughput,
                concurrency=concurrency,
                model_id=hostile,
            )
    (Path("new") / "\x1b[31mred.json").write_text("{")
    found = compare("old", "new", "--points", "--markdown", "out.md")
    assert "a|b" in found.output
    assert "\x1b" not in found.output
    lines = Path("out.md").read_text().splitlines()
    assert "<b>" not in "".join(lines)
    rows = [line for line in lines if line.startswith("| model")]
    assert rows
    assert all(line.replace("\\|", "").count("|") == 7 for line in rows)


def test_two_values_of_a_condition() -> None:
    for config, factor in (("B", 0.8), ("C", 1.0)):
        for n in range(1, 13):
            wiggle = 1 + 0.002 * ((n * 7) % 5 - 2)
            vllm_file(
                f"pcie/{config}_7B_TP2_1k_np{n}_20251231_12000{n % 10}.json",
                100.0 * n * factor * wiggle,
                num_prompts=n,
            )
    found = compare(
        "pcie",
        "--by",
        "config=B,C",
        "--metric",
        "output_throughput",
        "--drift",
        "3%",
    )
    assert found.exit_code == 0, found.output
    assert "They differ in: configuration B -> C." in found.stdout
    assert "B against A, mean over 12 points" in found.stdout
    assert (
        "B is faster by more than 2%: output throughput (+25.0%)."
        in found.stdout
    )
    by_point = compare(
        "pcie",
        "--by",
        "config=B,C",
        "--points",
        "--where",
        "num_prompts=3,4",
        "--metric",
        "output_throughput",
    )
    assert "\nrequests 3" in by_point.stdout
    assert "num_prompts 5" not in by_point.stdout


def test_the_cost_of_a_link() -> None:
    for config, tp in (("B", 1), ("C", 1), ("B", 2), ("C", 2)):
        for n in range(1, 31):
            wiggle = 1 + 0.001 * ((n * (7 + tp)) % 5 - 2)
            factor = 0.9 if (config, tp) == ("B", 2) else 1.0
            vllm_file(
                f"pcie/{config}_7B_TP{tp}_1k_np{n}_20251231_1200{n:02}.json",
                100.0 * n * factor * wiggle,
                num_prompts=n,
            )
    found = compare(
        "pcie",
        "--pcie",
        "--by",
        "config=B,C",
        "--json",
        "links.json",
        "--markdown",
        "links.md",
    )
    assert found.exit_code == 0, found.output
    assert (
        "7B TP=2, B against C, output throughput: slower, −10.0%"
        in " ".join(found.stdout.split())
    )
    assert "it should show nothing): no difference" in " ".join(
        found.stdout.split()
    )
    assert (
        len(json.loads(Path("links.json").read_text())["effects"]) == 2 * 3 * 31
    )
    assert (
        "### Output throughput: 7B TP=2, B against C"
        in Path("links.md").read_text()
    )


@pytest.fixture
def _two_deployments() -> None:
    """Told apart by keys of the files' own, one of whose values has a comma in it."""
    for seqs, layout in ((4, "none"), (8, "1 prefill, 1 decode")):
        vllm_file(
            f"sweep/{seqs}.json",
            100.0 * seqs,
            max_num_seqs=seqs,
            layout=layout,
            eager=seqs == 4,
        )


@pytest.mark.usefixtures("_two_deployments")
@pytest.mark.parametrize(
    ("by", "sides"),
    [
        ("max_num_seqs=4,8", ("max_num_seqs=4", "max_num_seqs=8")),
        (
            "layout=none, 1 prefill, 1 decode",
            ("layout=none", "layout=1 prefill, 1 decode"),
        ),
        ("eager=True,false", ("eager=true", "eager=false")),
    ],
)
def test_sides_are_told_by_what_only_files_tell(
    by: str, sides: tuple[str, str]
) -> None:
    found = compare("sweep", "--by", by, "--where", "model=m")
    assert f"A: {sides[0]}, 1 result" in found.stdout
    assert f"B: {sides[1]}, 1 result" in found.stdout
    assert "max_num_seqs 4 -> 8" in found.stdout


@pytest.mark.usefixtures("_two_deployments")
@pytest.mark.parametrize(
    ("by", "why"),
    [
        (
            "max_num_seq=4,8",
            "there is no condition 'max_num_seq' (did you mean 'max_num_seqs'?)",
        ),
        (
            "zz=4,8",
            "burstiness, concurrency, date, eager, layout, max_num_seqs",
        ),
        (
            "layout=none,x",
            "no point has layout=x: there are '1 prefill, 1 decode', none",
        ),
    ],
)
def test_what_files_tell_is_listed_as_a_shell_takes_it(
    by: str, why: str
) -> None:
    found = compare("sweep", "--by", by)
    assert found.exit_code == 2
    assert found.stderr.strip().endswith(why)


@pytest.mark.parametrize(
    ("told", "choice"),
    [
        (({"config": "C"}, {}, {}), "config=none"),
        (
            ({"stack": "A 1"}, {"stack": "A 2"}, {"stack": "B 1"}),
            "'stack=A 1,B 1'",
        ),
    ],
)
def test_the_value_to_choose_leaves_both_sides_their_points(
    told: tuple[dict[str, Any], ...], choice: str
) -> None:
    for number, (card, conditions) in enumerate(zip("xxy", told, strict=True)):
        vllm_file(f"all/{number}.json", 100.0, card=card, **conditions)
    refused = compare("all", "--by", "card=x,y")
    assert refused.exit_code == 2
    assert refused.stderr.strip().endswith(f"choose one with --where {choice}")
    where = choice.strip("'")
    found = compare("all", "--by", "card=x,y", "--where", where)
    assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (
            ["a.json"],
            "compare needs two sides, A and B, or --by CONDITION=A,B: 1 given",
        ),
        (["a.json", "b.json", "a.json"], "3 given"),
        (["a.json", "nowhere"], "no results in nowhere"),
        (
            ["a.json", "b.json", "--delta", "two"],
            "--delta two is not a fraction: write it as 2% or 0.02",
        ),
        (
            ["a.json", "b.json", "--drift", "-1%"],
            "--drift -1% is not a fraction",
        ),
        (
            ["a.json", "b.json", "--delta", "100%"],
            "--delta 100% is not a fraction",
        ),
        (["a.json", "b.json", "--metric", "ttft"], "there is no metric 'ttft'"),
        (
            ["few", "many"],
            (
                "few and many have no point in common: the first points of each differ in "
                "concurrency limit 1 -> 64"
            ),
        ),
        (
            ["a.json", "--by", "config"],
            "--by config is not CONDITION=VALUE: write it as --by config=A,B",
        ),
        (
            ["a.json", "--by", "confg=B,C"],
            "there is no condition 'confg' (did you mean 'config'?)",
        ),
        (
            ["a.json", "--by", "z=B,C"],
            "there is no condition 'z': there are model, model_id, ",
        ),
        (
            ["half", "--by", "model=m,n"],
            "no point has model=n: there are m (cannot read half/b.json: it is not JSON",
        ),
        (
            ["a.json", "--by", "config=B"],
            "--by needs two values, such as --by config=A,B, not 1",
        ),
        (["a.json", "--by", "model=m,n"], "no point has model=n: there are m"),
        (
            ["a.json", "b.json", "--where", "model=x"],
            "no result in a.json has model=x: there are m",
        ),
        (["a.json", "b.json", "--json", "no/such/../../dir/a.json"], "dir"),
        (
            ["a.json", "--pcie"],
            "two widths of the PCIe link are needed, and the results tell none",
        ),
        (["a.json", "--pcie", "--by", "config=B"], "--by needs two values"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_ends_with_2(
    words: list[str], why: str
) -> None:
    vllm_file("a.json", 100.0)
    vllm_file("b.json", 100.0)
    Path("no").write_text("a file")
    vllm_file("half/a.json", 100.0)
    Path("half/b.json").write_text("{")
    for directory, level in (
        ("few", 1),
        ("few", 2),
        ("many", 64),
        ("many", 128),
    ):
        vllm_file(f"{directory}/{level}.json", 100.0, concurrency=level)
    ended = compare(*words)
    assert ended.exit_code == 2, ended.output
    assert why in ended.stderr
    assert ended.stderr.startswith("inferometer: ")
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


Bench = Callable[[str, str], None]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    """Measures the server at an address into a directory."""

    def run(url: str, directory: str) -> None:
        words = (
            f"inferometer bench --no-realtime --base-url {url} --num-prompts 48 "
            "--max-concurrency 4 --random-input-len 8 "
            "--random-output-len 8 --ignore-eos --allow-invalid --save-result --result-dir "
            f"{directory}"
        )
        monkeypatch.setattr(sys, "argv", words.split())
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0

    return run


def test_real_runs_of_two_servers_in_turns(bench: Bench) -> None:
    """One server takes twice as long for a token; three runs of each, whose order is in their run
    directories.
    """
    with (
        EmbeddedEngine(
            EngineSettings(ttft_ms=4, itl_ms=2, max_model_len=64), model=MODEL
        ) as quick,
        EmbeddedEngine(
            EngineSettings(ttft_ms=4, itl_ms=4, max_model_len=64), model=MODEL
        ) as slow,
    ):
        for engine, directory in (
            (quick, "a"),
            (slow, "b"),
            (slow, "b"),
            (quick, "a"),
            (quick, "a"),
            (slow, "b"),
        ):
            bench(engine.base_url, directory)
    found = compare(
        "a",
        "b",
        "--metric",
        "mean_tpot_ms",
        "--allow-invalid",
        "--json",
        "out.json",
    )
    (row,) = json.loads(Path("out.json").read_text())["rows"]
    assert (row["design"], row["runs"]) == ("in turns", [3, 3])
    assert row["verdict"] in {
        "slower",
        "undecided",
    }  # on a machine that is busy with something else
    assert found.exit_code == (row["verdict"] == "slower"), found.output
    alike = compare("a", "a", "--metric", "mean_tpot_ms", "--allow-invalid")
    assert alike.exit_code == 0
    assert (
        "3 results are in both a and a, and held against themselves"
        in alike.stdout
    )


def test_two_campaigns() -> None:
    for directory in ("monday", "tuesday"):
        Path("small.yaml").write_text(CAMPAIGN.format(directory=directory))
        ended = CliRunner().invoke(
            app, ["run", "small.yaml", "--embedded", "--allow-invalid"]
        )
        assert ended.exit_code == 0, ended.output
    found = compare(
        "monday-embedded",
        "tuesday-embedded",
        "--allow-invalid",
        "--drift",
        "90%",
        "--metric",
        "mean_e2el_ms",
    )
    assert found.exit_code == 0, found.output
    assert "mean over 2 points" in found.stdout
    assert "concurrency 1" in found.stdout
    assert "Undecided: mean E2EL" in found.stdout
