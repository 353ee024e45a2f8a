"""Intervals of fitted profiles hold what they say: ladders of known truth with errors of their own
are fitted again and again, and 90% of the predicted intervals should have what is measured next.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import exp

from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.errors import relative_errors
from inferometer.engine.twin.fit import Factor, Fit, TwinLadder, fit, simulate
from inferometer.engine.twin.fitted import Fitted, fitted

SETTINGS = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=1280,
)
FITTED = tuple(TwinLoad(n, 800, 16) for n in (1, 4, 12, 24))
ASKED = tuple(TwinLoad(n, 800, 16) for n in (2, 8, 18))
SPREADS = {"weights": 0.1, "attention": 0.3, "compute": 0.3, "host": 0.3}
"""Of the logarithms of the true factors."""
SLOW, EACH, TTFT = 0.02, 0.005, 0.05
"""Errors of a measured point: one of all that decodes, one of each metric, and one of TTFT."""
SEEDS = 16

Values = Sequence[Mapping[str, float]]


def measured(rng: random.Random, true: Values) -> tuple[dict[str, float], ...]:
    found = []
    for values in true:
        slow = rng.gauss(0, SLOW)
        errors = {
            "mean_tpot_ms": slow + rng.gauss(0, EACH),
            "mean_e2el_ms": slow + rng.gauss(0, EACH),
            "output_throughput": rng.gauss(0, EACH) - slow,
            "mean_ttft_ms": rng.gauss(0, TTFT),
        }
        found.append({m: values[m] * exp(error) for m, error in errors.items()})
    return tuple(found)


def covered(seed: int) -> Iterator[bool]:
    rng = random.Random(seed)
    truth = [(name, exp(rng.gauss(0, each))) for name, each in SPREADS.items()]
    bare = TwinLadder("", SETTINGS, FITTED, ())
    ladder = replace(bare, values=measured(rng, simulate(bare, truth)))
    profile = fitted([ladder], fit([ladder], [*SPREADS]))
    asked = replace(bare, loads=ASKED)
    next_time = measured(rng, simulate(asked, truth))
    for said, values in zip(profile.predict(asked), next_time, strict=True):
        for metric, value in values.items():
            yield said[metric].low <= value <= said[metric].high


def test_intervals_of_refitted_ladders_have_what_is_measured_next() -> None:
    """Without the uncertainty of the factors it is 78%."""
    found = [each for seed in range(SEEDS) for each in covered(seed)]
    assert 0.85 <= sum(found) / len(found) <= 0.98


def unsure_of_the_host(deviation: float) -> Fitted:
    found = Fit(
        {"host": Factor(1.0, 0.5, 2.0, True)},
        ((deviation**2,),),
        {"mean_tpot_ms": 0.01, "mean_ttft_ms": 0.01},
        4,
    )
    return fitted([TwinLadder("", SETTINGS, FITTED, ({},) * 4)], found)


def test_what_simulate_says_has_the_uncertainty_of_the_factors() -> None:
    """A part of a step is the host's, and so is a part of its deviation."""
    sure, unsure = (
        relative_errors(SETTINGS, ASKED[1], unsure_of_the_host(each))["tpot"][0]
        for each in (1e-6, 0.5)
    )
    assert sure == 0.01
    assert 0.03 < unsure < 0.3


def test_lengths_and_rates_that_only_a_file_tells_are_the_fitted_ones() -> None:
    unknown = TwinLoad(100_000, 0, 0, max_concurrency=8)
    found = relative_errors(SETTINGS, unknown, unsure_of_the_host(0.5))
    assert 0.03 < found["tpot"][0] < 0.3
    replayed = replace(unknown, max_concurrency=None, request_rate=0.0)
    assert relative_errors(SETTINGS, replayed, unsure_of_the_host(0.5))


def test_what_does_not_start_has_no_uncertainty_of_factors() -> None:
    long = TwinLoad(4, 2000, 16, max_concurrency=4)
    found = relative_errors(SETTINGS, long, unsure_of_the_host(0.5))
    assert found["tpot"][0] == 0.02  # twice that of the fit: it is longer
