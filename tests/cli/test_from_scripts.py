"""What replaces the scripts of the documents: every command of docs/from-scripts.md, a ladder by
flags, and `combos.yaml`.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.level_flags import LevelFlags
from inferometer.spec.campaign import CampaignError
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from tests.cli.conftest import Command

DOCUMENT = Path(__file__).parents[2] / "docs" / "from-scripts.md"
COMMANDS = re.findall(
    r"`inferometer ([^`…]+)`", DOCUMENT.read_text(encoding="utf-8")
)
CAMPAIGNS = sorted(
    {
        line
        for line in COMMANDS
        if line.startswith("run ") and "--help" not in line
    }
)

COMBOS = """\
model: org/m
base_url: http://127.0.0.1:9
tokenizer: org/m
input_output:
  - [256, 128]
  - [1024, 512]
concurrency_prompts:
  - [1, 10]
  - [4, 40]
"""


def cells(campaign: str) -> list[tuple[Any, ...]]:
    groups = expand(load_campaign(campaign, environment={}))
    return [
        (
            *point.spec.workload.nominal_lengths(),
            point.spec.load.max_concurrency,
            point.spec.load.num_prompts,
        )
        for group in groups
        for point in group.points
    ]


def sets(**flags: int) -> list[str]:
    return LevelFlags(**flags).sets("custom", {})


@pytest.fixture
def combos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "combos.yaml").write_text(COMBOS)
    return tmp_path / "combos.yaml"


@pytest.mark.parametrize("line", CAMPAIGNS)
@pytest.mark.usefixtures("combos")
def test_every_campaign_that_replaces_a_script_can_be_planned(
    line: str, inferometer: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("VLLM_SERVER_URL", "NUM_PROMPTS_START", "NUM_PROMPTS_END"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = inferometer("plan", *shlex.split(line)[1:])
    assert (code, err) == (0, "")
    assert re.search(r"points\s+Done", out, re.IGNORECASE)


def test_there_are_enough_of_them() -> None:
    assert len(CAMPAIGNS) >= 13


def test_combos_are_a_campaign_of_all_combinations(combos: Path) -> None:
    assert cells(str(combos)) == [
        (256, 128, 1, 10),
        (256, 128, 4, 40),
        (1024, 512, 1, 10),
        (1024, 512, 4, 40),
    ]
    campaign = load_campaign(str(combos), environment={})
    assert campaign.models == {"model": "org/m"}
    assert campaign.servers["running"].base_url == "http://127.0.0.1:9"
    assert (
        campaign.workload.tokenizer is None
    )  # a name on the hub is no file here


def test_a_tokenizer_that_is_here_counts(combos: Path) -> None:
    combos.write_text(
        COMBOS.replace("tokenizer: org/m", f"tokenizer: {combos.parent}")
    )
    assert load_campaign(str(combos), environment={}).workload.tokenizer == str(
        combos.parent
    )


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            "[4, 40]",
            "[4]",
            "wants two whole numbers in each pair of concurrency_prompts, not [4]",
        ),
        (
            "[4, 40]",
            "[four, 40]",
            "wants two whole numbers in each pair of concurrency_prompts",
        ),
        ("model: org/m\nbase", "base", "wants the name of a model under model"),
        ("tokenizer:", "tokeniser:", "holds tokeniser, which no combos.yaml"),
        (
            "input_output:\n  - [256, 128]\n  - [1024, 512]",
            "input_output: 3",
            "wants a list of",
        ),
        ("[4, 40]", "[0, 40]", "max_concurrency"),
    ],
)
def test_combos_that_are_wrong_say_what(
    combos: Path, before: str, after: str, reason: str
) -> None:
    combos.write_text(COMBOS.replace(before, after))
    with pytest.raises(CampaignError) as wrong:
        load_campaign(str(combos), environment={})
    assert all(reason in each for each in wrong.value.reasons)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, []),
        ({"single": 8}, ["matrix.max_concurrency=[8]"]),
        (
            {"max_concurrency": 5},
            ['matrix.max_concurrency={"from": 1, "to": 5, "step": 1}'],
        ),
        (
            {"min_concurrency": 10, "max_concurrency": 100, "step": 10},
            ['matrix.max_concurrency={"from": 10, "to": 100, "step": 10}'],
        ),
        (
            {"input_len": 64, "output_len": 32, "num_prompts": 9},
            [
                "workload.input_len=64",
                "workload.output_len=32",
                "load.num_prompts=9",
            ],
        ),
    ],
)
def test_a_ladder_is_asked_for_as_in_the_guide(
    flags: dict[str, int], expected: list[str]
) -> None:
    assert sets(**flags) == expected


def test_a_length_that_a_campaign_has_as_an_axis_replaces_the_axis() -> None:
    assert LevelFlags(input_len=64).sets("production", {}) == [
        "matrix.input_len=64"
    ]


@pytest.mark.parametrize(
    ("campaign", "flags", "reason"),
    [
        (
            "custom",
            {"single": 8, "step": 2},
            "--single and --step each say which levels",
        ),
        (
            "custom",
            {"min_concurrency": 2},
            "--min-concurrency needs --max-concurrency",
        ),
        (
            "dcu-batch",
            {"input_len": 64},
            "dcu-batch pairs input_len with other settings",
        ),
        ("dcu-scenarios", {"single": 8}, "dcu-scenarios "),
        ("nowhere", {"single": 8}, "There is no file and no preset 'nowhere'"),
    ],
)
def test_what_does_not_fit_is_one_sentence(
    campaign: str, flags: dict[str, int], reason: str
) -> None:
    with pytest.raises(CampaignError) as wrong:
        LevelFlags(**flags).sets(campaign, {})
    (told,) = wrong.value.reasons
    assert told.startswith(reason)
    assert told.endswith(".")


def test_the_flags_of_plan_reach_the_points(inferometer: Command) -> None:
    code, out, _ = inferometer(
        *(
            "plan",
            "custom",
            "--points",
            "--min-concurrency",
            "2",
            "--max-concurrency",
            "6",
        ),
        *("--step", "2", "--num-prompts", "7"),
    )
    assert code == 0
    assert re.findall(r"custom/(\S+)  to do", out) == ["c2", "c4", "c6"]


@pytest.mark.parametrize("verb", ["bench", "run"])
def test_flags_of_other_scripts_lead_to_what_replaces_them(
    inferometer: Command, verb: str
) -> None:
    code, _, err = inferometer(verb, "--concurrent-users", "8")
    assert code == 2
    assert err.rstrip().endswith(
        f"see `inferometer {verb} --help`, or docs/from-scripts.md for flags of other scripts."
    )


def test_a_scripts_name_leads_there(inferometer: Command) -> None:
    code, _, err = inferometer("run_benchmark.sh", "--single", "8")
    assert (code, err.splitlines()) == (
        2,
        [
            "inferometer: no such command 'run_benchmark.sh': see `inferometer --help`, "
            "or docs/from-scripts.md for flags of other scripts."
        ],
    )
