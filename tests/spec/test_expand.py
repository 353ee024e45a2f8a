"""From a campaign to its points: which, in which order, under which names, and on which servers."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest

from inferometer.spec.campaign import CampaignError, CampaignSpec
from inferometer.spec.expand import expand, file_name, short_length
from inferometer.spec.run import RunSpec
from tests.spec.campaigns import small


def ids(campaign: CampaignSpec, **how: Any) -> list[str]:
    return [
        point.id for group in expand(campaign, **how) for point in group.points
    ]


def group(identifier: str, **fields: Any) -> dict[str, Any]:
    return {"id": identifier, "model": "m", "server": "s", **fields}


def test_a_campaign_without_a_matrix_is_one_point() -> None:
    ((found,),) = [
        each.points
        for each in expand(small(load={"num_prompts": 7, "max_concurrency": 3}))
    ]
    assert found.id == "g/np7"
    assert (found.spec.load.num_prompts, found.spec.load.max_concurrency) == (
        7,
        3,
    )
    assert (found.spec.target.model, found.spec.target.base_url) == (
        "org/model",
        "http://127.0.0.1:8000",
    )
    assert found.after is None


def test_axes_are_crossed_the_last_of_them_quickest() -> None:
    matrix = {
        "num_prompts": [2, 1],
        "input_len": [1024, 500],
        "request_rate": [0.5, "inf"],
    }
    assert ids(small(matrix=matrix)) == [
        "g/in1k-r0.5-np2",
        "g/in1k-r0.5-np1",
        "g/in1k-rinf-np2",
        "g/in1k-rinf-np1",
        "g/in500-r0.5-np2",
        "g/in500-r0.5-np1",
        "g/in500-rinf-np2",
        "g/in500-rinf-np1",
    ]


def test_settings_reach_the_points() -> None:
    matrix = {
        "input_len": 64,
        "output_len": 32,
        "prefix_len": 16,
        "max_concurrency": 4,
        "request_rate": 2,
        "burstiness": 0.5,
        "num_prompts": 9,
    }
    (found,) = expand(small(matrix=matrix))[0].points
    work, load = found.spec.workload.model_dump(), found.spec.load
    assert found.id == "g/in64-out32-prefix16-c4-r2-b0.5-np9"
    assert (work["input_len"], work["output_len"], work["prefix_len"]) == (
        64,
        32,
        16,
    )
    assert (
        load.max_concurrency,
        load.request_rate,
        load.burstiness,
        load.num_prompts,
    ) == (
        4,
        2.0,
        0.5,
        9,
    )


def test_ranges_and_lists_of_ranges() -> None:
    matrix = {
        "num_prompts": [
            {"from": 1, "to": 3},
            {"from": 5, "to": 12, "step": 5},
            3,
            100,
        ]
    }
    assert ids(small(matrix=matrix)) == [
        "g/np1",
        "g/np2",
        "g/np3",
        "g/np5",
        "g/np10",
        "g/np100",
    ]


def test_rows_of_paired_go_together_and_are_crossed_with_axes() -> None:
    matrix = {
        "paired": [
            {"input_len": 512, "output_len": 512},
            {"input_len": 1024, "output_len": 1024},
        ],
        "num_prompts": [1, 4],
    }
    assert ids(small(matrix=matrix)) == [
        "g/in512-out512-np1",
        "g/in512-out512-np4",
        "g/in1k-out1k-np1",
        "g/in1k-out1k-np4",
    ]


def test_exclude_and_include() -> None:
    matrix = {
        "input_len": [512, 1024],
        "num_prompts": [1, 2, 3],
        "exclude": [
            {"input_len": 512, "num_prompts": 2},
            {"input_len": 1024, "output_len": 128, "num_prompts": 1},
        ],
        "include": [
            {"input_len": 2048, "num_prompts": 9},
            {"input_len": 512, "num_prompts": 1},
        ],
    }
    assert ids(small(matrix=matrix)) == [
        "g/in512-np1",
        "g/in512-np3",
        "g/in1k-np2",
        "g/in1k-np3",
        "g/in2k-np9",
    ]
    assert (
        ids(
            small(matrix={**matrix, "include": []}, workload={"output_len": 64})
        )[2]
        == "g/in1k-np1"
    )


def test_what_a_workload_has_no_word_for_excludes_nothing() -> None:
    campaign = small(
        workload={"kind": "sharegpt", "path": "talk.json"},
        matrix={
            "num_prompts": [1, 2],
            "exclude": [{"input_len": 5}, {"num_prompts": 2, "output_len": 7}],
        },
    )
    assert ids(campaign) == ["g/np1", "g/np2"]


def test_as_many_requests_as_the_level_takes() -> None:
    matrix = {
        "max_concurrency": [1, 8],
        "num_prompts_per_concurrency": 16,
        "include": [{"max_concurrency": 2, "num_prompts": 5}],
    }
    points = expand(small(matrix=matrix))[0].points
    assert [(point.id, point.spec.load.num_prompts) for point in points] == [
        ("g/c1-np16", 16),
        ("g/c8-np128", 128),
        ("g/c2-np5", 5),
    ]


def test_groups_replace_single_keys_of_the_campaign() -> None:
    campaign = small(
        workload={"input_len": 100, "output_len": 10},
        load={"num_prompts": 3, "max_concurrency": 2},
        sampling={"ignore_eos": True},
        matrix={"num_prompts": [1, 2]},
        groups=[
            group("a"),
            group(
                "b",
                workload={"output_len": 20},
                load={"max_concurrency": 9},
                matrix={"input_len": 7},
            ),
        ],
    )
    first, second, third = expand(campaign)[0].points
    assert [point.id for point in (first, second, third)] == [
        "a/np1",
        "a/np2",
        "b/in7",
    ]
    own = third.spec
    assert own.workload.model_dump(include={"input_len", "output_len"}) == {
        "input_len": 7,
        "output_len": 20,
    }
    assert (
        own.load.num_prompts,
        own.load.max_concurrency,
        own.sampling.ignore_eos,
    ) == (3, 9, True)


def test_a_workload_of_another_kind_takes_nothing_over() -> None:
    campaign = small(
        workload={"kind": "sharegpt", "path": "talk.json", "output_len": 10},
        groups=[
            group("a", workload={"max_input_len": 99}),
            group("b", workload={"kind": "random", "input_len": 5}),
        ],
    )
    first, second = (
        point.spec.workload.model_dump() for point in expand(campaign)[0].points
    )
    assert (
        first["kind"],
        first["path"],
        first["output_len"],
        first["max_input_len"],
    ) == (
        "sharegpt",
        "talk.json",
        10,
        99,
    )
    assert (second["kind"], second["input_len"], second["output_len"]) == (
        "random",
        5,
        128,
    )


def test_a_workload_without_a_kind_is_a_random_one() -> None:
    campaign = small(
        workload={"input_len": 100, "output_len": 10},
        groups=[
            group("a", workload={"kind": "random", "output_len": 5}),
            group("b", workload={"kind": "sonnet", "path": "p"}),
        ],
    )
    first, second = (
        point.spec.workload.model_dump() for point in expand(campaign)[0].points
    )
    assert (first["input_len"], first["output_len"]) == (100, 5)
    assert (second["kind"], second["input_len"], second["output_len"]) == (
        "sonnet",
        550,
        150,
    )


def test_repeats_one_after_the_other_or_there_and_back() -> None:
    matrix = {"num_prompts": [1, 2, 3]}
    listed = ["g/np1", "g/np1#2", "g/np2", "g/np2#2", "g/np3", "g/np3#2"]
    assert ids(small(matrix=matrix, repeats=2)) == listed
    there_and_back = [
        "g/np1",
        "g/np2",
        "g/np3",
        "g/np3#2",
        "g/np2#2",
        "g/np1#2",
    ]
    assert (
        ids(small(matrix=matrix, repeats=2, order="interleaved"))
        == there_and_back
    )
    points = expand(small(matrix=matrix, repeats=2))[0].points
    assert [point.spec.repeat for point in points] == [0, 1, 0, 1, 0, 1]
    assert len({point.spec.fingerprint for point in points}) == 6


def test_a_shuffled_order_is_that_of_the_seed_and_no_matter_of_the_others() -> (
    None
):
    many = {"num_prompts": {"from": 1, "to": 30}}
    shuffled = ids(small(matrix=many, order="shuffled"))
    assert shuffled != ids(small(matrix=many))
    assert sorted(shuffled) == sorted(ids(small(matrix=many)))
    assert shuffled == ids(small(matrix=many, order="shuffled"))
    assert shuffled != ids(small(matrix=many, order="shuffled", seed=1))
    few = set(ids(small(matrix={"num_prompts": {"from": 5, "to": 15}})))
    assert ids(
        small(matrix={"num_prompts": {"from": 5, "to": 15}}, order="shuffled")
    ) == [i for i in shuffled if i in few]


@pytest.mark.parametrize("order", ["listed", "shuffled", "interleaved"])
def test_a_warm_point_follows_its_cold_one_with_the_same_prompts(
    order: str,
) -> None:
    campaign = small(
        matrix={"num_prompts": [1, 2, 3], "cache": ["warm", "cold"]},
        repeats=3,
        order=order,
    )
    points = expand(campaign)[0].points
    assert len(points) == 18
    for cold, warm in zip(points[::2], points[1::2], strict=True):
        assert warm.id == cold.id.replace("cold", "warm")
        assert (cold.after, warm.after) == (None, cold.id)
        assert warm.spec.prompts_fingerprint == cold.spec.prompts_fingerprint
        assert warm.spec.fingerprint != cold.spec.fingerprint
    assert len({point.spec.prompts_fingerprint for point in points}) == 9


def test_tests_that_need_the_same_server_share_its_start() -> None:
    campaign = small(
        models={"m": "org/model", "n": "org/other"},
        hardware={"A": {"gpus": 2}, "B": {"gpus": 2}},
        groups=[
            group("a", hardware="A"),
            group("b", hardware="B"),
            group("c", hardware="A", workload={"input_len": 2}),
            group("d", hardware="A", model="n"),
            group("e", hardware="A", tp=2),
            group("f", hardware="B", workload={"input_len": 3}),
        ],
    )
    groups = expand(campaign)
    assert [(each.id, each.tests) for each in groups] == [
        ("a+c", ("a", "c")),
        ("b+f", ("b", "f")),
        ("d", ("d",)),
        ("e", ("e",)),
    ]
    assert [point.id for point in groups[0].points] == ["a/np1000", "c/np1000"]


def test_quick_takes_few_points_and_few_requests_of_each_test() -> None:
    matrix = {"num_prompts": {"from": 1, "to": 200}}
    quick = expand(small(matrix=matrix, repeats=5), quick=True)[0].points
    assert [(point.id, point.spec.load.num_prompts) for point in quick] == [
        ("g/np1", 1),
        ("g/np2", 2),
        ("g/np4", 4),
    ]
    closed = small(
        matrix={"max_concurrency": [1, 2, 4, 8, 16]}, load={"num_prompts": 100}
    )
    assert ids(closed, quick=True) == ["g/c1-np4", "g/c4-np4", "g/c16-np4"]
    pair = small(matrix={"cache": ["cold", "warm"]})
    assert ids(pair, quick=True) == ["g/np4-cold", "g/np4-warm"]
    assert ids(small(load={"num_prompts": 2}), quick=True) == ["g/np2"]


def test_only_what_is_named() -> None:
    campaign = small(
        hardware={"A": {}, "B": {}},
        groups=[
            group("a", hardware="A"),
            group("b", hardware="B"),
            group("c", hardware="A", workload={"input_len": 2}),
        ],
        matrix={"num_prompts": [1, 10, 11]},
        repeats=2,
    )
    assert ids(campaign, only=["b"]) == [
        "b/np1",
        "b/np1#2",
        "b/np10",
        "b/np10#2",
        "b/np11",
        "b/np11#2",
    ]
    assert ids(campaign, only=["a+c"])[:1] == ["a/np1"]
    assert len(ids(campaign, only=["a+c"])) == 12
    assert ids(campaign, only=["a/np10"]) == ["a/np10", "a/np10#2"]
    assert ids(campaign, only=["a/np10#2"]) == ["a/np10#2"]
    assert ids(campaign, only=["[ab]/np1?#2", "c/np1"]) == [
        "a/np10#2",
        "a/np11#2",
        "c/np1",
        "c/np1#2",
        "b/np10#2",
        "b/np11#2",
    ]
    assert [each.id for each in expand(campaign, only=["b"])] == ["b"]


def test_only_what_nobody_has() -> None:
    with pytest.raises(CampaignError) as caught:
        expand(
            small(matrix={"num_prompts": [1, 2]}), only=["g/np3", "zzz*", "g"]
        )
    assert caught.value.reasons == (
        "--only 'g/np3' names no group and no point (did you mean 'g/np2'?).",
        "--only 'zzz*' names no group and no point.",
    )


def test_a_warm_point_brings_its_cold_one_along() -> None:
    campaign = small(matrix={"num_prompts": [1, 2], "cache": ["cold", "warm"]})
    assert ids(campaign, only=["*np2-warm"]) == ["g/np2-cold", "g/np2-warm"]


def test_what_is_chosen_changes_neither_server_nor_identity() -> None:
    campaign = small(
        servers={
            "s": {
                "kind": "operator",
                "command": "serve --limit {max_model_len}",
            }
        },
        matrix={"input_len": [100, 1000], "num_prompts": [1, 2]},
    )
    everything = {
        point.id: point.spec.fingerprint for point in expand(campaign)[0].points
    }
    (some,) = expand(campaign, only=["g/in100-np1"])
    assert some.server.max_model_len == 1000 + 128 + 128
    assert everything[some.points[0].id] == some.points[0].spec.fingerprint
    assert expand(campaign, quick=True)[0].server == expand(campaign)[0].server


def test_the_identity_of_a_point_has_what_was_declared_and_no_port_of_ours() -> (
    None
):
    def fingerprint(**changes: Any) -> str:
        recipe = {
            "kind": "process",
            "command": "serve {model} --port {port} -x {tp}",
            **changes.pop("recipe", {}),
        }
        hardware = {
            "A": {"gpus": 2, "pcie_width": 16, **changes.pop("hardware", {})}
        }
        own = group("g", hardware="A", tp=changes.pop("tp", 1))
        campaign = small(
            servers={"s": recipe}, hardware=hardware, groups=[own], **changes
        )
        return expand(campaign)[0].points[0].spec.fingerprint

    same = fingerprint()
    assert same == fingerprint(recipe={"base_url": "http://10.0.0.9:9999"})
    compose = {
        "kind": "compose",
        "note": "hello",
        "stop_timeout_s": 3,
        "compose_file": "",
        "compose_service": "",
    }
    assert same == fingerprint(recipe=compose)
    assert same == fingerprint(
        hardware={
            "instruction": "push it",
            "cost_per_hour": 3,
            "twin": "r9700",
        }
    )
    assert same == fingerprint(
        name="renamed", result_dir="elsewhere", goodput={"ttft": 3}
    )
    others = [
        fingerprint(recipe={"command": "serve {model} --port {port} --fast"}),
        fingerprint(recipe={"environment": {"A": 1}}),
        fingerprint(recipe={"image": "other"}),
        fingerprint(recipe={"max_model_len": 2048}),
        fingerprint(recipe={"kind": "operator"}),
        fingerprint(
            recipe={"kind": "operator", "base_url": "http://10.0.0.9:9999"}
        ),
        fingerprint(hardware={"pcie_width": 8}),
        fingerprint(tp=2),
        fingerprint(models={"m": "org/other"}),
        fingerprint(seed=1),
    ]
    assert len({same, *others}) == 11


@pytest.mark.parametrize("kind", ["external", "operator"])
def test_a_server_that_is_not_ours_is_another_one_at_another_address(
    kind: str,
) -> None:
    def point_at(base_url: str) -> RunSpec:
        recipe = {"kind": kind, "base_url": base_url, "command": "serve"}
        return expand(small(servers={"s": recipe}))[0].points[0].spec

    here = point_at("http://host:8000")
    for spelling in (
        "host:8000",
        "http://HOST:8000/",
        "http://host:8000/v1",
        "http://host.:8000",
    ):
        assert point_at(spelling).fingerprint == here.fingerprint
    others = [
        point_at(url)
        for url in (
            "http://host",
            "http://other:8000",
            "https://host:8000",
            "http://host:8000/a",
        )
    ]
    assert len({here.fingerprint, *(spec.fingerprint for spec in others)}) == 5
    assert {spec.prompts_fingerprint for spec in others} == {
        here.prompts_fingerprint
    }
    assert point_at("http://host:80").fingerprint == others[0].fingerprint


def test_file_names() -> None:
    pattern = "{name}-{group}_{config}_{model}_{server}_TP{tp}_{input}_{INPUT}_{output}_n{n}_c{c}_r{rate}_b{burstiness}_{cache}"
    campaign = small(
        file_name=pattern + "_{repeat}_{time}.json",
        hardware={"C": {"gpus": 2}},
        groups=[group("g1", hardware="C", tp=2)],
        matrix={
            "input_len": 65536,
            "request_rate": 2.5,
            "max_concurrency": 8,
            "cache": "cold",
            "num_prompts": 7,
        },
        repeats=2,
    )
    first, second = expand(campaign)[0].points
    time = datetime(2025, 12, 31, 12, 0, 5, tzinfo=timezone.utc)
    expected = "small-g1_C_m_s_TP2_64k_64K_128_n7_c8_r2.5_b1_cold_{}_20251231_120005.json"
    assert file_name(campaign, first, time) == expected.format(1)
    assert file_name(campaign, second, time) == expected.format(2)


def test_what_has_no_limit_is_called_inf() -> None:
    campaign = small(file_name="c{c}_r{rate}.json")
    (found,) = expand(campaign)[0].points
    assert found.spec.load.request_rate == math.inf
    assert (
        file_name(campaign, found, datetime(2025, 1, 1, tzinfo=timezone.utc))
        == "cinf_rinf.json"
    )


@pytest.mark.parametrize(
    ("tokens", "name"),
    [
        (1024, "1k"),
        (98304, "96k"),
        (10240, "10k"),
        (500, "500"),
        (1000, "1000"),
        (0, "0"),
    ],
)
def test_short_lengths(tokens: int, name: str) -> None:
    assert short_length(tokens) == name


def test_quick_warms_up_once() -> None:
    def warmups(number: int) -> int:
        campaign = small(
            load={
                "num_warmups": number,
                "num_prompts": 9,
                "max_concurrency": 2,
            },
            matrix={"request_rate": 3},
        )
        return expand(campaign, quick=True)[0].points[0].spec.load.num_warmups

    assert [warmups(number) for number in (0, 1, 16)] == [0, 1, 1]
