"""Requests as servers with wires of their own get them, and what is refused because they could not
carry it.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from inferometer.protocol import PROTOCOLS, Generation
from inferometer.request import Prompt, Request
from tests.backends import TEXT_BACKENDS

MESSAGES = [{"role": "user", "content": "Hello"}]


def encode(
    backend: str,
    prompt: Prompt = "Hello",
    parameters: Any = (),
    request_id: int = 7,
    **generation: Any,
) -> Any:
    request = Request(
        id=request_id,
        prompt=prompt,
        prompt_tokens=3,
        max_tokens=128,
        parameters=dict(parameters),
    )
    return orjson.loads(
        PROTOCOLS[backend].encode(request, Generation(model="m", **generation))
    )


BODIES: dict[str, dict[str, Any]] = {
    "sglang": {
        "text": "Hello",
        "sampling_params": {"max_new_tokens": 128},
        "stream": True,
    },
    "tgi": {
        "inputs": "Hello",
        "parameters": {"max_new_tokens": 128, "details": True},
    },
    "tensorrt-llm": {
        "text_input": "Hello",
        "max_tokens": 128,
        "stream": True,
        "bad_words": "",
        "stop_words": "",
    },
    "lmdeploy": {"prompt": "Hello", "max_tokens": 128, "stream": True},
    "llama.cpp": {"prompt": "Hello", "n_predict": 128, "stream": True},
    "ollama": {
        "model": "m",
        "prompt": "Hello",
        "raw": True,
        "stream": True,
        "options": {"num_predict": 128},
    },
    "openai-responses": {
        "model": "m",
        "input": "Hello",
        "max_output_tokens": 128,
        "stream": True,
        "store": False,
    },
    "ollama-chat": {
        "model": "m",
        "messages": MESSAGES,
        "stream": True,
        "options": {"num_predict": 128},
    },
}

IGNORE_EOS: dict[str, dict[str, Any]] = {
    "sglang": {"sampling_params": {"max_new_tokens": 128, "ignore_eos": True}},
    "tgi": {},
    "tensorrt-llm": {"min_length": 128},
    "lmdeploy": {"ignore_eos": True},
    "llama.cpp": {"ignore_eos": True},
    "openai-responses": {"ignore_eos": True},
    "ollama": {},
    "ollama-chat": {},
}


@pytest.mark.parametrize("backend", BODIES)
def test_the_plain_body(backend: str) -> None:
    assert encode(backend) == BODIES[backend]


@pytest.mark.parametrize("backend", BODIES)
def test_full_length(backend: str) -> None:
    assert encode(backend, ignore_eos=True) == {
        **BODIES[backend],
        **IGNORE_EOS[backend],
    }
    assert PROTOCOLS[backend].exact_length is bool(IGNORE_EOS[backend])


@pytest.mark.parametrize(
    ("backend", "field"),
    [
        ("sglang", "input_ids"),
        ("lmdeploy", "input_ids"),
        ("llama.cpp", "prompt"),
    ],
)
@pytest.mark.parametrize("prompt", [[1, 2, 300], (1, 2, 300)])
def test_token_ids(backend: str, field: str, prompt: Prompt) -> None:
    body = encode(backend, prompt)
    assert body[field] == [1, 2, 300]
    assert not {"text", "prompt"} & set(body) - {field}


TEXT_ONLY = ["tgi", "tensorrt-llm", "ollama"]


@pytest.mark.parametrize("backend", TEXT_ONLY)
@pytest.mark.parametrize("prompt", [[1, 2], MESSAGES])
def test_what_is_no_text_is_refused_where_only_text_is_carried(
    backend: str, prompt: Prompt
) -> None:
    with pytest.raises(
        ValueError, match=r"carries only text, not token ids or chat messages"
    ):
        encode(backend, prompt)


@pytest.mark.parametrize("backend", ["sglang", "lmdeploy", "llama.cpp"])
def test_messages_are_refused_by_completions(backend: str) -> None:
    with pytest.raises(ValueError, match=r"not chat messages"):
        encode(backend, MESSAGES)


def test_messages_go_as_they_are() -> None:
    messages = [{"role": "system", "content": "Be brief."}, *MESSAGES]
    assert encode("ollama-chat", messages)["messages"] == messages
    with pytest.raises(ValueError, match="not token ids"):
        encode("ollama-chat", [1, 2])


def text(said: str) -> dict[str, Any]:
    return {"type": "text", "text": said}


def picture(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def test_responses_have_parts_by_names_of_their_own() -> None:
    said = [
        {"role": "user", "content": [text("What"), picture("http://x/a.png")]}
    ]
    body = encode("openai-responses", said)
    assert body["input"] == [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What"},
                {"type": "input_image", "image_url": "http://x/a.png"},
            ],
        }
    ]
    (asked,) = PROTOCOLS["openai-responses"].read(body).messages
    assert asked["content"][1] == picture("http://x/a.png")
    with pytest.raises(
        ValueError, match="carries texts and images, not input_audio"
    ):
        encode(
            "openai-responses",
            [{"role": "user", "content": [{"type": "input_audio"}]}],
        )


def test_ollama_has_pictures_beside_the_text() -> None:
    parts = [
        text("What"),
        picture("data:image/png;base64,iVBO"),
        text("is it?"),
        picture("data:image/png;base64,Rw0K"),
    ]
    body = encode(
        "ollama-chat",
        [
            {"role": "user", "content": parts},
            {"role": "user", "content": [text("Well?")]},
        ],
    )
    assert body["messages"] == [
        {"role": "user", "content": "What\nis it?", "images": ["iVBO", "Rw0K"]},
        {"role": "user", "content": "Well?"},
    ]
    (asked, _) = PROTOCOLS["ollama-chat"].read(body).messages
    assert asked["content"] == [
        text("What\nis it?"),
        picture("data:;base64,iVBO"),
        picture("data:;base64,Rw0K"),
    ]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (
            picture("http://127.0.0.1/cat.png"),
            "does not fetch images: give them as data:image",
        ),
        (
            {"type": "input_audio", "input_audio": {}},
            "a message contains something else",
        ),
        ({"type": "image_url"}, "a message contains something else"),
        ("What is it?", "a message contains something else"),
    ],
)
def test_what_ollama_cannot_be_shown(part: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        encode(
            "ollama-chat", [{"role": "user", "content": [text("Look:"), part]}]
        )


def sampled(backend: str, body: Any) -> Any:
    """Where this wire has its sampling parameters."""
    key = {
        "sglang": "sampling_params",
        "tgi": "parameters",
        "ollama": "options",
        "ollama-chat": "options",
    }.get(backend)
    return body[key] if key else body


@pytest.mark.parametrize("backend", BODIES)
def test_sampling_by_the_names_of_the_server(backend: str) -> None:
    usual = {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 5,
        "repetition_penalty": 1.1,
    }
    body = sampled(backend, encode(backend, sampling=usual))
    penalty = (
        "repeat_penalty"
        if backend in ("llama.cpp", "ollama", "ollama-chat")
        else "repetition_penalty"
    )
    assert {
        name: body[name] for name in ("temperature", "top_p", "top_k", penalty)
    } == {
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 5,
        penalty: 1.1,
    }
    assert penalty == "repetition_penalty" or "repetition_penalty" not in body


@pytest.mark.parametrize("backend", BODIES)
def test_a_requests_own_parameters_go_over_the_runs(backend: str) -> None:
    assert (
        sampled(
            backend,
            encode(backend, parameters={"top_k": 9}, sampling={"top_k": 5}),
        )["top_k"]
        == 9
    )


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        ("openai-responses", "min_p"),
        ("tgi", "min_p"),
        ("tgi", "presence_penalty"),
        ("tgi-chat", "min_p"),
        ("tgi-chat", "top_k"),
        ("tgi-chat", "repetition_penalty"),
        ("lmdeploy", "frequency_penalty"),
        ("lmdeploy", "presence_penalty"),
    ],
)
def test_what_a_server_would_drop_without_a_word_is_refused(
    backend: str, name: str
) -> None:
    with pytest.raises(
        ValueError,
        match=rf"does not support {name} and would ignore it: leave it out",
    ):
        encode(backend, sampling={name: 0.5})


@pytest.mark.parametrize(
    ("sampling", "parameters"),
    [
        ({"temperature": 0}, {"do_sample": False}),
        ({"temperature": 0.7}, {"do_sample": True, "temperature": 0.7}),
        ({"top_p": 1.0}, {}),
        ({"top_p": 0.9}, {"top_p": 0.9}),
    ],
)
def test_tgi_takes_no_temperature_of_0_and_no_top_p_of_1(
    sampling: dict[str, float], parameters: dict[str, Any]
) -> None:
    body = encode("tgi", sampling=sampling)["parameters"]
    assert body == {"max_new_tokens": 128, "details": True, **parameters}


def test_log_probabilities() -> None:
    assert {
        backend: encode(backend, logprobs=3).items() - encode(backend).items()
        for backend in ("lmdeploy", "llama.cpp")
    } == {
        "lmdeploy": {("return_logprob", True)},
        "llama.cpp": {("n_probs", 3)},
    }
    sglang = encode("sglang", logprobs=3)
    assert (sglang["return_logprob"], sglang["top_logprobs_num"]) == (True, 3)
    assert encode("tgi", logprobs=3)["parameters"]["top_n_tokens"] == 3
    assert encode("tensorrt-llm", logprobs=3)["return_log_probs"] is True
    assert encode("ollama", logprobs=3)["top_logprobs"] == 3


def test_triton_has_its_own_name_for_a_seed() -> None:
    assert encode("tensorrt-llm", parameters={"seed": 5})["random_seed"] == 5


def test_lora_adapters_are_taken_in_turn() -> None:
    adapters = ("a", "b")
    chosen: dict[str, Callable[[Any], Any]] = {
        "sglang": lambda body: body["lora_path"],
        "tgi": lambda body: body["parameters"]["adapter_id"],
        "ollama": lambda body: body["model"],
        "tgi-chat": lambda body: body["model"],
        "xinference": lambda body: body["lora_name"],
    }
    for backend, read in chosen.items():
        bodies = [
            encode(backend, request_id=i, adapters=adapters) for i in range(3)
        ]
        assert [read(body) for body in bodies] == ["a", "b", "a"], backend
    assert encode("xinference", adapters=adapters)["model"] == "m"
    assert encode("llama.cpp", adapters=("3",))["lora"] == [
        {"id": 3, "scale": 1.0}
    ]
    with pytest.raises(ValueError, match="'a' is no number"):
        encode("llama.cpp", adapters=("a",))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_wire_that_cannot_name_an_adapter_says_so(name: str) -> None:
    if PROTOCOLS[name].chooses_adapter:
        assert "3" in str(encode(name, adapters=("3",)))
    else:
        with pytest.raises(
            ValueError, match="cannot select a LoRA adapter per request"
        ):
            encode(name, adapters=("3",))


def test_extra_body_is_merged_field_by_field() -> None:
    body = encode(
        "ollama", extra_body={"options": {"num_ctx": 8192}, "keep_alive": "10m"}
    )
    assert body["options"] == {"num_predict": 128, "num_ctx": 8192}
    assert body["keep_alive"] == "10m"


def test_extra_body_replaces_what_is_only_a_habit() -> None:
    assert encode("ollama", extra_body={"raw": False})["raw"] is False
    assert (
        encode("tensorrt-llm", extra_body={"stop_words": "end"})["stop_words"]
        == "end"
    )


@pytest.mark.parametrize(
    ("backend", "extra_body", "field"),
    [
        (
            "sglang",
            {"sampling_params": {"max_new_tokens": 1}},
            "sampling_params.max_new_tokens",
        ),
        ("sglang", {"stream": False}, "stream"),
        ("tgi", {"inputs": "x"}, "inputs"),
        ("tgi", {"parameters": 5}, "parameters"),
        ("tgi", {"parameters": {"details": False}}, "parameters.details"),
        ("ollama", {"options": {"num_predict": 1}}, "options.num_predict"),
        ("llama.cpp", {"n_predict": 1}, "n_predict"),
    ],
)
def test_extra_body_cannot_change_what_the_measurement_rests_on(
    backend: str, extra_body: Any, field: str
) -> None:
    with pytest.raises(
        ValueError, match=rf"sampling.extra_body must not set '{field}'"
    ):
        encode(backend, extra_body=extra_body)


TRTLLM_KNOWS = {
    *(
        "best_of",
        "echo",
        "frequency_penalty",
        "ignore_eos",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
    ),
    *(
        "messages",
        "min_p",
        "min_tokens",
        "model",
        "n",
        "presence_penalty",
        "prompt",
        "repetition_penalty",
        "seed",
        "stop",
    ),
    *(
        "stream",
        "stream_options",
        "suffix",
        "temperature",
        "top_k",
        "top_logprobs",
        "top_p",
        "user",
    ),
}
"""Fields of its requests that matter here; with any other it answers 400."""


@pytest.mark.parametrize("backend", ["trtllm-serve", "trtllm-serve-chat"])
def test_trtllm_serve_gets_no_field_that_it_does_not_know(backend: str) -> None:
    everything = {
        "temperature": 1,
        "top_p": 1,
        "top_k": 1,
        "min_p": 0,
        "repetition_penalty": 1,
        "presence_penalty": 0,
    }
    assert (
        set(encode(backend, sampling=everything, ignore_eos=True, logprobs=1))
        <= TRTLLM_KNOWS
    )


def test_trtllm_serve_counts_in_every_chunk_unless_told_not_to() -> None:
    read = PROTOCOLS["trtllm-serve"].read
    assert read(encode("trtllm-serve")).stream_options == {
        "include_usage": True,
        "continuous_usage_stats": True,
    }
    quiet = encode(
        "trtllm-serve",
        extra_body={"stream_options": {"continuous_usage_stats": False}},
    )
    assert read(quiet).stream_options["continuous_usage_stats"] is False


def test_tgis_chat_is_openais_without_ignore_eos() -> None:
    assert encode("tgi-chat", ignore_eos=True) == {
        **encode("openai-chat"),
        "model": "tgi",
    }


def test_tgi_takes_a_model_in_a_chat_for_an_adapter() -> None:
    read = PROTOCOLS["tgi-chat"].read
    assert read(encode("tgi-chat")).model is None
    assert read(encode("tgi-chat", adapters=("law",))).model == "law"


def test_xinference_is_openais() -> None:
    assert encode("xinference", ignore_eos=True) == encode(
        "openai-chat", ignore_eos=True
    )
    assert encode("xinference-completions", [1, 2]) == encode("openai", [1, 2])


def test_a_model_may_be_part_of_the_path() -> None:
    path = PROTOCOLS["tensorrt-llm"].path
    assert path("ensemble") == "/v2/models/ensemble/generate_stream"
    assert path("a/b c") == "/v2/models/a%2Fb%20c/generate_stream"
    assert PROTOCOLS["sglang"].path("m") == "/generate"


def test_what_a_wire_cannot_do_is_said() -> None:
    said = {
        name: backend.limits(Generation("m", ignore_eos=True))
        for name, backend in PROTOCOLS.items()
    }
    assert {name for name, limits in said.items() if limits} == {
        "tgi",
        "tgi-chat",
        "tensorrt-llm",
        "ollama",
        "ollama-chat",
        "openai-audio",
    }
    assert said["tgi"] == (
        "TGI cannot ignore the end of a text: outputs may be shorter than requested.",
    )
    assert said["tensorrt-llm"] == (
        (
            "TensorRT-LLM on Triton reports no token counts: a local tokenizer counts instead, "
            "or else each event counts as one token."
        ),
    )
    assert PROTOCOLS["tgi"].limits(Generation("m")) == ()


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_worker_process_can_be_given_any_backend(name: str) -> None:
    assert (
        pickle.loads(pickle.dumps(PROTOCOLS[name])).endpoint
        == PROTOCOLS[name].endpoint
    )


def test_the_table_of_backends() -> None:
    facts = {
        name: (
            backend.endpoint,
            "ids"
            if backend.carries_token_ids
            else "chat"
            if backend.chat
            else "text",
        )
        for name, backend in PROTOCOLS.items()
    }
    assert facts == {
        "openai": ("/v1/completions", "ids"),
        "vllm": ("/v1/completions", "ids"),
        "openai-chat": ("/v1/chat/completions", "chat"),
        "openai-responses": ("/v1/responses", "chat"),
        "openai-audio": ("/v1/audio/transcriptions", "chat"),
        "sglang": ("/generate", "ids"),
        "tgi": ("/generate_stream", "text"),
        "tgi-chat": ("/v1/chat/completions", "chat"),
        "tensorrt-llm": ("/v2/models/{model}/generate_stream", "text"),
        "trtllm-serve": ("/v1/completions", "ids"),
        "trtllm-serve-chat": ("/v1/chat/completions", "chat"),
        "xinference": ("/v1/chat/completions", "chat"),
        "xinference-completions": ("/v1/completions", "ids"),
        "lmdeploy": ("/generate", "ids"),
        "llama.cpp": ("/completion", "ids"),
        "ollama": ("/api/generate", "text"),
        "ollama-chat": ("/api/chat", "chat"),
    }


SAMPLES: dict[str, Any] = {
    "chat_template_kwargs": {"enable_thinking": False},
    "function_call": "auto",
    "functions": [{"name": "f"}],
    "guided_json": {"type": "object"},
    "logit_bias": {"5": 1.0},
    "mm_processor_kwargs": {"fps": 1},
    "reasoning": {"effort": "low"},
    "response_format": {"type": "json_object"},
    "stop": ["x"],
    "structured_outputs": {"regex": "a"},
    "temperature": 0.5,
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "top_p": 0.9,
}


@pytest.mark.parametrize("name", TEXT_BACKENDS)
def test_every_field_that_a_wire_carries_reaches_the_body(name: str) -> None:
    """Each by itself changes the body, and no other field of it, but for what TGI has to be told
    beside a temperature.
    """
    plain = encode(name)
    for field in PROTOCOLS[name].fields:
        value = SAMPLES.get(field, 7)
        body = encode(name, parameters={field: value})
        added = {**body, **sampled(name, body)}.items()
        changed = {
            key: given
            for key, given in added
            if given != {**plain, **sampled(name, plain)}.get(key)
        }
        changed = {
            key: given
            for key, given in changed.items()
            if not isinstance(given, dict) or given == value
        }
        assert value in changed.values(), (name, field)
        assert set(changed) - {"do_sample"} != set(), (name, field)
        assert len(set(changed) - {"do_sample"}) == 1, (name, field, changed)


@pytest.mark.parametrize(
    "name",
    [
        "tgi",
        "ollama",
        "ollama-chat",
        "llama.cpp",
        "tensorrt-llm",
        "sglang",
        "lmdeploy",
    ],
)
def test_one_stop_is_a_list_of_one(name: str) -> None:
    body = sampled(name, encode(name, parameters={"stop": "x"}))
    assert body["stop_words" if name == "tensorrt-llm" else "stop"] == ["x"]


def test_ollama_has_tools_beside_its_options_and_arguments_as_objects() -> None:
    tools = SAMPLES["tools"]
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": '{"city": "Oslo"}'},
    }
    asked: list[dict[str, Any]] = [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "content": "rain", "tool_call_id": "c"},
    ]
    body = encode("ollama-chat", asked, parameters={"tools": tools, "seed": 1})
    assert (body["tools"], body["options"]) == (
        tools,
        {"num_predict": 128, "seed": 1},
    )
    assert body["messages"][1] == {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {"function": {"name": "f", "arguments": {"city": "Oslo"}}}
        ],
    }
    assert body["messages"][2] == asked[2]


@pytest.mark.parametrize("arguments", ["not JSON", "[1]", None])
def test_calls_that_ollama_cannot_be_told_of(arguments: Any) -> None:
    call = {
        "id": "c",
        "type": "function",
        "function": {"name": "f", "arguments": arguments},
    }
    with pytest.raises(
        ValueError,
        match="carries only tool calls whose arguments are a JSON object",
    ):
        encode(
            "ollama-chat",
            [{"role": "assistant", "content": None, "tool_calls": [call]}],
        )


@pytest.mark.parametrize("name", ["trtllm-serve", "trtllm-serve-chat"])
def test_rows_give_trtllm_serve_no_field_that_it_does_not_know(
    name: str,
) -> None:
    more = {
        "length_penalty",
        "stop_token_ids",
        "include_stop_str_in_output",
        "skip_special_tokens",
        "response_format",
    }
    chat = (
        {"tools", "tool_choice", "chat_template_kwargs", "reasoning_effort"}
        if name.endswith("chat")
        else set()
    )
    assert (
        PROTOCOLS[name].fields
        <= TRTLLM_KNOWS | more | {"spaces_between_special_tokens"} | chat
    )


def test_tools_are_carried_by_chats_and_only_by_them() -> None:
    assert {
        name for name, backend in PROTOCOLS.items() if "tools" in backend.fields
    } == {
        name
        for name, backend in PROTOCOLS.items()
        if backend.chat
        and backend.carries_text
        and name != "openai-responses"  # which has another form of them
    }
