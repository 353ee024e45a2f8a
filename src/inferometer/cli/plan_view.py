"""A campaign's plan as text: cells of its table, a plain table, and each group's server in words.

Commands have their own line, to copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from inferometer.campaign.estimate import Estimate, typical_lengths
from inferometer.printable import padded, printable, printable_lines
from inferometer.secret import masked
from inferometer.server.verification import hardware_words
from inferometer.spec.campaign import Group, ServerNeed
from inferometer.spec.interleave import Block
from inferometer.spec.recipe import floats, shell_line
from inferometer.words import in_words, spoken, step

COLUMNS = (
    "group",
    "server",
    "points",
    "done",
    "requests",
    "tokens_in",
    "tokens_out",
    "left",
)
INDENT = 10
TEXTS = (0, 1)
"""Columns of text."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The plan of a group."""

    group: Group
    done: int
    left: Estimate

    @property
    def requests(self) -> int:
        """Measured ones; warm-ups are not counted."""
        return sum(point.spec.load.num_prompts for point in self.group.points)

    @property
    def tokens(self) -> tuple[int | None, int | None]:
        """Of all prompts, and at most of all outputs; None if only a file can tell."""
        sums: list[int | None] = [0, 0]
        for point in self.group.points:
            for i, length in enumerate(typical_lengths(point.spec.workload)):
                before = sums[i]
                sums[i] = (
                    None
                    if length is None or before is None
                    else before + length * point.spec.load.num_prompts
                )
        return sums[0], sums[1]


def headings() -> list[str]:
    return [spoken().text(f"plan.head.{column}") for column in COLUMNS]


def rows(plans: Sequence[GroupPlan]) -> list[tuple[str, ...]]:
    """Cells of the table under `headings`, the sum of several groups last."""
    listed = [
        (plan.group.id, _server(plan.group), *_amounts([plan]))
        for plan in plans
    ]
    return (
        [*listed, (spoken().text("plan.all"), "", *_amounts(plans))]
        if len(listed) > 1
        else listed
    )


def _server(group: Group) -> str:
    need = group.server
    name = f"{need.model_alias} TP{need.tp}"
    on = {"server": name, "hardware": need.hardware_name}
    return spoken().text("plan.on", **on) if need.hardware_name else name


def _amounts(plans: Sequence[GroupPlan]) -> tuple[str, ...]:
    return (
        f"{sum(len(plan.group.points) for plan in plans):,}",
        f"{sum(plan.done for plan in plans):,}",
        f"{sum(plan.requests for plan in plans):,}",
        _sum([plan.tokens[0] for plan in plans]),
        _sum([plan.tokens[1] for plan in plans]),
        duration(sum(plan.left.seconds for plan in plans)),
    )


def _sum(numbers: Sequence[int | None]) -> str:
    known = [number for number in numbers if number is not None]
    return short(sum(known)) if len(known) == len(numbers) else "?"


def describe(group: Group, *, embedded: bool) -> str:
    """The group's server and what a person has to do for it, a line each; the command can be
    pasted.
    """
    words = spoken()
    need = group.server
    ids = [point.id for point in group.points]
    line = words.text(
        "plan.group",
        group=group.id,
        model=need.model_id,
        tp=need.tp,
        served=_if(
            need.served_model != need.model_id,
            "plan.group.served",
            name=need.served_model,
        ),
        limit=_if(
            bool(need.max_model_len),
            "plan.group.limit",
            limit=need.max_model_len,
        ),
        where=_engine_in_words(group)
        if embedded
        else words.text(
            "plan.group.at", url=need.recipe.base_url, kind=need.recipe.kind
        ),
    )
    shown = (
        ", ".join(ids)
        if len(ids) <= 3
        else f"{ids[0]}, {ids[1]}, ... {ids[-1]}"
    )
    lines = [
        line,
        *([] if embedded else _to_start(need)),
        item("points", shown),
    ]
    return printable_lines("\n".join(lines))


def _engine_in_words(group: Group) -> str:
    """What takes the server's place in a rehearsal."""
    from inferometer.campaign.rehearsed_twin import twin_in
    from inferometer.engine.twin.configuration import make_twin

    twin = twin_in(group)
    if twin is None:
        return spoken().text("plan.group.embedded")
    what = make_twin(twin).simulates
    return spoken().text("plan.group.twin", what=what, speed=f"{twin.speed:g}")


def _if(told: bool, key: str, /, **values: object) -> str:
    return spoken().text(key, **values) if told else ""


def _to_start(need: ServerNeed) -> Iterator[str]:
    if need.hardware is not None:
        yield item("hardware", in_words(hardware_words(need)))
        if need.hardware.instruction:
            what = in_words(step(need.hardware.instruction))
            yield item("do", printable(what))
    if need.recipe.compose_file:
        of = {
            "service": need.recipe.compose_service,
            "file": need.recipe.compose_file,
        }
        yield item("compose", spoken().text("plan.compose", **of))
    if image := need.recipe.image:
        key = "plan.image.floats" if floats(image) else "plan.image"
        yield item("image", spoken().text(key, image=image))
    if line := shell_line(need.recipe):
        yield item("command", line)
        if need.binding:
            yield item("listens", in_words(need.binding))
    if need.recipe.launch:
        launched = [
            f"{name} {masked(value)}"
            for name, value in need.recipe.launch.items()
        ]
        yield item("launch", printable(", ".join(launched)))
    if need.recipe.note:
        yield item("note", printable(need.recipe.note))


def item(key: str, text: str) -> str:
    return f"  {padded(spoken().text(f'plan.item.{key}'), INDENT)}{text}"


def headed(key: str, text: str) -> str:
    return f"{padded(spoken().text(f'plan.{key}'), INDENT)}{text}"


def order_in_words(
    blocks: Sequence[Block], started: Sequence[Group], *, embedded: bool
) -> list[str]:
    """How interleaved groups alternate, which servers have to start, and how often a person has to
    act.
    """
    words = spoken()
    together = [block for block in blocks if len(block.groups) > 1]
    lines = [
        headed(
            "order",
            words.text("plan.together", groups=block.id, points=_first(block)),
        )
        for block in together
    ]
    alone = [block for block in blocks if len(block.groups) == 1]
    if len({block.id for block in alone}) < len(alone):
        turns = [
            words.counted("plan.order.block", len(block.points), group=block.id)
            for block in alone
        ]
        lines.append(headed("order", ", ".join(turns)))
    started = [
        group
        for group in started
        if embedded or group.server.recipe.kind != "external"
    ]
    if not started:
        return lines
    names = ", ".join(group.id for group in started)
    lines.append(
        headed(
            "servers", words.counted("plan.starts", len(started), groups=names)
        )
    )
    by_hand = [
        group for group in started if group.server.recipe.kind == "operator"
    ]
    if len(by_hand) > 1 and not embedded:
        lines.append(" " * INDENT + words.text("plan.by_hand", n=len(by_hand)))
    return lines


def hardware_in_words(started: Sequence[Group]) -> list[str]:
    """The sequence of required hardware, if it changes: a person has to act each time."""
    names = [
        name
        for name, _ in groupby(group.server.hardware_name for group in started)
        if name is not None
    ]
    if len(names) < 2:
        return []
    listed = " -> ".join(
        names if len(names) <= 8 else [*names[:6], "...", names[-1]]
    )
    return [
        headed(
            "hardware", spoken().text("plan.hardware.sequence", names=listed)
        )
    ]


def _first(block: Block) -> str:
    """Enough of the order to recognize it."""
    ids = [point.id for point in block.points]
    return ", ".join(ids if len(ids) <= 8 else [*ids[:6], "...", ids[-1]])


def how_estimated(plans: Sequence[GroupPlan], *, embedded: bool) -> str:
    """The precision of the times."""
    if max(plan.left.measured for plan in plans):
        return spoken().text("plan.left.measured")
    return spoken().text(
        "plan.left.embedded" if embedded else "plan.left.guess"
    )


def short(number: int) -> str:
    """`864`, `12.9k`, `20.6M`, `1.3G`."""
    value = float(number)
    for unit in ("", "k", "M"):
        if value < 999.95:
            return f"{value:.1f}{unit}" if unit else str(number)
        value /= 1000
    return f"{value:.1f}G"


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3.3 h`, `2.2 d`: two figures, for it is an estimate."""
    for unit, length_s in (("d", 86_400), ("h", 3600)):
        if seconds >= 1.5 * length_s:
            return f"{seconds / length_s:.1f} {unit}"
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
