"""No key, password or user name gets through; what users need to read back does."""

from __future__ import annotations

import shlex
import time
from pathlib import Path
from typing import Any

import pytest

from inferometer import secret
from inferometer.secret import (
    masked,
    masked_command,
    masked_details,
    masked_text,
    masked_words,
    repeatable,
    secret_in,
)

KEY = "sk-proj-4f9aA81bQ0zLmN3pRt7v"


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["--header", "Authorization=Bearer abc"], ["--header", "***"]),
        (
            ["--header", "A=1", "B=2", "--model", "tiny"],
            ["--header", "***", "***", "--model", "tiny"],
        ),
        (
            ["--header=X-Team=abc", "--seed", "1"],
            ["--header=***", "--seed", "1"],
        ),
        (["-H", "X-Team: abc"], ["-H", "***"]),
        (
            ["--api-key", "-starts-with-a-dash", "--seed", "1"],
            ["--api-key", "***", "--seed", "1"],
        ),
        (["--api-key=plain"], ["--api-key=***"]),
        (["--label", KEY], ["--label", "***"]),
        (["--label", f"run-{KEY}"], ["--label", "run-***"]),
        (
            ["--base-url", "https://alice:s3cret@host:8000/v1"],
            ["--base-url", "https://***@host:8000/v1"],
        ),
        (
            ["--base-url", "http://host/v1?api_key=abc&x=1"],
            ["--base-url", "http://host/v1?api_key=***&x=1"],
        ),
        (
            ["--extra-body", '{"api_key": "a b", "min_tokens": 5}'],
            ["--extra-body", '{"api_key": ***, "min_tokens": 5}'],
        ),
        (["--metadata", "HF_TOKEN=abc"], ["--metadata", "HF_TOKEN=***"]),
        (
            ["--metadata", "note=hf_abcdefghijklmnopqrst"],
            ["--metadata", "note=***"],
        ),
        (
            ["--metadata", "jwt=eyJhbGciOi.eyJzdWIi.SflKxwRJ"],
            ["--metadata", "jwt=***"],
        ),
        (
            ["--metadata", "x=Zx81kQp0Lm27VtRw93YsBn46HgJd55Fc"],
            ["--metadata", "x=***"],
        ),
        # the command of a server
        (
            ["--hf-token", "abc", "--port", "1"],
            ["--hf-token", "***", "--port", "1"],
        ),
        (["--hf_token", "abc"], ["--hf_token", "***"]),
        (
            ["--ssl-keyfile", "k.pem", "--ssl-keyfile-password", "word"],
            ["--ssl-keyfile", "k.pem", "--ssl-keyfile-password", "***"],
        ),
        (["--ssl-keyfile-password", "1234"], ["--ssl-keyfile-password", "***"]),
        (["--some-token=a b"], ["--some-token=***"]),
        (["--api_key", "abc"], ["--api_key", "***"]),
        (
            ["env", "VLLM_API_KEY=abc", "vllm"],
            ["env", "VLLM_API_KEY=***", "vllm"],
        ),
        (["docker", "-e", "HF_TOKEN=abc"], ["docker", "-e", "HF_TOKEN=***"]),
        (
            ["bash", "-c", "vllm serve --hf-token abc --port 1"],
            ["bash", "-c", "vllm serve --hf-token *** --port 1"],
        ),
        (["bash", "-c", "HF_TOKEN='a b' vllm"], ["bash", "-c", "HF_TOKEN=***"]),
        (
            ["bash", "-c", 'vllm --password "a b" --x'],
            ["bash", "-c", "vllm --password *** --x"],
        ),
        (
            ["servers.s.command=vllm serve --api-key abc"],
            ["servers.s.command=vllm serve --api-key ***"],
        ),
        (["--proxy", "http://a:b@host"], ["--proxy", "http://***@host"]),
        (
            ["--extra-body", '{"accessToken": "abc"}'],
            ["--extra-body", '{"accessToken": ***}'],
        ),
    ],
)
def test_secrets_on_a_command_line_are_masked(
    words: list[str], kept: list[str]
) -> None:
    assert masked_command(["bench", *words]) == ["bench", *kept]


@pytest.mark.parametrize(
    "line",
    [
        (
            "vllm serve m --max-num-batched-tokens 8192 --tokenizer m --max-tokens 5 "
            "--num-key-value-heads 8"
        ),
        "vllm serve m --hf-token --port 8000",
        "vllm serve m --hf-token $HF_TOKEN --api-key-file key.txt",
        "bash -c 'exec vllm serve m --ssl-keyfile-password ${WORD} --api_key \"$KEY\"'",
        (
            "sglang --eos-token </s> --pad-token=<pad> --use-auth-token true --key-value-cache 3 "
            "--random-key 5"
        ),
        "docker run -e HF_TOKEN x",
    ],
)
def test_what_is_no_secret_of_a_server_stays(line: str) -> None:
    words = shlex.split(line)
    assert masked_words(words) == words
    assert secret_in(words) is None


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("vllm serve m --hf-token abc", "--hf-token ***"),
        ("env VLLM_API_KEY=abc vllm", "VLLM_API_KEY=***"),
        ("bash -c 'vllm serve --token abc'", "vllm serve --token ***"),
        ("vllm --api-key=abc", "--api-key=***"),
        ("vllm --proxy http://a:b@host", "http://***@host"),
    ],
)
def test_a_secret_is_shown_by_its_name(line: str, shown: str) -> None:
    assert secret_in(shlex.split(line)) == shown


@pytest.mark.parametrize(
    "piece",
    [
        "a-",
        "eyJ",
        "eyJ-",
        "key ",
        'key="',
        "token='",
        "--key-",
        "a://",
        "sk-",
        "x_",
        "Aa1",
        "bearer ",
        "-- ",
        "' -",
        "key = ",
    ],
)
def test_long_texts_are_masked_in_a_time_linear_in_them(piece: str) -> None:
    begun_s = time.process_time()
    masked_text(piece * (250_000 // len(piece)))
    assert time.process_time() - begun_s < 8


def test_what_is_nested_without_end_is_masked() -> None:
    deep: Any = "fine"
    for _ in range(5000):
        deep = [deep]
    assert "***" in str(masked(deep))
    assert masked({"a": [{"b": ["--hf-token", "abc", 3, None]}]}) == {
        "a": [{"b": ["--hf-token", "***", 3, None]}]
    }


@pytest.mark.parametrize(
    "word",
    [
        "meta-llama/Llama-3.1-70B-Instruct",
        "hf_models/Qwen2.5-72B-Instruct-GPTQ-Int4",
        "models--Qwen--Qwen3-14B/snapshots/0e9e39f249a16976918f6564b8830bc894c89659",
        "--tokenizer=meta-llama/Llama-3.1-8B",
        "--random-input-len=1024",
        "ttft:100",
        "http://127.0.0.1:8000",
        '{"max_tokens": 5, "stop_token_ids": [1]}',
        "hf_transformers_cache_directory",
        "bearer of news, basic comparison",
        "task-force-benchmark-of-the-year",
    ],
)
def test_what_is_no_secret_stays(word: str) -> None:
    assert masked_command([word]) == [word]


def test_the_user_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/alice")
    monkeypatch.setenv("LOGNAME", "alice")
    words = [
        "/home/alice/.venv/bin/inferometer",
        "--result-dir=/home/alice",
        "/home/alice2/x",
        "/data/alice/y",
        "alice/model",
    ]
    assert masked_command(words) == [
        "~/.venv/bin/inferometer",
        "--result-dir=~",
        "/home/alice2/x",
        "/data/~/y",
        "alice/model",
    ]


def test_a_user_without_name_or_home_is_no_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown() -> str:
        raise KeyError("uid not found")

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(secret, "getuser", unknown)
    monkeypatch.setattr(Path, "home", homeless)
    assert masked_command(["inferometer", "/data/x"]) == [
        "inferometer",
        "/data/x",
    ]


def test_a_key_that_the_server_repeats_is_masked() -> None:
    headers = {"Authorization": "Bearer my-own-key", "X-Team": "blue"}
    details = [
        "401: my-own-key is not a key, blue",
        None,
        f"401: {KEY} expired",
        None,
        "401: my-own-key is not a key, blue",
    ]
    kept = [
        "401: *** is not a key, blue",
        None,
        "401: *** expired",
        None,
        "401: *** is not a key, blue",
    ]
    assert masked_details(details, headers) == kept
    assert masked_details(["fine", None], {}) == ["fine", None]


def test_nested_values_are_masked_by_name_and_by_shape() -> None:
    server = {
        "models": ["tiny"],
        "max_model_len": 2048,
        "auth": {"api_key": "abc", "token": 7},
        "notes": [KEY, None],
    }
    assert masked(server) == {
        "models": ["tiny"],
        "max_model_len": 2048,
        "auth": {"api_key": "***", "token": 7},
        "notes": ["***", None],
    }


@pytest.mark.parametrize(
    ("value", "name", "repeated"),
    [
        ("http://me:word@h:1", "monitor", "http://***@h:1"),
        ("http://h/?api_key=abcdef", "base_url", "http://h/?api_key=***"),
        ("abcdef", "groups.g.hf_token", "***"),
        ("7B", "model", "7B"),
        (5, "token", 5),
        (None, "token", None),
    ],
)
def test_a_wrong_value_is_repeated_without_its_secret(
    value: object, name: str, repeated: object
) -> None:
    assert repeatable(value, name) == repeated
