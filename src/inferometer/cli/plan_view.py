"""A campaign's plan as text: cells of its table, a plain table, and each group's server in words.

Commands have their own line, to copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from inferometer.campaign.estimate import Estimate, typical_lengths
from inferometer.printable import printable, printable_lines
from inferometer.secret import masked
from inferometer.spec.campaign import Group, Hardware, ServerNeed
from inferometer.spec.interleave import Block
from inferometer.spec.recipe import floats, shell_line

HEADINGS = ("Group", "Server", "Points", "Done", "Requests", "Tok in", "Tok out", "Left")
WORDS = (0, 1)
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


def rows(plans: Sequence[GroupPlan]) -> list[tuple[str, ...]]:
    """Cells of the table under `HEADINGS`, the sum of several groups last."""
    listed = [(plan.group.id, _server(plan.group), *_amounts([plan])) for plan in plans]
    return [*listed, ("all", "", *_amounts(plans))] if len(listed) > 1 else listed


def _server(group: Group) -> str:
    need = group.server
    return f"{need.model_alias} TP{need.tp}" + (
        f" on {need.hardware_name}" if need.hardware_name else ""
    )


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
    need = group.server
    limit = f", max_model_len {need.max_model_len}" if need.max_model_len else ""
    name = "" if need.served_model == need.model_id else f" served as {need.served_model}"
    where = (
        "on the embedded engine" if embedded else f"at {need.recipe.base_url} ({need.recipe.kind})"
    )
    ids = [point.id for point in group.points]
    lines = [
        f"{group.id}: {need.model_id}{name}, TP={need.tp}{limit}, {where}",
        *([] if embedded else _to_start(need)),
        f"  points    {', '.join(ids) if len(ids) <= 3 else f'{ids[0]}, {ids[1]}, ... {ids[-1]}'}",
    ]
    return printable_lines("\n".join(lines))


def _to_start(need: ServerNeed) -> Iterator[str]:
    if need.hardware is not None:
        yield f"  hardware  {need.hardware_name}: {_declared(need.hardware)}"
        if need.hardware.instruction:
            yield f"  do        {printable(need.hardware.instruction)}"
    if need.recipe.compose_file:
        yield f"  compose   service {need.recipe.compose_service} of {need.recipe.compose_file}"
    if image := need.recipe.image:
        floating = " (this tag floats: name a version before you publish)"
        yield f"  image     {image}{floating if floats(image) else ''}"
    if line := shell_line(need.recipe):
        yield f"  command   {line}"
        if need.binding:
            yield f"  listens   {need.binding}"
    if need.recipe.launch:
        launched = ", ".join(
            f"{name} {masked(value)}" for name, value in need.recipe.launch.items()
        )
        yield f"  launch    {printable(launched)}"
    if need.recipe.note:
        yield f"  note      {printable(need.recipe.note)}"


def order_in_words(
    blocks: Sequence[Block], started: Sequence[Group], *, embedded: bool
) -> list[str]:
    """How interleaved groups alternate, which servers have to start, and how often a person has to
    act.
    """
    together = [block for block in blocks if len(block.groups) > 1]
    lines = [
        (
            f"Order:    {block.id}, both up at the same time, take turns point by point: "
            f"{_first(block)}"
        )
        for block in together
    ]
    alone = [block for block in blocks if len(block.groups) == 1]
    if len({block.id for block in alone}) < len(alone):
        lines.append(
            "Order:    "
            + ", ".join(f"{block.id} ({_points(len(block.points))})" for block in alone)
        )
    started = [group for group in started if embedded or group.server.recipe.kind != "external"]
    if not started:
        return lines
    count = f"{len(started)} server start{'s' * (len(started) > 1)}"
    lines.append(f"Servers:  {count} for what is left: {', '.join(group.id for group in started)}")
    by_hand = [group for group in started if group.server.recipe.kind == "operator"]
    if len(by_hand) > 1 and not embedded:
        lines.append(f"          a person has to start one {len(by_hand)} times, on request")
    return lines


def _points(number: int) -> str:
    return f"{number} point{'s' * (number != 1)}"


def hardware_in_words(started: Sequence[Group]) -> list[str]:
    """The sequence of required hardware, if it changes: a person has to act each time."""
    names = [
        name
        for name, _ in groupby(group.server.hardware_name for group in started)
        if name is not None
    ]
    if len(names) < 2:
        return []
    listed = " -> ".join(names if len(names) <= 8 else [*names[:6], "...", names[-1]])
    return [
        (
            f"Hardware: {listed}. If a person has to change the machine, the run waits for "
            "confirmation."
        )
    ]


def _first(block: Block) -> str:
    """Enough of the order to recognize it."""
    ids = [point.id for point in block.points]
    return ", ".join(ids if len(ids) <= 8 else [*ids[:6], "...", ids[-1]])


def _declared(hardware: Hardware) -> str:
    facts = [f"{hardware.gpus} GPU{'s' if hardware.gpus > 1 else ''}"]
    if hardware.pcie_generation or hardware.pcie_width:
        generation = f" {hardware.pcie_generation}.0" if hardware.pcie_generation else ""
        facts.append(
            f"PCIe{generation}" + (f" x{hardware.pcie_width}" if hardware.pcie_width else "")
        )
    if hardware.bandwidth_gb_s:
        facts.append(f"{hardware.bandwidth_gb_s:g} GB/s each")
    return ", ".join(facts)


def how_estimated(plans: Sequence[GroupPlan], *, embedded: bool) -> str:
    """The precision of the times."""
    if max(plan.left.measured for plan in plans):
        return "Left: a guess for each point, corrected by what finished ones took."
    if embedded:
        return "Left: a guess from the embedded engine's settings."
    return (
        "Left: a guess (35 ms a token for each stream, 5,000 prompt tokens/s, 4 min for a server "
        "to start), "
        "corrected as points are finished."
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
