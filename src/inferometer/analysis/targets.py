"""Whether results reach their targets, deployment by deployment, with the point that decided.

A rate (anything per second) is to be reached at one load at least: what a deployment can do, it does at its best load. All
else is to hold at every load. Who means otherwise writes `every` or `any`. A metric that was not measured is not reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inferometer.analysis.scaling import scaling
from inferometer.results import CONDITIONS, Point, metric
from inferometer.results.columns import METRICS, Column
from inferometer.spec.flags import did_you_mean, did_you_mean_one_of
from inferometer.spec.target import Target

NOT_YET = {
    "gpu_utilization": Column("gpu_utilization", "%", "higher"),
    "tokens_per_joule": Column("tokens_per_joule", "tok/J", "higher"),
}
"""Metrics that targets may name and nothing measures so far: such a target is not reached, and says why."""

SCALING = Column("scaling_efficiency", "%", "higher")
"""Of several cards against one at the same load per card: of two points, not of one."""

DEPLOYMENT = ("config", "model", "tp", "engine")
"""Conditions that tell one deployment from another."""

APART = ("model_id", "address")
"""Conditions that tell two deployments apart whose names are one: an alias stands for what its
file says at the time."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value that a target is held against."""

    deployment: str
    at: str
    """The point's id, or the load."""
    value: float | None
    trouble: str
    """Why the value does not count, or what to know about it."""
    conditions: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Checked:
    """A target, held against one deployment."""

    target: Target
    deployment: str
    reached: bool
    value: float | None
    """Of the point that decided: the best where any will do, else the worst."""
    at: str
    reason: str
    """Why it is not reached; or a word of caution where it is."""

    @property
    def unit(self) -> str:
        column = column_of(self.target.metric)
        return column.unit if column else ""


def column_of(name: str) -> Column | None:
    """Of a metric that a target may name."""
    return SCALING if name == SCALING.name else NOT_YET.get(name) or metric(name)


def mistakes(targets: Iterable[Target]) -> list[str]:
    """What is wrong with them, a sentence each: metrics and conditions that do not exist."""
    names = [*METRICS, SCALING.name, *NOT_YET]
    found = []
    for target in targets:
        if column_of(target.metric) is None:
            cure = did_you_mean(target.metric, names) or ": they are called as in vLLM's result files, such as p99_ttft_ms"
            found.append(f"The target {str(target)!r} names no metric that exists{cure}.")
        found += [
            f"The target {str(target)!r} asks for {where.name!r}, which is no condition"
            f"{did_you_mean_one_of(where.name, CONDITIONS)}."
            for where in target.where
            if where.name not in CONDITIONS
        ]
    return found


def check(targets: Iterable[Target], points: Sequence[Point]) -> list[Checked]:
    """Every target against every deployment among the points that it is asked of, in the order of the targets."""
    names = _deployments(points)
    return [checked for target in targets for checked in _check(target, points, names)]


def deployment_of(point: Point) -> str:
    """Its name in a table: `C 7B TP1 vllm`, of what is known."""
    known = {name: point.conditions[name] for name in DEPLOYMENT if point.conditions.get(name) is not None}
    return " ".join(f"TP{value}" if name == "tp" else str(value) for name, value in known.items()) or "all"


def _deployments(points: Sequence[Point]) -> list[str]:
    """The name of each point's deployment, with what tells it from others that would have the
    same name."""
    names = [deployment_of(point) for point in points]
    apart: dict[str, dict[str, set[object]]] = {name: {each: set() for each in APART} for name in names}
    for name, point in zip(names, points, strict=True):
        for each in APART:
            apart[name][each].add(point.conditions.get(each))
    return [
        " ".join([name, *(str(point.conditions.get(each)) for each in APART if len(apart[name][each]) > 1)])
        for name, point in zip(names, points, strict=True)
    ]


def _check(target: Target, points: Sequence[Point], names: Sequence[str]) -> list[Checked]:
    if target.metric == SCALING.name:
        readings = _scaling(points)
    else:
        readings = [_reading(target.metric, point, name) for point, name in zip(points, names, strict=True)]
    asked = [each for each in readings if all(where.holds(each.conditions) for where in target.where)]
    if not asked:
        why = f"it was not measured: nothing here has {', '.join(map(str, target.where))}" if target.where else _nothing(target)
        return [Checked(target, "", False, None, "", why)]
    by_deployment: dict[str, list[_Reading]] = {}
    for reading in asked:
        by_deployment.setdefault(reading.deployment, []).append(reading)
    return [_decide(target, name, readings) for name, readings in by_deployment.items()]


def _nothing(target: Target) -> str:
    if target.metric == SCALING.name:
        return "it was not measured: there is no pair of one card and several at the same load per card"
    return "it was not measured: there are no points"


def _scaling(points: Sequence[Point]) -> list[_Reading]:
    return [
        _Reading(
            deployment=f"{each.name} on {each.gpus} GPUs".strip(),
            at=f"load {each.load_per_gpu:g} a GPU",
            value=100 * each.efficiency,
            trouble="it is SUSPECT" if each.status == "SUSPECT" else "",
            conditions={"gpus": each.gpus},
        )
        for each in scaling(points)
    ]


def _reading(name: str, point: Point, deployment: str) -> _Reading:
    value = point.values.get(name)
    trouble = f"it is {point.status}" if point.status in ("SUSPECT", "INVALID") else ""
    if value is not None and point.status == "INVALID":
        return _Reading(deployment, point.id, None, f"{trouble}: {_why(point)}", point.conditions)
    if value is None:
        trouble = "it was not measured" + (", and nothing measures it yet" if name in NOT_YET else "")
    return _Reading(deployment, point.id, value, trouble, point.conditions)


def _why(point: Point) -> str:
    return point.reasons[0].rstrip(".") if point.reasons else "its numbers are not to be believed"


def _decide(target: Target, deployment: str, readings: Sequence[_Reading]) -> Checked:
    measured = [each for each in readings if each.value is not None]
    any_will_do = target.quantifier == "any" or (target.quantifier is None and _is_rate(target.metric))
    if not measured or (len(measured) < len(readings) and not any_will_do):
        first = next(each for each in readings if each.value is None)
        return Checked(target, deployment, False, None, first.at, first.trouble)
    rising = target.op in (">", ">=")
    decides = (max if rising == any_will_do else min)(measured, key=lambda each: each.value or 0.0)
    value = decides.value or 0.0
    reached = target.met(value)
    return Checked(target, deployment, reached, value, decides.at, decides.trouble if reached else _missed(any_will_do))


def _missed(any_will_do: bool) -> str:
    return "the best of all loads does not reach it" if any_will_do else "this load does not reach it"


def _is_rate(name: str) -> bool:
    column = column_of(name)
    return column is not None and column.unit.endswith("/s")
