"""What `inferometer bench` refuses: one sentence with cause and cure, exit code 2, no traceback,
and nothing is written.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.main import main
from tests.cli.api_server import MODEL, ApiServer, Call, serving

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

Refused = Callable[..., str]


@pytest.fixture
def refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Refused:
    """Runs `inferometer bench`, which is to refuse; its sentence."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        save = [
            "--save-result",
            "--result-dir",
            str(tmp_path / "results"),
            "--no-realtime",
        ]
        monkeypatch.setattr(
            sys, "argv", ["inferometer", "bench", *save, *arguments]
        )
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()
        assert ended.value.code == 2, told
        assert told.out == ""
        assert "Traceback" not in told.err
        assert sorted(tmp_path.rglob("*")) == before
        assert told.err.startswith("inferometer: ")
        assert told.err.endswith("\n")
        sentence = told.err.removeprefix("inferometer: ").removesuffix("\n")
        assert "\n" not in sentence
        return sentence

    return run


@pytest.fixture
def server() -> Iterator[ApiServer]:
    with serving() as server:
        yield server


def small(url: str) -> list[str]:
    return f"--base-url {url} --num-prompts 4 --random-input-len 8 --random-output-len 4".split()


def test_an_unknown_host(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = refused(*small("http://no-such-host:8000"))
    assert said.startswith(
        "The host of http://no-such-host:8000 is unknown: check the spelling"
    )


def test_nobody_listens(refused: Refused) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        said = refused(*small(f"http://127.0.0.1:{port}"))
    assert said.startswith(
        f"Nothing listens on http://127.0.0.1:{port}: start the server"
    )


def test_a_server_that_is_no_inference_server(refused: Refused) -> None:
    with serving() as server:
        server.models_path = "/nowhere"
        said = refused(*small(server.url))
    assert "404" in said
    assert "check" in said


@pytest.mark.parametrize("status", [400, 404])
def test_a_wrong_model(refused: Refused, status: int) -> None:
    def known(call: Call) -> tuple[int, bytes]:
        unknown = b'{"error": {"message": "The model `tinny` does not exist."}}'
        return (
            call.exact_answer()
            if call.body["model"] == MODEL
            else (status, unknown)
        )

    with serving(answer=known) as server:
        said = refused(*small(server.url), "--model", "tinny")
    assert (
        said
        == f"{server.url} does not serve a model named 'tinny', but {MODEL}: use --model "
        f"{MODEL}."
    )


def test_no_key_where_one_is_needed(refused: Refused) -> None:
    with serving(key="right") as server:
        said = refused(*small(server.url))
    assert said.startswith(
        f"{server.url} requires an API key (401 on /v1/models): set OPENAI_API_KEY"
    )


@pytest.mark.parametrize("how", ["environment", "header"])
def test_a_wrong_key(
    refused: Refused, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    flags = (
        ["--header", "Authorization=Bearer wrong-key"]
        if how == "header"
        else []
    )
    if how == "environment":
        monkeypatch.setenv("OPENAI_API_KEY", "wrong-key")
    with serving(key="right") as server:
        said = refused(*small(server.url), *flags)
    assert said.startswith(
        f"{server.url} rejects the API key (401 on /v1/models): check OPENAI_API_KEY, or --header"
    )
    assert "wrong-key" not in said


def test_more_tokens_than_the_server_takes(
    refused: Refused, server: ApiServer
) -> None:
    said = refused(
        *small(server.url),
        "--random-input-len",
        "4000",
        "--random-output-len",
        "97",
    )
    assert said.startswith(
        "4000 input and 97 output tokens are 4097, but the server's max_model_len is 4096: shorten"
    )
    assert "--random-input-len" in said
    assert server.calls == []


def test_a_server_that_refuses_the_test_request(refused: Refused) -> None:
    def refuse(call: Call) -> tuple[int, bytes]:
        return 400, b'{"error": {"message": "this model cannot complete"}}'

    with serving(answer=refuse) as server:
        said = refused(*small(server.url))
    assert "this model cannot complete" in said


def test_an_unknown_flag(refused: Refused) -> None:
    assert "--num-promts" in refused("--num-promts", "5")


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (["--num-prompts", "0"], "--num-prompts"),
        (["--request-rate", "fast"], "--request-rate"),
        (["--port", "99999"], "--port"),
        (["--backend", "vlm"], "--backend"),
        (["--seed", "-1"], "--seed"),
        (["--ratings", "no.yaml"], "no.yaml"),
        (["--metadata", "date=x"], "--metadata"),
        (["--connect-timeout", "inf"], "--connect-timeout"),
        (["--goodput"], "--goodput"),
        (["--max-concurrency", "x"], "--max-concurrency"),
    ],
)
def test_a_wrong_value(refused: Refused, flags: list[str], named: str) -> None:
    assert named in refused(*flags)


def test_a_key_that_cannot_be_sent(
    refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret\nx")
    assert refused().startswith("OPENAI_API_KEY holds a line break")


def test_a_directory_that_cannot_be_written_to(
    refused: Refused, server: ApiServer, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    said = refused(
        *small(server.url), "--result-dir", str(tmp_path / "file" / "results")
    )
    assert said.startswith("cannot write ")
    assert "choose another directory" in said
    assert server.measured == []


def test_a_result_file_that_is_a_directory(
    refused: Refused, server: ApiServer, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    said = refused(
        *small(server.url),
        "--result-dir",
        str(tmp_path),
        "--result-filename",
        "there",
    )
    assert said == (
        f"cannot write {tmp_path / 'there'}: that is a directory; choose another file name"
    )
    assert server.measured == []


def test_too_few_file_descriptors(server: ApiServer, tmp_path: Path) -> None:
    flags = [
        *small(server.url),
        "--num-prompts",
        "500",
        "--save-result",
        "--result-dir",
        str(tmp_path / "results"),
    ]
    code = "from inferometer.cli.main import main; main()"
    command = [
        "sh",
        "-c",
        'ulimit -n 128; exec "$@"',
        "sh",
        sys.executable,
        "-c",
        code,
        "bench",
        *flags,
    ]
    told = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False
    )
    assert told.returncode == 2, told
    assert told.stdout == ""
    assert told.stderr == (
        "inferometer: 500 connections in one process need 564 open files, but the limit is 128: "
        "raise it (ulimit -n 564), "
        "or use a smaller --max-concurrency, or --workers 8.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_several_things_wrong_are_several_sentences(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "inferometer",
            "bench",
            "--num-prompts",
            "0",
            "--request-rate",
            "x",
            "--workers",
            "0",
        ],
    )
    with pytest.raises(SystemExit):
        main()
    lines = capfd.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("inferometer: --") for line in lines)
