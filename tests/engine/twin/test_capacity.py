"""Capacity: as few replicas as do, what cannot start, and what nobody knows until it is measured."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inferometer.engine.twin import capacity
from inferometer.engine.twin.capacity import (
    CapacityAnswer,
    Demand,
    answer,
    limits,
    metrics,
)
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import Factor, Fit
from inferometer.engine.twin.fitted import Fitted
from inferometer.engine.twin.profiles import CardProfile, load_profile
from inferometer.spec.target import parse_target

R9700 = TwinSettings(
    card="r9700", model="llama-3.1-8b", host="server", max_model_len=2048
)
TIGHT = (parse_target("p99_ttft_ms < 400"), parse_target("mean_tpot_ms < 45"))
DEMAND = Demand(512, 32, request_rate=24.0, targets=TIGHT)


@pytest.fixture
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what is said of a single run."""
    monkeypatch.setattr(capacity, "noise_of", lambda *_: {})


@pytest.fixture(scope="module")
def found() -> CapacityAnswer:
    return answer(R9700, DEMAND, 16)


@pytest.mark.usefixtures("without_chance")
def test_it_takes_as_few_replicas_as_do(found: CapacityAnswer) -> None:
    assert found.status in {"meets", "unsure"}
    assert 1 < found.replicas <= 16
    fewer = answer(R9700, DEMAND, found.replicas - 1)
    assert fewer.status == "misses"
    assert fewer.replicas == found.replicas - 1
    assert found.cards == found.replicas


def test_the_load_is_that_of_all_replicas(found: CapacityAnswer) -> None:
    rate = found.values["request_throughput"]
    assert rate.value == pytest.approx(24, rel=0.1)
    assert rate.low < rate.value < rate.high
    assert DEMAND.share(3).request_rate == 8
    users = Demand(512, 32, users=10)
    assert users.share(3).max_concurrency == 4


def test_where_a_target_lies_in_the_interval_nobody_knows() -> None:
    def status(limit: float) -> str:
        targets = (parse_target(f"mean_tpot_ms < {limit}"),)
        return answer(R9700, replace(calm, targets=targets), 16).status

    calm = replace(DEMAND, request_rate=0.5)
    alone = answer(R9700, calm, 1)
    tpot = alone.values["mean_tpot_ms"]
    assert status(3 * tpot.high) == "meets"
    assert status(tpot.value / 2) == "misses"


def test_what_does_not_fit_is_refused_in_the_engines_words() -> None:
    big = replace(R9700, model="llama-3.1-70b")
    refused = answer(big, DEMAND, 8)
    assert refused.status == "refused"
    assert "No available memory" in refused.reason
    long = answer(R9700, replace(DEMAND, prompt_tokens=4000), 8)
    assert long.status == "refused"
    assert "4032 tokens" in long.reason


@pytest.mark.parametrize("users", [1, 30])
def test_requests_that_are_too_long_by_chance_only_are_refused_too(
    users: int,
) -> None:
    """Lengths of users' requests are up to those that were asked for."""
    found = answer(R9700, Demand(1900, 149, users=users, targets=TIGHT), 8)
    assert found.status == "refused"
    assert "2049 tokens" in found.reason


LIGHT = Demand(512, 32, request_rate=2.0, targets=TIGHT)


def test_a_shared_prefix_is_found_and_saves_time() -> None:
    half = replace(LIGHT, prefix_tokens=256)
    alone, shared = (answer(R9700, each, 1) for each in (LIGHT, half))
    assert alone.prefix_hits == 0
    assert shared.prefix_hits == pytest.approx(0.5, abs=0.02)
    ttft_ms = [each.values["mean_ttft_ms"].value for each in (shared, alone)]
    assert ttft_ms[0] < ttft_ms[1]


@pytest.mark.usefixtures("without_chance")
def test_limits_are_where_the_load_reaches_them() -> None:
    limit = limits(answer(R9700, LIGHT, 1), LIGHT)
    assert limit.misses_from is not None
    for factor, missed in ((0.85, False), (1.0, True)):
        load = LIGHT.times(factor * limit.misses_from / LIGHT.load)
        assert (answer(R9700, load, 1).status == "misses") is missed
    assert limit.kv_half is not None
    assert limit.kv_full is None or limit.kv_half <= limit.kv_full


@pytest.mark.parametrize(
    ("output_tokens", "status"), [(1, "unsure"), (32, "meets")]
)
def test_a_target_on_what_the_load_does_not_have(
    output_tokens: int, status: str
) -> None:
    loose = (
        parse_target("p99_ttft_ms < 9999"),
        parse_target("mean_tpot_ms < 999"),
    )
    load = Demand(512, output_tokens, request_rate=1.0, targets=loose)
    found = answer(R9700, load, 1)
    assert found.status == status
    assert ("mean_tpot_ms" in found.reason) is (status == "unsure")


def test_what_cannot_be_simulated_whole_is_undecided() -> None:
    """3000 requests do not show how 2000 users are served who are all there at once."""
    loose = (parse_target("p99_ttft_ms < 1e9"),)
    crowd = Demand(16, 2, users=2000, targets=loose)
    alone, halved = (
        answer(R9700, replace(crowd, users=n), 1) for n in (2000, 1000)
    )
    assert alone.status == "unsure"
    assert "2000 at once on one replica" in alone.reason
    assert halved.status == "meets"
    assert not halved.reason


def test_power_and_kv_lie_within_what_a_card_can(
    found: CapacityAnswer,
) -> None:
    card = load_profile(CardProfile, "r9700")
    assert card.idle_w < found.card_w < card.limit_w
    assert 0 < found.kv_peak <= 1
    assert found.fits_at_once > 50


def test_a_fitted_profile_narrows_the_interval_where_it_is_about_it() -> None:
    fitted = Fitted(
        R9700,
        Fit(
            {"host": Factor(1.0, 0.9, 1.1, True)},
            ((0.001,),),
            {"mean_tpot_ms": 0.02, "mean_ttft_ms": 0.1},
            9,
        ),
        {"model": ("llama-3.1-8b",), "tp": ("1",), "link": ("none",)},
        {
            "prompt_tokens": (512, 512),
            "output_tokens": (32, 32),
            "request_rate": (0.1, 20.0),
        },
    )
    calm = replace(DEMAND, request_rate=2.0)
    bare = answer(R9700, calm, 1)
    sure = answer(R9700, calm, 1, [fitted])
    assert sure.is_fitted
    assert not sure.outside
    width = {
        name: each.values["mean_tpot_ms"].high
        / each.values["mean_tpot_ms"].value
        for name, each in (("bare", bare), ("sure", sure))
    }
    assert width["sure"] < width["bare"]
    guess = replace(fitted, fit=replace(fitted.fit, covariance=((1.0,),)))
    unsure = answer(R9700, calm, 1, [guess]).values["mean_tpot_ms"]
    assert unsure.high / unsure.value > width["sure"] * 1.05
    longer = answer(R9700, replace(calm, prompt_tokens=900), 1, [fitted])
    assert longer.outside == ("prompt_tokens",)
    other = answer(replace(R9700, host="consumer"), calm, 1, [fitted])
    assert not other.is_fitted


def test_every_metric_of_a_target_is_simulated(found: CapacityAnswer) -> None:
    assert set(metrics()) <= set(found.values)


LOOSE = (parse_target("p99_ttft_ms < 1e9"), parse_target("mean_tpot_ms < 1e9"))


@pytest.mark.usefixtures("without_chance")
@pytest.mark.parametrize(
    ("output_tokens", "rate", "grows"),
    [
        (32, 10.0, False),
        (32, 20.0, True),  # the queue grows
        (512, 1.0, False),
        (512, 2.0, False),  # it fills up for a minute, and is then full
        (512, 4.0, True),
    ],
)
def test_what_still_grows_at_the_end_meets_no_target(
    output_tokens: int, rate: float, grows: bool
) -> None:
    long = replace(R9700, max_model_len=4096)
    demand = Demand(512, output_tokens, request_rate=rate, targets=LOOSE)
    found = answer(long, demand, 1)
    assert found.is_growing is grows
    assert found.status == ("misses" if grows else "meets")
    assert bool(found.reason) is grows


@pytest.mark.usefixtures("without_chance")
@pytest.mark.parametrize(
    ("share", "status"), [(0.5, "meets"), (0.9, "unsure"), (1.1, "misses")]
)
def test_close_to_what_it_can_serve_nobody_knows(
    share: float, status: str
) -> None:
    """An engine that is 22% slower is within the error of an unfitted one."""
    demand = replace(LIGHT, targets=LOOSE)
    most = limits(answer(R9700, demand, 1), demand).misses_from
    assert most is not None
    found = answer(R9700, demand.times(share * most / demand.load), 1)
    assert found.status == status
    assert ("22% slower" in found.reason) is (status == "unsure")
