"""Campaign files may name every wire format there is, and no other."""

from __future__ import annotations

from typing import get_args

from inferometer.protocol import PROTOCOLS
from inferometer.spec.campaign import BackendName


def test_campaigns_know_all_backends() -> None:
    assert set(get_args(BackendName)) == set(PROTOCOLS)
