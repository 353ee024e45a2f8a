"""How shares, and figures with their units, are written wherever people read them, in every
language: `−3.1%`, `12.5 ms`. Files for programs
have plain numbers.
"""

from __future__ import annotations

from math import isclose, isinf

from inferometer.words import Said

MINUS = "−"
"""As long as a plus; a hyphen is not."""

TENFOLD = 10.0
"""Of an interval wider than that, a limit beyond a tenth or tenfold says nothing."""


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


def is_point(low: float, high: float) -> bool:
    """Repeats of a calculation are equal to the last digit: no interval of anything measured."""
    return isclose(low, high, rel_tol=1e-9, abs_tol=1e-12)


def interval(low: float | None, high: float | None, unit: str = "%") -> str:
    """Where a change lies: `−3.6 … −2.7%`, or `> −3.6%` where only that limit says something.
    Empty where neither does, where nobody knows any, and for a point.
    """
    if low is None or high is None or is_point(low, high):
        return ""
    is_wide = 1 + high > TENFOLD * (1 + low)
    no_low = is_wide and 1 + low < 1 / TENFOLD
    no_high = is_wide and 1 + high > TENFOLD
    if no_low and no_high:
        return ""
    if no_high:
        return f"> {signed(low)}{unit}"
    if no_low:
        return f"< {signed(high)}{unit}"
    ends = {"low": signed(low), "high": signed(high) + unit}
    return Said("answer.interval", ends)
