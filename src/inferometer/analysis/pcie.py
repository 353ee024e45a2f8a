"""What a narrow PCIe link costs against a wide one, at each load: the same model and tensor
parallelism on both.

One card alone hardly uses its link, so TP=1 is the control: what it shows between the same two
configurations is not the link's doing, but the machines', or drift. It is taken away from what TP=2
and more show (a difference in differences, of logarithms), and its mean, in either direction, is
allowed for besides: an effect no larger than the control's own is none.

Single runs at many levels know their noise from their neighbours on the ladder, for the cost
changes slowly with the load; on a ladder of single steps each level is the height of a straight
line through the levels around it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from inferometer.analysis.cautions import (
    CannotCompareError,
    believable,
    of_independent_requests,
)
from inferometer.analysis.compare import (
    DELTA,
    DRIFT,
    by_deviation,
    direction,
    effect_at,
    judged_effect,
)
from inferometer.analysis.decision import (
    Verdict,
    beyond_chance,
    margin,
    runs_needed,
)
from inferometer.analysis.effect import (
    CONFIDENCE,
    Array,
    Effect,
    degrees_of_sum,
)
from inferometer.analysis.pairing import Pair, pair_points, value_of, values_of
from inferometer.analysis.pooled import mean_effect, noise_of_neighbours
from inferometer.grouping import by_key
from inferometer.results import Condition, Point
from inferometer.results.telling import spelled
from inferometer.vocabulary import LOADS, STUDY, of_role
from inferometer.words import Said, metric_named
from inferometer.words.numbers import change, interval

LINK_METRICS = ("output_throughput", "mean_ttft_ms", "mean_tpot_ms")
WIDTH = "pcie_width"
MACHINE = ("card", "gpus")
SAME = (*MACHINE, "rehearsal")
"""What both sides must have alike, beside model and tensor parallelism: another card is another
machine, and a simulated side no measured one.
"""
SOFTWARE = ("stack", "engine_version")
"""What a side has one of; where no two sides share it, the sentence of differences tells."""
SOFTWARE_AT = 1 + len(STUDY) + len(SAME)
LEVEL = ("input_len", "output_len", *of_role("load"))
"""What makes a level of load, whatever the model."""
WINDOW = 10
"""Levels to either side that tell of one."""
MIN_IN_WINDOW = 5
DENSE = 2 * WINDOW + 1
"""Levels of a ladder on which the cost hardly bends from one window's end to the other."""

Level = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class LinkEffect:
    """The narrow link against the wide one: one metric, one model, at one level of load or over
    all.
    """

    model: str
    tp: int
    narrow: str
    wide: str
    """Names of the configurations, or widths such as x8 where they have none."""
    metric: str
    level: float | None
    """The concurrency or the request rate; None for the mean over all levels."""
    is_control: bool
    shown: float
    """Narrow / wide - 1 as measured."""
    control: float | None
    """The same of the control at this level; None where there is none, or for the control
    itself.
    """
    effect: float
    """What is left without the control's; on a dense ladder of single runs, both smoothed over the
    levels around this one.
    """
    low: float | None
    high: float | None
    """95 % interval of `effect`; None where nothing tells it."""
    verdict: Verdict
    more_runs: int | None = None
    """About how many runs of each side, in turns, would decide what is undecided."""
    load: str = "concurrency"
    """The condition that `level` is a value of."""
    links: tuple[str, str] = ("", "")
    """Lanes of the narrow side and of the wide one, such as x8; empty where nobody told."""
    software: str = ""
    """Of both sides, such as `ROCm 7.1`, where it tells this from another comparison."""

    @property
    def deployment(self) -> str:
        """The model, and the software where several were compared."""
        return f"{self.model} {self.software}".rstrip()

    @property
    def ends(self) -> tuple[str, str]:
        return self.narrow, self.wide

    @property
    def sides(self) -> tuple[str, str]:
        """Such as `x8 (B)`: the lanes first, for they are what is compared."""
        named = zip(self.links, self.ends, strict=True)
        one, other = (
            f"{link} ({name})" if link not in ("", name) else name
            for link, name in named
        )
        return one, other


@dataclass(frozen=True, slots=True)
class LinkStudy:
    """All effects: those of TP=2 and more before the controls, of each the mean before the
    levels.
    """

    narrow: str
    wide: str
    effects: tuple[LinkEffect, ...]
    sentences: tuple[str, ...]
    """The answer, a sentence for each model, tensor parallelism and metric, and what makes it
    doubtful.
    """


@dataclass(frozen=True, slots=True)
class _Ladder:
    """One model and tensor parallelism in two configurations."""

    model: str
    tp: int
    narrow: str
    wide: str
    pairs: Mapping[Level, Pair]
    rehearsal: Condition = None
    software: str = ""
    """Where others are alike in all else."""

    def effects(self, metric: str, drift: float) -> dict[Level, Effect]:
        """By level, where both sides have the metric."""
        return {
            level: effect
            for level, pair in self.pairs.items()
            if (effect := effect_at(pair, metric, drift))
        }


def link_costs(
    points: Sequence[Point],
    *,
    by: tuple[str, Condition, Condition] | None = None,
    metrics: Sequence[str] = LINK_METRICS,
    delta: float = DELTA,
    drift: float = DRIFT,
    allow_invalid: bool = False,
) -> LinkStudy:
    """The cost of the narrow link in `points`. Raises CannotCompareError if they have no two links
    to compare.

    `by` names a condition with its value of the narrow side and of the wide one; else it is the
    narrowest and the widest `pcie_width`. `drift` is allowed for where there is no control.
    """
    for metric in metrics:
        direction(metric)
    used, told = believable(
        points, Said("caution.the_results"), allow_invalid=allow_invalid
    )
    condition, narrow, wide = by or _widths(used)
    ladders = _ladders(used, condition, narrow, wide)
    if not ladders:
        sides = {"condition": condition, "narrow": narrow, "wide": wide}
        raise CannotCompareError(Said("pcie.no_model", sides))
    effects: list[LinkEffect] = []
    for ladder in sorted(ladders, key=lambda each: each.tp == 1):
        control = None if ladder.tp == 1 else _control_of(ladder, ladders)
        for metric in metrics:
            effects += _effects(
                ladder, control, metric, delta=delta, drift=margin(drift)
            )
        told += _on_control(ladder, control)
        told += _other_software(ladder)
    if all(point.is_simulated for point in used):
        # each further run of a simulation is the same again
        effects = [replace(effect, more_runs=None) for effect in effects]
    told += _on_requests(ladders, metrics)
    told += _on_metrics(effects, metrics)
    sentences = [
        _sentence(effect, effects) for effect in effects if effect.level is None
    ]
    return LinkStudy(
        f"{condition} {narrow}",
        f"{condition} {wide}",
        tuple(effects),
        (*sentences, *(Said("sentence", {"what": each}) for each in told)),
    )


def _on_metrics(
    effects: Sequence[LinkEffect], metrics: Sequence[str]
) -> list[str]:
    """Those that not both sides have. Raises CannotCompareError where that is all of them."""
    found = {effect.metric for effect in effects}
    if not found:
        raise CannotCompareError(
            Said("compare.no_point", {"metrics": " / ".join(metrics)})
        )
    return [
        Said("pcie.not_both", {"metric": metric_named(metric)})
        for metric in metrics
        if metric not in found
    ]


def _on_control(ladder: _Ladder, control: _Ladder | None) -> list[str]:
    if ladder.tp == 1 or (control and control.model == ladder.model):
        return []
    model = None if control is None else control.model
    key = "pcie.no_control" if model is None else "pcie.other_control"
    return [Said(key, {"name": _name(ladder), "model": model})]


def _on_requests(
    ladders: Sequence[_Ladder], metrics: Sequence[str]
) -> Sequence[str]:
    by_deviations = sum(
        by_deviation(pair, metric)
        for ladder in ladders
        for pair in ladder.pairs.values()
        for metric in metrics
    )
    return of_independent_requests(by_deviations)


def _other_software(ladder: _Ladder) -> list[str]:
    """What else than the link is another on the two sides, which is then in the effect too."""
    pair = next(iter(ladder.pairs.values()))
    wide, narrow = pair.a[0], pair.b[0]
    return [
        Said(
            "pcie.other_software",
            {
                "name": _name(ladder),
                "condition": name,
                "narrow": _if_told(value_of(narrow, name)),
                "wide": _if_told(value_of(wide, name)),
            },
        )
        for name in SOFTWARE
        if value_of(narrow, name) != value_of(wide, name)
    ]


def _if_told(value: Condition) -> Condition | Said:
    return Said("pcie.not_told") if value is None else value


def why_no_links(
    points: Sequence[Point], *, metrics: Sequence[str] = LINK_METRICS
) -> Said:
    """Why `link_costs` has nothing to compare by the width of the link."""
    used = [point for point in points if point.status != "INVALID"]
    if points and not used:
        return Said("link.nothing.invalid")
    widths = _told_widths(used)
    if not widths:
        return Said("link.nothing.untold")
    narrow, wide = min(widths), max(widths)
    if narrow == wide:
        return Said("link.nothing.one", {"width": narrow})
    both = {"narrow": narrow, "wide": wide}
    if not _ladders(used, WIDTH, narrow, wide):
        return Said("link.nothing.apart", both)
    return Said("link.nothing.metrics", {**both, "metrics": ", ".join(metrics)})


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def link_records(study: LinkStudy) -> list[dict[str, Any]]:
    """The levels as a figure draws them, in percent: the effects, and those controls that were
    taken from them.
    """
    compared = {each.ends for each in study.effects if not each.is_control}
    return [
        {
            "model": each.deployment,
            "tp": each.tp,
            "concurrency": each.level,
            "metric": each.metric,
            "effect_percent": 100 * each.effect,
            "low": _percent(each.low),
            "high": _percent(each.high),
            "verdict": each.verdict,
            "narrow": each.sides[0],
            "wide": each.sides[1],
        }
        for each in study.effects
        if each.level is not None and (not compared or each.ends in compared)
    ]


def _sentence(mean: LinkEffect, effects: Sequence[LinkEffect]) -> str:
    """The answer for one model and metric."""
    narrow, wide = mean.sides
    who = {
        "model": mean.deployment,
        "tp": mean.tp,
        "metric": metric_named(mean.metric),
        "narrow": narrow,
        "wide": wide,
    }
    bounds = interval(mean.low, mean.high) or Said("pcie.no_interval")
    levels = levels_of(mean, effects)
    first, last = levels[0], levels[-1]
    ladder = beside = ""
    if len(levels) > 1:
        ends: dict[str, object] = {
            "first": change(first.effect),
            "last": change(last.effect),
        }
        ends |= {"from_level": first.level, "to_level": last.level}
        ladder = Said("pcie.levels", ends)
    if mean.control is not None:
        beside = Said("pcie.beside", {"control": change(mean.control)})
    told = {
        "who": Said("pcie.who.control" if mean.is_control else "pcie.who", who),
        "verdict": Said(f"compare.{mean.verdict}"),
        "effect": change(mean.effect),
        "bounds": bounds,
        "ladder": ladder,
        "beside": beside,
    }
    return Said("pcie.answer", told)


def levels_of(
    mean: LinkEffect, effects: Sequence[LinkEffect]
) -> list[LinkEffect]:
    """The effects that it is the mean of."""
    return [
        each
        for each in effects
        if each.level is not None and same_ladder(each, mean)
    ]


def same_ladder(one: LinkEffect, other: LinkEffect) -> bool:
    """Whether both are of one metric, model and tensor parallelism, between the same sides."""
    return all(
        getattr(one, name) == getattr(other, name)
        for name in ("model", "software", "tp", "narrow", "wide", "metric")
    )


def _told_widths(points: Sequence[Point]) -> set[int]:
    return {
        width
        for point in points
        if isinstance(width := value_of(point, WIDTH), int)
    }


def _widths(points: Sequence[Point]) -> tuple[str, Condition, Condition]:
    widths = _told_widths(points)
    if len(widths) < 2:
        if not widths:
            raise CannotCompareError(Said("pcie.no_width"))
        raise CannotCompareError(Said("pcie.one_width", {"width": min(widths)}))
    return WIDTH, min(widths), max(widths)


def _ladders(
    points: Sequence[Point], condition: str, narrow: Condition, wide: Condition
) -> list[_Ladder]:
    names = (condition, *STUDY, *SAME, *SOFTWARE)
    groups = by_key(points, lambda point: values_of(point, names))
    ladders = []
    for one, two in product(groups, groups):
        tp = one[3]
        if one[0] != narrow or two[0] != wide or not isinstance(tp, int):
            continue
        if one[2:SOFTWARE_AT] != two[2:SOFTWARE_AT] or _has_closer(
            one, two, groups
        ):
            continue
        pairs = pair_points(groups[two], groups[one]).pairs
        by_level = {values_of(pair.a[0], LEVEL): pair for pair in pairs}
        if by_level:
            ladders.append(
                _Ladder(
                    str(one[2]),
                    tp,
                    _side(condition, one),
                    _side(condition, two),
                    by_level,
                    one[SOFTWARE_AT - 1],
                    _software(one, two),
                )
            )
    return _named_apart(ladders)


def _software(one: tuple[Condition, ...], two: tuple[Condition, ...]) -> str:
    named_at = SOFTWARE_AT - 1  # from the rehearsal on
    sides = zip(one[named_at:], two[named_at:], strict=True)
    told = (
        "/".join(dict.fromkeys(spelled(each) or "–" for each in pair))
        for pair in sides
        if pair != (None, None)
    )
    return ", ".join(told)


def _named_apart(ladders: Sequence[_Ladder]) -> list[_Ladder]:
    """Ladders keep their software in their name only where nothing else tells them apart."""
    names = [(each.model, each.tp, each.narrow, each.wide) for each in ladders]
    alike = Counter(names)
    return [
        each if alike[name] > 1 else replace(each, software="")
        for each, name in zip(ladders, names, strict=True)
    ]


def _has_closer(
    one: tuple[Condition, ...],
    two: tuple[Condition, ...],
    groups: Iterable[tuple[Condition, ...]],
) -> bool:
    """Whether `one` has a wide side of the same software, where `two` is of another."""
    return one[SOFTWARE_AT:] != two[SOFTWARE_AT:] and any(
        each[0] == two[0] and each[2:] == one[2:] for each in groups
    )


def _side(condition: str, key: tuple[Condition, ...]) -> str:
    """The configuration, or the width where it has no name."""
    value, config = key[0], key[1]
    return (
        str(config)
        if config is not None
        else f"x{value}"
        if condition == WIDTH
        else str(value)
    )


def _control_of(ladder: _Ladder, ladders: Sequence[_Ladder]) -> _Ladder | None:
    """TP=1 between the same configurations: of the same model if there is one, else of any."""
    single = [
        each
        for each in ladders
        if each.tp == 1
        and (each.narrow, each.wide, each.rehearsal)
        == (ladder.narrow, ladder.wide, ladder.rehearsal)
    ]
    single.sort(
        key=lambda each: (
            each.model != ladder.model,
            each.software != ladder.software,
        )
    )
    return single[0] if single else None


def _effects(
    ladder: _Ladder,
    control: _Ladder | None,
    metric: str,
    *,
    delta: float,
    drift: float,
) -> list[LinkEffect]:
    """The mean over all levels, and each level. With a control, those that it has too."""
    allowed = 0.0 if control or ladder.tp == 1 else drift
    shown = ladder.effects(metric, allowed)
    beside = control.effects(metric, 0.0) if control else {}
    levels = [level for level in shown if not control or level in beside]
    if not levels:
        return []
    mean = _mean([shown[level] for level in levels])
    mean_beside = (
        _mean([beside[level] for level in levels]) if control else None
    )
    around, around_beside = _with_neighbours(shown), _with_neighbours(beside)
    doubt = abs(mean_beside.log_ratio) if mean_beside else 0.0
    net = [
        _without(mean, mean_beside, doubt),
        *(
            _without(around[level], around_beside.get(level), doubt)
            for level in levels
        ),
    ]
    return [
        _link_effect(
            ladder,
            metric,
            ladder.pairs[level or levels[0]],
            is_mean=level is None,
            shown=mean if level is None else shown[level],
            control=mean_beside if level is None else beside.get(level),
            net=left,
            verdict=verdict,
            more_runs=_runs(left, delta, len(levels) if level else 1, verdict),
            links=_links(ladder.pairs[levels[0]]),
        )
        for level, left, verdict in zip(
            (None, *levels), net, _verdicts(net, metric, delta), strict=True
        )
    ]


def _verdicts(
    effects: Sequence[Effect], metric: str, delta: float
) -> list[Verdict]:
    """Of the mean, which stands first, and of the levels; chance is weighed for each apart."""
    p_values = [each.p_beyond(margin(delta)) for each in effects]
    believed = [*beyond_chance(p_values[:1]), *beyond_chance(p_values[1:])]
    return [
        judged_effect(effect, metric, delta, believed=certain)
        for effect, certain in zip(effects, believed, strict=True)
    ]


def _link_effect(
    ladder: _Ladder,
    metric: str,
    pair: Pair,
    *,
    is_mean: bool,
    shown: Effect,
    control: Effect | None,
    net: Effect,
    verdict: Verdict,
    more_runs: int | None,
    links: tuple[str, str],
) -> LinkEffect:
    ratios = net.ratios()
    return LinkEffect(
        model=ladder.model,
        tp=ladder.tp,
        narrow=ladder.narrow,
        wide=ladder.wide,
        metric=metric,
        level=None if is_mean else _load(pair),
        is_control=ladder.tp == 1,
        shown=shown.ratio - 1,
        control=None if control is None else control.ratio - 1,
        effect=net.ratio - 1,
        low=ratios[0] - 1 if ratios else None,
        high=ratios[1] - 1 if ratios else None,
        verdict=verdict,
        more_runs=more_runs,
        load=_load_name(pair),
        links=links,
        software=ladder.software,
    )


def _runs(
    effect: Effect, delta: float, rows: int, verdict: Verdict
) -> int | None:
    """More runs of each side that would decide the effect, as one of `rows`; None if decided."""
    if verdict != "undecided":
        return None
    return runs_needed(effect, delta, (1 - CONFIDENCE) / rows)


def _links(pair: Pair) -> tuple[str, str]:
    """The lanes of both sides, with their generation where that differs too."""
    narrow, wide = pair.b[0], pair.a[0]
    generations = [
        value_of(point, "pcie_generation") for point in (narrow, wide)
    ]
    told = []
    for point, generation in zip((narrow, wide), generations, strict=True):
        width = value_of(point, WIDTH)
        apart = generation is not None and generations[0] != generations[1]
        link = f"PCIe {generation}.0 x{width}" if apart else f"x{width}"
        told.append("" if width is None else link)
    return told[0], told[1]


def _mean(effects: Sequence[Effect]) -> Effect:
    return (
        mean_effect(effects, adjacent=False, drift=0.0)
        if len(effects) > 1
        else effects[0]
    )


def _with_neighbours(effects: Mapping[Level, Effect]) -> dict[Level, Effect]:
    """Single runs know their noise from their neighbours on the ladder; on a dense one they also
    share what they know: a straight line through the levels around each. Points with repeats stay
    as they are.
    """
    single = [
        level
        for level, effect in effects.items()
        if effect.design == "single runs"
    ]
    logs = np.array([effects[level].log_ratio for level in single])
    known = dict(effects)
    for i, level in enumerate(single):
        first = max(0, i - WINDOW)
        window = logs[first : i + WINDOW + 1]
        if len(window) < MIN_IN_WINDOW:
            continue
        spread, degrees = noise_of_neighbours(window)
        log_ratio, share = effects[level].log_ratio, 1.0
        if len(single) >= DENSE:
            log_ratio, share = _on_a_line(window, i - first)
        error = max(spread, effects[level].error or 0.0) * share
        known[level] = replace(
            effects[level],
            log_ratio=log_ratio,
            error=error,
            spread=spread,
            degrees=degrees,
        )
    return known


def _on_a_line(values: Array, at: int) -> tuple[float, float]:
    """Height of the least-squares line through `values` at one of their places; its error as a
    share of that of a value.
    """
    places = np.arange(len(values)) - (len(values) - 1) / 2
    squares = float(places @ places)
    place = float(places[at])
    height = float(values.mean()) + place * float(places @ values) / squares
    return height, math.sqrt(1 / len(values) + place**2 / squares)


def _without(effect: Effect, control: Effect | None, doubt: float) -> Effect:
    """The effect less the control's; `doubt` is allowed for in the result."""
    if control is None:
        return effect
    error, degrees = None, min(effect.degrees, control.degrees)
    if effect.error is not None and control.error is not None:
        error = math.hypot(effect.error, control.error)
        degrees = degrees_of_sum(
            [
                (effect.error**2, effect.degrees),
                (control.error**2, control.degrees),
            ]
        )
    log_ratio = effect.log_ratio - control.log_ratio
    return replace(
        effect,
        log_ratio=log_ratio,
        error=error,
        degrees=degrees,
        allowance=effect.allowance + doubt,
    )


def _load(pair: Pair) -> float | None:
    """The level as an axis shows it."""
    value = value_of(pair.a[0], _load_name(pair))
    return float(value) if isinstance(value, int | float) else None


def _load_name(pair: Pair) -> str:
    """The condition that says it best."""
    told = (
        name
        for name in LOADS
        if isinstance(value_of(pair.a[0], name), int | float)
    )
    return next(told, LOADS[0])


def _name(ladder: _Ladder) -> str:
    sides = {"narrow": ladder.narrow, "wide": ladder.wide}
    return Said(
        "pcie.ladder",
        {
            "model": f"{ladder.model} {ladder.software}".rstrip(),
            "tp": ladder.tp,
            **sides,
        },
    )
