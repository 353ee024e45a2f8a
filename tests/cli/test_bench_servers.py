"""`inferometer bench` against servers that lack what others have, refuse what others take, and say
what others do not.
"""

from __future__ import annotations

import json
import re
import shlex
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.main import main
from inferometer.engine import EmbeddedEngine, EngineSettings
from tests.cli.api_server import MODEL, Call, serving

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

DEEP = b"[" * 200_000


class Ran:
    """What became of a command."""

    def __init__(self, code: int, out: str, err: str, saved: Path) -> None:
        self.code, self.out, self.err = code, out, err
        self._saved = saved

    @property
    def result(self) -> dict[str, Any]:
        """vLLM's JSON."""
        (file,) = self._saved.glob("*.json")
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    @property
    def run(self) -> dict[str, Any]:
        """What is recorded of the run."""
        return self._read("run.json")

    @property
    def verdict(self) -> dict[str, Any]:
        return self._read("verdict.json")

    @property
    def server(self) -> dict[str, Any]:
        """What is recorded of the server."""
        found: dict[str, Any] = self.run["environment"]["server"]
        return found

    def _read(self, name: str) -> dict[str, Any]:
        (file,) = self._saved.glob(f"*/{name}")
        found: dict[str, Any] = json.loads(file.read_text())
        return found


Bench = Callable[..., Ran]


@pytest.fixture
def bench(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Bench:
    """Runs a small `inferometer bench` in this process, with a folder of results of its own."""
    for name in ("OPENAI_API_KEY", "VLLM_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    number = iter(range(100))

    def run(*arguments: str) -> Ran:
        saved = tmp_path / f"results{next(number)}"
        small = (
            "--num-prompts 4 --random-input-len 8 --random-output-len 4 --no-realtime "
            "--allow-invalid --quiet --no-telemetry --save-result"
        )
        words = [
            "inferometer",
            "bench",
            *small.split(),
            "--result-dir",
            str(saved),
            *arguments,
        ]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert "Traceback" not in told.err
        return Ran(int(ended.value.code or 0), told.out, told.err, saved)

    return run


def one_sentence(ran: Ran) -> str:
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    return ran.err.strip()


# No list of models


def test_a_server_without_a_list_of_models_is_measured_where_the_model_is_given(
    bench: Bench,
) -> None:
    with serving(models_path="/nowhere") as server:
        ran = bench("--base-url", server.url, "--model", "gpt")
        assert ran.code == 0, ran.err
        assert ran.result["completed"] == 4
        note = (
            "The server has no list of models (404 on /v1/models: Not Found): its model and "
            "maximum length are not checked."
        )
        assert note in " ".join(ran.out.split())
        assert ran.server["notes"] == [note]
        assert ran.server["max_model_len"] is None
        said = one_sentence(bench("--base-url", server.url))
    assert said.endswith("set --model, or check --backend and --base-url.")


def test_a_name_that_is_not_listed_is_measured_where_it_is_answered(
    bench: Bench,
) -> None:
    with serving() as server:
        ran = bench("--base-url", server.url, "--model", "alias")
    assert (ran.code, ran.result["completed"]) == (0, 4)
    assert ran.server["notes"] == [
        (
            f"The server's list of models has no alias, but {MODEL}; it answers requests for it "
            "anyway."
        )
    ]


def test_a_deployment_has_a_path_of_its_own_with_a_query(bench: Bench) -> None:
    path = "/openai/deployments/gpt/completions?api-version=2024-10-21"
    with serving(models_path="/nowhere", posts_at=path) as server:
        ran = bench(
            "--base-url",
            server.url,
            "--model",
            "gpt",
            "--endpoint",
            path,
            "--header",
            "api-key=k-1234567",
        )
        assert {call.path for call in server.measured} == {path}
        assert {call.headers["api-key"] for call in server.calls} == {
            "k-1234567"
        }
    assert (ran.code, ran.result["completed"]) == (0, 4)


@pytest.mark.parametrize(
    ("base", "endpoint"),
    [
        ("/api/v3", "/completions"),
        ("/api/v3/", "/api/v3/completions"),
        ("", "/api/v3/completions"),
    ],
)
def test_an_api_of_another_version(
    bench: Bench, base: str, endpoint: str
) -> None:
    with serving(
        models_path="/nowhere", posts_at="/api/v3/completions"
    ) as server:
        ran = bench(
            "--base-url",
            server.url + base,
            "--model",
            "gpt",
            "--endpoint",
            endpoint,
        )
    assert (ran.code, ran.result["completed"]) == (0, 4)


def test_an_api_of_another_version_without_its_endpoint_says_which_it_may_be(
    bench: Bench,
) -> None:
    with serving(
        models_path="/nowhere", posts_at="/api/v3/completions"
    ) as server:
        base = f"{server.url}/api/v3"
        said = one_sentence(bench("--base-url", base, "--model", "gpt"))
        advice = re.search(r"set (--endpoint \S+),", said)
        assert advice is not None
        assert (
            bench("--base-url", base, "--model", "gpt", *advice[1].split()).code
            == 0
        )


def test_a_key_that_may_not_list_may_still_be_measured(bench: Bench) -> None:
    with serving() as server:
        reply = server.reply

        def no_list(
            method: str, path: str, headers: dict[str, str], body: bytes
        ) -> tuple[int, bytes]:
            return (
                (403, b'{"error": "not you"}')
                if method == "GET"
                else reply(method, path, headers, body)
            )

        server.reply = no_list  # type: ignore[method-assign]
        ran = bench("--base-url", server.url, "--model", MODEL)
    assert (ran.code, ran.result["completed"]) == (0, 4)


# Fields that are refused


def newer(call: Call) -> tuple[int, bytes]:
    """Takes the limit by its newer name only."""
    if "max_tokens" in call.body:
        message = (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' "
            "instead."
        )
        return 400, json.dumps(
            {"error": {"message": message, "param": "max_tokens"}}
        ).encode()
    return replace(
        call,
        body={**call.body, "max_tokens": call.body["max_completion_tokens"]},
    ).exact_answer()


def test_the_limit_by_its_other_name(bench: Bench) -> None:
    with serving(answer=newer) as server:
        ran = bench(
            "--base-url",
            server.url,
            "--random-range-ratio",
            "0.5",
            "--seed",
            "3",
        )
        assert (ran.code, ran.result["completed"]) == (0, 4), ran.err
        limits = {
            call.body["max_completion_tokens"] for call in server.measured
        }
        assert len(limits) > 1, "each request has its own"
        assert not any("max_tokens" in call.body for call in server.measured)
    assert (
        "Note:     The length of answers is limited by max_completion_tokens"
        in ran.out
    )
    assert (ran.server["limit_field"], ran.server["left_out"]) == (
        "max_completion_tokens",
        [],
    )


def test_the_identity_of_a_point_is_the_same_by_whatever_name(
    bench: Bench,
) -> None:
    prompts = []
    for answer in (newer, Call.exact_answer):
        with serving(answer=answer) as server:
            assert bench("--base-url", server.url, "--seed", "3").code == 0
            prompts.append([call.body["prompt"] for call in server.measured])
    assert sorted(map(str, prompts[0])) == sorted(map(str, prompts[1]))


def test_stream_options_are_done_without(bench: Bench) -> None:
    def old(call: Call) -> tuple[int, bytes]:
        if "stream_options" in call.body:
            return (
                400,
                (
                    b'{"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are '
                    b'not permitted"}]}'
                ),
            )
        return call.exact_answer()

    with serving(answer=old) as server:
        ran = bench("--base-url", server.url)
    assert (ran.code, ran.result["completed"]) == (0, 4)
    assert ran.server["left_out"] == ["stream_options"]
    assert "Note:     stream_options is left out" in ran.out


def test_a_field_that_was_asked_for_is_not_left_out(bench: Bench) -> None:
    def strict(call: Call) -> tuple[int, bytes]:
        if "ignore_eos" in call.body:
            return (
                422,
                (
                    b'{"detail": [{"loc": ["body", "ignore_eos"], "msg": "Extra inputs are not '
                    b'permitted"}]}'
                ),
            )
        return call.exact_answer()

    with serving(answer=strict) as server:
        said = one_sentence(bench("--base-url", server.url, "--ignore-eos"))
    assert "body.ignore_eos: Extra inputs are not permitted" in said
    assert (
        "Leave out ignore_eos (--no-ignore-eos; in a campaign, under sampling)."
        in said
    )


@pytest.fixture(scope="module")
def strict_engine() -> Iterator[EmbeddedEngine]:
    """Refuses what OpenAI's API does not have."""
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), refused_fields=("ignore_eos",)
    ) as engine:
        yield engine


@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
def test_ignore_eos_by_default_is_done_without_where_it_is_refused(
    bench: Bench, strict_engine: EmbeddedEngine, backend: str
) -> None:
    wanted = ("--base-url", strict_engine.base_url, "--backend", backend)
    ran = bench(*wanted, "--seed", "3")
    assert (ran.code, ran.result["completed"]) == (0, 4), ran.err
    assert "Note:     ignore_eos is left out, since the server ref" in ran.out
    assert ran.server["left_out"] == ["ignore_eos"]
    assert ran.run["spec"]["sampling"]["ignore_eos"] is False
    (found,) = (
        each
        for each in ran.verdict["findings"]
        if each["name"] == "output_length"
    )
    assert found["variant"] == "at_most", "no more was asked for"

    without = bench(*wanted, "--seed", "3", "--no-ignore-eos")
    assert without.run["fingerprint"] == ran.run["fingerprint"]
    assert without.server["left_out"] == []
    assert "is left out" not in without.out


def test_ignore_eos_that_was_asked_for_is_never_left_out(
    bench: Bench, strict_engine: EmbeddedEngine
) -> None:
    said = one_sentence(
        bench("--base-url", strict_engine.base_url, "--ignore-eos")
    )
    assert "Leave out ignore_eos (--no-ignore-eos;" in said


# Redirects: the advice is followed


@pytest.mark.parametrize(
    "location",
    [
        "/v1/completions/",
        "{other}/v1/completions",
        "{other}/gw/completions?a=1",
    ],
)
def test_the_advice_for_a_redirect_can_be_followed(
    bench: Bench, location: str
) -> None:
    with serving() as server, serving() as other:
        location = location.format(other=other.url)
        there = re.sub(r"^http://[^/]*", "", location)
        server.moved["/v1/completions"] = location
        other.posts_at = server.posts_at = there
        said = one_sentence(bench("--base-url", server.url, "--model", MODEL))
        advice = re.search(
            r": set (--.*?)( \(base_url in a campaign\))?\.$", said
        )
        assert advice is not None, said
        flags = shlex.split(advice[1])
        ran = bench("--base-url", server.url, "--model", MODEL, *flags)
        assert (ran.code, ran.result["completed"]) == (0, 4)


def test_a_server_that_has_moved_altogether(bench: Bench) -> None:
    with serving() as server, serving() as other:
        server.moved["/v1/models"] = f"{other.url}/v1/models"
        said = one_sentence(bench("--base-url", server.url))
        assert f": set --base-url {other.url}." in said
        assert bench("--base-url", other.url).code == 0


# Addresses


def test_letters_beyond_ascii_in_the_address(bench: Bench) -> None:
    encoded = "/%E6%A8%A1%E5%9E%8B/v1"
    with serving(models_path=f"{encoded}/models") as server:
        for base in ("/模型", encoded):
            server.calls.clear()
            ran = bench("--base-url", server.url + base)
            assert (ran.code, ran.result["completed"]) == (0, 4)
            assert {call.path for call in server.calls} == {
                f"{encoded}/completions"
            }


def test_the_address_of_the_environment(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as server, serving() as other:
        monkeypatch.setenv("VLLM_SERVER_URL", f"{server.url}/v1/")
        ran = bench()
        assert (ran.code, ran.result["completed"]) == (0, 4)
        assert (
            f"inferometer: the server's address comes from VLLM_SERVER_URL: {server.url}.\n"
            in ran.err
        )
        asked = len(server.asked)
        ran = bench("--port", other.url.rpartition(":")[2])
        assert (
            f"inferometer: VLLM_SERVER_URL ({server.url}) is not used, because the flags set "
            f"{other.url}.\n"
        ) in ran.err
        assert len(server.asked) == asked
        monkeypatch.setenv("VLLM_SERVER_URL", other.url)
        assert "VLLM_SERVER_URL" not in bench("--base-url", other.url).err


@pytest.mark.parametrize(
    "address", ["ftp://h", "http://user:secret@h:1", "http://h h"]
)
def test_an_address_of_the_environment_that_is_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("VLLM_SERVER_URL", address)
    said = one_sentence(bench())
    assert "VLLM_SERVER_URL" in said
    assert "secret" not in said
    with serving() as server:
        assert bench("--base-url", server.url).code == 0


def test_a_proxy_that_is_not_used_is_said_to_be_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@proxy:3128")
    said = one_sentence(bench("--base-url", "http://llm.corp.example:8000"))
    assert said.startswith(
        "inferometer: The host of http://llm.corp.example:8000 is unknown; the proxy of "
        "HTTP_PROXY is not used"
    )
    assert "ssh -L 8000:llm.corp.example:8000 GATEWAY" in said
    assert "secret" not in said


# What is said of a server, and how much it is asked


def test_a_hostile_name_drives_no_terminal_and_writes_no_line(
    bench: Bench,
) -> None:
    name = "a\x1b]0;owned\x07\x1b[31mred\n\nVerdict: VALID\n\u202e" + "x" * 5000
    with serving(model=name) as server:
        server.pages["/version"] = json.dumps(
            {"version": "1\x1b]0;owned\x07"}
        ).encode()
        ran = bench("--base-url", server.url)
    assert ran.code == 0
    assert [
        character
        for character in ran.out + ran.err
        if not character.isprintable() and character != "\n"
    ] == []
    assert (
        len(
            [
                line
                for line in ran.out.splitlines()
                if line.startswith("Verdict:")
            ]
        )
        == 1
    )
    assert max(map(len, ran.out.splitlines())) < 400
    assert ran.result["model_id"] == name, "data stays as it is"


@pytest.mark.parametrize("page", ["/version", "/tokenize"])
def test_what_is_nested_without_end_is_nothing_told(
    bench: Bench, page: str
) -> None:
    with serving() as server:
        server.pages[page] = DEEP
        ran = bench("--base-url", server.url)
    assert (ran.code, ran.result["completed"]) == (0, 4)


def test_a_list_that_is_nested_without_end_is_none(bench: Bench) -> None:
    with serving() as server:
        server.pages["/v1/models"] = DEEP
        assert "--model" in one_sentence(bench("--base-url", server.url))
        assert bench("--base-url", server.url, "--model", MODEL).code == 0


@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_trial_answer_that_is_nested_without_end_is_one_sentence(
    bench: Bench, status: int
) -> None:
    with serving(answer=lambda call: (status, DEEP)) as server:
        verb = "fails" if status == 200 else "refuses"
        assert f"{verb} even a test request" in one_sentence(
            bench("--base-url", server.url)
        )


def test_a_server_that_tells_all_is_asked_no_more_than_needed(
    bench: Bench,
) -> None:
    """Two looks at the list before the model is known, one after; the trial request is a single
    one.
    """
    with serving() as server:
        server.pages["/version"] = b'{"version": "1"}'
        server.pages["/tokenize"] = json.dumps(
            {"count": 300, "tokens": list(range(1000, 1300))}
        ).encode()
        assert bench("--base-url", server.url).code == 0
        asked = Counter(server.asked)
        trials = [call for call in server.calls if call.number is None]
    assert asked.pop("POST /tokenize") == 3
    assert asked.pop("GET /metrics") == 1
    assert asked == {
        "GET /v1/models": 3,
        "GET /version": 1,
        "POST /v1/completions": 5,
    }
    assert len(trials) == 1


def test_the_embedded_engine_is_asked_no_more_than_needed(bench: Bench) -> None:
    with EmbeddedEngine(
        EngineSettings(ttft_ms=1, itl_ms=1), model=MODEL, record_truth=True
    ) as engine:
        assert bench("--base-url", engine.base_url).code == 0
        truth = engine.truth()
    assert (
        len(
            [name for name in truth.request_id if not name.startswith("bench-")]
        )
        == 1
    )
    assert (
        len([name for name in truth.request_id if name.startswith("bench-")])
        == 4
    )
