"""Points of result files as ladders that a twin can repeat: which model, how many cards, what load,
in which order, and whether the server's prefix cache was warm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from inferometer.cli.fit_servers import (
    positive_whole,
    require_machine,
    settings_for,
)
from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import EXPECTED_ERROR, HOPELESS, TwinLadder
from inferometer.engine.twin.profiles import model_profile
from inferometer.results import Condition, Point
from inferometer.vocabulary import of_role
from inferometer.words import Said, metric_named, sentence_of

if TYPE_CHECKING:
    from inferometer.cli.fit import Prompts

SAME_PROMPTS = ("vllm",)
"""Clients whose random prompts are the same in every point, and which send prompt 0 before."""
DEPLOYMENT = of_role("subject")
"""Conditions that part ladders beside model and tp."""
ONE_PROFILE = ("config", "card", "stack", "engine_version")
"""Conditions of which a profile has one value."""
MOST_FAILED = 0.05
"""Share of requests: with more failures, the load was another than that of all of them."""
OTHER_LOADS: Mapping[str, Callable[[str], bool]] = {
    "scenario": lambda value: value.startswith("offline"),
    "arrivals": bool,
    "cache": lambda value: value == "warm",
    "dataset": lambda value: "multi_turn" in value or value == "sessions",
}
"""Conditions, and at which values of them requests come or begin otherwise than a fit repeats: an
engine without a server, a rate that changes, prompts that the cache holds from before.
"""
MAX_NUMBER = 1_000_000
"""Of requests, of tokens and of requests per second: no larger load can be repeated."""


@dataclass(slots=True)
class Sorted:
    """What can be fitted, and why the rest cannot."""

    ladders: list[TwinLadder] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    """(id of the point, reason)."""
    of_several: tuple[str, ...] = ()
    """Conditions of the machine of which the fitted points have several values."""


def ladders_of(
    points: Iterable[Point],
    settings: TwinSettings,
    *,
    model: str | None = None,
    tp: int | None = None,
    prompts: Prompts = "auto",
    step: int | None = None,
) -> Sorted:
    """`settings` holds what no result file says; `model` and `tp` replace what the files say."""
    found = Sorted()
    groups: dict[tuple[Any, ...], list[tuple[Point, TwinLoad]]] = {}
    for point in points:
        try:
            chosen = _settings_of(point, settings, model, tp)
        except ValueError as error:
            found.left_out.append((point.id, sentence_of(error)))
            continue
        key = (chosen, *point.told(DEPLOYMENT))
        groups.setdefault(key, []).append((point, load_of(point)))
    for (chosen, *_), group in groups.items():
        found.ladders.append(_ladder(group, chosen, prompts, step))
    fitted = [point for group in groups.values() for point, _ in group]
    found.of_several = tuple(
        name
        for name in ONE_PROFILE
        if len({each.conditions.get(name) for each in fitted} - {None}) > 1
    )
    return found


def _settings_of(
    point: Point, settings: TwinSettings, model: str | None, tp: int | None
) -> TwinSettings:
    """Raises ValueError with the reason why the point cannot be fitted."""
    if reason := _other_load(point):
        raise ValueError(reason)
    require_machine(point, settings)
    said = point.conditions
    name = (
        model
        or model_profile(said.get("model_id"))
        or model_profile(said.get("model"))
    )
    cards = (
        tp or positive_whole(said.get("tp")) or positive_whole(said.get("gpus"))
    )
    if reason := _unusable(point, name, cards):
        raise ValueError(reason)
    assert name is not None
    assert cards is not None
    return settings_for(point, settings, name, cards)


def _ladder(
    group: Sequence[tuple[Point, TwinLoad]],
    settings: TwinSettings,
    prompts: Prompts,
    step: int | None,
) -> TwinLadder:
    ordered = sorted(group, key=_when)
    is_warm = prompts == "shared" or (
        prompts == "auto"
        and settings.prefix_caching
        and len({load.prompt_tokens // 16 for _, load in group}) == 1
        and all(point.tool in SAME_PROMPTS for point, _ in group)
    )
    return TwinLadder(
        f"{settings.model} tp{settings.tp}",
        settings,
        tuple(load for _, load in ordered),
        tuple(point.values for point, _ in ordered),
        is_warm,
        step if is_warm else None,
    )


def _when(measured: tuple[Point, TwinLoad]) -> tuple[str, int]:
    point, load = measured
    return str(point.conditions.get("date") or ""), load.requests


def _unusable(point: Point, model: str | None, tp: int | None) -> Said | None:
    """Why the point cannot be fitted."""
    said = point.conditions
    lengths = ("input_len", "output_len")
    wrong = [name for name in lengths if not _is_usable(said.get(name))]
    if not _is_usable(_requests(point)):
        wrong.insert(0, "num_prompts")
    named = str(said.get("model_id") or said.get("model") or "")
    values = map(point.values.get, EXPECTED_ERROR)
    reasons = {
        "fit.invalid": point.status == "INVALID",
        "fit.unnamed": model is None and not named,
        "fit.no_model": model is None,
        "fit.no_tp": tp is None,
        "fit.no_condition": bool(wrong),
        "fit.no_value": not any(0 < (value or 0) < inf for value in values),
        "fit.failed": _failed_share(point) > MOST_FAILED,
    }
    told = {
        "model": named,
        "name": ", ".join(wrong),
        "names": ", ".join(EXPECTED_ERROR),
        "percent": 100 * _failed_share(point),
    }
    found = next((key for key, is_so in reasons.items() if is_so), None)
    return None if found is None else Said(found, told)


def _other_load(point: Point) -> Said | None:
    """Why its load is none that a fit repeats."""
    said = point.conditions
    if said.get("rehearsal") is not None:
        return Said("fit.simulated")
    if any(note.key == "note.rate_not_reached" for note in point.notes):
        return Said("fit.rate_missed")
    for name, is_other in OTHER_LOADS.items():
        if is_other(value := str(said.get(name) or "")):
            return Said("fit.other_load", {"name": name, "value": value})
    return None


def _requests(point: Point) -> int | None:
    """How many were sent; of tools that do not say so, how many ended."""
    asked = positive_whole(point.conditions.get("num_prompts"))
    ended = (point.values.get(name, 0) for name in ("completed", "failed"))
    return asked or positive_whole(round(sum(ended)))


def _failed_share(point: Point) -> float:
    return point.values.get("failed", 0) / (_requests(point) or 1)


def _is_usable(value: Condition) -> bool:
    return isinstance(value, int) and 0 < value <= MAX_NUMBER


LENGTHS = {
    "total_input_tokens": "input_len",
    "total_output_tokens": "output_len",
}


def load_of(point: Point) -> TwinLoad:
    """Lengths as measured, if they were; else as asked for."""
    conditions, values = point.conditions, point.values
    requests = _requests(point) or 1
    completed = values.get("completed") or requests
    shortest = _shortest(point)
    prompt, output = (
        _mean(values.get(total), completed)
        or positive_whole(conditions.get(name))
        or 1
        for total, name in LENGTHS.items()
    )
    longest = 2 / (1 + shortest)
    return TwinLoad(
        requests,
        round(prompt * longest),
        round(output * longest),
        max_concurrency=positive_whole(conditions.get("max_concurrency")),
        request_rate=_number(conditions.get("request_rate"), inf),
        burstiness=_burstiness(conditions.get("burstiness")),
        shortest=shortest,
        prefix_tokens=min(
            prompt, positive_whole(conditions.get("prefix_len")) or 0
        ),
    )


def _shortest(point: Point) -> float:
    """The shortest length as a share of the longest, where the file tells the range of a data set
    of random lengths: SGLang's begins at that share, vLLM's goes as far down as up.
    """
    told = point.conditions.get("random_range_ratio")
    if not isinstance(told, int | float) or not 0 <= told <= 1:
        return 1.0
    if point.tool == "sglang":
        return float(told)
    return (1 - told) / (1 + told)


def _burstiness(said: Condition) -> float:
    """inf for equal gaps."""
    return inf if said == inf else _number(said, 1.0)


def _mean(total: float | None, completed: float) -> int | None:
    if not total or completed <= 0:
        return None
    mean = total / completed
    return round(mean) if 0.5 < mean <= MAX_NUMBER else None


def _number(value: Condition, otherwise: float) -> float:
    if isinstance(value, int | float) and 1 / MAX_NUMBER <= value <= MAX_NUMBER:
        return float(value)
    return otherwise


def contradictions(ladders: Iterable[TwinLadder]) -> Iterator[Said]:
    """A sentence for each load and metric whose measured values are so far apart that no twin meets
    them all. Warm ladders are left out: there, equal loads differ in what the cache holds.
    """
    for ladder in ladders:
        if ladder.is_warm:
            continue
        for load in dict.fromkeys(ladder.loads):
            of_load = [
                values
                for each, values in zip(
                    ladder.loads, ladder.values, strict=True
                )
                if each == load
            ]
            told = {"of": ladder.name, "load": load_name(load)}
            yield from _far_apart(of_load, told)


def _far_apart(
    of_load: Sequence[Mapping[str, float]], told: Mapping[str, str]
) -> Iterator[Said]:
    for metric, expected in EXPECTED_ERROR.items():
        known = [each[metric] for each in of_load if each.get(metric, 0) > 0]
        if known and max(known) > (1 + HOPELESS * expected) * min(known):
            ends = {"low": min(known), "high": max(known), "n": len(known)}
            named = metric_named(metric)
            yield Said("fit.contradict", {**told, "name": named, **ends})


def load_name(load: TwinLoad) -> str:
    """What tells points of a ladder apart."""
    name = f"n={load.requests}"
    if load.max_concurrency is not None:
        return f"{name} c={load.max_concurrency}"
    return (
        f"{name} r={load.request_rate:g}" if load.request_rate < inf else name
    )
