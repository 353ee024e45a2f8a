"""What a client does to the twin: caps, rates, the test request, and ladders on a warm cache."""

from __future__ import annotations

from math import inf

import pytest

from inferometer.engine.twin.client import (
    TwinLoad,
    climb,
    drive,
    measured,
    play,
)
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.profiles import ProfileError

STUDY = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-rocm7.0-eager",
    host="consumer",
    max_model_len=1280,
)
TWIN = make_twin(STUDY)


@pytest.mark.parametrize("cap", [1, 3, 8, None])
def test_never_more_than_the_cap_are_in_the_engine(cap: int | None) -> None:
    requests = TwinLoad(8, 64, 8).arrivals(0)
    done = list(drive(TWIN.simulation(), requests, cap))
    assert {each.number for each in done} == set(range(8))
    for each in done:
        at_once = [
            other
            for other in done
            if other.arrived_ns <= each.arrived_ns < other.finished_ns
        ]
        assert len(at_once) <= (cap or 8)
    waited = sum(each.arrived_ns > 0 for each in done)
    assert waited == 8 - min(cap or 8, 8)


def test_a_rate_is_kept_whatever_the_server_does() -> None:
    load = TwinLoad(400, 64, 2, request_rate=20.0)
    arrivals = [each.arrived_ns for each in load.arrivals(0)]
    assert arrivals == sorted(arrivals)
    assert arrivals[-1] / 1e9 == pytest.approx(20, rel=0.15)
    assert arrivals == [each.arrived_ns for each in load.arrivals(0)]
    assert load.concurrency is None
    assert TwinLoad(400, 64, 2, max_concurrency=8).concurrency == 8
    beyond = TwinLoad(100, 1024, 32, request_rate=50.0)
    planned = [each.arrived_ns for each in beyond.arrivals(0)]
    done = play(TWIN.simulation(), beyond)
    assert sorted(each.arrived_ns for each in done) == planned
    assert max(each.finished_ns for each in done) > 3 * planned[-1]


def test_the_numbers_are_those_of_the_requests() -> None:
    done = play(TWIN.simulation(), TwinLoad(1, 100, 11))
    (one,) = done
    values = measured(done)
    assert values["mean_ttft_ms"] == pytest.approx(one.first_ns / 1e6)
    assert values["p99_e2el_ms"] == pytest.approx(one.finished_ns / 1e6)
    decoding_ms = (one.finished_ns - one.first_ns) / 1e6
    assert values["mean_tpot_ms"] == pytest.approx(decoding_ms / 10)
    assert values["output_throughput"] == pytest.approx(11e9 / one.finished_ns)
    assert measured([]) == {}
    single = measured(play(TWIN.simulation(), TwinLoad(2, 100, 1)))
    assert "mean_tpot_ms" not in single


def test_the_test_request_warms_prompt_0_and_no_other() -> None:
    done = play(TWIN.simulation(), TwinLoad(3, 1023, 4), test=True)
    hits = {each.number: each.hit_tokens for each in done}
    assert hits == {0: 1008, 1: 0, 2: 0}


def test_two_rungs_before_a_point_are_as_good_as_the_whole_ladder() -> None:
    """Also on the cliff, where each rung finds what the one before it has left."""
    wanted = (4, 76, 79, 82, 84)
    whole = climb(
        TWIN.simulation(), [TwinLoad(n, 1023, 128) for n in range(1, 85)]
    )
    few = climb(TWIN.simulation(), [TwinLoad(n, 1023, 128) for n in wanted], 1)
    for number, values in zip(wanted, few, strict=True):
        for name in ("duration", "mean_ttft_ms", "mean_tpot_ms"):
            assert values[name] == pytest.approx(whole[number - 1][name])


def test_the_cliff_of_the_ladder_is_where_it_was_measured() -> None:
    """Config A: 64 prompts took 10.35 s, 82 took 28.3 s. The fall lies between them, and at 82
    prompts nearly nothing hits.
    """
    high, low = climb(
        TWIN.simulation(), [TwinLoad(64, 1021, 128), TwinLoad(82, 1021, 128)], 1
    )
    assert high["duration"] == pytest.approx(10.35, rel=0.15)
    assert low["duration"] == pytest.approx(28.3, rel=0.15)
    assert low["mean_tpot_ms"] == pytest.approx(122.3, rel=0.15)


def test_what_cannot_be_served_is_said() -> None:
    with pytest.raises(ProfileError, match="2100 tokens"):
        play(TWIN.simulation(), TwinLoad(2, 2000, 100), test=True)
    assert TwinLoad(1, 1, 1).request_rate == inf
