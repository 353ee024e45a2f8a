"""How polars is imported where it only has to save."""

from __future__ import annotations

import os

import pytest

from inferometer.store.parquet import FRUGAL
from tests.processes import printed_anew

THREADS = """
import os
before = dict(os.environ)
from inferometer.store.parquet import import_frugally
import_frugally()
import polars
print(polars.thread_pool_size(), before == os.environ)
"""


@pytest.mark.parametrize("wanted", [None, "3"])
def test_one_thread_unless_a_user_wants_more(
    wanted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FRUGAL:
        monkeypatch.delenv(name, raising=False)
    if wanted:
        monkeypatch.setitem(os.environ, "POLARS_MAX_THREADS", wanted)
    threads, is_restored = printed_anew(THREADS).split()
    assert threads == (wanted or "1")
    assert is_restored == "True"
