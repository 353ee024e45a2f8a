from __future__ import annotations

from pathlib import Path

from inferometer.clock import take_anchor
from inferometer.engine.truth import TruthRecorder, load_truth


def recorder() -> TruthRecorder:
    truth = TruthRecorder()
    a = truth.request("a", arrival_ns=100, prompt_tokens=5)
    truth.request("", arrival_ns=110, prompt_tokens=6)  # never answered
    c = truth.request("c", arrival_ns=120, prompt_tokens=7)
    for row, due, departure, tokens in (
        (a, 150, 151, 1),
        (c, 170, 174, 2),
        (a, 180, 182, 1),
        (c, 200, 200, 1),
    ):
        truth.event(row, due_ns=due, departure_ns=departure, tokens=tokens)
    return truth


def test_events_are_grouped_by_request() -> None:
    truth = load_truth(recorder().to_npz())
    assert len(truth) == 3
    assert truth.request_id == ("a", "", "c")
    assert truth.arrival_ns.tolist() == [100, 110, 120]
    assert truth.prompt_tokens.tolist() == [5, 6, 7]
    assert truth.event_count.tolist() == [2, 0, 2]
    assert [truth.departures_ns(row).tolist() for row in range(3)] == [
        [151, 182],
        [],
        [174, 200],
    ]
    assert truth.tokens.tolist() == [1, 1, 2, 1]
    assert truth.ttft_ns.tolist() == [51, 54]
    assert truth.lateness_ns.tolist() == [1, 2, 4, 0]
    assert (
        abs(truth.realtime_offset_ns - take_anchor().offset_ns) < 1_000_000_000
    )


def test_a_file_and_the_empty_record(tmp_path: Path) -> None:
    file = tmp_path / "truth.npz"
    file.write_bytes(TruthRecorder().to_npz())
    truth = load_truth(file)
    assert len(truth) == 0
    assert truth.ttft_ns.tolist() == truth.lateness_ns.tolist() == []
