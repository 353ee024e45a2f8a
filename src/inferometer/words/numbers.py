"""How shares are written wherever people read them, in every language: `−3.1%`. Files for programs
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
