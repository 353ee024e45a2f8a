"""What a group's server is: the command with everything filled in, its limit, its identity, and the
line for a shell.
"""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from inferometer.spec.campaign import CampaignError, ServerNeed
from inferometer.spec.expand import expand
from inferometer.spec.recipe import PLACEHOLDERS, fill, placeholders, shell_line
from tests.spec.campaigns import small


def need(recipe: dict[str, Any], /, tp: int = 1, **changes: Any) -> ServerNeed:
    group = {"id": "g", "model": "m", "server": "s", "hardware": "H", "tp": tp}
    campaign = small(
        servers={"s": recipe},
        groups=[group],
        hardware={"H": {"gpus": 4}},
        **changes,
    )
    return expand(campaign)[0].server


def test_placeholders_are_words_in_braces_and_other_braces_stay() -> None:
    text = 'a {model} {"x": {y}} {two words} {Z} {tp}'
    assert placeholders(text) == ["model", "y", "tp"]
    assert (
        fill(text, {"model": "M", "tp": "2"})
        == 'a M {"x": {y}} {two words} {Z} 2'
    )


def test_everything_that_can_be_filled_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HOME", "/hf")
    recipe = {
        "base_url": "http://[::1]:8123/v1",
        "command": ["run", *(f"{name}={{{name}}}" for name in PLACEHOLDERS)],
        "environment": {"DEVICES": "{devices}", "PORT": 5},
        "numa_node": 1,
        "image": "repo:{alias}",
        "compose_service": "vllm-{tp}",
        "served_model": "{alias}-{tp}",
        "note": "at {host}",
    }
    found = need(
        recipe, tp=3, matrix={"input_len": [100, 200], "output_len": [7, 5]}
    )
    assert found.recipe.command == (
        "run",
        "model=org/model",
        "alias=m",
        "served_model=m-3",
        "tp=3",
        "devices=0,1,2",
        "host=::1",
        "port=8123",
        "max_model_len=335",
        "input_len=200",
        "output_len=7",
        "hardware=H",
        "gpus=4",
        "image=repo:m",
        "hf_cache=/hf",
        "model_folder=",
        "numactl=numactl --cpunodebind=1 --membind=1",
        "model_volume=",
        "container_environment=--env DEVICES --env PORT",
    )
    assert found.recipe.environment == {"DEVICES": "0,1,2", "PORT": "5"}
    assert (
        found.recipe.image,
        found.recipe.compose_service,
        found.recipe.note,
    ) == (
        "repo:m",
        "vllm-3",
        "at ::1",
    )
    assert (
        found.served_model,
        found.max_model_len,
        found.model_id,
        found.model_alias,
    ) == (
        "m-3",
        335,
        "org/model",
        "m",
    )


@pytest.mark.parametrize(
    ("base_url", "port"),
    [
        ("http://h", "80"),
        ("https://h", "443"),
        ("https://h:8443/gateway", "8443"),
        ("h:81", "81"),
    ],
)
def test_a_server_of_ours_listens_at_its_address(
    base_url: str, port: str
) -> None:
    found = need(
        {"kind": "process", "base_url": base_url, "command": "x {port} {host}"}
    )
    assert (found.recipe.command, found.binding) == (("x", port, "h"), "")


SERVE = "serve {model} --host {host} --port={port} --tp {tp}"


@pytest.mark.parametrize(
    ("base_url", "told"),
    [
        ("http://127.0.0.1:8000", "--host 127.0.0.1 --port=8000"),
        ("http://localhost:8000/v1", "--host localhost --port=8000"),
        ("http://[::1]:81", "--host ::1 --port=81"),
        ("http://vllm-server:8000", "--host 0.0.0.0 --port=8000"),
        ("http://192.0.2.7", "--host 0.0.0.0 --port=80"),
        ("http://[2001:db8::7]:81", "--host :: --port=81"),
    ],
)
def test_a_person_is_told_an_address_that_a_server_can_bind(
    base_url: str, told: str
) -> None:
    found = need(
        {
            "base_url": base_url,
            "command": SERVE,
            "note": "Clients use {host}, port {port}.",
        }
    )
    assert " ".join(found.recipe.command) == f"serve org/model {told} --tp 1"
    assert found.binding.startswith(
        "It binds" if "0.0.0.0" in told or ":: " in told else "On "
    )
    assert found.recipe.base_url == base_url
    assert found.recipe.note is not None
    assert "0.0.0.0" not in found.recipe.note


@pytest.mark.parametrize(
    "base_url",
    [
        "https://gpu.example.com",
        "http://gateway:8080/team/vllm",
        "https://h:8443/v1",
    ],
)
def test_behind_a_gateway_a_server_keeps_its_own_address(base_url: str) -> None:
    found = need({"base_url": base_url, "command": SERVE})
    assert found.recipe.command == ("serve", "org/model", "--tp", "1")
    assert (
        "its own port (8000 by default): have the gateway forward to it"
        in found.binding
    )
    sglang = need(
        {"base_url": base_url, "recipe": "sglang", "kind": "operator"}
    )
    assert "--port" not in sglang.recipe.command
    assert "(30000 by default)" in sglang.binding
    published = need(
        {
            "base_url": base_url,
            "command": "docker run -p {port}:{port} x serve {model} --host {host}",
        }
    )
    assert published.recipe.command == (
        "docker",
        "run",
        "-p",
        "8000:8000",
        "x",
        "serve",
        "org/model",
    )


def test_a_command_that_binds_nothing_needs_no_word_on_it() -> None:
    assert (
        need(
            {"base_url": "http://vllm-server:8000", "command": "serve {model}"}
        ).binding
        == ""
    )


def test_what_is_bound_is_no_part_of_the_identity() -> None:
    urls = (
        "http://127.0.0.1:8000",
        "http://vllm-server:8000",
        "https://gateway/x",
    )
    told = [
        need({"base_url": url, "command": SERVE}).identity() for url in urls
    ]
    assert [identity.pop("address") for identity in told] == list(urls)
    assert told[0] == told[1] == told[2]


def test_a_command_may_be_a_line_or_words() -> None:
    line = """serve {model} --json '{"a": 1}' --name "two words" """
    words = ["serve", "{model}", "--json", '{"a": 1}', "--name", "two words"]
    filled = ("serve", "org/model", "--json", '{"a": 1}', "--name", "two words")
    assert need({"command": line}).recipe.command == filled
    assert need({"command": words}).recipe.command == filled


def test_the_limit_is_declared_or_worked_out_or_nobodys() -> None:
    longer: dict[str, Any] = {
        "workload": {
            "input_len": 1000,
            "output_len": 100,
            "prefix_len": 50,
            "range_ratio": 0.1,
        }
    }
    assert (
        need(
            {"command": "serve", "max_model_len": 4096}, **longer
        ).max_model_len
        == 4096
    )
    assert (
        need({"command": "serve {max_model_len}"}, **longer).max_model_len
        == 1150 + 110 + 128
    )
    assert need({"command": "serve"}, **longer).max_model_len is None


def test_lengths_that_only_a_file_knows_need_a_limit() -> None:
    talk: dict[str, Any] = {"workload": {"kind": "jsonl", "path": "talk.jsonl"}}
    assert need(
        {"command": "serve {max_model_len}", "max_model_len": 512}, **talk
    ).recipe.command == ("serve", "512")
    with pytest.raises(
        CampaignError, match=r"^servers\.s: max_model_len is needed"
    ):
        need({"command": "serve {max_model_len}"}, **talk)


def test_the_identity_is_plain_and_knows_the_address_of_a_server_that_is_not_ours() -> (
    None
):
    recipe = {
        "command": "serve {model} --port {port} -n {tp}",
        "environment": {"A": "{devices}"},
        "image": "i",
    }
    found = need({**recipe, "base_url": "HTTP://GPU:80/v1/"}, tp=2)
    assert found.identity() == {
        "address": "http://gpu",
        "recipe": "s",
        "model": "org/model",
        "tp": 2,
        "hardware": {"name": "H", "gpus": 4},
        "command": ["serve", "org/model", "--port", "{port}", "-n", "2"],
        "environment": {"A": "0,1"},
        "image": "i",
    }
    found.identity()["tp"] = 9
    assert found.identity()["tp"] == 2
    ours = need({**recipe, "kind": "process"}, tp=2)
    assert ours.identity() == {
        name: value
        for name, value in found.identity().items()
        if name != "address"
    }


def test_a_line_for_the_shell_is_read_by_it_as_it_was_meant() -> None:
    recipe = need(
        {
            "command": ["serve", "two words", "it's", "$HOME", "{model}"],
            "environment": {"A": "x y", "B": 1},
        }
    ).recipe
    line = shell_line(recipe)
    assert (
        line == "A='x y' B=1 serve 'two words' 'it'\"'\"'s' '$HOME' org/model"
    )
    assert shlex.split(line) == [
        "A=x y",
        "B=1",
        "serve",
        "two words",
        "it's",
        "$HOME",
        "org/model",
    ]
    assert shell_line(need({"kind": "external"}).recipe) == ""
