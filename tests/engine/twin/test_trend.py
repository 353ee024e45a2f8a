"""What still grows when a load ends, and what only fluctuates or has filled up."""

from __future__ import annotations

import random

import pytest

from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.trend import is_growing

SECOND_NS = 1_000_000_000


def requests(
    lasts_s: list[float], *, per_second: float = 4.0
) -> list[TwinRequest]:
    """At a rate; how long each takes."""
    done = []
    for number, seconds in enumerate(lasts_s):
        at_ns = int(number / per_second * SECOND_NS)
        request = TwinRequest(number, 64, 64, arrived_ns=at_ns)
        request.finished_ns = at_ns + int(seconds * SECOND_NS)
        done.append(request)
    return done


@pytest.mark.parametrize(
    ("name", "grows"),
    [
        ("level", False),
        ("noise", False),
        ("slower", True),
        ("forever", True),
        ("a little slower", False),
        ("full at last", False),
        ("few", False),
    ],
)
def test_trends(name: str, grows: bool) -> None:
    rng = random.Random(1)
    lasts_s = {
        "level": [5.0] * 400,
        "noise": [rng.expovariate(0.2) for _ in range(400)],
        "slower": [5 + n / 50 for n in range(400)],
        "forever": [1000.0] * 400,
        "a little slower": [5 + n / 2000 for n in range(400)],
        "full at last": [5 + min(n, 60) / 50 for n in range(400)],
        "few": [5.0 + n for n in range(19)],
    }[name]
    assert is_growing(requests(lasts_s)) is grows
