"""A campaign on the terminal, and in a log."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from inferometer.live.campaign import CampaignLines
from inferometer.loadgen import Snapshot
from inferometer.metrics import summarize
from inferometer.metrics.energy import Energy
from inferometer.metrics.machine import MachineFigures
from inferometer.server.base import Confirmation
from inferometer.spec.campaign import CampaignSpec, Group
from inferometer.spec.expand import expand
from inferometer.spec.interleave import Block, blocks_of
from inferometer.spec.output import Output
from inferometer.trace import Outcome, Trace
from inferometer.trace.schema import MISSING
from inferometer.trace.trace import empty_events, empty_requests
from tests.metrics.power_traces import A


def groups(points: int = 12) -> list[Group]:
    return expand(
        CampaignSpec.model_validate(
            {
                "name": "c",
                "models": {"m": "org/model"},
                "servers": {"s": {"kind": "external"}},
                "groups": [{"id": "g", "model": "m", "server": "s"}],
                "matrix": {"num_prompts": list(range(1, points + 1))},
            }
        )
    )


def blocks() -> list[Block]:
    return blocks_of(groups())


def lines(**more: Any) -> tuple[CampaignLines, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return CampaignLines(blocks(), out=out, err=err, **more), out, err


def summary_without_a_request() -> Any:
    requests = empty_requests(1)
    requests["outcome"][:] = Outcome.UNSENT
    for name in requests:
        if name.endswith("_ns"):
            requests[name][:] = MISSING
    return summarize(Trace(requests, empty_events(), (), 0, True), planned=1)


def test_what_others_wrote_is_on_one_line_and_drives_no_terminal() -> None:
    hostile = "x\x1b[31m\n\nVerdict: VALID\u202e" + "y" * 5000
    display, out, _ = lines()
    (group,) = groups()
    facts = {
        "base_url": "http://h",
        "model": hostile,
        "version": hostile,
        "max_model_len": hostile,
    }
    display.server(group.server, Confirmation(facts, (hostile,), "nobody"))
    display.failed(group.points[0], hostile)
    display.lost(group, hostile, ["  File x", hostile])
    display.measured(
        group.points[0],
        "INVALID",
        [hostile],
        summary_without_a_request(),
        "results/a.json",
    )
    display.say("two lines\n  of our\x1b own")
    told = out.getvalue().splitlines()
    assert [line for line in told if line.startswith("Verdict")] == []
    assert all(line.isprintable() for line in told)
    assert len(told[0]) < 1000
    assert "  |   File x" in told
    assert told[-2:] == ["two lines", "  of our? own"]


def test_a_group_says_what_is_to_do_and_what_is_done() -> None:
    display, out, _ = lines()
    (block,) = blocks()
    display.block(block, todo=12)
    display.block(block, todo=5)
    display.block(block, todo=0)
    told = [line for line in out.getvalue().splitlines() if line]
    assert told == [
        "Group g: 12 points to measure (g/np1 to g/np12).",
        "Group g: 5 points to measure, 7 done before (g/np1 to g/np12).",
        "Group g: 12 done before (g/np1 to g/np12).",
    ]


@pytest.mark.parametrize(
    ("by", "word"),
    [
        ("operator at a terminal", "operator at a terminal"),
        ("confirmed by: file C.confirmed", "file C.confirmed"),
        ("inferometer", "campaign file"),
        ("nobody", "campaign file"),
    ],
)
def test_a_server_is_told_with_what_nobody_checked(by: str, word: str) -> None:
    display, out, _ = lines()
    need = groups()[0].server
    facts = {
        "base_url": "http://127.0.0.1:8000",
        "model": "org/model",
        "max_model_len": 1280,
        "version": None,
    }
    display.server(need, Confirmation(facts, ("the slot's width",), by))
    assert out.getvalue() == (
        "Server:   http://127.0.0.1:8000  org/model  max_model_len 1280\n          not "
        f"checked; confirmed by: {word}: the slot's width\n"
    )


def test_points_are_numbered_as_in_the_plan() -> None:
    display, out, _ = lines()
    points = groups()[0].points
    display.measured(
        points[0],
        "SUSPECT",
        ("Few samples.",),
        summary_without_a_request(),
        "results/a.json",
    )
    display.failed(points[11], "No such model.")
    assert out.getvalue().splitlines() == [
        "[ 1/12] g/np1   SUSPECT  TTFT -  TPOT -  - tok/s  results/a.json",
        "    Few samples.",
        "[12/12] g/np12  FAILED   No such model.",
    ]


@pytest.mark.parametrize(
    ("told", "watts", "cost"),
    [
        ("$3.6/h", None, "2 per million output tokens at $3.6/h"),
        ("0.5 CNY/kWh", 720.0, "0.2 per million output tokens at 0.5 CNY/kWh"),
        ("0.5 CNY/kWh", None, None),
        (None, 720.0, None),
    ],
)
def test_a_point_says_what_its_tokens_cost(
    told: str | None, watts: float | None, cost: str | None
) -> None:
    """Where a price is told; one of energy needs the energy."""
    price = Output.model_validate({"price": told}).price
    summary = replace(
        summary_without_a_request(),
        output_throughput=500.0,
        machine=machine_with(average_power=watts),
    )
    display, out, _ = lines(price=price)
    display.measured(groups()[0].points[0], "VALID", (), summary, "a.json")
    shown = f"  {cost}" if cost else ""
    assert out.getvalue().endswith(f"500.0 tok/s{shown}  a.json\n")


def machine_with(**values: float | None) -> MachineFigures:
    return MachineFigures((A,), True, 9.0, values, {}, {}, Energy())


def test_a_lost_group_shows_the_end_of_the_log() -> None:
    display, out, _ = lines()
    display.lost(groups()[0], "The server died.", ("out of memory", "bye"))
    assert out.getvalue().splitlines() == [
        "Group g cannot continue: The server died.",
        "  | out of memory",
        "  | bye",
    ]


SNAPSHOT = Snapshot(
    sent=1,
    in_flight=0,
    reads=1,
    ok=1,
    failed=0,
    output_tokens=3,
    ttft_sum_ns=1,
    ttft_count=1,
    tpot_sum_ns=1,
    tpot_count=1,
    dropped=0,
)


def test_a_short_point_leaves_a_log_alone_and_a_long_one_speaks_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter((0.0, 59.0, 61.0, 62.0))
    display, _, err = lines()
    with monkeypatch.context() as patch:
        patch.setattr(
            "inferometer.live.progress.time.monotonic", lambda: next(clock)
        )
        with display.measuring(groups()[0].points[2]) as show:
            show(SNAPSHOT)
            show(SNAPSHOT)
            show(SNAPSHOT)
    assert (
        err.getvalue()
        == "[ 3/12] g/np3   1/3 requests  0 in flight  TTFT 0.0 ms  TPOT 0.00 ms  0 tok/s\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_which_point_runs() -> None:
    terminal = Terminal()
    display = CampaignLines(blocks(), out=io.StringIO(), err=terminal)
    with display.measuring(groups()[0].points[2]) as show:
        show(SNAPSHOT)
    assert "[ 3/12] g/np3" in terminal.getvalue()


def test_a_narrow_terminal_gets_whole_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    display = CampaignLines(blocks(), out=terminal)
    display.measured(
        groups()[0].points[2],
        "VALID",
        ["word " * 40],
        summary_without_a_request(),
        "p/" * 30,
    )
    lines = terminal.getvalue().splitlines()
    assert lines[1] == "    " + "p/" * 30
    assert all(len(line) <= 80 for line in lines)
    assert set(" ".join(lines[2:]).split()) == {"word"}


def test_what_servers_say_ends_at_the_edge_but_a_command_stays_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    command = "serve model " + "--flag value " * 5 + "--last"
    display = CampaignLines(blocks(), out=terminal)
    display.say(
        "stop what runs there, and start this one:\n\n"
        + command
        + "\n\nthen wait"
    )
    lines = terminal.getvalue().split("\n")
    assert command in lines
    assert all(len(line) <= 40 for line in lines if line != command)
