"""Chance in metrics of short runs: as large as runs with other arrivals differ."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from math import log

import pytest

from inferometer.engine.twin.client import TwinLoad, measured, play
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.fit import Factor, Fit, TwinLadder
from inferometer.engine.twin.fitted import Fitted, around, fitted, widened
from inferometer.engine.twin.noise import noise_of

SETTINGS = TwinSettings("r9700", "llama-3.1-8b", max_model_len=2048)
LOAD = TwinLoad(300, 256, 16, request_rate=12.0)
RUNS = 20


def test_intervals_cover_runs_with_other_arrivals() -> None:
    """About 90 % of them: three requests of 300 are beyond a p99."""
    twin, runs = make_twin(SETTINGS), []
    for seed in range(RUNS):
        load = replace(LOAD, seed=seed)
        done = play(twin.simulation(), load)
        runs.append((measured(done), noise_of(load, done)))
    for metric in ("mean_ttft_ms", "p99_ttft_ms", "mean_e2el_ms"):
        covered = [
            abs(log(ours[metric] / other[metric])) <= 1.645 * noise[metric]
            for (ours, noise), (other, _) in permutations(runs, 2)
        ]
        assert 0.7 <= sum(covered) / len(covered) <= 0.995, metric


def test_the_tail_is_less_sure_than_the_mean_and_more_requests_are_surer() -> (
    None
):
    twin = make_twin(SETTINGS)
    few, many = (
        noise_of(load, play(twin.simulation(), load))
        for load in (LOAD, replace(LOAD, requests=3000))
    )
    assert few["mean_ttft_ms"] < few["p99_ttft_ms"]
    for metric in ("mean_ttft_ms", "p99_ttft_ms"):
        assert many[metric] < few[metric]


@pytest.mark.parametrize(
    "load",
    [
        TwinLoad(40, 256, 16),
        TwinLoad(40, 256, 16, max_concurrency=8, shortest=0.8),
        TwinLoad(19, 256, 16, request_rate=12.0),
    ],
)
def test_no_chance_is_claimed_where_none_can_be_told(load: TwinLoad) -> None:
    done = play(make_twin(SETTINGS).simulation(), load)
    assert noise_of(load, done) == {}


def test_answers_of_one_token_have_no_tpot() -> None:
    load = replace(LOAD, output_tokens=1, requests=40)
    noise = noise_of(load, play(make_twin(SETTINGS).simulation(), load))
    assert "mean_tpot_ms" not in noise
    assert noise["p99_ttft_ms"] > 0


def test_predictions_at_a_rate_are_as_unsure_as_chance_makes_them() -> None:
    profile = profile_of(replace(LOAD, requests=40))
    at_rate = replace(LOAD, requests=40)
    ladder = TwinLadder("", SETTINGS, (at_rate,), ())
    (said,) = profile.predict(ladder)
    done = play(make_twin(profile.applied(SETTINGS)).simulation(), at_rate)
    bare = profile.surrounded(SETTINGS, at_rate, measured(done))
    for metric in ("mean_ttft_ms", "p99_ttft_ms"):
        assert said[metric].value == bare[metric].value
        assert said[metric].high > bare[metric].high
        assert said[metric].low < bare[metric].low


def profile_of(load: TwinLoad) -> Fitted:
    fit = Fit(
        {"host": Factor(1.0, 0.99, 1.01, True)},
        ((1e-8,),),
        {"mean_tpot_ms": 0.02, "mean_ttft_ms": 0.02},
        4,
    )
    return fitted([TwinLadder("", SETTINGS, (load,), ({},))], fit)


def test_independent_errors_add_as_squares() -> None:
    said = widened({"a": around(10.0, 0.3), "b": around(5.0, 0.1)}, {"a": 0.4})
    assert said["a"].high == pytest.approx(around(10.0, 0.5).high)
    assert said["b"] == around(5.0, 0.1)
