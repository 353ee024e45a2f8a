"""Request: a value, decided before the clock starts and not changed after."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from inferometer.request import Request


def test_a_request_stands_alone_unless_it_says_otherwise() -> None:
    request = Request(3, "hello", 2, 16)
    assert (request.parameters, request.after, request.think_ns) == (
        {},
        None,
        0,
    )


def test_a_request_cannot_be_changed() -> None:
    request = Request(0, [1, 2], 2, 16)
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.max_tokens = 5  # type: ignore[misc]


def test_default_parameters_are_not_shared_between_requests() -> None:
    assert (
        Request(0, "a", 1, 1).parameters is not Request(1, "b", 1, 1).parameters
    )


@pytest.mark.parametrize(
    "prompt",
    ["text", [5, 6, 7], [{"role": "user", "content": "hi"}]],
    ids=["text", "ids", "messages"],
)
def test_every_kind_of_prompt_reaches_a_worker_as_it_was(
    prompt: str | list[int] | list[dict[str, str]],
) -> None:
    request = Request(
        1, prompt, 3, 8, {"temperature": 0.0}, after=0, think_ns=5
    )
    assert pickle.loads(pickle.dumps(request)) == request
