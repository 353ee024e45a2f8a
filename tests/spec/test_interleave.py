"""The order in which two groups take turns, and how often their servers come up for it."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from inferometer.spec.campaign import CampaignError, CampaignSpec
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand, file_name, name_pattern
from inferometer.spec.interleave import Block, blocks_of, starts
from tests.spec.campaigns import SMALL, reasons, small, write


def recipe(
    kind: str = "process", port: int = 8000, **fields: Any
) -> dict[str, Any]:
    return {
        "kind": kind,
        "base_url": f"http://127.0.0.1:{port}",
        "command": "serve",
        **fields,
    }


def pair(
    one: dict[str, Any], other: dict[str, Any], **changes: Any
) -> CampaignSpec:
    """Groups a and b on these servers, and a third one on the second's recipe with tp 2."""
    return small(**{**PAIR, "servers": {"s": one, "t": other}, **changes})


PAIR: dict[str, Any] = {
    "servers": {"s": recipe(), "t": recipe()},
    "groups": [
        {"id": "a", "model": "m", "server": "s"},
        {"id": "z", "model": "m", "server": "t", "tp": 2},
        {"id": "b", "model": "m", "server": "t"},
    ],
    "interleave": [["a", "b"]],
    "matrix": {"num_prompts": [1, 2]},
}

TOGETHER = (recipe("external", 1), recipe("external", 2))


def blocks(campaign: CampaignSpec) -> list[Block]:
    return blocks_of(expand(campaign), campaign.interleave)


def told(campaign: CampaignSpec) -> list[str]:
    """`a: np1 np2#2` for each block, the test left out of ids where it is the block's."""
    return [
        f"{block.id}: {' '.join(point.id.removeprefix(f'{block.id}/') for point in block.points)}"
        for block in blocks(campaign)
    ]


def test_without_pairs_every_group_is_a_block() -> None:
    assert told(pair(recipe(), recipe(), interleave=[], repeats=2)) == [
        "a: np1 np1#2 np2 np2#2",
        "z: np1 np1#2 np2 np2#2",
        "b: np1 np1#2 np2 np2#2",
    ]


def test_servers_that_need_the_same_machine_take_turns_by_passes() -> None:
    assert told(pair(recipe(), recipe())) == [
        "a: np1 np2",
        "b: np1 np2 np1#2 np2#2",
        "a: np1#2 np2#2",
        "z: np1 np1#2 np2 np2#2",
    ]


def test_over_more_repeats_a_server_that_ends_a_pass_begins_the_next() -> None:
    campaign = pair(recipe(), recipe(), repeats=4, order="interleaved")
    assert told(campaign)[:5] == [
        "a: np1 np2",
        "b: np1 np2 np2#2 np1#2",
        "a: np2#2 np1#2 np1#3 np2#3",
        "b: np1#3 np2#3 np2#4 np1#4",
        "a: np2#4 np1#4",
    ]


def test_servers_that_are_both_up_take_turns_point_by_point() -> None:
    assert (
        told(pair(*TOGETHER))[0]
        == "a and b: a/np1 b/np1 b/np1#2 a/np1#2 a/np2 b/np2 b/np2#2 a/np2#2"
    )
    there_and_back = told(pair(*TOGETHER, order="interleaved"))[0]
    assert (
        there_and_back
        == "a and b: a/np1 b/np1 a/np2 b/np2 b/np2#2 a/np2#2 b/np1#2 a/np1#2"
    )


@pytest.mark.parametrize("order", ["listed", "shuffled", "interleaved"])
@pytest.mark.parametrize(
    "servers",
    [TOGETHER, (recipe(), recipe())],
    ids=["both up", "one at a time"],
)
@pytest.mark.parametrize("repeats", [2, 4, 6])
def test_a_steady_drift_weighs_on_both_alike(
    order: str, servers: Any, repeats: int
) -> None:
    """The mean place in time of a point's repeats is that of its like, in the middle for all."""
    matrix = {"num_prompts": [1, 2, 3], "cache": ["cold", "warm"]}
    found = blocks(pair(*servers, order=order, repeats=repeats, matrix=matrix))
    turns = [
        point.id
        for block in found
        for point in block.points
        if not point.id.startswith("z/")
    ]
    places: dict[str, list[int]] = {}
    for place, point in enumerate(turns):
        places.setdefault(point.partition("#")[0], []).append(place)
    assert len(turns) == 12 * repeats
    for name in ("np1-cold", "np2-cold", "np3-warm"):
        one, other = places[f"a/{name}"], places[f"b/{name}"]
        if (
            len(found[0].groups) == 2
        ):  # a warm half moves its cold one by a place
            assert abs(sum(one) - sum(other)) <= repeats
        elif order != "shuffled":
            assert sum(one) == sum(other)


@pytest.mark.parametrize("order", ["listed", "shuffled", "interleaved"])
@pytest.mark.parametrize(
    "servers",
    [TOGETHER, (recipe(), recipe())],
    ids=["both up", "one at a time"],
)
def test_a_warm_point_follows_its_cold_one_on_the_same_server(
    order: str, servers: Any
) -> None:
    found = blocks(
        pair(
            *servers,
            order=order,
            matrix={"num_prompts": [1, 2, 3], "cache": ["cold", "warm"]},
        )
    )
    for block in found:
        for before, point in zip(
            (None, *block.points), block.points, strict=False
        ):
            assert point.after is None or (
                before is not None and before.id == point.after
            )


def test_every_point_has_one_turn_in_its_own_group() -> None:
    for servers in (TOGETHER, (recipe(), recipe())):
        campaign = pair(*servers, repeats=4)
        turns = [
            (group.id, point.id)
            for block in blocks(campaign)
            for group, point in block.turns
        ]
        assert sorted(turns) == sorted(
            (group.id, point.id)
            for group in expand(campaign)
            for point in group.points
        )


def test_points_without_their_like_are_measured_too() -> None:
    groups = [
        {**PAIR["groups"][0], "matrix": {"num_prompts": [1, 5]}},
        {**PAIR["groups"][2], "matrix": {"num_prompts": [1, 7]}},
    ]
    assert told(pair(*TOGETHER, groups=groups)) == [
        "a and b: a/np1 b/np1 b/np1#2 a/np1#2 a/np5 a/np5#2 b/np7 b/np7#2"
    ]


def test_a_pair_of_which_one_was_chosen_is_a_group_as_any() -> None:
    campaign = pair(*TOGETHER)
    chosen = expand(campaign, only=["a"])
    assert [block.id for block in blocks_of(chosen, campaign.interleave)] == [
        "a"
    ]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (recipe("external", 1), recipe("external", 2), True),
        (recipe("external", 1), recipe("external", 1), True),
        (recipe("process", 1), recipe("process", 2), False),
        (recipe("process", 1, exclusive=False), recipe("process", 2), False),
        (
            recipe("process", 1, exclusive=False),
            recipe("operator", 2, exclusive=False),
            True,
        ),
        (recipe("process", 1, exclusive=False), recipe("external", 2), True),
        (recipe("process", 1, exclusive=False), recipe("external", 1), False),
        (
            recipe("process", 1, exclusive=False),
            recipe("external", 2, exclusive=True),
            False,
        ),
    ],
)
def test_which_servers_are_up_together(
    one: dict[str, Any], other: dict[str, Any], together: bool
) -> None:
    assert (len(blocks(pair(one, other))[0].groups) == 2) is together


def test_how_often_servers_come_up() -> None:
    def names(campaign: CampaignSpec, done: tuple[str, ...] = ()) -> list[str]:
        return [
            group.id
            for group in starts(
                blocks(campaign), lambda point: point.id in done
            )
        ]

    one_at_a_time, together = pair(recipe(), recipe()), pair(*TOGETHER)
    assert names(one_at_a_time) == ["a", "b", "a", "z"]
    assert names(pair(recipe(), recipe(), repeats=6)) == [
        "a",
        "b",
        "a",
        "b",
        "a",
        "b",
        "a",
        "z",
    ]
    assert names(together) == ["a", "b", "z"]
    left = tuple(f"b/np{n}{again}" for n in (1, 2) for again in ("", "#2"))
    assert names(one_at_a_time, left) == ["a", "z"], (
        "it stays up when nothing is to be done in between"
    )
    assert names(together, left) == ["a", "z"]
    assert names(one_at_a_time, ("a/np1", "a/np2", "b/np1")) == ["b", "a", "z"]


def test_in_short_it_is_still_there_and_back() -> None:
    campaign = pair(recipe(), recipe())
    quick = blocks_of(expand(campaign, quick=True), campaign.interleave)
    assert [block.id for block in quick] == ["a", "b", "a", "z"]


# The file


def said(folder: Path, *sets: str, **changes: Any) -> list[str]:
    return reasons(folder, {**SMALL, **PAIR, **changes}, *sets)


def test_a_right_file(tmp_path: Path) -> None:
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"repeats": 1},
            "repeats: 1 repeats do not cancel a drift (A B, B A needs two): give an even number.",
        ),
        (
            {"repeats": 3},
            "repeats: 3 repeats do not cancel a drift (A B, B A needs two): give an even number.",
        ),
        (
            {"interleave": [["a", "bb"]]},
            "interleave.0: there is no group 'bb' (did you mean 'b'?): give ids of groups.",
        ),
        (
            {"interleave": [["a", "a"]]},
            "interleave.0: a and a share a server: there is nothing to take turns.",
        ),
        (
            {"interleave": [["a", "b", "a"]]},
            "interleave.0: a and a share a server: there is nothing to take turns.",
        ),
        (
            {
                "groups": [
                    *PAIR["groups"][:2],
                    {**PAIR["groups"][2], "load": {"num_warmups": 1}},
                ]
            },
            (
                "interleave.0: a and b have no point with the same settings: give them the same "
                "matrix and load."
            ),
        ),
        (
            {
                "servers": {
                    "s": recipe(exclusive=False),
                    "t": recipe(exclusive=False),
                }
            },
            "interleave.0: two servers of ours cannot both be at http://127.0.0.1:8000: "
            "give each a base_url, or leave exclusive.",
        ),
    ],
)
def test_what_cannot_be_interleaved(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    (reason,) = said(tmp_path, **changes)
    assert reason.partition(" ")[2] == sentence


def test_the_flag_pairs_the_two_servers_of_a_campaign(tmp_path: Path) -> None:
    two = {
        **SMALL,
        **PAIR,
        "groups": [PAIR["groups"][0], PAIR["groups"][2]],
        "interleave": [],
    }
    campaign = load_campaign(
        write(tmp_path, two), environment={}, interleave=True
    )
    assert (campaign.interleave, campaign.repeats) == ((("a", "b"),), 2)
    four = load_campaign(
        write(tmp_path, two),
        sets=["repeats=4"],
        environment={},
        interleave=True,
    )
    assert four.repeats == 4
    assert load_campaign(write(tmp_path, two), environment={}).repeats == 1
    said_so = {**SMALL, **PAIR}
    assert load_campaign(
        write(tmp_path, said_so), environment={}, interleave=True
    ).interleave == (("a", "b"),)


def test_three_take_turns_there_and_back() -> None:
    """Also as pairs that share a group; a steady drift weighs on all alike."""
    servers = {
        name: recipe("external", port) for port, name in enumerate("stu", 1)
    }
    groups = [
        {"id": i, "model": "m", "server": s}
        for i, s in zip("abc", "stu", strict=True)
    ]
    for sets in ([["a", "b", "c"]], [["a", "b"], ["b", "c"]]):
        campaign = small(
            **{**PAIR, "servers": servers, "groups": groups, "interleave": sets}
        )
        assert told(campaign) == [
            "a and b and c: a/np1 b/np1 c/np1 c/np1#2 b/np1#2 a/np1#2 "
            "a/np2 b/np2 c/np2 c/np2#2 b/np2#2 a/np2#2"
        ]
    alone = {name: recipe() for name in "stu"}
    campaign = small(
        **{
            **PAIR,
            "servers": alone,
            "groups": groups,
            "interleave": [["a", "b", "c"]],
        }
    )
    assert told(campaign) == [
        "a: np1 np2",
        "b: np1 np2",
        "c: np1 np2 np1#2 np2#2",
        "b: np1#2 np2#2",
        "a: np1#2 np2#2",
    ]


def test_the_flag_rotates_all_engines_of_a_preset() -> None:
    campaign = load_campaign("frameworks", environment={}, interleave=True)
    assert campaign.interleave == (("vllm", "sglang", "xinference"),)
    assert campaign.repeats == 2


def test_the_flag_where_it_cannot_know(tmp_path: Path) -> None:
    three = {
        name: value
        for name, value in {**SMALL, **PAIR}.items()
        if name != "interleave"
    }
    with pytest.raises(CampaignError) as error:
        load_campaign(write(tmp_path, three), environment={}, interleave=True)
    assert error.value.reasons == (
        (
            "--interleave: the campaign has 3 servers (a, z, b): name those that take turns, such as --set "
            "'interleave=[[a, b]]'."
        ),
    )
    with pytest.raises(CampaignError) as error:
        load_campaign(
            write(tmp_path, {**SMALL}), environment={}, interleave=True
        )
    assert error.value.reasons == (
        "--interleave: the campaign has 1 server (g): it takes two servers.",
    )


def test_names_of_files_tell_the_repeat_where_the_pattern_does_not(
    tmp_path: Path,
) -> None:
    assert said(tmp_path, file_name="{group}_n{n}_{time}.json") == []
    campaign = pair(recipe(), recipe(), file_name="{group}_n{n}.json")
    names = [
        file_name(campaign, point, datetime(2026, 1, 31, tzinfo=timezone.utc))
        for point in blocks(campaign)[1].points
    ]
    assert names == [
        "b_n1_r1.json",
        "b_n2_r1.json",
        "b_n1_r2.json",
        "b_n2_r2.json",
    ]
    assert (
        name_pattern(pair(recipe(), recipe(), file_name="{repeat}_x.json"))
        == "{repeat}_x.json"
    )
    assert (
        name_pattern(pair(recipe(), recipe(), file_name="x")) == "x_r{repeat}"
    )
    assert name_pattern(small(file_name="x_{n}.json")) == "x_{n}.json"
