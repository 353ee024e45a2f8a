"""Models that are launched on a Xinference through its API: what is asked, what is waited for, how
it ends, what goes wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inferometer.server import accelerator_memory, xinference
from inferometer.server.base import ServerError
from inferometer.server.external import ExternalServer
from inferometer.server.kinds import server_for
from inferometer.server.port import is_served
from inferometer.server.xinference import XinferenceServer, launch_body
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.server_recipe import ServerRecipe
from tests.server.fake_xinference import FakeXinference, fake_xinference
from tests.server.needs import free_port, need

LAUNCH = {
    "model_name": "deepseek-chat",
    "model_engine": "vllm",
    "model_format": "pytorch",
    "model_size_in_billions": 7,
    "n_gpu": 1,
}
DONE = [
    "POST /v1/models?wait_ready=true",
    "POST /v1/chat/completions",
    "DELETE /v1/models/deepseek-7b",
]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(accelerator_memory, "used_mib", dict)
    monkeypatch.setattr(xinference, "POLL_S", 0.01)


@pytest.fixture
def fake() -> Iterator[FakeXinference]:
    with fake_xinference() as running:
        yield running


class Bench:
    """A Xinference that somebody runs, and a model to be launched on it."""

    def __init__(self, fake: FakeXinference) -> None:
        self.fake = fake
        self.said: list[str] = []
        self.pauses: list[float] = []
        needed = wanted(fake.url)
        external = ExternalServer(
            needed, directory=Path(), say=self.said.append
        )
        self.server = XinferenceServer(
            external, needed, say=self.said.append, pause=self.pauses.append
        )


@pytest.fixture
def bench(fake: FakeXinference) -> Iterator[Bench]:
    bench = Bench(fake)
    yield bench
    bench.server.stop()


def wanted(url: str, *, limit: int | None = None, **recipe: Any) -> ServerNeed:
    settings: dict[str, Any] = {
        "kind": "external",
        "backend": "xinference",
        "base_url": url,
        "launch": LAUNCH,
    } | recipe
    return need(
        ServerRecipe(**settings),
        served_model="deepseek-7b",
        max_model_len=limit,
    )


def test_a_model_is_launched_verified_and_terminated(bench: Bench) -> None:
    found = bench.server.start()
    assert bench.fake.bodies == [
        LAUNCH | {"model_type": "LLM", "model_uid": "deepseek-7b"}
    ]
    assert (found.facts["model"], found.facts["version"]) == (
        "deepseek-7b",
        "4.1.0",
    )
    assert found.facts["launch_s"] >= 0
    assert found.unchecked == ()
    bench.server.check()
    bench.server.stop()
    assert bench.fake.asked == DONE
    assert bench.fake.running == []
    bench.server.stop()
    assert bench.fake.asked == DONE, (
        "what was terminated is not terminated again"
    )


def test_models_of_others_are_neither_minded_nor_touched(bench: Bench) -> None:
    bench.fake.running = ["somebody-elses"]
    bench.server.start()
    bench.server.check()
    bench.server.stop()
    assert bench.fake.running == ["somebody-elses"]


def test_a_model_of_that_name_is_not_taken_for_ours(bench: Bench) -> None:
    bench.fake.running = ["deepseek-7b"]
    with pytest.raises(
        ServerError,
        match=(
            r"with unknown launch settings: terminate it \(curl -X DELETE "
            r"http.*/v1/models/deepseek-7b"
        ),
    ):
        bench.server.start()
    assert bench.fake.asked == []
    assert bench.fake.running == ["deepseek-7b"]


def test_the_limit_of_the_family_is_not_taken_for_that_of_the_model(
    fake: FakeXinference,
) -> None:
    needed = wanted(fake.url, limit=1280)
    server = server_for(needed, directory=Path(), say=lambda line: None)
    assert isinstance(server, XinferenceServer)
    found = server.start()
    server.stop()
    assert found.unchecked == ("max_model_len 1280",)


def test_progress_is_told_in_tens_of_percent(bench: Bench) -> None:
    bench.fake.progress = [0.0, 0.04, 0.5, 0.5, 0.97]
    bench.server.start()
    assert (
        bench.said[0]
        == f"Launching deepseek-chat on {bench.fake.url} as deepseek-7b"
    )
    assert bench.said[1:4] == [
        f"  deepseek-7b: {tens}% loaded." for tens in (0, 50, 90)
    ]


def test_a_model_that_is_listed_but_still_loads_is_asked_again_when_it_says_so(
    bench: Bench,
) -> None:
    bench.fake.loading = 2
    bench.server.start()
    assert bench.pauses == [30.0, 30.0]
    assert bench.fake.asked.count("POST /v1/chat/completions") == 3


def test_a_model_that_never_stops_loading(
    fake: FakeXinference, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(
        xinference, "time", SimpleNamespace(monotonic=lambda: sum(pauses))
    )
    fake.loading = 1000
    needed = wanted(fake.url, start_timeout_s=50.0)
    external = ExternalServer(needed, directory=Path(), say=lambda line: None)
    server = XinferenceServer(
        external, needed, say=lambda line: None, pause=pauses.append
    )
    with pytest.raises(
        ServerError,
        match=r"was launched but does not answer \(503: Model is loading, please retry later",
    ):
        server.start()
    assert pauses == [30.0, 20.0]
    assert fake.running == []


@pytest.mark.parametrize(
    ("status", "detail", "words"),
    [
        (
            400,
            "Model deepseek-chat cannot be run on engine vllm.",
            (
                r"did not launch deepseek-chat \(400: Model deepseek-chat cannot be run on "
                r"engine vllm\): correct the launch settings of"
            ),
        ),
        (
            503,
            "No available slot found for the model",
            r"\(503: No available slot found for the model\): correct the launch",
        ),
        (
            500,
            "[address=127.0.0.1:35053, pid=7] CUDA out of memory.",
            (
                r"\(500: \[address=127\.0\.0\.1:35053, pid=7\] CUDA out .* Cure: spread the "
                r"model over more cards"
            ),
        ),
        (401, "Could not validate credentials", "requires an API key"),
    ],
)
def test_a_model_that_is_refused(
    bench: Bench, status: int, detail: str, words: str
) -> None:
    bench.fake.refusal = (status, f'{{"detail":"{detail}"}}')
    with pytest.raises(ServerError, match=words) as raised:
        bench.server.start()
    assert "\n" not in str(raised.value)
    assert not any("could not be terminated" in line for line in bench.said), (
        "it was never there"
    )


def test_a_model_that_cannot_answer(bench: Bench) -> None:
    bench.fake.trouble = (500, '{"detail":"Model engine is dead"}')
    with pytest.raises(
        ServerError,
        match=r"deepseek-7b was launched but does not answer \(500: Model engine is dead\)",
    ):
        bench.server.start()
    assert bench.fake.running == [], "it is terminated all the same"


def test_ctrl_c_while_it_loads_cancels_the_launch(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    bench.fake.progress = [
        0.1
    ]  # which nobody asks for: the launch lasts until it is cancelled
    monkeypatch.setattr(XinferenceServer, "_tell_progress", interrupt)
    with pytest.raises(KeyboardInterrupt):
        bench.server.start()
    assert "POST /v1/models/deepseek-7b/cancel" in bench.fake.asked
    assert bench.fake.running == []


def test_a_model_that_went_away_is_noticed(bench: Bench) -> None:
    bench.server.start()
    bench.fake.running = []
    with pytest.raises(
        ServerError,
        match="no longer lists a model, although deepseek-7b was launched",
    ):
        bench.server.check()
    bench.fake.running = ["another"]
    with pytest.raises(ServerError, match="serves another, not deepseek-7b"):
        bench.server.check()


def test_a_model_that_cannot_be_terminated_is_told(bench: Bench) -> None:
    bench.server.start()
    bench.fake.keeps_models = True
    bench.server.stop()
    assert bench.said[-1].startswith("  deepseek-7b could not be terminated: ")
    assert "Model not found in the model list" in bench.said[-1]


def test_no_xinference_at_all() -> None:
    server = server_for(
        wanted(f"http://127.0.0.1:{free_port()}"),
        directory=Path(),
        say=lambda line: None,
    )
    with pytest.raises(ServerError, match="Nothing listens"):
        server.start()


def test_completions_are_asked_for_one(fake: FakeXinference) -> None:
    server = server_for(
        wanted(fake.url, backend="xinference-completions"),
        directory=Path(),
        say=lambda line: None,
    )
    server.start()
    server.stop()
    assert fake.asked[1] == "POST /v1/completions"


def process(tmp_path: Path, said: list[str]) -> XinferenceServer:
    port = free_port()
    command = (
        sys.executable,
        str(Path(__file__).with_name("fake_xinference.py")),
        str(port),
    )
    needed = wanted(
        f"http://127.0.0.1:{port}",
        kind="process",
        command=command,
        start_timeout_s=30.0,
    )
    server = server_for(needed, directory=tmp_path / "logs", say=said.append)
    assert isinstance(server, XinferenceServer)
    return server


def test_a_xinference_of_our_own_is_started_and_ended_with_its_model(
    tmp_path: Path,
) -> None:
    said: list[str] = []
    server = process(tmp_path, said)
    found = server.start()
    assert found.facts["model"] == "deepseek-7b"
    assert {"log", "start_s", "launch_s"} <= found.facts.keys()
    assert found.confirmed_by == "inferometer"
    server.check()
    server.stop()
    assert not is_served(server.base_url)
    assert not any("could not" in line for line in said)


def test_a_xinference_that_dies_is_named_before_its_model(
    tmp_path: Path,
) -> None:
    server = process(tmp_path, [])
    server.start()
    server._server.stop()
    with pytest.raises(ServerError, match="has not been started"):
        server.check()
    server.stop()


def test_a_model_that_is_not_known_is_registered_for_the_time_being(
    fake: FakeXinference,
) -> None:
    family = {"version": 2, "model_name": "deepseek-chat", "model_lang": ["en"]}
    server = server_for(
        wanted(fake.url, registration=family),
        directory=Path(),
        say=lambda line: None,
    )
    server.start()
    assert fake.asked[0] == "POST /v1/model_registrations/LLM"
    body = fake.registered["deepseek-chat"]
    assert (json.loads(body["model"]), body["persist"]) == (family, False)
    server.stop()
    assert fake.asked[-2:] == [
        "DELETE /v1/models/deepseek-7b",
        "DELETE /v1/model_registrations/LLM/deepseek-chat",
    ]
    assert (fake.running, fake.registered) == ([], {})


def test_a_registration_that_is_refused_launches_nothing_and_removes_nothing(
    fake: FakeXinference,
) -> None:
    fake.registered["deepseek-chat"] = "somebody else's"
    server = server_for(
        wanted(fake.url, registration={"model_name": "deepseek-chat"}),
        directory=Path(),
        say=lambda line: None,
    )
    with pytest.raises(
        ServerError,
        match=r"did not register deepseek-chat \(400: Model name conflicts with existing model",
    ):
        server.start()
    assert fake.asked == ["POST /v1/model_registrations/LLM"]
    assert fake.registered == {"deepseek-chat": "somebody else's"}


def test_a_recipe_says_more_than_the_defaults_but_not_the_name() -> None:
    body = launch_body(
        wanted(
            "http://127.0.0.1:1",
            launch={
                "model_name": "m",
                "model_type": "embedding",
                "model_uid": "x",
            },
        )
    )
    assert body == {
        "model_name": "m",
        "model_type": "embedding",
        "model_uid": "deepseek-7b",
    }
