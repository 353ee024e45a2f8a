"""What users may write after --goodput, and what they are told when it is wrong."""

from __future__ import annotations

import pytest

from inferometer.metrics import parse_goodput


def test_pairs_in_one_string() -> None:
    assert parse_goodput("ttft:100 tpot:50 e2el:1000") == {
        "ttft": 100.0,
        "tpot": 50.0,
        "e2el": 1000.0,
    }


def test_pairs_one_by_one_or_with_commas() -> None:
    assert parse_goodput(["ttft:99.5", "itl:20"]) == {"ttft": 99.5, "itl": 20.0}
    assert parse_goodput(["ttft:1,tpot:2 itl:3"]) == {
        "ttft": 1.0,
        "tpot": 2.0,
        "itl": 3.0,
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one"),
        ([], "at least one"),
        ("ttft", "'ttft' is not KEY:VALUE"),
        ("ttft=100", "'ttft=100' is not KEY:VALUE"),
        (
            "tfft:100",
            "'tfft' cannot be limited by a goodput; choose from ttft, tpot, itl, e2el",
        ),
        ("TTFT:100", "'TTFT' cannot be limited"),
        ("ttft:fast", "'fast' is no limit for 'ttft'"),
        ("ttft:", "'' is no limit for 'ttft'"),
        ("ttft:0", "'0' is no limit"),
        ("ttft:-5", "'-5' is no limit"),
        ("ttft:nan", "'nan' is no limit"),
        ("ttft:inf", "'inf' is no limit"),
        ("ttft:100 ttft:200", "'ttft' is limited twice"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(
    text: str | list[str], says: str
) -> None:
    with pytest.raises(ValueError, match=r"\.$") as caught:
        parse_goodput(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
