"""The front serves any model, not only the one of set times."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import httpx
import pytest

from inferometer.clock import MS
from inferometer.engine.api import FrontSettings
from inferometer.engine.engine_model import Emission, PopKnown
from inferometer.engine.model import EngineSettings
from inferometer.engine.server import MODELS, EngineServer


class Asked(NamedTuple):
    number: int
    admitted_ns: int
    tokens: int


class AllAtOnce:
    """Every request gets all its tokens a millisecond after it was submitted."""

    max_model_len = 100
    tokens_per_event = 100
    reads_prompts = False
    waiting = 0
    kv_cache_usage = 0.25

    def __init__(self, settings: EngineSettings) -> None:
        self.seed = settings.seed
        self._asked: list[Asked] = []

    @property
    def running(self) -> int:
        return len(self._asked)

    def report(self) -> None:
        """It simulates no engine."""

    def cards(self, now_ns: int) -> None:
        """Nor any card."""

    def call_meanwhile(self, send: Callable[[PopKnown], None]) -> None:
        """It never works for long."""

    def submit(
        self,
        number: int,
        prompt_tokens: int,
        max_tokens: int,
        time_ns: int,
        prompt: Sequence[int] | None = None,
    ) -> Asked:
        self._asked.append(Asked(number, time_ns, max_tokens))
        return self._asked[-1]

    def cancel(self, sequence: Asked, time_ns: int) -> None:
        self._asked = [each for each in self._asked if each is not sequence]

    def preempt(self, sequence: Asked) -> None:
        """It holds nothing."""

    def next_ns(self) -> int | None:
        return self._asked[0].admitted_ns + MS if self._asked else None

    def pop_due(
        self, now_ns: int, known_ns: int | None = None
    ) -> Emission | None:
        due_ns = self.next_ns()
        if due_ns is None or due_ns > now_ns:
            return None
        asked = self._asked.pop(0)
        return Emission(due_ns, asked, asked.tokens, True)


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setitem(MODELS, "all at once", AllAtOnce)
    server = EngineServer(
        EngineSettings(), FrontSettings(), model="all at once"
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.url
    server.stop()
    thread.join()


def test_it_is_served_as_any_other(url: str) -> None:
    asked = {
        "model": "embedded",
        "prompt": "a b",
        "max_tokens": 7,
        "stream": True,
    }
    answer = httpx.post(f"{url}/v1/completions", json=asked)
    assert answer.status_code == 200
    assert answer.text.count('"text"') == 1
    assert answer.text.endswith("data: [DONE]\n\n")
    whole = httpx.post(
        f"{url}/v1/completions", json={**asked, "stream": False}
    ).json()
    assert whole["usage"]["completion_tokens"] == 7


def test_the_front_tells_what_the_model_tells(url: str) -> None:
    (card,) = httpx.get(f"{url}/v1/models").json()["data"]
    assert card["max_model_len"] == 100
    assert "kv_cache_usage_perc" in (page := httpx.get(f"{url}/metrics").text)
    assert "0.25" in page
    refused = httpx.post(
        f"{url}/v1/completions",
        json={"model": "embedded", "prompt": "a", "max_tokens": 101},
    )
    assert refused.status_code == 400
