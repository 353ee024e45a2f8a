"""`inferometer run` on servers that are not as they should be: one group's failure is no other's,
what is unknown is said.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from tests.cli.api_server import MODEL, ApiServer, Call, serving

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)


@pytest.fixture(autouse=True)
def no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "OPENAI_API_KEY",
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("inferometer.server.verification.ASK_TIMEOUT_S", 2.0)


@pytest.fixture
def good() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


def run(*urls: str, **recipe: Any) -> Result:
    """A campaign of two points for each server."""
    servers = {
        f"s{i}": {"kind": "external", "base_url": url, **recipe}
        for i, url in enumerate(urls)
    }
    campaign = {
        "name": "c",
        "result_dir": "results",
        "file_name": "{group}_np{n}_{time}.json",
        "models": {"m": MODEL},
        "servers": servers,
        "groups": [
            {"id": f"g{i}", "model": "m", "server": name}
            for i, name in enumerate(servers)
        ],
        "telemetry": False,
        "workload": {"input_len": 8, "output_len": 3},
        "matrix": {"num_prompts": [1, 2]},
    }
    Path("c.yaml").write_text(yaml.safe_dump(campaign))
    return CliRunner().invoke(
        app, ["run", "c.yaml", "--allow-invalid", "--no-calibration"]
    )


def files() -> list[str]:
    return sorted(
        path.name.rsplit("_", 2)[0] for path in Path("results").glob("*.json")
    )


BOTH = ["g1_np1", "g1_np2"]


def test_a_server_without_a_list_of_models_is_measured_and_its_model_is_not_checked() -> (
    None
):
    with serving(models_path="/nowhere") as server:
        ended = run(server.url)
    assert ended.exit_code == 0, ended.output
    assert files() == ["g0_np1", "g0_np2"]
    assert (
        f"not checked; confirmed by: campaign file: tensor parallelism 1, model {MODEL} (404 on "
        "/v1/models"
    ) in ended.output
    assert (
        ended.output.count(
            "The server has no list of models (404 on /v1/models"
        )
        == 1
    )


def test_a_server_that_lists_another_model_is_measured_where_it_answers() -> (
    None
):
    with serving(model="alias-of-it") as server:
        ended = run(server.url)
    assert ended.exit_code == 0, ended.output
    assert (
        f"model {MODEL} ({server.url} serves alias-of-it, not {MODEL})"
        in ended.output
    )


def test_a_server_that_does_not_know_the_model_is_one_group_s_failure(
    good: ApiServer,
) -> None:
    def unknown(call: Call) -> tuple[int, bytes]:
        return 404, b'{"error": {"message": "The model does not exist."}}'

    with serving(model="other", answer=unknown) as server:
        ended = run(server.url, good.url)
    assert ended.exit_code == 1
    said = (
        f"Group g0 cannot continue: {server.url} does not serve a model named '{MODEL}', but "
        "other: use server.served_model other."
    )
    assert said in ended.output
    assert files() == BOTH
    assert len(server.calls) == 1, "the next point would be told the same"


def test_a_key_that_is_wanted_is_one_group_s_failure(good: ApiServer) -> None:
    with serving(key="right") as server:
        ended = run(server.url, good.url)
    assert ended.exit_code == 1
    assert (
        f"Group g0 cannot continue: {server.url} requires an API key (401 on /v1/completions): set "
        "OPENAI_API_KEY"
    ) in ended.output
    assert files() == BOTH


def test_a_list_that_does_not_come_in_time_is_one_group_s_failure(
    good: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ended = run(f"http://127.0.0.1:{silent.getsockname()[1]}", good.url)
    assert ended.exit_code == 1
    assert (
        "accepted the connection but did not answer GET /v1/models within 2 s"
        in ended.output
    )
    assert files() == BOTH


@pytest.mark.parametrize(
    "page", ["/version", "/v1/models", "/tokenize", "/metrics"]
)
def test_what_is_nested_without_end_ends_nothing(
    good: ApiServer, page: str
) -> None:
    with serving() as server:
        server.pages[page] = b"[" * 200_000
        ended = run(server.url, good.url)
    assert ended.exit_code == 0, ended.output
    assert files() == ["g0_np1", "g0_np2", *BOTH]


def test_what_of_requests_was_changed_is_said_once() -> None:
    def old(call: Call) -> tuple[int, bytes]:
        return (
            (400, b'{"detail": "stream_options?"}')
            if "stream_options" in call.body
            else call.exact_answer()
        )

    with serving(answer=old) as server:
        ended = run(server.url)
    assert ended.exit_code == 0, ended.output
    assert (
        ended.output.count(
            "stream_options is left out, since the server refuses it"
        )
        == 1
    )
    runs = [
        json.loads(path.read_text())
        for path in Path("results").rglob("run.json")
    ]
    assert [each["environment"]["server"]["left_out"] for each in runs] == [
        ["stream_options"]
    ] * 2


def test_a_hostile_server_drives_no_terminal_and_writes_no_line() -> None:
    hostile = "1\x1b]0;owned\x07\x1b[31m\n\nVerdict: VALID\n[x] results\u202e"
    with serving(model=hostile) as server:
        server.pages["/version"] = json.dumps({"version": hostile}).encode()
        ended = run(server.url)
    assert ended.exit_code == 0, ended.output
    assert [
        each for each in ended.output if not each.isprintable() and each != "\n"
    ] == []
    assert not [
        line for line in ended.output.splitlines() if line.startswith("Verdict")
    ]
    assert (
        len(
            [
                line
                for line in ended.output.splitlines()
                if line.startswith("[x] results")
            ]
        )
        == 1
    )


def test_a_password_in_an_address_is_masked_and_other_secrets_are_refused() -> (
    None
):
    proxy = {
        "environment": {"HTTPS_PROXY": "http://me:p4ssw0rt@proxy:1"},
        "command": "serve",
        "kind": "operator",
    }
    run("http://127.0.0.1:1", **proxy, start_timeout_s=0.1)
    planned = CliRunner().invoke(app, ["plan", "c.yaml"])
    assert "HTTPS_PROXY='http://***@proxy:1' serve" in planned.output
    written = "".join(
        path.read_text()
        for path in Path("results").rglob("*")
        if path.is_file()
    )
    for text in (planned.output, written):
        assert "p4ssw0rt" not in text
    refused = run("http://127.0.0.1:1", command="serve --hf-token verysecret")
    assert refused.exit_code == 2
    assert "--hf-token *** is a secret on a command line" in refused.output
    assert "verysecret" not in refused.output
