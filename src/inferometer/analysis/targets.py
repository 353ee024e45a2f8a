"""Whether results reach their targets, deployment by deployment, with the point that decided.

A rate (anything per second) is to be reached at one load at least: what a deployment can do, it
does at its best load. All else is to hold at every load. Who means otherwise writes `every` or
`any`. Repeats of a point are judged by their mean. A metric that was not measured is not reached.

A target that is not asked of these points is not checked, which is neither reached nor missed:
those of a campaign that was only rehearsed, those of the machine where nothing sampled it, as in
results of earlier versions, and those of costs in several currencies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from inferometer.analysis.currencies import about_costs, in_several_currencies
from inferometer.analysis.scaling import (
    scaling,
    why_nothing_scales,
    worst_of,
)
from inferometer.grouping import by_key
from inferometer.results import Collection, Point, Range
from inferometer.spec.flags import did_you_mean, did_you_mean_one_of
from inferometer.spec.target import Threshold
from inferometer.vocabulary import (
    CONDITIONS,
    COSTS,
    DEPLOYMENT,
    METRICS,
    OF_THE_MACHINE,
    Metric,
    canonical,
    metric,
    statistic_of,
)
from inferometer.words import Said, machine_reason

State = Literal["reached", "missed", "not checked"]

NEEDS = {
    "scaling_efficiency": "scaling_efficiency",
    "cost_per_million_tokens": "cost_per_million_tokens",
    "cost_per_million_good_tokens": "cost_per_million_tokens",
    "tokens_per_currency": "cost_per_million_tokens",
    "request_goodput": "request_goodput",
    "good_output_throughput": "request_goodput",
    "joules_per_good_token": "request_goodput",
}
"""What a metric needs that the user has to give, by the sentence that says it."""

MACHINE = frozenset(name for name, _, _ in OF_THE_MACHINE)

SCALING = Metric("scaling_efficiency", "%", "higher")
"""Of several cards against one at the same load per card: of two points, not of one."""

OF_A_RUN = dict.fromkeys(("repeat", "seed")) | {"date": None}
"""Conditions that differ among the repeats of a point."""

APART = ("model_id", "address")
"""Conditions that tell two deployments apart whose names are one: an alias stands for what its
file says at the time."""


@dataclass(frozen=True, slots=True)
class _TargetValue:
    """A value that a target is held against."""

    checked: Checked
    """As if it decided; its state is open."""
    value: float | None
    predicted: Range | None = None
    """Of a simulated value."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A target, held against one deployment."""

    target: Threshold
    state: State
    deployment: str = ""
    gpus: int | None = None
    """Of a deployment of several cards, whose scaling it is."""
    value: float | None = None
    """Of the point that decided: the best where any will do, else the worst."""
    at: str = ""
    """The id of that point."""
    load_per_gpu: float | None = None
    """Where it was two points that decided."""
    why: Said | None = None
    """Why it is not reached, or not checked; or a word of caution where it is."""
    point: Point | None = None
    """The INVALID one, whose reasons are why."""

    @property
    def unit(self) -> str:
        found = metric_of(self.target.metric)
        return found.unit if found else ""


def metric_of(name: str) -> Metric | None:
    """Of a metric that a target may name."""
    return SCALING if name == SCALING.name else metric(name)


def mistakes(
    targets: Iterable[Threshold],
    *,
    lacking: Iterable[str] = (),
    conditions: Sequence[str] | None = tuple(CONDITIONS),
) -> list[str]:
    """Why they cannot be checked, a sentence each: metrics and conditions that do not exist,
    and those that exist only where the user gives something (`lacking`).

    `conditions`: those that there are; None where only files tell, which are not read yet.
    """
    names = [*METRICS, SCALING.name]
    found: list[str] = []
    for target in targets:
        told = {"target": str(target), "metric": target.metric}
        if metric_of(target.metric) is None:
            near = did_you_mean(target.metric, names) or Said("target.names")
            found.append(Said("target.no_metric", {**told, "near": near}))
        if target.metric in lacking:
            needed = Said(
                f"target.needs.{NEEDS.get(target.metric, 'telemetry')}"
            )
            found.append(Said("target.needs", {**told, "what": needed}))
        for where in target.where:
            if conditions is not None and where.name not in conditions:
                near = did_you_mean_one_of(where.name, conditions)
                unknown = {**told, "name": where.name, "near": near}
                found.append(Said("target.no_condition", unknown))
    return found


def _listed(target: Threshold) -> str:
    return ", ".join(map(str, target.where))


def unanswerable(
    targets: Iterable[Threshold], planned: Sequence[Point]
) -> list[str]:
    """Why they cannot be checked, a sentence each: those that are asked of none of the planned
    points.

    What a plan does not know, such as the engine behind an address, is left to the results.
    """
    return [
        Said(
            "target.unanswerable",
            {"target": str(target), "where": _listed(target)},
        )
        for target in targets
        if all(
            point.conditions.get(where.name) is not None
            for where in target.where
            for point in planned
        )
        and not any(_is_asked(target, point) for point in planned)
    ]


def check(
    targets: Iterable[Threshold],
    points: Sequence[Point],
    *,
    only_some: bool = False,
) -> list[Checked]:
    """Every target against every deployment among the points that it is asked of, in the order of
    the targets.

    `only_some`: these are not all points that the targets are of. A target that is asked of none of
    them is not checked then.
    """
    points = _with_means(points)
    named = list(zip(points, _deployments(points), strict=True))
    return [
        checked
        for target in targets
        for checked in _check(target, named, only_some=only_some)
    ]


def _with_means(points: Sequence[Point]) -> list[Point]:
    """The repeats of a point as one: they are samples of what it is, and none of them decides."""
    found: list[Point] = []
    for same in by_key(points, _but_for_the_run).values():
        are_repeats = len(
            {point.conditions.get("repeat") for point in same}
        ) == len(same)
        found += [mean_of(same)] if are_repeats else same
    return found


def _but_for_the_run(point: Point) -> Hashable:
    told = (
        each for each in point.conditions.items() if each[0] not in OF_A_RUN
    )
    return point.tool, *sorted(told)


def mean_of(points: Sequence[Point]) -> Point:
    """Repeats of a point as one point: means of their common values, and the worst verdict."""
    if len(points) == 1:
        return points[0]
    shared = set.intersection(*(set(point.values) for point in points))
    values = {
        name: sum(point.values[name] for point in points) / len(points)
        for name in shared
    }
    return replace(worst_of(points), values=values, intervals={})


def check_campaigns(collection: Collection) -> list[Checked]:
    """The targets of the campaigns in a collection, each against its own points. A rehearsal says
    nothing about them.
    """
    real = [
        point
        for point in collection.points
        if "rehearsal" not in point.conditions
    ]
    found: list[Checked] = []
    for target in dict.fromkeys(collection.targets):
        if any(
            _is_asked(target, point)
            for point in collection.points
            if "rehearsal" in point.conditions
        ) and not any(_is_asked(target, point) for point in real):
            found.append(
                Checked(target, "not checked", why=Said("target.why.rehearsal"))
            )
        else:
            found += check([target], real)
    return found


def deployment_of(point: Point) -> str:
    """Its name in a table: `C 7B TP1 vllm`, of what is known. A name that model and server share
    is said once.
    """
    known = {
        name: point.conditions[name]
        for name in DEPLOYMENT
        if point.conditions.get(name) is not None
    }
    return " ".join(
        dict.fromkeys(
            f"TP{value}" if name == "tp" else str(value)
            for name, value in known.items()
        )
    ) or Said("target.deployment")


def _deployments(points: Sequence[Point]) -> list[str]:
    """The name of each point's deployment, with what tells it from others that would have the
    same name."""
    named = [(deployment_of(point), point) for point in points]
    seen = {
        (name, each, point.conditions.get(each))
        for name, point in named
        for each in APART
    }
    kinds = Counter((name, each) for name, each, _ in seen)
    found = []
    for name, point in named:
        apart = (each for each in APART if kinds[name, each] > 1)
        told = [str(point.conditions.get(each)) for each in apart]
        # a name alone stays as it is: it may be a sentence in each language
        found.append(" ".join([name, *told]) if told else name)
    return found


def _is_asked(target: Threshold, point: Point) -> bool:
    """Of this point; of the number of cards, a target of scaling is asked of pairs, and of no
    single point.
    """
    scales = target.metric == SCALING.name
    return all(
        where.holds(point.conditions)
        for where in target.where
        if not (scales and where.name == "gpus")
    )


def _check(
    target: Threshold, named: Sequence[tuple[Point, str]], *, only_some: bool
) -> list[Checked]:
    """Of points, each with the name of its deployment."""
    own = [(point, name) for point, name in named if _is_asked(target, point)]
    points = [point for point, _ in own]
    if (
        points
        and target.metric in MACHINE
        and not any(map(_is_sampled, points))
    ):
        why = Said("target.why.not_sampled")
        return [Checked(target, "not checked", why=why)]
    of_costs = about_costs(points) if target.metric in COSTS else None
    if of_costs and in_several_currencies(points):
        why = Said("target.why.currencies", of_costs.values)
        return [Checked(target, "not checked", why=why)]
    scales = target.metric == SCALING.name
    asked = (
        _scaling(target, points)
        if scales
        else [_reading(target, point, name) for point, name in own]
    )
    if not asked:
        why = (
            why_nothing_scales(points)
            if scales and own
            else _nothing(target, [point for point, _ in named])
        )
        return [
            Checked(target, "not checked" if only_some else "missed", why=why)
        ]
    by_deployment = by_key(
        asked, lambda each: (each.checked.deployment, each.checked.gpus)
    )
    decided = [_decide(target, each) for each in by_deployment.values()]
    return [
        replace(each, why=each.why or of_costs)
        if each.state == "reached"
        else each
        for each in decided
    ]


def _nothing(target: Threshold, points: Sequence[Point]) -> Said:
    if target.where and points:
        return Said("target.why.nothing_has", {"where": _listed(target)})
    return Said("target.why.no_points")


def _scaling(target: Threshold, points: Sequence[Point]) -> list[_TargetValue]:
    gpus = [where for where in target.where if where.name == "gpus"]
    return [
        _TargetValue(
            Checked(
                target,
                "missed",
                deployment=each.name,
                gpus=each.gpus,
                load_per_gpu=each.load_per_gpu,
                why=Said("target.why.suspect")
                if each.status == "SUSPECT"
                else None,
            ),
            100 * each.efficiency,
        )
        for each in scaling(points)
        if all(where.holds({"gpus": each.gpus}) for where in gpus)
    ]


def _why_absent(metric: str, point: Point) -> Said:
    asked = statistic_of(metric)
    if (
        asked
        and asked.percentile is not None
        and f"mean_{asked.latency}_ms" in point.values
    ):
        return Said("target.why.no_requests", {"percentile": asked.name[1:]})
    return _why_not_measured(metric, point)


def _reading(target: Threshold, point: Point, deployment: str) -> _TargetValue:
    name = canonical(target.metric)
    value = point.values.get(name)
    why = blame = None
    if value is None:
        why = _why_absent(target.metric, point)
    elif point.status == "INVALID":
        cause = next(iter(point.reasons), Said("target.why.untold"))
        why = Said("target.why.invalid", {"why": cause})
        value, blame = None, point
    elif point.status == "SUSPECT":
        why = Said("target.why.suspect")
    return _TargetValue(
        Checked(
            target, "missed", deployment, at=point.id, why=why, point=blame
        ),
        value,
        point.predicted.get(name),
    )


def _why_not_measured(name: str, point: Point) -> Said:
    """With the reason that the run recorded, where it did."""
    told = point.recorded.machine if point.recorded else None
    reasons = told.get("reasons") if isinstance(told, dict) else None
    code = reasons.get(name) if isinstance(reasons, dict) else None
    if name not in MACHINE or not isinstance(code, str):
        return Said("target.why.not_measured")
    return Said("target.why.nothing", {"why": machine_reason(code)})


def _is_sampled(point: Point) -> bool:
    """Whether samplers ran, or the file has a value all the same."""
    told = point.recorded.machine if point.recorded else None
    return isinstance(told, dict) or any(
        name in point.values for name in MACHINE
    )


def _decide(target: Threshold, readings: Sequence[_TargetValue]) -> Checked:
    measured = [each for each in readings if each.value is not None]
    any_will_do = target.quantifier == "any" or (
        target.quantifier is None and _is_rate(target.metric)
    )
    if not measured or (len(measured) < len(readings) and not any_will_do):
        return next(each.checked for each in readings if each.value is None)
    rising = target.op in (">", ">=")
    decides = (max if rising == any_will_do else min)(
        measured, key=lambda each: each.value or 0.0
    )
    value = decides.value or 0.0
    if target.met(value):
        why = decides.checked.why or _not_surely(target, decides.predicted)
        return replace(decides.checked, state="reached", value=value, why=why)
    return replace(
        decides.checked,
        value=value,
        why=Said("target.why.best" if any_will_do else "target.why.this_load"),
    )


def _not_surely(target: Threshold, predicted: Range | None) -> Said | None:
    """What to say where a simulated value reaches a target, and part of its interval does not."""
    if predicted is None:
        return None
    ends = {"low": predicted.low, "high": predicted.high}
    if all(map(target.met, ends.values())):
        return None
    return Said("target.why.not_surely", ends)


def _is_rate(name: str) -> bool:
    found = metric_of(name)
    return found is not None and found.unit.endswith("/s")
