"""What a group's server is: the command with everything filled in, its limit, its identity, and the line for a shell."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from campaigns import small

from inferometer.spec.campaign import CampaignError, ServerNeed
from inferometer.spec.expand import expand
from inferometer.spec.recipe import PLACEHOLDERS, fill, placeholders, shell_line


def need(recipe: dict[str, Any], /, tp: int = 1, **changes: Any) -> ServerNeed:
    group = {"id": "g", "model": "m", "server": "s", "hardware": "H", "tp": tp}
    campaign = small(servers={"s": recipe}, groups=[group], hardware={"H": {"gpus": 4}}, **changes)
    return expand(campaign)[0].server


def test_placeholders_are_words_in_braces_and_other_braces_stay() -> None:
    text = 'a {model} {"x": {y}} {two words} {Z} {tp}'
    assert placeholders(text) == ["model", "y", "tp"]
    assert fill(text, {"model": "M", "tp": "2"}) == 'a M {"x": {y}} {two words} {Z} 2'


def test_everything_that_can_be_filled_is() -> None:
    recipe = {
        "base_url": "http://[::1]:8123/v1",
        "command": ["run", *(f"{name}={{{name}}}" for name in PLACEHOLDERS)],
        "environment": {"DEVICES": "{devices}", "PORT": 5},
        "image": "repo:{alias}",
        "compose_service": "vllm-{tp}",
        "served_model": "{alias}-{tp}",
        "note": "at {host}",
    }
    found = need(recipe, tp=3, matrix={"input_len": [100, 200], "output_len": [7, 5]})
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
    )
    assert found.recipe.environment == {"DEVICES": "0,1,2", "PORT": "5"}
    assert (found.recipe.image, found.recipe.compose_service, found.recipe.note) == ("repo:m", "vllm-3", "at ::1")
    assert (found.served_model, found.max_model_len, found.model_id, found.model_alias) == ("m-3", 335, "org/model", "m")


@pytest.mark.parametrize(
    ("base_url", "port"), [("http://h", "80"), ("https://h", "443"), ("https://h:8443/gateway", "8443"), ("h:81", "81")]
)
def test_the_port_is_that_of_the_address(base_url: str, port: str) -> None:
    assert need({"base_url": base_url, "command": "x {port} {host}"}).recipe.command == ("x", port, "h")


def test_a_command_may_be_a_line_or_words() -> None:
    line = """serve {model} --json '{"a": 1}' --name "two words" """
    words = ["serve", "{model}", "--json", '{"a": 1}', "--name", "two words"]
    filled = ("serve", "org/model", "--json", '{"a": 1}', "--name", "two words")
    assert need({"command": line}).recipe.command == filled
    assert need({"command": words}).recipe.command == filled


def test_the_limit_is_declared_or_worked_out_or_nobodys() -> None:
    longer: dict[str, Any] = {"workload": {"input_len": 1000, "output_len": 100, "prefix_len": 50, "range_ratio": 0.1}}
    assert need({"command": "serve", "max_model_len": 4096}, **longer).max_model_len == 4096
    assert need({"command": "serve {max_model_len}"}, **longer).max_model_len == 1150 + 110 + 128
    assert need({"command": "serve"}, **longer).max_model_len is None


def test_lengths_that_only_a_file_knows_need_a_limit() -> None:
    talk: dict[str, Any] = {"workload": {"kind": "jsonl", "path": "talk.jsonl"}}
    assert need({"command": "serve {max_model_len}", "max_model_len": 512}, **talk).recipe.command == ("serve", "512")
    with pytest.raises(CampaignError, match=r"^servers\.s: max_model_len is needed"):
        need({"command": "serve {max_model_len}"}, **talk)


def test_the_identity_is_plain_and_without_an_address() -> None:
    found = need({"command": "serve {model} --port {port} -n {tp}", "environment": {"A": "{devices}"}, "image": "i"}, tp=2)
    assert found.identity() == {
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


def test_a_line_for_the_shell_is_read_by_it_as_it_was_meant() -> None:
    recipe = need({"command": ["serve", "two words", "it's", "$HOME", "{model}"], "environment": {"A": "x y", "B": 1}}).recipe
    line = shell_line(recipe)
    assert line == "A='x y' B=1 serve 'two words' 'it'\"'\"'s' '$HOME' org/model"
    assert shlex.split(line) == ["A=x y", "B=1", "serve", "two words", "it's", "$HOME", "org/model"]
    assert shell_line(need({"kind": "external"}).recipe) == ""
