"""The campaigns that come with the package: the points, names and commands that the studies behind
them ask for.
"""

from __future__ import annotations

import functools
import json
from collections import Counter
from datetime import datetime, timezone
from typing import Any

import jsonschema
import pytest

from inferometer.spec.campaign import CampaignSpec, Group, PlannedPoint
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.campaign_schema import json_schema
from inferometer.spec.expand import expand, file_name
from inferometer.spec.marked_yaml import read_yaml
from inferometer.spec.preset_files import preset_names, preset_text
from inferometer.spec.recipe import shell_line
from tests.spec.campaigns import SMALL

NOON = datetime(2025, 12, 31, 12, 0, 0, tzinfo=timezone.utc)

POINTS = {
    "custom": 5,
    "dcu-batch": 22,
    "dcu-scenarios": 28,
    "frameworks": 18,
    "pcie-machine-ab": 1200,
    "pcie-machine-c": 800,
    "prefix-cache": 6,
    "production": 40,
    "scaling-1000": 216,
    "scaling-200": 200,
    "single-vs-eight": 36,
}


@functools.cache
def load(name: str, **environment: str) -> CampaignSpec:
    return load_campaign(name, environment=environment)


@functools.cache
def groups_of(name: str) -> list[Group]:
    return expand(load(name))


def points(groups: list[Group]) -> list[PlannedPoint]:
    return [point for group in groups for point in group.points]


def names(name: str) -> list[str]:
    campaign = load(name)
    return [
        file_name(campaign, point, NOON) for point in points(groups_of(name))
    ]


def test_every_preset_has_its_points() -> None:
    assert {
        name: len(points(groups_of(name))) for name in preset_names()
    } == POINTS


@pytest.mark.parametrize("name", POINTS)
def test_a_preset_is_called_as_its_file_and_says_what_it_is_for(
    name: str,
) -> None:
    campaign, text = load(name), preset_text(name)
    assert campaign.name == name
    assert 20 < len(campaign.about) < 130
    head = [line for line in text.splitlines()[:12] if line.startswith("#")]
    assert len(head) >= 5
    assert any(f"inferometer run {name}" in line for line in head)
    assert max(map(len, text.splitlines())) <= 128


@pytest.mark.parametrize("name", POINTS)
def test_no_two_points_of_a_preset_are_one(name: str) -> None:
    listed = points(groups_of(name))
    assert len({point.id for point in listed}) == len(listed)
    assert len({point.spec.fingerprint for point in listed}) == len(listed)
    assert len(set(names(name))) == len(listed)
    prompts = Counter(point.spec.prompts_fingerprint for point in listed)
    assert set(prompts.values()) == ({2} if name == "prefix-cache" else {1})


@pytest.mark.parametrize("name", POINTS)
def test_a_preset_in_short_keeps_its_tests_and_servers(name: str) -> None:
    short, whole = expand(load(name), quick=True), groups_of(name)
    assert [group.id for group in short] == [group.id for group in whole]
    assert [group.server for group in short] == [
        group.server for group in whole
    ]
    assert all(point.spec.load.num_prompts <= 4 for point in points(short))
    assert max(len(group.points) for group in short) <= 12


def test_the_ten_tests_of_the_pcie_study() -> None:
    tests = {
        test: (need.hardware_name, need.model_alias, need.model_id, need.tp)
        for name in ("pcie-machine-c", "pcie-machine-ab")
        for group in groups_of(name)
        for test in group.tests
        for need in [group.server]
    }
    llama, qwen, gemma = (
        "meta-llama/Llama-3.1-8B",
        "Qwen/Qwen3-14B",
        "google/gemma-3-27b-it",
    )
    assert tests == {
        "1C-1k": ("C", "7B", llama, 1),
        "2C-1k": ("C", "7B", llama, 2),
        "3C-1k": ("C", "14B", qwen, 2),
        "4C-1k": ("C", "30B", gemma, 2),
        "1A-1k": ("A", "7B", llama, 1),
        "1B-1k": ("B", "7B", llama, 1),
        "2B-1k": ("B", "7B", llama, 2),
        "3A-1k": ("A", "14B", qwen, 1),
        "4B-1k": ("B", "14B", qwen, 2),
        "5B-1k": ("B", "30B", gemma, 2),
    }


def test_two_thousand_files_of_the_pcie_study() -> None:
    listed = names("pcie-machine-c") + names("pcie-machine-ab")
    assert len(listed) == len(set(listed)) == 2000
    assert listed[0] == "C_7B_TP1_1k_np1_20251231_120000.json"
    assert "C_14B_TP2_1k_np100_20251231_120000.json" in listed
    assert "A_7B_TP1_1k_np200_20251231_120000.json" in listed
    assert "B_30B_TP2_1k_np57_20251231_120000.json" in listed
    assert {
        load(name).result_dir for name in ("pcie-machine-c", "pcie-machine-ab")
    } == {"bench_results/pcie"}


def test_a_point_of_the_pcie_study() -> None:
    (group, *_) = expand(load("pcie-machine-c"), only=["1C-1k/np17"])
    (point,) = group.points
    assert shell_line(group.server.recipe) == (
        "vllm serve meta-llama/Llama-3.1-8B --host 127.0.0.1 --port 8000 --tensor-parallel-size 1 "
        "--max-model-len 1280 --gpu-memory-utilization 0.9 --enforce-eager"
    )
    assert group.server.max_model_len == 1280
    work, load_ = point.spec.workload.model_dump(), point.spec.load
    assert (
        work["input_len"],
        work["output_len"],
        point.spec.sampling.ignore_eos,
    ) == (
        1024,
        128,
        True,
    )
    assert (
        load_.num_prompts,
        load_.max_concurrency,
        str(load_.request_rate),
    ) == (17, None, "inf")
    assert group.server.hardware is not None
    assert group.server.hardware.model_dump(
        exclude={"instruction"}, exclude_none=True
    ) == {
        "gpus": 2,
        "pcie_generation": 4,
        "pcie_width": 16,
        "bandwidth_gb_s": 32.0,
        "twin": "r9700",
    }


def test_the_slot_is_switched_once() -> None:
    hardware = [
        group.server.hardware_name for group in groups_of("pcie-machine-ab")
    ]
    assert hardware == ["A", "A", "B", "B", "B", "B"]
    needed = {
        group.server.hardware_name: group.server.hardware
        for group in groups_of("pcie-machine-ab")
    }
    assert needed["A"] is not None
    assert needed["B"] is not None
    assert (
        needed["A"].gpus,
        needed["A"].pcie_width,
        needed["A"].bandwidth_gb_s,
    ) == (1, 16, 32.0)
    assert (
        needed["B"].gpus,
        needed["B"].pcie_width,
        needed["B"].bandwidth_gb_s,
    ) == (2, 8, 16.0)
    assert "x8" in str(needed["B"].instruction)


def test_the_ladder_of_the_pcie_study_is_narrowed_by_the_environment() -> None:
    assert (
        len(
            points(
                expand(
                    load(
                        "pcie-machine-c",
                        NUM_PROMPTS_START="1",
                        NUM_PROMPTS_END="50",
                    )
                )
            )
        )
        == 200
    )
    assert [
        point.id
        for point in points(
            expand(load("pcie-machine-c", NUM_PROMPTS_END="3"), only=["1C-1k"])
        )
    ] == [
        "1C-1k/np1",
        "1C-1k/np2",
        "1C-1k/np3",
    ]


def test_production() -> None:
    (group,) = groups_of("production")
    listed = names("production")
    lengths = ("1K", "2K", "4K", "8K", "10K", "32K", "64K", "96K")
    assert listed == [
        f"input_{length}_n{n}_20251231_120000.json"
        for length in lengths
        for n in (1, 2, 5, 10, 20)
    ]
    assert (group.server.model_id, group.server.tp) == (
        "openai/gpt-oss-120b",
        4,
    )
    assert group.server.max_model_len is not None
    assert group.server.max_model_len >= 96 * 1024 + 500
    assert {
        point.spec.workload.model_dump()["output_len"] for point in group.points
    } == {500}
    assert load("production").result_dir == "bench_results/production"


def test_production_on_the_small_model() -> None:
    sets = [
        "groups.production.model=smoke",
        "groups.production.tp=1",
        "servers.vllm.max_model_len=2048",
        "matrix.input_len=1024",
    ]
    (group,) = expand(load_campaign("production", sets=sets, environment={}))
    assert (group.server.model_id, group.server.tp, len(group.points)) == (
        "facebook/opt-125m",
        1,
        5,
    )


def test_scaling() -> None:
    assert names("scaling-200") == [
        f"scale_n{n}_20251231_120000.json" for n in range(1, 201)
    ]
    assert names("scaling-1000") == [
        f"scale_n{n}_20251231_120000.json"
        for n in [*range(1, 201), *range(250, 1001, 50)]
    ]
    assert {
        load(name).result_dir for name in ("scaling-200", "scaling-1000")
    } == {"bench_results/scaling"}


def test_custom_does_what_its_comments_promise() -> None:
    def levels(*sets: str) -> list[tuple[int | None, int]]:
        listed = points(
            expand(load_campaign("custom", sets=sets, environment={}))
        )
        return [
            (point.spec.load.max_concurrency, point.spec.load.num_prompts)
            for point in listed
        ]

    assert levels("matrix.max_concurrency=8") == [(8, 100)]
    assert levels("matrix.max_concurrency={from: 1, to: 5}") == [
        (n, 100) for n in (1, 2, 3, 4, 5)
    ]
    assert levels(
        "matrix.max_concurrency={from: 10, to: 30, step: 10}",
        "load.num_prompts=500",
    ) == [
        (10, 500),
        (20, 500),
        (30, 500),
    ]
    ladder = load_campaign(
        "custom",
        sets=["matrix.request_rate=[1, 8]", "matrix.max_concurrency=64"],
        environment={},
    )
    assert [point.id for point in points(expand(ladder))] == [
        "custom/c64-r1",
        "custom/c64-r8",
    ]


def test_scenarios_of_the_dcu() -> None:
    (group,) = groups_of("dcu-scenarios")
    assert group.tests == ("short", "medium", "long", "stress")
    found: dict[str, tuple[int, int, int | None, int | None]] = {}
    for point in group.points:
        work, test = (
            point.spec.workload.model_dump(),
            point.id.partition("/")[0],
        )
        first = found.get(test, (0, 0, point.spec.load.max_concurrency, 0))[2]
        found[test] = (
            work["input_len"],
            work["output_len"],
            first,
            point.spec.load.max_concurrency,
        )
    assert found == {
        "short": (64, 64, 1, 32),
        "medium": (256, 256, 1, 64),
        "long": (1024, 512, 1, 16),
        "stress": (128, 128, 1, 512),
    }


def test_batches_of_the_dcu() -> None:
    (group,) = groups_of("dcu-batch")
    found = [
        (work["input_len"], work["output_len"], point.spec.load.num_prompts)
        for point in group.points
        for work in [point.spec.workload.model_dump()]
    ]
    batches = (1, 2, 4, 6, 8, 10, 16, 20, 24, 32, 64)
    assert found == [
        (length, length, batch) for length in (512, 1024) for batch in batches
    ]
    assert {point.spec.load.max_concurrency for point in group.points} == {None}


@pytest.mark.parametrize(
    "name", ["dcu-scenarios", "dcu-batch", "single-vs-eight", "frameworks"]
)
def test_servers_on_the_dcu_get_its_environment(name: str) -> None:
    for group in groups_of(name):
        environment = group.server.recipe.environment
        assert environment["HIP_VISIBLE_DEVICES"] == ",".join(
            str(card) for card in range(group.server.tp)
        )
        assert (
            environment["NCCL_MAX_NCHANNELS"]
            == environment["NCCL_MIN_NCHANNELS"]
            == "16"
        )
        assert environment["NCCL_P2P_LEVEL"] == "SYS"


def test_three_frameworks_under_the_same_load() -> None:
    groups = groups_of("frameworks")
    assert [group.id for group in groups] == ["vllm", "sglang", "xinference"]
    assert len({group.server.recipe.base_url for group in groups}) == 3
    shapes = [
        [
            (
                p.spec.workload,
                p.spec.load,
                p.spec.sampling,
                p.spec.target.backend,
            )
            for p in group.points
        ]
        for group in groups
    ]
    assert shapes[0] == shapes[1] == shapes[2]
    vllm, sglang, xinference = (group.server for group in groups)
    assert vllm.recipe.command[:3] == (
        "vllm",
        "serve",
        "deepseek-ai/deepseek-llm-7b-chat",
    )
    assert sglang.recipe.command[:3] == (
        "python3",
        "-m",
        "sglang.launch_server",
    )
    assert xinference.recipe.command == (
        "xinference-local",
        "--host",
        "127.0.0.1",
        "--port",
        "8002",
    )
    assert xinference.served_model == "deepseek-7b"
    assert xinference.recipe.launch == {
        "model_engine": "vllm",
        "model_format": "pytorch",
        "n_gpu": 1,
        "model_name": "deepseek-chat",
        "model_size_in_billions": 7,
        "quantization": "none",
        "dtype": "float16",
        "max_model_len": 4096,
    }


def test_one_card_against_eight_at_the_same_load_per_card() -> None:
    one, eight = groups_of("single-vs-eight")
    assert (one.server.tp, eight.server.tp) == (1, 8)

    def levels(group: Group) -> list[tuple[int, int]]:
        return [
            (point.spec.load.max_concurrency or 0, point.spec.load.num_prompts)
            for point in group.points
        ]

    assert levels(eight) == [
        (8 * slots, 8 * requests) for slots, requests in levels(one)
    ]
    assert [slots for slots, _ in levels(one)] == [
        1,
        2,
        4,
        8,
        16,
        32,
        32,
        16,
        8,
        4,
        2,
        1,
        1,
        2,
        4,
        8,
        16,
        32,
    ]


def test_cold_and_warm_pairs() -> None:
    (group,) = groups_of("prefix-cache")
    assert [point.id for point in group.points] == [
        "prefix/cold",
        "prefix/warm",
        "prefix/cold#2",
        "prefix/warm#2",
        "prefix/cold#3",
        "prefix/warm#3",
    ]
    spec = group.points[1].spec
    assert spec.workload.model_dump(
        include={"input_len", "output_len", "cache"}
    ) == {
        "input_len": 2048,
        "output_len": 512,
        "cache": "warm",
    }
    assert (
        spec.load.num_prompts,
        spec.load.max_concurrency,
        spec.sampling.ignore_eos,
    ) == (
        500,
        128,
        False,
    )
    line = shell_line(group.server.recipe)
    wanted = (
        "--device /dev/kfd",
        "--device /dev/dri",
        "--ipc host",
        "NCCL_MIN_NCHANNELS=112",
        "--dtype float16",
    )
    flags = (
        "--enable-prefix-caching",
        "--enable-chunked-prefill",
        "--max-num-batched-tokens 2048",
        "--tensor-parallel-size 8",
    )
    assert [part for part in (*wanted, *flags) if part not in line] == []


@functools.cache
def schema() -> dict[str, Any]:
    return json_schema()


@functools.cache
def validator() -> jsonschema.Draft202012Validator:
    """Of a schema that is one, as the test below says."""
    return jsonschema.Draft202012Validator(schema())


def test_the_schema_is_one_and_plain_json() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema(), allow_nan=False)) == schema()
    recipe = schema()["$defs"]["ServerRecipe"]["properties"]
    assert recipe["kind"]["enum"] == [
        "external",
        "operator",
        "process",
        "compose",
    ]
    assert recipe["command"]["description"].startswith(
        "Words of the command line"
    )


@pytest.mark.parametrize("name", POINTS)
def test_every_preset_follows_the_schema(name: str) -> None:
    validator().validate(read_yaml(preset_text(name)).data)


@pytest.mark.parametrize(
    "changes",
    [
        {"nmae": "x"},
        {"name": "a b"},
        {"name": None},
        {"models": {"a b": "x"}},
        {"models": {}},
        {"servers": {"s": {"kind": "proces"}}},
        {"servers": {"s": {"backend": "opnai"}}},
        {"groups": [{"id": "g", "model": "m"}]},
        {"groups": []},
        {"matrix": {"num_prompts": {"from": 1}}},
        {"matrix": {"num_prompts": [0]}},
        {"matrix": {"request_rate": "fast"}},
        {"matrix": {"cache": ["hot"]}},
        {"workload": {"kind": "sharegpt"}},
        {"workload": {"inputlen": 3}},
        {"targets": {"a": "about 3"}},
        {"goodput": {"ttf": 3}},
        {"order": "random"},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(
    changes: dict[str, Any],
) -> None:
    assert list(validator().iter_errors(SMALL)) == []
    assert list(validator().iter_errors({**SMALL, **changes})) != []


@pytest.mark.parametrize(
    "changes",
    [
        {
            "matrix": {
                "num_prompts": [1, {"from": 1, "to": 3}],
                "request_rate": ["inf", 0.5],
                "cache": "cold",
            }
        },
        {
            "servers": {
                "s": {"command": "a b"},
                "t": {"command": ["a", "b"], "environment": {"A": 1, "B": "x"}},
            }
        },
        {"workload": {"kind": "sharegpt", "path": "x"}},
        {"workload": {"input_len": 3}},
        {
            "groups": [
                {
                    "id": "g",
                    "model": "m",
                    "server": "s",
                    "hardware": None,
                    "load": {"num_prompts": 3},
                }
            ]
        },
    ],
)
def test_the_schema_allows_what_the_reader_allows(
    changes: dict[str, Any],
) -> None:
    validator().validate({**SMALL, **changes})
    CampaignSpec.model_validate({**SMALL, **changes})
