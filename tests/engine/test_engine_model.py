"""The engine model in virtual time: tables of what must come when."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine.model import EngineSettings, PacedModel

MS = 1_000_000
FOREVER = 1 << 62


def drain(
    model: PacedModel, until_ns: int = FOREVER
) -> list[tuple[float, int, int, bool]]:
    """All emissions due until then, as (ms, request, tokens, last)."""
    emissions = iter(lambda: model.pop_due(until_ns), None)
    return [
        (e.time_ns / MS, e.sequence.number, e.tokens, e.last)
        for e in emissions
        if e is not None
    ]


def paced(**settings: float | int | None) -> PacedModel:
    values = {"ttft_ms": 50, "itl_ms": 20, **settings}
    return PacedModel(EngineSettings(**values))  # type: ignore[arg-type]


def test_a_lone_request() -> None:
    model = paced()
    model.submit(0, prompt_tokens=5, max_tokens=3, time_ns=7 * MS)
    assert model.next_ns() == 57 * MS
    assert drain(model) == [
        (57, 0, 1, False),
        (77, 0, 1, False),
        (97, 0, 1, True),
    ]
    assert model.next_ns() is None


def test_nothing_is_handed_out_before_its_time() -> None:
    model = paced()
    model.submit(0, 5, 2, 0)
    assert model.pop_due(50 * MS - 1) is None
    assert drain(model, 50 * MS) == [(50, 0, 1, False)]


def test_asking_late_does_not_shift_what_follows() -> None:
    model = paced()
    model.submit(0, 5, 3, 0)
    assert drain(model, 500 * MS) == [
        (50, 0, 1, False),
        (70, 0, 1, False),
        (90, 0, 1, True),
    ]


@pytest.mark.parametrize(
    ("max_tokens", "expected"),
    [(8, [4, 4]), (9, [4, 4, 1]), (3, [3]), (4, [4])],
)
def test_several_tokens_an_event_and_what_remains(
    max_tokens: int, expected: list[int]
) -> None:
    model = paced(tokens_per_event=4)
    model.submit(0, 5, max_tokens, 0)
    emissions = drain(model)
    assert [tokens for _, _, tokens, _ in emissions] == expected
    assert [last for *_, last in emissions] == [False] * (len(expected) - 1) + [
        True
    ]
    assert emissions[-1][0] == 50 + 20 * (len(expected) - 1)


def test_prefill_grows_with_the_prompt() -> None:
    model = paced(prefill_ms_per_1k_tokens=10)
    model.submit(0, 2500, 1, 0)
    assert drain(model) == [(75, 0, 1, True)]


def test_requests_beyond_the_limit_wait_their_turn() -> None:
    model = paced(max_num_seqs=2)
    for number, time_ms in ((0, 0), (1, 1), (2, 2), (3, 3)):
        model.submit(number, 5, 2, time_ms * MS)
    assert (model.running, model.waiting) == (2, 2)
    # 0 ends at 70 and lets 2 in, 1 ends at 71 and lets 3 in; each then takes 50 + 20.
    ends = [
        (time_ms, number) for time_ms, number, _, last in drain(model) if last
    ]
    assert ends == [(70, 0), (71, 1), (140, 2), (141, 3)]


def test_admission_is_noted_for_the_queue_time() -> None:
    model = paced(max_num_seqs=1)
    model.submit(0, 5, 1, 0)
    waiting = model.submit(1, 5, 1, 10 * MS)
    drain(model)
    assert (waiting.submitted_ns, waiting.admitted_ns) == (10 * MS, 50 * MS)


def test_a_preempted_request_computes_again_what_it_held() -> None:
    """5 prompt tokens and one of its own are to be computed again, 10 ms each: TTFT and 60 ms until
    the next.
    """
    model = paced(prefill_ms_per_1k_tokens=10_000, ttft_ms=50)
    sequence, other = model.submit(0, 5, 3, 0), model.submit(1, 5, 3, 0)
    assert drain(model, 100 * MS) == [(100, 0, 1, False), (100, 1, 1, False)]
    model.preempt(sequence)
    assert drain(model) == [
        (120, 1, 1, False),
        (140, 1, 1, True),
        (230, 0, 1, False),
        (250, 0, 1, True),
    ]
    assert other.tokens_held == 8


def test_itl_grows_with_what_runs_beside() -> None:
    model = paced(itl_growth_ms=5)
    model.submit(0, 5, 4, 0)
    model.submit(1, 5, 1, 20 * MS)
    # Events of 0 at 50 (two run: gap 25), at 75 (1 has left at 70: gap 20), 95, 115.
    assert [(time_ms, number) for time_ms, number, _, _ in drain(model)] == [
        (50, 0),
        (70, 1),
        (75, 0),
        (95, 0),
        (115, 0),
    ]


def test_a_tie_goes_to_the_smaller_number() -> None:
    model = paced()
    for number in (2, 0, 1):
        model.submit(number, 5, 1, 0)
    assert [number for _, number, _, _ in drain(model)] == [0, 1, 2]


def test_cancelling_a_running_request_frees_its_place_then_and_there() -> None:
    model = paced(max_num_seqs=1)
    first = model.submit(0, 5, 100, 0)
    model.submit(1, 5, 1, 1 * MS)
    drain(model, 60 * MS)
    model.cancel(first, 65 * MS)
    model.cancel(first, 66 * MS)
    assert (model.running, model.waiting) == (1, 0)
    assert drain(model) == [(115, 1, 1, True)]


def test_cancelling_a_waiting_request_lets_nobody_in() -> None:
    model = paced(max_num_seqs=1)
    model.submit(0, 5, 2, 0)
    second = model.submit(1, 5, 1, 0)
    model.submit(2, 5, 1, 0)
    model.cancel(second, 10 * MS)
    assert (model.running, model.waiting) == (1, 1)
    assert drain(model) == [
        (50, 0, 1, False),
        (70, 0, 1, True),
        (120, 2, 1, True),
    ]


def emission_times(seed: int, numbers: list[int]) -> dict[int, list[float]]:
    model = paced(jitter=0.3, seed=seed)
    for number in numbers:
        model.submit(number, 5, 5, 0)
    times: dict[int, list[float]] = {number: [] for number in numbers}
    for time_ms, number, _, _ in drain(model):
        times[number].append(time_ms)
    return times


def test_jitter_belongs_to_seed_and_number_not_to_company() -> None:
    alone, together = emission_times(1, [7]), emission_times(1, [3, 7, 11])
    assert alone[7] == together[7]
    assert together[3] != together[7]
    assert emission_times(2, [7])[7] != alone[7]


def test_jitter_has_the_mean_and_spread_asked_for() -> None:
    model = paced(jitter=0.25, ttft_ms=0, seed=3)
    model.submit(0, 5, 20_001, 0)
    times = [time_ms for time_ms, *_ in drain(model)]
    gaps = [b - a for a, b in zip(times, times[1:], strict=False)]
    assert statistics.mean(gaps) == pytest.approx(20, rel=0.01)
    assert statistics.stdev(gaps) / statistics.mean(gaps) == pytest.approx(
        0.25, rel=0.05
    )
    assert min(gaps) > 0


def test_kv_cache_holds_prompts_and_what_was_said() -> None:
    model = paced(max_num_seqs=2, max_model_len=100)
    model.submit(0, 30, 10, 0)
    model.submit(1, 20, 10, 0)
    assert model.kv_cache_usage == pytest.approx(50 / 200)
    drain(model, 70 * MS)
    assert model.kv_cache_usage == pytest.approx(54 / 200)
    drain(model)
    assert model.kv_cache_usage == 0


@given(
    asked=st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 200)),
        min_size=1,
        max_size=30,
    ),
    max_num_seqs=st.none() | st.integers(1, 4),
    tokens_per_event=st.integers(1, 5),
    jitter=st.sampled_from([0.0, 0.5]),
)
def test_every_request_gets_what_it_asked_for_and_no_more_run_than_may(
    asked: list[tuple[int, int]],
    max_num_seqs: int | None,
    tokens_per_event: int,
    jitter: float,
) -> None:
    model = paced(
        max_num_seqs=max_num_seqs,
        tokens_per_event=tokens_per_event,
        jitter=jitter,
        itl_growth_ms=1,
    )
    arrivals = sorted(time_ms for _, time_ms in asked)
    got = dict.fromkeys(range(len(asked)), 0)
    ended: list[int] = []
    clock_ms = 0.0
    for number, ((max_tokens, _), time_ms) in enumerate(
        zip(asked, arrivals, strict=True)
    ):
        emissions = drain(model, time_ms * MS)
        model.submit(number, 1, max_tokens, time_ms * MS)
        for at_ms, which, tokens, last in emissions + (
            drain(model) if number == len(asked) - 1 else []
        ):
            assert at_ms >= clock_ms
            clock_ms = at_ms
            got[which] += tokens
            ended += [which] * last
        assert max_num_seqs is None or model.running <= max_num_seqs
    assert got == {
        number: max_tokens for number, (max_tokens, _) in enumerate(asked)
    }
    assert sorted(ended) == list(range(len(asked)))
    assert (model.running, model.waiting, model.next_ns()) == (0, 0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ttft_ms": -1},
        {"itl_ms": float("inf")},
        {"jitter": float("nan")},
        {"tokens_per_event": 0},
        {"max_num_seqs": 0},
    ],
)
def test_impossible_settings_are_refused_by_name(
    wrong: dict[str, float],
) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EngineSettings(**wrong)  # type: ignore[arg-type]
