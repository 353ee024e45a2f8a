"""How shares, and figures with their units, are written wherever people read them, in every
language: `−3.1%`, `12.5 ms`. Files for programs
have plain numbers.
"""

from __future__ import annotations

from math import isinf

MINUS = "−"
"""As long as a plus; a hyphen is not."""


def percent(share: float, digits: int = 1) -> str:
    """`12.5%` for 0.125."""
    return f"{100 * share:.{digits}f}%".replace("-", MINUS)


def change(share: float) -> str:
    """`−3.1%` for -0.031, with no more digits than are known."""
    return f"{signed(share)}%"


def signed(share: float) -> str:
    """The same without the sign of percent, as an end of an interval."""
    if isinf(share):
        return "+inf" if share > 0 else f"{MINUS}inf"
    text = f"{100 * share:+.{0 if abs(share) >= 1 else 1}f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", MINUS)


def in_unit(figure: str, unit: str) -> str:
    """`78.99%`, `12.5 ms`, and the figure alone where it has no unit."""
    return figure + unit if unit == "%" else f"{figure} {unit}".rstrip()
