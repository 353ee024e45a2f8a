"""A machine that is read from another host."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from inferometer.telemetry import remote
from inferometer.telemetry.reading import CARD_FIELDS
from inferometer.telemetry.remote import MonitorError, RemoteSampler, sampled
from inferometer.telemetry.sample import take_sample
from inferometer.telemetry.sampler import Sampled
from inferometer.telemetry.serve import MonitorServer
from inferometer.telemetry.watch import Watch
from inferometer.words import Words, sentence_of
from tests.telemetry.trees import plant_capture, serving

TOKEN = "a token of the test"

Serve = Callable[..., int]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return plant_capture(tmp_path, "amd_sysfs_rx9070.json")


@pytest.fixture
def serve(root: Path) -> Iterator[Serve]:
    """Serves the machine; returns the port."""
    with ExitStack() as open_now:
        yield lambda token=None: open_now.enter_context(
            serving(Watch(root, 0.05), token)
        )


def test_a_machine_is_read_on_the_clock_of_this_host(
    serve: Serve, root: Path
) -> None:
    sampler = RemoteSampler(f"http://127.0.0.1:{serve()}")
    offset = sampler.connect()
    assert abs(offset.monotonic_ns) <= offset.uncertainty_ns  # one clock here
    (card,) = sampler().cards
    (here,) = take_sample(root).cards
    assert (card.address, card.vendor) == (here.address, "amd")
    for name in CARD_FIELDS:
        if name in here.readings:
            assert card.readings[name] == here.readings[name]
    assert card.link == here.link
    sampler.close()


def test_a_package_is_known_from_afar(root: Path) -> None:
    told = take_sample(root).as_json()
    told["cards"][0]["package"] = "0000:02:00.0"
    (card,) = sampled(told, 0).cards
    assert card.package == "0000:02:00.0"


def test_a_sample_is_seen_once(serve: Serve) -> None:
    sampler = RemoteSampler(f"127.0.0.1:{serve()}")
    stamps = [seen.monotonic_ns for _ in range(40) if (seen := sampler()).cards]
    assert len({*stamps}) == len(stamps)
    assert stamps == sorted(stamps)
    sampler.close()


def test_powers_are_read_more_often_than_the_rest(root: Path) -> None:
    """They add up to the energy of a card without a counter."""
    seen: list[Sampled] = []
    with serving(Watch(root, 60, scattered=True)) as port:
        sampler = RemoteSampler(f"127.0.0.1:{port}")
        while sum(len(each.powers) for each in seen) < 10:
            seen.append(sampler())
        sampler.close()
    powers = [power for each in seen for power in each.powers]
    ((card,),) = (each.cards for each in seen if each.cards)
    assert {each.address for each in powers} == {card.address}
    assert {each.power for each in powers} == {card.readings["power_w"]}
    moments = [each.monotonic_ns for each in powers]
    assert moments == sorted({*moments}), "each is told once"


@pytest.mark.parametrize(
    ("told", "is_answered"), [(TOKEN, True), ("wrong", False), (None, False)]
)
def test_a_token(told: str | None, is_answered: bool, serve: Serve) -> None:
    sampler = RemoteSampler(f"127.0.0.1:{serve(TOKEN)}", told)
    seen = sampler()
    sampler.close()
    assert bool(seen.cards) is is_answered
    if not is_answered:
        assert [(each.state, each.detail) for each in seen.tools] == [
            ("tool_failed", "HTTP 401")
        ]


def test_beyond_the_loopback_a_token_is_required(root: Path) -> None:
    watch = Watch(root, 1)
    with pytest.raises(ValueError, match="token"):
        MonitorServer(("0.0.0.0", 0), watch, None)
    watch.close()


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 404),
        ("GET", "/sample", {"Host": "evil.example"}, 401),
        ("GET", "/sample?after=nan", {}, 200),
        ("GET", f"/sample?after={'9' * 400}", {}, 200),
        ("POST", "/sample", {"Content-Length": "5"}, 501),
        ("GET", f"/{'x' * 70000}", {}, 414),
    ],
)
def test_what_else_is_asked(
    method: str, path: str, headers: dict[str, str], status: int, serve: Serve
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serve(), timeout=10)
    connection.putrequest(method, path, skip_host="Host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status
    connection.close()


def test_the_distance_of_the_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quickest answer decides: 20 ms each way, then 1 ms there and 3 back."""
    ms = 1_000_000
    ahead = 500 * ms
    here = iter(
        [0, 0, 50 * ms, 50 * ms, 100 * ms, 100 * ms, 105 * ms, 105 * ms]
    )
    told = iter([(20, 30), (101, 102)])
    monkeypatch.setattr(remote, "monotonic_ns", lambda: next(here))
    monkeypatch.setattr(remote, "realtime_ns", lambda: next(here))
    sampler = RemoteSampler("127.0.0.1:1")

    def answer(path: str) -> dict[str, Any]:
        received, sent = (ahead + each * ms for each in next(told))
        return {
            "number": 1,
            "received_ns": received,
            "sent_ns": sent,
            "received_time_ns": received,
            "sent_time_ns": sent,
            "monotonic_ns": sent,
        }

    monkeypatch.setattr(sampler, "_answer", answer)
    sampler()
    first = sampler.offset
    sampler()
    second = sampler.offset
    assert first is not None
    assert second is not None
    assert (first.monotonic_ns, first.uncertainty_ns) == (ahead, 20 * ms)
    assert (second.monotonic_ns, second.uncertainty_ns) == (ahead - ms, 2 * ms)


ANYTHING: list[object] = [
    *(None, True, -1, 1e400, 10**400, 65_535.0),
    *("x" * 1000, [1], {"value": {}}),
]


@pytest.mark.parametrize("thing", ANYTHING)
@pytest.mark.parametrize(
    "place",
    [
        *("cards", "host", "cores", "tools", "powers"),
        *("readings", "link", "value", "moment"),
    ],
)
def test_a_monitor_may_say_anything(place: str, thing: object) -> None:
    card: dict[str, Any] = {"readings": {"power_w": {"value": 1.0}}}
    told: dict[str, Any] = {"monotonic_ns": 1, "cards": [card]}
    if place == "value":
        card["readings"]["power_w"]["value"] = thing
    elif place == "moment":
        told["powers"] = [{"address": "0000:03:00.0", "monotonic_ns": thing}]
    elif place in ("readings", "link"):
        card[place] = thing
    else:
        told[place] = thing
    for each in sampled(json.loads(json.dumps(told)), 0).cards:
        for reading in each.readings.values():
            assert (reading.value is None) is (reading.reason is not None)
            assert reading.value in (None, 1.0), "no card takes -1 or 65,535 W"


@pytest.mark.parametrize("url", ["https://host", "ftp://host", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(MonitorError) as refused:
        RemoteSampler(url)
    assert Words("zh-CN").say(sentence_of(refused.value)) == "不是 http 地址"


def test_nobody_answers() -> None:
    seen = RemoteSampler("127.0.0.1:1")()
    assert [each.state for each in seen.tools] == ["tool_failed"]
