"""Fits: known factors are found again, what is not determined is named, and files are not believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log
from typing import Any

import pytest
import yaml

from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import Fit, TwinLadder, fit, simulate
from inferometer.engine.twin.fitted import (
    Fitted,
    as_plain,
    fitted,
    from_plain,
)
from inferometer.engine.twin.profiles import ProfileError

SETTINGS = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    max_model_len=1280,
)
LOADS = tuple(TwinLoad(n, 800, 16) for n in (1, 4, 12, 24))
TRUTH = {"weights": 0.9, "compute": 0.7, "host": 1.6, "attention": 1.3}


def ladder(settings: TwinSettings, **truth: float) -> TwinLadder:
    """`Measured` on a twin with these factors, so that a fit has to find them."""
    bare = TwinLadder("", settings, LOADS, ())
    return replace(bare, values=tuple(simulate(bare, [*truth.items()])))


ONE = ladder(SETTINGS, **TRUTH)
TWO = ladder(replace(SETTINGS, tp=2, link="pcie4x16"), **TRUTH)


@pytest.fixture(scope="module")
def both() -> Fit:
    return fit([ONE, TWO], ["weights", "compute", "host"])


@pytest.fixture(scope="module")
def profile(both: Fit) -> Fitted:
    return fitted([ONE, TWO], both)


def test_factors_are_found_again(both: Fit) -> None:
    """Attention is off and not fitted; the others take up little of it."""
    for name, found in both.factors.items():
        assert found.value == pytest.approx(TRUTH[name], rel=0.05), name
        assert found.is_identified, name
        assert found.low < found.value < found.high, name
    assert both.errors["mean_tpot_ms"] < 0.03
    assert both.points == 8


def test_one_card_does_not_tell_its_bandwidth_from_its_host() -> None:
    """Both add the same time to each step; on two cards the bandwidth's part is halved."""
    truth = {"weights": 0.9, "host": 1.6}
    one = ladder(SETTINGS, **truth)
    found = fit([one], ["weights", "host"]).factors
    assert not (found["weights"].is_identified and found["host"].is_identified)
    assert found["weights"].alike == ("host",)
    for name, each in found.items():
        assert each.low <= truth[name] <= each.high, name


def test_the_error_at_another_combination_is_that_of_leaving_one_out() -> None:
    """One combination cannot tell it; two that agree are near each other, two that do not are far."""
    one, two = (ladder(each.settings, weights=0.9) for each in (ONE, TWO))
    slower = replace(
        two,
        values=tuple(
            {name: value * 1.3 for name, value in each.items()}
            for each in two.values
        ),
    )
    assert fit([one], ["weights"]).beyond == {}
    agree = fit([one, two], ["weights"]).beyond["mean_tpot_ms"]
    differ = fit([one, slower], ["weights"]).beyond["mean_tpot_ms"]
    assert agree < 0.03
    assert differ > 0.15


@pytest.mark.parametrize("loads", [1, 2, 4])
def test_few_loads_do_not_tell_how_wrong_the_twin_is(loads: int) -> None:
    """Also if they were measured often: four factors suit them, whatever else is wrong."""
    chosen = TwinLadder("", SETTINGS, LOADS[:loads] * 3, ())
    chosen = replace(chosen, values=tuple(simulate(chosen)))
    error = fit([chosen], ["weights", "host"]).errors["mean_tpot_ms"]
    assert (error < 0.01) is (loads == 4)
    assert error == 0.04 or loads == 4


def test_what_was_not_measured_is_not_known_better_than_expected() -> None:
    """Answers of one token have no TPOT: that their TTFT is met says nothing of it."""
    loads = tuple(TwinLoad(number, 256, 1) for number in (2, 4, 8))
    short = TwinLadder("", SETTINGS, loads, ())
    short = replace(short, values=tuple(simulate(short)))
    found = fitted([short], fit([short], ["compute"]))
    assert found.fit.errors["mean_ttft_ms"] < 0.01
    assert found.spread("mean_tpot_ms", ()) >= 0.04
    assert found.spread("p99_tpot_ms", ()) >= 1.5 * 0.04


def test_chance_is_no_error_of_the_twin() -> None:
    """The arrivals of 60 requests set the throughput of a twin that is right 18% apart."""
    loads = tuple(TwinLoad(60, 256, 8, request_rate=rate) for rate in (1, 2, 4))
    other = [replace(each, seed=n) for n, each in enumerate(loads, 100)]
    asked = TwinLadder("", SETTINGS, loads, ())
    values = simulate(replace(asked, loads=tuple(other)))
    found = fit([replace(asked, values=tuple(values))], ["compute"])
    apart = [
        abs(log(ours["output_throughput"] / theirs["output_throughput"]))
        for ours, theirs in zip(simulate(asked), values, strict=True)
    ]
    assert max(apart) > 0.15
    assert found.errors["output_throughput"] == pytest.approx(0.05)
    assert found.factors["compute"].value == pytest.approx(1.0, rel=0.1)


def test_a_card_does_not_exceed_its_nameplate() -> None:
    fast = replace(
        ONE,
        values=tuple(
            {name: value / 3 for name, value in each.items()}
            for each in ONE.values
        ),
    )
    found = fit([fast], ["weights"]).factors["weights"]
    assert found.value <= 1 / 0.8 + 1e-9


def test_an_unknown_factor_is_refused() -> None:
    with pytest.raises(ProfileError, match="luck"):
        fit([ONE], ["luck"])
    with pytest.raises(ProfileError, match="luck"):
        simulate(ONE, [("luck", 2.0)])


def test_a_profile_survives_its_file(profile: Fitted) -> None:
    text = yaml.safe_dump(as_plain(profile, ["a ladder"]))
    again = from_plain(yaml.safe_load(text))
    assert again == profile


def test_predictions_have_intervals_and_say_what_they_extrapolate(
    profile: Fitted,
) -> None:
    inside, above = TwinLoad(10, 800, 16), TwinLoad(60, 800, 16)
    assert profile.outside(SETTINGS, inside) == ()
    assert profile.outside(SETTINGS, above) == ("concurrency",)
    assert profile.outside(
        replace(SETTINGS, model="qwen3-14b", tp=2, link="pcie4x8"),
        TwinLoad(10, 100, 16, request_rate=3.0),
    ) == ("model", "link", "prompt_tokens", "request_rate")
    near, far = profile.predict(TwinLadder("", SETTINGS, (inside, above), ()))
    tpots = [each["mean_tpot_ms"] for each in (near, far)]
    assert all(each.low < each.value < each.high for each in tpots)
    near_width, far_width = (each.high / each.value for each in tpots)
    assert near_width < far_width < 1.2
    assert (
        near["p99_ttft_ms"].high / near["p99_ttft_ms"].value
        > near["mean_ttft_ms"].high / near["mean_ttft_ms"].value
    )


@pytest.mark.parametrize(
    "other",
    [{"card": "h100"}, {"stack": "vllm-graphs"}, {"host": "consumer"}],
)
def test_another_card_stack_or_host_is_refused(
    profile: Fitted, other: dict[str, Any]
) -> None:
    with pytest.raises(ProfileError, match=next(iter(other.values()))):
        profile.applied(replace(SETTINGS, **other))


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], object]:
    def change(content: Any) -> object:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = to
        return None

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("format", to="another"),
        _set("settings", to=[]),
        _set("settings", "card", to="no-such-card"),
        _set("settings", "tp", to="two"),
        _set("settings", "max_model_len", to=-4),
        _set("factors", to={}),
        _set("factors", "luck", to={"value": 1}),
        _set("factors", "host", "value", to=-1),
        _set("factors", "host", "value", to=1e300),
        _set("factors", "host", "value", to=10**400),
        _set("factors", "host", "low", to=float("nan")),
        _set("settings", "tp", to=float("inf")),
        _set("settings", "card", to=["r9700"]),
        _set("fitted", "model", to=[["llama-3.1-8b"]]),
        _set("covariance_of_logarithms", to=[[float("nan")]]),
        _set("covariance_of_logarithms", to=[[[0.1]]]),
        _set("points", to=float("inf")),
        _set("factors", "host", "alike", to=3),
        _set("covariance_of_logarithms", to=[[1.0]]),
        _set("covariance_of_logarithms", to="x"),
        _set("covariance_of_logarithms", 0, 0, to=1e9),
        _set("relative_errors", to={}),
        _set("relative_errors", "mean_tpot_ms", to=float("inf")),
        _set("points", to=None),
        _set("fitted", "tp", to=None),
        _set("fitted", "concurrency", to=[1, 2, 3]),
    ],
)
def test_a_broken_file_is_refused(
    profile: Fitted, change: Callable[[dict[str, Any]], object]
) -> None:
    content = yaml.safe_load(yaml.safe_dump(as_plain(profile)))
    change(content)
    with pytest.raises(ProfileError):
        from_plain(content)


@pytest.mark.parametrize("content", [None, [], "x", 3, {}, {"format": 1}])
def test_something_else_is_refused(content: object) -> None:
    with pytest.raises(ProfileError, match="inferometer fit"):
        from_plain(content)
