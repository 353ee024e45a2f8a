"""Points of result files as ladders that a twin can repeat: which model, how many cards, what load,
in which order, and whether the server's prefix cache was warm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Literal

from inferometer.engine.twin.client import TwinLoad
from inferometer.engine.twin.configuration import TwinSettings
from inferometer.engine.twin.fit import EXPECTED_ERROR, HOPELESS, TwinLadder
from inferometer.engine.twin.profiles import model_profile
from inferometer.results import Condition, Point
from inferometer.vocabulary import of_role
from inferometer.words import Said, metric_named

Prompts = Literal["auto", "shared", "own"]
SAME_PROMPTS = ("vllm",)
"""Clients whose random prompts are the same in every point, and which send prompt 0 before."""
DEPLOYMENT = of_role("subject")
"""Conditions that part ladders beside model and tp."""
MAX_NUMBER = 1_000_000
"""Of requests, of tokens and of requests per second: no larger load can be repeated."""


@dataclass(slots=True)
class Sorted:
    """What can be fitted, and why the rest cannot."""

    ladders: list[TwinLadder] = field(default_factory=list)
    left_out: list[tuple[str, Said]] = field(default_factory=list)
    """(id of the point, reason)."""


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
    groups: dict[tuple[Condition, ...], list[tuple[Point, TwinLoad]]] = {}
    for point in points:
        said = point.conditions
        name = (
            model
            or model_profile(said.get("model_id"))
            or model_profile(said.get("model"))
        )
        cards = tp or _whole(said.get("tp")) or _whole(said.get("gpus"))
        if reason := _unusable(point, name, cards):
            found.left_out.append((point.id, reason))
            continue
        key = (name, cards, *map(said.get, DEPLOYMENT))
        groups.setdefault(key, []).append((point, load_of(point)))
    for (profile, size, *_), group in groups.items():
        chosen = replace(settings, model=str(profile), tp=_whole(size) or 1)
        found.ladders.append(_ladder(group, chosen, prompts, step))
    return found


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
    numbers = ("num_prompts", "input_len", "output_len")
    wrong = [name for name in numbers if not _is_usable(said.get(name))]
    values = map(point.values.get, EXPECTED_ERROR)
    reasons = {
        "fit.simulated": said.get("rehearsal") is not None,
        "fit.invalid": point.status == "INVALID",
        "fit.no_model": model is None,
        "fit.no_tp": tp is None,
        "fit.no_condition": bool(wrong),
        "fit.no_value": not any(0 < (value or 0) < inf for value in values),
    }
    told = {
        "model": str(said.get("model_id") or said.get("model") or "-"),
        "name": ", ".join(wrong),
        "names": ", ".join(EXPECTED_ERROR),
    }
    return next(
        (Said(key, told) for key, is_so in reasons.items() if is_so), None
    )


def _is_usable(value: Condition) -> bool:
    return isinstance(value, int) and 0 < value <= MAX_NUMBER


def load_of(point: Point) -> TwinLoad:
    """Lengths as measured, if they were; else as asked for."""
    conditions, values = point.conditions, point.values
    requests = _whole(conditions.get("num_prompts")) or 1
    completed = values.get("completed") or requests
    return TwinLoad(
        requests,
        _mean(values.get("total_input_tokens"), completed)
        or _whole(conditions.get("input_len"))
        or 1,
        _mean(values.get("total_output_tokens"), completed)
        or _whole(conditions.get("output_len"))
        or 1,
        max_concurrency=_whole(conditions.get("max_concurrency")),
        request_rate=_number(conditions.get("request_rate"), inf),
        burstiness=_number(conditions.get("burstiness"), 1.0),
    )


def _mean(total: float | None, completed: float) -> int | None:
    if not total or completed <= 0:
        return None
    mean = total / completed
    return round(mean) if 0.5 < mean <= MAX_NUMBER else None


def _whole(value: Condition) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


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
