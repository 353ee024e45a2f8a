"""The order of a campaign as blocks: which servers are up, and which points are measured on them in
turn. Pure.

Two groups that are paired are measured A B, B A, A B, … over their repeats, so that whatever drifts
steadily (a card that warms up, a neighbour's load) weighs on both alike. Where both servers can be
up together they take turns point by point; where they cannot, whole passes over the points take
turns, and a server that ends one pass begins the next. A group that is in no pair is one block.
Starting servers is none of this room's business, and neither is what is done already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from inferometer.spec.campaign import Group, PlannedPoint
from inferometer.spec.flags import canonical_base_url

Turn = tuple[Group, PlannedPoint]
"""A point, and the group whose server it is measured on."""

Unit = tuple[Turn, ...]
"""Turns that nothing may come between: a cold point and its warm one, or a single point."""


@dataclass(frozen=True, slots=True)
class Block:
    """Turns that are taken while the servers of these groups are up: of one, or of two that take
    turns.
    """

    groups: tuple[Group, ...]
    turns: tuple[Turn, ...]

    @property
    def id(self) -> str:
        return " and ".join(group.id for group in self.groups)

    @property
    def points(self) -> tuple[PlannedPoint, ...]:
        return tuple(point for _, point in self.turns)


def blocks_of(groups: Sequence[Group], pairs: Sequence[tuple[str, str]] = ()) -> list[Block]:
    """The groups in blocks, in the order of measuring. `pairs` name a test of each group that are
    to be interleaved; of a pair of which only one is there, that one is measured by itself.
    """
    blocks: list[Block] = []
    done: set[str] = set()
    for group in groups:
        if group.id in done:
            continue
        partner = partner_of(group, groups, pairs)
        blocks += [_whole(group)] if partner is None else _interleaved(group, partner)
        done |= {group.id} if partner is None else {group.id, partner.id}
    return blocks


def partner_of(
    group: Group, groups: Iterable[Group], pairs: Iterable[tuple[str, str]]
) -> Group | None:
    """The other group of its pair, if it is in one and the other is there."""
    for one, other in pairs:
        name = other if one in group.tests else one if other in group.tests else None
        if name is not None:
            return next((each for each in groups if name in each.tests and each is not group), None)
    return None


def coexist(one: Group, other: Group) -> bool:
    """Whether both servers can be up together: each runs already, or is declared not to need the
    machine for itself, and no address would have two of our own.
    """
    recipes = (one.server.recipe, other.server.recipe)
    if all(recipe.kind == "external" for recipe in recipes):
        return True
    alone = [
        recipe.kind != "external" if recipe.exclusive is None else recipe.exclusive
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


def starts(blocks: Iterable[Block], is_done: Callable[[PlannedPoint], bool]) -> list[Group]:
    """The group of each server that has to be brought up, in order, if those points are left out;
    one that is up stays up while it is needed next.
    """
    up: set[str] = set()
    started: list[Group] = []
    for block in blocks:
        needed = {group.id: group for group, point in block.turns if not is_done(point)}
        if needed:
            started += [group for name, group in needed.items() if name not in up]
            up = set(needed)
    return started


def _whole(group: Group) -> Block:
    return Block((group,), tuple((group, point) for point in group.points))


def _interleaved(one: Group, other: Group) -> list[Block]:
    if coexist(one, other):
        return [Block((one, other), tuple(_turns(one, other)))]
    passes = [turn for repeat in _repeats(one, other) for turn in _pass(one, other, repeat)]
    return [
        Block((turns[0][0],), turns)
        for turns in (tuple(run) for _, run in groupby(passes, lambda turn: turn[0].id))
    ]


def _repeats(*groups: Group) -> list[int]:
    return sorted({point.spec.repeat for group in groups for point in group.points})


def _pass(one: Group, other: Group, repeat: int) -> Iterator[Turn]:
    """All points of a repeat, those of the group first whose turn it is."""
    for group in (one, other) if repeat % 2 == 0 else (other, one):
        yield from ((group, point) for point in group.points if point.spec.repeat == repeat)


def _turns(one: Group, other: Group) -> Iterator[Turn]:
    """Point by point, in the order of the first group; what has no like follows at the end."""
    likes = {_key(unit): unit for unit in _units(other)}
    for unit in _units(one):
        like = likes.pop(_key(unit), ())
        for each in (unit, like) if unit[0][1].spec.repeat % 2 == 0 else (like, unit):
            yield from each
    for unit in likes.values():
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
