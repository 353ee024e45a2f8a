"""How many cards a server uses, by its description."""

from __future__ import annotations

import pytest

from inferometer.store.server_cards import cards_of


@pytest.mark.parametrize(
    ("command", "cards"),
    [
        ([], 2),
        (["vllm", "serve", "-dp", "4"], 8),
        (["vllm", "serve", "--data-parallel-size=4"], 8),
        (["vllm", "serve", "--pipeline-parallel-size", "3"], 6),
        (["vllm", "serve", "-pp", "2", "-dp", "2"], 8),
        (["sglang", "--dp-size", "2", "--enable-dp-attention"], 2),
        (["vllm", "serve", "--pipeline_parallel_size=3"], 6),
        (["vllm", "serve", "-pcp", "2"], 4),
        (["sglang", "--dp", "two", "--pp-size"], 2),
        (["bash", "-c", "exec vllm serve m --data-parallel-size 4 -pp=2"], 16),
    ],
)
def test_parallelism_of_every_kind(command: list[str], cards: int) -> None:
    assert cards_of({"tp": 2, "command": command}) == cards


@pytest.mark.parametrize("kind", ["embedded", "simulated"])
def test_what_takes_a_servers_place_is_one_copy(kind: str) -> None:
    command = ["vllm", "serve", "-dp", "4", "-pp", "2"]
    assert cards_of({"tp": 2, "command": command, kind: {"tp": 2}}) == 2


def test_copies_that_a_launch_makes() -> None:
    assert cards_of({"tp": 2, "launch": {"replica": 3}}) == 6


@pytest.mark.parametrize(
    "server",
    [None, {}, {"tp": True}, {"tp": "2"}, {"tp": 1e300}, {"tp": 2.5}, []],
)
def test_without_tensor_parallelism_it_is_unknown(server: object) -> None:
    assert cards_of(server) is None
