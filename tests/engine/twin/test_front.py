"""The twin as a server: any wire format, vLLM's metrics, and the mark of what is not measured."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families

from inferometer.engine import EmbeddedEngine, api, tokenizer
from inferometer.engine.api import Api, FrontSettings
from inferometer.engine.engine_model import PopKnown
from inferometer.engine.http import ClientConnection, HttpRequest
from inferometer.engine.server import EngineServer
from inferometer.engine.truth import load_truth
from inferometer.engine.twin.configuration import TwinSettings, make_twin
from inferometer.engine.twin.front import (
    MOST_LATER,
    FrontRequest,
    TwinModel,
)
from inferometer.engine.twin.request import TwinRequest
from inferometer.engine.twin.simulation import run
from inferometer.store.environment import EMBEDDED_VERSION
from inferometer.telemetry.remote import sampled
from tests.engine.loopback import tcp_pair

MS = 1_000_000
SMALL = TwinSettings(
    card="r9700",
    model="llama-3.1-8b",
    stack="vllm-0.10.2-eager",
    host="threadripper",
    tp=2,
    link="pcie4x8",
    max_model_len=512,
    num_gpu_blocks=100,
    speed=20,
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    backends = ("openai", "openai-chat", "tgi")
    server = EngineServer(SMALL, FrontSettings(model="m", backends=backends))
    thread = threading.Thread(target=server.run)
    thread.start()
    yield server.url
    server.stop()
    thread.join()


def values_of(page: str) -> dict[str, float]:
    return {
        sample.name: sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def complete(
    url: str, prompt: str | list[int], max_tokens: int
) -> dict[str, Any]:
    body = {"model": "m", "prompt": prompt, "max_tokens": max_tokens}
    answer = httpx.post(f"{url}/v1/completions", json=body, timeout=30)
    assert answer.status_code == 200
    return dict(answer.json())


def test_answers_have_the_length_that_was_asked_for(url: str) -> None:
    usage = complete(url, "a b c", 17)["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"]) == (3, 17)


def test_other_wire_formats_are_served_too(url: str) -> None:
    body = {"inputs": "a b", "parameters": {"max_new_tokens": 5}}
    answer = httpx.post(f"{url}/generate_stream", json=body, timeout=30)
    assert answer.text.count("data:") == 5


def test_whoever_asks_learns_that_nothing_was_measured(url: str) -> None:
    version = httpx.get(f"{url}/version").json()["version"]
    assert EMBEDDED_VERSION in version  # so that results say "rehearsal"
    assert version.endswith(".simulated")
    page = httpx.get(f"{url}/metrics").text
    simulates = "llama-3.1-8b-r9700-tp2-pcie4x8-vllm-0.10.2-eager-threadripper"
    assert f'inferometer_simulated{{simulates="{simulates}"}} 1.0' in page
    assert make_twin(SMALL).name == f"simulated-{simulates}"


def test_the_metrics_move_as_those_of_vllm(url: str) -> None:
    prompt = " ".join(f"w{i}" for i in range(64))
    before = values_of(httpx.get(f"{url}/metrics").text)
    complete(url, prompt, 2)
    complete(url, prompt, 2)
    after = values_of(httpx.get(f"{url}/metrics").text)

    def moved(name: str) -> float:
        return after[name] - before[name]

    assert moved("vllm:prefix_cache_queries_total") == 128
    assert moved("vllm:prefix_cache_hits_total") == 48  # 63 in whole blocks
    assert moved("vllm:generation_tokens_total") == 4
    assert after["vllm:num_requests_running"] == 0
    assert after["vllm:kv_cache_usage_perc"] == 0
    assert after["vllm:cache_config_info"] == 1


@pytest.mark.parametrize("as_ids", [False, True])
def test_what_a_chat_has_said_is_found_again(url: str, as_ids: bool) -> None:
    """The next turn's prompt contains the answer, whose blocks are cached too."""

    def sent(text: str) -> str | list[int]:
        return tokenizer.tokenize(text) if as_ids else text

    asked = " ".join(f"q{i}" for i in range(20))
    said = complete(url, sent(asked), 45)["choices"][0]["text"]
    before = values_of(httpx.get(f"{url}/metrics").text)
    complete(url, sent(f"{asked} {said} and now"), 1)
    after = values_of(httpx.get(f"{url}/metrics").text)
    name = "vllm:prefix_cache_hits_total"
    assert after[name] - before[name] == 64


def drain(model: TwinModel, until_ns: int) -> list[tuple[int, int, bool]]:
    """All emissions due by then, as (ns, request, last)."""
    emissions = iter(lambda: model.pop_due(until_ns), None)
    return [
        (each.time_ns, each.sequence.number, each.last)
        for each in emissions
        if each is not None
    ]


@pytest.mark.parametrize("token_ns", [46_000, 20 * MS])
def test_tokens_leave_when_virtual_time_says(token_ns: int) -> None:
    """Also where the API server is slower than the engine, so that tokens queue."""
    settings = replace(SMALL, speed=1.0)
    simulation = make_twin(settings).simulation()
    simulation.outlet.token_ns = token_ns
    lengths = [(40, 9), (300, 30), (17, 3), (100, 60)]
    virtual = [
        TwinRequest(number, prompt, output, arrived_ns=number * 30 * MS)
        for number, (prompt, output) in enumerate(lengths)
    ]
    done = list(run(simulation, virtual))
    expected = {r.number: (r.first_ns, r.finished_ns) for r in done}
    model, origin_ns = TwinModel(settings), 987_654_321
    model._outlet.token_ns = token_ns
    got: dict[int, list[int]] = {number: [] for number in expected}
    for tick in range(400):
        now_ns = origin_ns + tick * 10 * MS
        if tick % 3 == 0 and tick // 3 < len(lengths):
            prompt, output = lengths[tick // 3]
            model.submit(tick // 3, prompt, output, now_ns)
        for time_ns, number, _ in drain(model, now_ns):
            assert now_ns - 10 * MS < time_ns <= now_ns
            got[number].append(time_ns - origin_ns)
    assert {
        number: (times[0], times[-1]) for number, times in got.items()
    } == expected
    assert [len(got[number]) for number in range(4)] == [9, 30, 3, 60]
    assert (model.running, model.waiting, model.next_ns()) == (0, 0, None)


def asked(number: int, tokens: int, at_ns: int) -> HttpRequest:
    body = {"model": "m", "prompt": f"w{number}", "max_tokens": tokens}
    data = orjson.dumps({**body, "stream": True})
    return HttpRequest("POST", "/v1/completions", {}, data, True, at_ns)


def test_a_request_that_comes_while_others_are_sent_joins_its_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here each event takes 1 ms to send, which is 8 ms of the model."""
    settings, late_ns = replace(SMALL, speed=8.0), 60 * MS
    came_ns = late_ns + MS // 10
    now_ns = count(late_ns, MS)
    monkeypatch.setattr(api, "monotonic_ns", lambda: next(now_ns))
    path = tmp_path / "truth.npz"
    front = FrontSettings(model="m", truth_file=str(path))
    sends = Api(TwinModel(settings), front, lambda: None, lambda: None)
    with tcp_pair() as (_, one), tcp_pair() as (_, other):
        sends.handle(ClientConnection(one), asked(0, 60, 0))
        sends.send_due(late_ns)
        sends.handle(ClientConnection(other), asked(1, 5, came_ns))
        while sends.next_ns() is not None:
            sends.send_due(10_000 * MS)
    sends.write_truth()
    model = TwinModel(settings)
    model.submit(0, 1, 60, 0)
    in_time = drain(model, came_ns)
    model.submit(1, 1, 5, came_ns)
    in_time += drain(model, 10_000 * MS)
    of_first = [time_ns for time_ns, number, _ in in_time if number == 0]
    of_second = [time_ns for time_ns, number, _ in in_time if number == 1]
    due_ns = load_truth(path.read_bytes()).due_ns.tolist()
    assert due_ns == of_first + of_second


def sent_by(model: TwinModel) -> list[tuple[int, int, bool]]:
    """Of eight requests at once, looked at 10 ms after every 10 ms."""
    for number in range(8):
        model.submit(number, 40, 20 + number // 4, 0, ["w"] * 40)
    got = []
    for tick in range(1, 200):
        got += drain(model, tick * 10 * MS)
    return got


def test_known_tokens_leave_while_steps_are_run() -> None:
    model, meanwhile = TwinModel(SMALL), []

    def send(pop_known: PopKnown) -> None:
        while (each := pop_known(2_000 * MS)) is not None:
            meanwhile.append((each.time_ns, each.sequence.number, each.last))

    model.call_meanwhile(send)
    later = sent_by(model)
    assert meanwhile
    assert sorted(later + meanwhile) == sorted(sent_by(TwinModel(SMALL)))


def test_the_keys_of_blocks_are_found_while_nothing_is_due() -> None:
    """32 tokens and 33 more fill four blocks of 16, of which the last token needs none."""
    model = TwinModel(SMALL)
    request = model.submit(0, 32, 33, 0, ["w"] * 32).request
    for _ in range(9):
        assert model.pop_due(0) is None
    assert len(request.keys) == 4
    drain(model, 10_000 * MS)
    assert len(request.keys) == 4


def test_events_of_one_answer_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its first token is known while the step of its last one is run."""
    monkeypatch.setattr(api, "monotonic_ns", lambda: 1_000 * MS)
    front = FrontSettings(model="m")
    sends = Api(TwinModel(SMALL), front, lambda: None, lambda: None)
    body = orjson.dumps({"model": "m", "prompt": "a b", "max_tokens": 2})
    with tcp_pair() as (_, one):
        asks = HttpRequest("POST", "/v1/completions", {}, body, True, 0)
        sends.handle(ClientConnection(one), asks)
        sends.send_due(1_000 * MS)
    assert sends._metrics.generation_tokens == 2


def test_what_an_answer_needs_of_the_model_waits_until_it_has_worked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that is sent whole, while the next request is taken in."""
    monkeypatch.setattr(api, "monotonic_ns", lambda: 1_000 * MS)
    sends = Api(
        TwinModel(SMALL), FrontSettings(model="m"), lambda: None, lambda: None
    )
    body = {"model": "m", "prompt": "a b", "max_tokens": 1}
    whole = HttpRequest(
        "POST", "/v1/completions", {}, orjson.dumps(body), True, 0
    )
    with tcp_pair() as (client, one):
        connection = ClientConnection(one)
        sends.handle(connection, whole)
        model = sends._model
        assert isinstance(model, TwinModel)
        model._run(1_000 * MS)
        sends._send_meanwhile(model._pop_known)
        before = connection.answering
        due_ns = sends.next_ns()
        assert due_ns is not None
        assert due_ns < 1_000 * MS
        sends.send_due(1_000 * MS)
        assert (before, connection.answering) == (0, None)
        assert b'"finish_reason":"length"' in client.recv(1 << 16)


def test_what_can_be_done_later_does_not_pile_up() -> None:
    """Where something is due all the time, nothing of it is done otherwise."""
    model = TwinModel(SMALL)
    for number in range(200):
        model.submit(number, 40, 20 + number % 7, number * MS)
        model._run(number * MS)
    model._run(100_000 * MS)
    assert len(model._unshown) <= MOST_LATER
    assert len(model._keyless) <= MOST_LATER


def asked_at_once(faults: str, *answers: int) -> tuple[Api, TwinModel]:
    """Streams of so many tokens, all of which are due, and no look at them yet."""
    sends = Api(
        TwinModel(SMALL),
        FrontSettings(model="m", faults=faults),
        lambda: None,
        lambda: None,
    )
    for tokens in answers:
        body = {"model": "m", "prompt": "a b", "max_tokens": tokens}
        _ask(sends, {**body, "stream": True})
    model = sends._model
    assert isinstance(model, TwinModel)
    return sends, model


def _ask(sends: Api, body: dict[str, Any]) -> None:
    whole = HttpRequest(
        "POST", "/v1/completions", {}, orjson.dumps(body), True, 0
    )
    with tcp_pair() as (_, one):
        sends.handle(ClientConnection(one), whole)


def test_what_was_put_off_of_a_stalled_answer_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(api, "monotonic_ns", lambda: 1_000 * MS)
    sends, model = asked_at_once("stall@1", 4)
    model._run(1_000 * MS)
    sends._send_meanwhile(model._pop_known)
    assert len(sends._put_off) > 2
    sends.send_due(1_000 * MS)
    assert sends._metrics.generation_tokens == 2
    assert sends._metrics.finished == 0


def test_answers_that_end_while_others_are_cancelled_do_not_end_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine restarts; what it does until then lets events of the second request leave."""
    monkeypatch.setattr(api, "monotonic_ns", lambda: 1_000 * MS)
    sends, _ = asked_at_once("", 2, 2, 40)
    sends._restart()
    assert sends._metrics.finished == 0
    sends._note_all()
    assert sends._generations == {}


def test_a_client_that_leaves_gets_nothing_more() -> None:
    model = TwinModel(SMALL)
    first = model.submit(0, 30, 50, 0)
    model.submit(1, 30, 3, 0)
    seen = drain(model, 20 * MS)
    model.cancel(first, 20 * MS)
    model.cancel(first, 21 * MS)
    later = drain(model, 10_000 * MS)
    assert {number for _, number, _ in seen} == {0, 1} or seen == []
    assert {number for _, number, _ in later} <= {1}
    assert model.kv_cache_usage == 0


def test_a_preempted_request_goes_on() -> None:
    model = TwinModel(SMALL)
    request = model.submit(0, 100, 20, 0)
    assert isinstance(request, FrontRequest)
    got = drain(model, 15 * MS)
    model.preempt(request)
    got += drain(model, 10_000 * MS)
    assert len(got) == 20
    assert model.report().preemptions == 1


def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    with EmbeddedEngine(SMALL, model="m", record_truth=True) as engine:
        assert complete(engine.base_url, "a b", 3)["usage"]["total_tokens"] == 5
        assert len(engine.truth()) == 1


def test_it_shows_the_cards_that_it_simulates(url: str) -> None:
    """And no card of another engine."""
    told = httpx.get(f"{url}/telemetry").json()
    for each in told["cards"]:
        assert (each["vendor"], each["simulated"]) == ("simulated", True)
    cards = sampled({**told, "monotonic_ns": 1}, 0).cards
    assert [card.address for card in cards] == ["simulated:0", "simulated:1"]
    for card in cards:
        assert card.name == "simulated AMD Radeon AI PRO R9700"
        assert "unfitted" in str(card.readings["power_w"].source)
        slot = card.link and card.link.slot
        assert slot
        assert (slot.speed_gts, slot.width) == (16.0, 8)
