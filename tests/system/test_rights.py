"""What this process may do."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.system import rights
from tests.system.ring_here import needs_ring


@needs_ring
def test_a_process_that_has_a_ring_may_see_packets() -> None:
    """The reverse need not hold: a sandbox may grant the right and have no rings."""
    assert rights.may_see_packets()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            "Name:\tx\nCapPrm:\t0000000000002000\nCapEff:\t000001ffffffffff\n",
            True,
        ),
        ("CapEff:\t0000000000002000\n", True),
        ("CapPrm:\t0000000000002000\nCapEff:\t0000000000001fff\n", False),
        ("CapEff:\t0000000000000000\n", False),
        ("Name:\tx\n", False),
        (None, False),
    ],
)
def test_the_right_is_a_bit_of_what_is_in_effect(
    status: str | None,
    expected: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "status"
    if status is not None:
        file.write_text(status)
    monkeypatch.setattr(rights, "_STATUS", str(file))
    assert rights.may_see_packets() is expected
