"""The trial request decides: what a server takes is sent, what nobody asked for and it refuses is
not, the rest is an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from inferometer.measurement.trial import MAX_CHANGES, Trial
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.protocol.base import JSON, Decoder, Usage
from inferometer.protocol.openai_audio import parse as parse_form
from inferometer.protocol.openai_stream import LIMIT_FIELDS
from inferometer.request import Request
from inferometer.server.deadline import Deadline
from inferometer.server.endpoint import (
    Endpoint,
    EndpointError,
    Listing,
    ModelCard,
    ProbeResult,
)

Body = dict[str, Any]
LISTED = Listing(ModelCard("m"))
IDS = [5, 6, 7]


def answered(body: Body) -> ProbeResult:
    """As a server that obeys the limit, by whichever name."""
    limit = next(int(body[name]) for name in LIMIT_FIELDS if name in body)
    return ProbeResult(
        200, Usage(3, limit if "stream_options" in body else -1), outputs=limit
    )


def refused(said: str, status: int = 400) -> ProbeResult:
    return ProbeResult(status, Usage(), said)


@dataclass
class Server:
    """Stands in for an endpoint: `judge` says what becomes of a body, and all bodies are kept."""

    judge: Callable[[Body], ProbeResult]
    bodies: list[Body] = field(default_factory=list)
    base_url: str = "http://server"

    def probe(
        self,
        path: str,
        body: bytes,
        decoder: Decoder,
        deadline: Deadline,
        body_type: str,
    ) -> ProbeResult:
        parse = json.loads if body_type == JSON else parse_form
        self.bodies.append(parse(body))
        return self.judge(self.bodies[-1])


def trial_of(
    server: Server,
    backend: str = "openai-chat",
    listing: Listing = LISTED,
    eos_by_default: bool = False,
    **generation: Any,
) -> Trial:
    found = PROTOCOLS[backend]
    return Trial(
        cast(Endpoint, server),
        found,
        found.path("m"),
        Generation(model="m", **generation),
        listing,
        eos_by_default=eos_by_default,
    )


def without(
    field: str, said: str, status: int = 400
) -> Callable[[Body], ProbeResult]:
    return lambda body: (
        refused(said, status) if field in body else answered(body)
    )


RENAMED = [
    (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead."
    ),
    "body.max_tokens: Extra inputs are not permitted",
    "Extra inputs are not permitted (parameter max_tokens)",
    "max_completion_tokens: field required",
    "Unrecognized request argument supplied: max_tokens",
]


@pytest.mark.parametrize(
    "backend",
    ["openai", "openai-chat", "xinference", "trtllm-serve-chat", "tgi-chat"],
)
@pytest.mark.parametrize(
    ("said", "status"),
    [(said, 400) for said in RENAMED] + [(RENAMED[0], 422), (RENAMED[0], 200)],
)
def test_the_limit_goes_under_the_name_that_the_server_takes(
    backend: str, said: str, status: int
) -> None:
    server = Server(without("max_tokens", said, status))
    trial = trial_of(server, backend)
    assert trial.ask("words") == 3
    assert [
        sorted({"max_tokens", "max_completion_tokens"} & set(body))
        for body in server.bodies
    ] == [
        ["max_tokens"],
        ["max_completion_tokens"],
    ]
    assert trial.ask("more words") == 3
    assert len(server.bodies) == 3, "what is known is not tried again"
    sent = json.loads(
        PROTOCOLS[backend].encode(Request(1, "words", 1, 77), trial.generation)
    )
    assert sent["max_completion_tokens"] == 77
    assert "max_tokens" not in sent
    assert list(trial.notes()) == [
        (
            "The length of answers is limited by max_completion_tokens: the server does not heed "
            "max_tokens."
        )
    ]


def test_also_where_the_prompt_is_token_ids() -> None:
    server = Server(without("max_tokens", RENAMED[0]))
    trial = trial_of(server, "openai")
    assert trial.ask(IDS) == 3
    assert trial.generation.limit_field == "max_completion_tokens"


@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
def test_the_limit_by_a_third_name(backend: str) -> None:
    def judge(body: Body) -> ProbeResult:
        field = next((name for name in LIMIT_FIELDS[:2] if name in body), None)
        return (
            refused(f"unknown field {field}", 422) if field else answered(body)
        )

    trial = trial_of(Server(judge), backend)
    assert trial.ask("words") == 3
    assert trial.generation.limit_field == "max_new_tokens"


def test_stream_options_are_left_out_where_they_are_refused() -> None:
    server = Server(
        without("stream_options", 'json: unknown field "stream_options"')
    )
    trial = trial_of(server)
    assert trial.ask("words") == 3
    assert "stream_options" not in json.loads(
        PROTOCOLS["openai-chat"].encode(
            Request(1, "words", 1, 77), trial.generation
        )
    )
    assert list(trial.notes()) == [
        (
            "stream_options is left out, since the server refuses it: it may not tell how many "
            "tokens there were."
        )
    ]


def test_both_may_be_refused() -> None:
    def judge(body: Body) -> ProbeResult:
        if "stream_options" in body:
            return refused(
                "body.stream_options: Extra inputs are not permitted; body.max_tokens: Extra "
                "inputs are not permitted"
            )
        return without("max_tokens", RENAMED[0])(body)

    trial = trial_of(Server(judge))
    assert trial.ask("words") == 3
    assert (trial.generation.limit_field, list(trial.generation.left_out)) == (
        "max_completion_tokens",
        ["stream_options"],
    )


@pytest.mark.parametrize("status", [400, 422, 500, 501])
@pytest.mark.parametrize(
    "said",
    ["Bad Request", "the server gave no reason", "unknown field in request"],
)
def test_a_refusal_that_names_nothing_may_be_about_stream_options(
    said: str, status: int
) -> None:
    server = Server(without("stream_options", said, status))
    trial = trial_of(server)
    assert trial.ask("words") == 3
    assert list(trial.generation.left_out) == ["stream_options"]


@pytest.mark.parametrize("backend", ["openai", "openai-chat"])
@pytest.mark.parametrize(
    ("said", "status"),
    [
        # transformers serve 5.23, FastAPI, OpenAI, Go
        ("Unexpected fields in the request: {'ignore_eos'}", 422),
        ("body.ignore_eos: Extra inputs are not permitted", 400),
        ("Unrecognized request argument supplied: ignore_eos", 400),
        ('json: unknown field "ignore_eos"', 500),
        ("Bad Request", 400),
        ("unknown field in request", 422),
    ],
)
def test_ignore_eos_that_nobody_asked_for_is_left_out(
    backend: str, said: str, status: int
) -> None:
    server = Server(without("ignore_eos", said, status))
    trial = trial_of(server, backend, ignore_eos=True, eos_by_default=True)
    assert trial.ask("words") == 3
    assert not trial.generation.ignore_eos
    assert trial.generation.left_out == ("ignore_eos",)
    assert list(trial.notes()) == [
        (
            "ignore_eos is left out, since the server refuses it and no flag asked for it: answers "
            "may be shorter than requested."
        )
    ]


@pytest.mark.parametrize(
    "refused_fields",
    [{"stream_options"}, {"ignore_eos"}, {"ignore_eos", "stream_options"}],
)
def test_no_more_is_left_out_than_is_refused(refused_fields: set[str]) -> None:
    server = Server(
        lambda body: (
            refused("Bad Request")
            if refused_fields & set(body)
            else answered(body)
        )
    )
    trial = trial_of(server, ignore_eos=True, eos_by_default=True)
    trial.ask("words")
    sent = set(server.bodies[-1])
    assert {"ignore_eos", "stream_options"} - sent == refused_fields
    assert set(trial.generation.left_out) == refused_fields
    assert len(list(trial.notes())) == len(refused_fields)


def test_a_server_that_is_out_of_order_takes_ignore_eos_all_the_same() -> None:
    server = Server(without("ignore_eos", "Internal Server Error", 500))
    with pytest.raises(EndpointError, match="Internal Server Error"):
        trial_of(server, ignore_eos=True, eos_by_default=True).ask("words")


def test_a_refusal_that_names_nothing_and_stays_is_told_as_it_was() -> None:
    server = Server(
        lambda body: refused(
            "Bad Request" if "stream_options" in body else "still bad"
        )
    )
    trial = trial_of(server)
    with pytest.raises(
        EndpointError,
        match=r"on /v1/chat/completions: Bad Request; and in another form: still bad\.",
    ):
        trial.ask("words")
    assert trial.generation.left_out == ()
    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("generation", "said", "cure"),
    [
        (
            {"ignore_eos": True},
            "body.ignore_eos: Extra inputs are not permitted",
            "Leave out ignore_eos (sampling.ignore_eos;",
        ),
        (
            {"sampling": {"top_k": 5}},
            "Unrecognized request argument supplied: top_k",
            "Leave out top_k (sampling.top_k;",
        ),
        (
            {"sampling": {"temperature": 0}},
            "Unsupported value: 'temperature' does not support 0",
            "(sampling.temperature;",
        ),
        (
            {"logprobs": 3},
            "top_logprobs is not available",
            "Leave out top_logprobs (sampling.logprobs;",
        ),
        (
            {"extra_body": {"n": 2}},
            "n must be 1",
            "Leave out n (sampling.extra_body;",
        ),
        (
            {"extra_body": {"stream_options": {"include_usage": True}}},
            "stream_options is unknown",
            "(sampling.extra_body;",
        ),
    ],
)
def test_what_was_asked_for_is_never_left_out_in_silence(
    generation: Body, said: str, cure: str
) -> None:
    server = Server(lambda body: refused(said))
    with pytest.raises(EndpointError) as caught:
        trial_of(server, **generation).ask("words")
    assert said.rstrip(".") in str(caught.value)
    assert cure in str(caught.value)
    assert len(server.bodies) == 1


def test_a_refusal_is_told_with_what_helps() -> None:
    context = "This model's maximum context length is 8 tokens"
    with pytest.raises(
        EndpointError,
        match=r"maximum context length is 8 tokens\. Cause: .* Cure: shorten the requests",
    ):
        trial_of(Server(lambda body: refused(context))).ask("words")


def test_an_answer_that_is_no_stream_is_told_with_what_helps() -> None:
    said = "the server sent a whole answer instead of a stream: {}"
    with pytest.raises(
        EndpointError,
        match=r"fails even a test request .* Cause: .* does not stream, .* Cure: switch",
    ):
        trial_of(Server(lambda body: refused(said, 200))).ask("words")


def test_token_ids_that_are_refused_are_an_answer() -> None:
    server = Server(
        lambda body: (
            refused("prompt must be a string")
            if isinstance(body["prompt"], list)
            else answered(body)
        )
    )
    trial = trial_of(server, "openai")
    assert trial.ask(IDS) is None
    assert trial.ask("words") == 3
    assert len(server.bodies) == 2
    assert trial.generation == Generation(model="m")


@pytest.mark.parametrize(
    "said",
    [
        "max_tokens must be at least 16",
        "Could not finish: max_tokens limit was reached",
    ],
)
def test_a_server_that_does_not_answer_with_one_token_is_asked_for_more(
    said: str,
) -> None:
    server = Server(
        lambda body: (
            refused(said) if body["max_tokens"] < 16 else answered(body)
        )
    )
    trial = trial_of(server)
    assert trial.ask("words") == 3
    assert [body["max_tokens"] for body in server.bodies] == [1, 16]
    assert trial.generation.limit_field == "max_tokens"


def test_a_server_that_heeds_the_other_name_only() -> None:
    def judge(body: Body) -> ProbeResult:
        limit = body.get("max_completion_tokens", 400)
        return ProbeResult(200, Usage(3, limit), outputs=limit)

    trial = trial_of(Server(judge))
    assert trial.ask("words") == 3
    assert trial.generation.limit_field == "max_completion_tokens"


def test_a_server_that_heeds_neither_is_measured_as_it_is() -> None:
    server = Server(lambda body: ProbeResult(200, Usage(3, 400), outputs=400))
    trial = trial_of(server)
    assert trial.ask("words") == 3
    assert trial.generation.limit_field == "max_tokens"
    assert len(server.bodies) == 2


def test_a_name_that_is_taken_and_not_heeded_is_no_way_out() -> None:
    server = Server(
        lambda body: (
            refused(RENAMED[1])
            if "max_tokens" in body
            else ProbeResult(200, Usage(3, 400))
        )
    )
    with pytest.raises(
        EndpointError,
        match=r"refuses one name of the limit .* does not heed the other \(max_completion_tokens\)",
    ):
        trial_of(server).ask("words")


@pytest.mark.parametrize("status", [400, 404])
def test_a_model_that_is_not_listed_is_to_blame_for_a_refusal(
    status: int,
) -> None:
    def judge(body: Body) -> ProbeResult:
        if status == 404:
            raise EndpointError("answers 404", 404)
        return refused("no such model", status)

    with pytest.raises(
        EndpointError,
        match=r"does not serve a model named 'm', but other: use server\.served_model other",
    ) as caught:
        trial_of(Server(judge), listing=Listing(others=("other",))).ask("words")
    assert caught.value.status == 404


@pytest.mark.parametrize(
    "said",
    ["ignore_eos: Extra inputs are not permitted", "the prompt is too long"],
)
def test_a_model_that_is_not_listed_is_not_to_blame_for_all(said: str) -> None:
    with pytest.raises(EndpointError, match=f"on /v1/chat/completions: {said}"):
        trial_of(
            Server(lambda body: refused(said)),
            listing=Listing(others=("other",)),
            ignore_eos=True,
        ).ask("words")


def test_a_model_that_is_not_listed_is_measured_where_it_answers() -> None:
    assert (
        trial_of(Server(answered), listing=Listing(others=("other",))).ask(
            "words"
        )
        == 3
    )


@pytest.mark.parametrize(
    "backend",
    [
        name
        for name, row in PROTOCOLS.items()
        if not row.carries_token_ids or not row.chat
    ],
)
def test_no_server_is_asked_again_and_again(backend: str) -> None:
    words = (
        "stream_options include_usage max_tokens max_completion_tokens at least, minimum, "
        "unsupported"
    )
    server = Server(lambda body: refused(f"{words} {len(server.bodies)}", 422))
    with pytest.raises(EndpointError):
        trial_of(server, backend).ask("words")
    assert len(server.bodies) <= 1 + MAX_CHANGES


def test_what_is_asked_of_a_server_that_takes_all_is_asked_once() -> None:
    server = Server(answered)
    trial = trial_of(
        server, "openai", ignore_eos=True, sampling={"temperature": 0}
    )
    assert trial.ask(IDS) == 3
    assert len(server.bodies) == 1
    assert list(trial.notes()) == []
