"""Doubts in a ledger: what their records hold, what they say, and to which result they apply."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from inferometer.metrics.finding import Level
from inferometer.store.campaign.doubt import Doubt
from inferometer.store.campaign.history import History, Result

FIRST = Doubt(
    fingerprint="0" * 16,
    point="g/np8",
    metric="output_throughput",
    unit="tok/s",
    suggested=905.0,
    neighbours=("g/np4", "g/np16"),
    results=("a",),
    values=(283.0,),
)
TWICE = replace(FIRST, results=("a", "b"), values=(283.0, 291.0), again="same")


def result(checksum: str, status: Any = "VALID") -> dict[str, Any]:
    made = Result(
        "0" * 16,
        "g/np8",
        status,
        (),
        False,
        f"{checksum}.json",
        f"runs/{checksum}",
        {f"{checksum}.json": checksum},
        None,
        0,
    )
    return {"kind": "done", **made.facts()}


def doubt(facts: Doubt) -> dict[str, Any]:
    return {"kind": "doubt", "time": "now", **facts.facts()}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (FIRST, "{}: 283 tok/s; it was not measured again."),
        (TWICE, "{}; it was measured twice: 283, 291 tok/s."),
        (
            replace(FIRST, again="INVALID"),
            "{}: 283 tok/s; the second measurement was INVALID.",
        ),
    ],
)
def test_what_it_says(said: Doubt, sentence: str) -> None:
    finding = said.finding()
    assert finding.sentence == sentence.format(
        "output_throughput is 0.31 × what the points beside it suggest (g/np4, g/np16: 905 tok/s)"
    )
    assert (finding.name, finding.level, bool(finding.next_step)) == (
        "neighbours",
        Level.SUSPECT,
        True,
    )


def test_more_than_is_suggested_and_a_single_neighbour() -> None:
    end = replace(
        FIRST,
        metric="mean_tpot_ms",
        unit="ms",
        suggested=2.7,
        values=(10.2,),
        neighbours=("g/np4",),
    )
    assert end.finding().sentence.startswith(
        "mean_tpot_ms is 3.78 × what the points beside it suggest (g/np4: 2.7 ms): 10.2 ms; "
    )


def test_repeats_are_listed() -> None:
    three = replace(FIRST, neighbours=("g/np8#2", "g/np8#3", "g/np8#4"))
    assert "(g/np8#2, g/np8#3, g/np8#4: 905 tok/s)" in three.finding().sentence


def test_a_record_holds_all_of_it() -> None:
    assert Doubt.of(doubt(TWICE)) == TWICE


@pytest.mark.parametrize(
    "change",
    [
        *(
            {"point": value}
            for value in (None, 3, "a\nb", "\x1b[2J", "x" * 1000)
        ),
        *(
            {"suggested": value}
            for value in (0, -1, math.inf, math.nan, "905", True, None)
        ),
        *({"values": value} for value in ([], [1.0, 2.0], ["283"], [0.0], 283)),
        *({"neighbours": value} for value in ([1], [None], [], 7)),
        {"again": "perhaps"},
        {"results": []},
    ],
)
def test_a_record_that_no_campaign_writes_is_refused(
    change: dict[str, Any],
) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        History.of([doubt(FIRST) | change])


def test_it_is_about_the_very_result_that_contradicts() -> None:
    history = History.of([result("a"), doubt(FIRST)])
    current = history.current["0" * 16]
    assert (history.doubt_of(current), history.status_of(current)) == (
        FIRST,
        "SUSPECT",
    )
    assert history.reasons_of(current) == (FIRST.finding().sentence,)
    history.add(result("b"))
    current = history.current["0" * 16]
    assert (history.doubt_of(current), history.status_of(current)) == (
        None,
        "VALID",
    ), "nobody has judged the second yet"
    assert (history.rechecked, history.again["0" * 16].json) == (
        {"0" * 16},
        "b.json",
    )
    history.add(doubt(TWICE))
    assert history.status_of(current) == "SUSPECT"


def test_it_is_over_when_there_is_a_result_that_fits() -> None:
    over = {"kind": "doubt over", "time": "now", "fingerprint": "0" * 16}
    history = History.of([result("a"), doubt(FIRST), result("b"), over])
    current = history.current["0" * 16]
    assert (
        history.doubts,
        history.status_of(current),
        history.doubt_before(current),
    ) == (
        {},
        "VALID",
        FIRST,
    )
    without = History.of([result("a"), doubt(FIRST), over])
    assert without.doubt_before(without.current["0" * 16]) is None, (
        "the result is the same: its neighbours have changed"
    )
    assert History.of([result("a"), over]).settled == {}


def test_a_result_that_is_invalid_stays_so() -> None:
    history = History.of([result("a", "INVALID"), doubt(FIRST)])
    assert history.status_of(history.current["0" * 16]) == "INVALID"
