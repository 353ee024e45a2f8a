"""Targets on a terminal: what was asked, of which deployment, what it is, and why it is not reached."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.analysis.targets import Checked
from inferometer.printable import printable
from inferometer.report.tables.columns import figure


def target_lines(checked: Sequence[Checked]) -> list[str]:
    """A line each, missed ones marked."""
    heads = [f"{'reached' if each.reached else 'MISSED':7}  {each.target}" for each in checked]
    width = max(map(len, heads), default=0)
    return [printable(f"{head:{width}}  {_found(each)}".rstrip()) for head, each in zip(heads, checked, strict=True)]


def _found(each: Checked) -> str:
    value = "" if each.value is None else f"{figure(each.value)} {each.unit}".strip()
    where = " at ".join(part for part in (each.deployment, each.at) if part)
    found = f"{value} ({where})" if value and where else value or where
    return ": ".join(part for part in (found, each.reason) if part)
