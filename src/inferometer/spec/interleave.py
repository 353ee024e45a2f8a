"""The order of a campaign as blocks: which servers are up, and which points are measured on them in
turn. Pure.

Groups that take turns are measured A B C, C B A, A B C, … over their repeats, so that whatever
drifts steadily (a card that warms up, a neighbour's load) weighs on all alike. Where their servers
can be up together they take turns point by point; where they cannot, whole passes over the points
take turns, and a server that ends one pass begins the next. A group that takes turns with none is
one block.
Starting servers is none of this room's business, and neither is what is done already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import Any

from inferometer.spec.campaign import Group, PlannedPoint
from inferometer.spec.flags import canonical_base_url

Turn = tuple[Group, PlannedPoint]
"""A point, and the group whose server it is measured on."""

Unit = tuple[Turn, ...]
"""Turns that nothing may come between: a cold point and its warm one, or a single point."""


@dataclass(frozen=True, slots=True)
class Block:
    """Turns that are taken while the servers of these groups are up: of one, or of several that
    take turns.
    """

    groups: tuple[Group, ...]
    turns: tuple[Turn, ...]

    @property
    def id(self) -> str:
        return " and ".join(group.id for group in self.groups)

    @property
    def points(self) -> tuple[PlannedPoint, ...]:
        return tuple(point for _, point in self.turns)


def blocks_of(
    groups: Sequence[Group], sets: Sequence[Sequence[str]] = ()
) -> list[Block]:
    """The groups in blocks, in the order of measuring. `sets` name a test of each group that is to
    be interleaved with the others of its set; one of which no other is there is measured by itself.
    """
    blocks: list[Block] = []
    done: set[str] = set()
    for group in groups:
        if group.id in done:
            continue
        partners = partners_of(group, groups, sets)
        blocks += (
            _interleaved([group, *partners]) if partners else [_whole(group)]
        )
        done |= {group.id, *(partner.id for partner in partners)}
    return blocks


def partners_of(
    group: Group, groups: Sequence[Group], sets: Sequence[Sequence[str]]
) -> list[Group]:
    """The other groups that it takes turns with, as far as they are there: those of its sets, and
    of the sets that these are in, for pairs that share a group are one rotation.
    """
    together = [group]
    for member in together:
        own = [
            names
            for names in sets
            if any(name in member.tests for name in names)
        ]
        for name in (name for names in own for name in names):
            there = {each.id for each in together}
            together += [
                g for g in groups if name in g.tests and g.id not in there
            ]
    return together[1:]


def coexist(one: Group, other: Group) -> bool:
    """Whether both servers can be up together: each runs already, or is declared not to need the
    machine for itself, and no address would have two of our own.
    """
    recipes = (one.server.recipe, other.server.recipe)
    if all(recipe.kind == "external" for recipe in recipes):
        return True
    alone = [
        recipe.kind != "external"
        if recipe.exclusive is None
        else recipe.exclusive
        for recipe in recipes
    ]
    return not any(alone) and not same_address(one, other)


def same_address(one: Group, other: Group) -> bool:
    return canonical_base_url(one.server.recipe.base_url) == canonical_base_url(
        other.server.recipe.base_url
    )


def in_common(one: Group, other: Group) -> int:
    """How many points of `one` have their like in the other group."""
    there = {_settings(point) for point in other.points}
    return sum(_settings(point) in there for point in one.points)


def starts(
    blocks: Iterable[Block], is_done: Callable[[PlannedPoint], bool]
) -> list[Group]:
    """The group of each server that has to be brought up, in order, if those points are left out;
    one that is up stays up while it is needed next.
    """
    up: set[str] = set()
    started: list[Group] = []
    for block in blocks:
        needed = {
            group.id: group
            for group, point in block.turns
            if not is_done(point)
        }
        if needed:
            started += [
                group for name, group in needed.items() if name not in up
            ]
            up = set(needed)
    return started


def _whole(group: Group) -> Block:
    return Block((group,), tuple((group, point) for point in group.points))


def _interleaved(members: Sequence[Group]) -> list[Block]:
    if all(coexist(one, other) for one, other in combinations(members, 2)):
        return [Block(tuple(members), tuple(_turns(members)))]
    passes = [
        turn for repeat in _repeats(members) for turn in _pass(members, repeat)
    ]
    return [
        Block((turns[0][0],), turns)
        for turns in (
            tuple(run) for _, run in groupby(passes, lambda turn: turn[0].id)
        )
    ]


def _repeats(groups: Iterable[Group]) -> list[int]:
    return sorted(
        {point.spec.repeat for group in groups for point in group.points}
    )


def _pass(members: Sequence[Group], repeat: int) -> Iterator[Turn]:
    """All points of a repeat, there and, the next time, back."""
    for group in members if repeat % 2 == 0 else reversed(members):
        yield from (
            (group, point)
            for point in group.points
            if point.spec.repeat == repeat
        )


def _turns(members: Sequence[Group]) -> Iterator[Turn]:
    """Point by point, in the order of the first group; what it has no like of follows at the
    end.
    """
    units = [{_key(unit): unit for unit in _units(group)} for group in members]
    for key in dict.fromkeys(key for each in units for key in each):
        alike = [each[key] for each in units if key in each]
        there = alike[0][0][1].spec.repeat % 2 == 0
        for unit in alike if there else reversed(alike):
            yield from unit


def _units(group: Group) -> Iterator[Unit]:
    unit: list[Turn] = []
    for point in group.points:
        if unit and point.after != unit[-1][1].id:
            yield tuple(unit)
            unit = []
        unit.append((group, point))
    if unit:
        yield tuple(unit)


def _key(unit: Unit) -> Any:
    return _settings(unit[0][1])


def _settings(point: PlannedPoint) -> Any:
    """What two points have to share to be the same experiment on two servers."""
    spec = point.spec
    load, work = spec.load, spec.workload
    return (load, work, spec.sampling.model_dump_json(), spec.repeat, spec.seed)
