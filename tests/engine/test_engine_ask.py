"""What the engine understands, and how it refuses."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from inferometer.engine import tokenizer
from inferometer.engine.ask import (
    IMAGE_TOKENS,
    Ask,
    AskError,
    chat_text,
    parse_ask,
    parse_detokenize,
    parse_tokenize,
)
from inferometer.engine.tokenizer import VOCABULARY_SIZE
from inferometer.protocol import PROTOCOLS
from inferometer.protocol.routes import TGI_TOKENIZE, VLLM_TOKENIZE

CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "one two three"},
]


def ask(chat: bool = False, max_model_len: int = 100, **body: Any) -> Ask:
    if "prompt" not in body and "messages" not in body:
        body |= {"messages": CHAT} if chat else {"prompt": "a b c"}
    backend = PROTOCOLS["openai-chat" if chat else "openai"]
    return parse_ask(
        orjson.dumps(body),
        backend=backend,
        model="m",
        max_model_len=max_model_len,
    )


@pytest.mark.parametrize(
    ("prompt", "tokens"),
    [
        ("a b c", 3),
        ("  a\n\nb\t", 2),
        ([1, 2, 3, 4], 4),
        (["a b"], 2),
        ([[7, 8, 9]], 3),
        ("é " * 20, 20),
    ],
)
def test_prompts_are_counted(prompt: Any, tokens: int) -> None:
    assert ask(prompt=prompt).prompt_tokens == tokens


def test_a_picture_costs_as_much_as_any_other() -> None:
    picture = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,AA"},
    }
    texts, shown = (
        tokenizer.count(
            chat_text(
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "look at this"},
                            *pictures,
                        ],
                    }
                ]
            )
        )
        for pictures in ([], [picture, picture])
    )
    assert shown == texts + 2 * IMAGE_TOKENS


def test_a_chat_costs_its_words_and_a_token_a_turn() -> None:
    # <|system|> Be brief. <|user|> one two three <|assistant|>
    assert ask(chat=True).prompt_tokens == 1 + 2 + 1 + 3 + 1
    parts = [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "one two"},
                {"type": "text", "text": "three"},
            ],
        }
    ]
    assert ask(chat=True, messages=parts).prompt_tokens == 1 + 3 + 1


@pytest.mark.parametrize(
    ("chat", "body", "max_tokens"),
    [
        (False, {}, 16),
        (False, {"max_tokens": None}, 97),
        (False, {"max_tokens": 5}, 5),
        (True, {}, 92),
        (True, {"max_tokens": 5}, 5),
        (True, {"max_completion_tokens": 6}, 6),
        (True, {"max_completion_tokens": 6, "max_tokens": 5}, 6),
        (False, {"max_tokens": 97}, 97),
    ],
)
def test_output_length(
    chat: bool, body: dict[str, Any], max_tokens: int
) -> None:
    assert ask(chat, **body).max_tokens == max_tokens


def test_stream_options() -> None:
    plain = ask(stream=True)
    assert (plain.stream, plain.include_usage, plain.continuous_usage) == (
        True,
        False,
        False,
    )
    both = ask(
        stream=True,
        stream_options={"include_usage": True, "continuous_usage_stats": True},
    )
    assert (both.include_usage, both.continuous_usage) == (True, True)
    assert not ask(
        stream=True, stream_options={"continuous_usage_stats": True}
    ).continuous_usage


def test_what_has_no_effect_is_accepted() -> None:
    assert (
        ask(
            ignore_eos=True,
            temperature=0,
            top_p=0.9,
            logprobs=1,
            seed=3,
            n=1,
            user="x",
        ).max_tokens
        == 16
    )


@pytest.mark.parametrize(
    ("chat", "body", "status", "param", "words"),
    [
        (
            False,
            {"model": "other"},
            404,
            "model",
            "The model `other` does not exist. Valid aliases: m.",
        ),
        (
            True,
            {"messages": "nope"},
            400,
            "body.messages",
            "Input should be a valid list",
        ),
        (
            True,
            {"messages": ["nope"]},
            400,
            "body.messages.0",
            "Input should be a valid dictionary",
        ),
        (
            True,
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url"}]}
                ]
            },
            400,
            "messages",
            "only texts, images",
        ),
        (
            True,
            {"messages": [{"role": "user", "content": [{"type": "video"}]}]},
            400,
            "messages",
            "accepts only texts, images, sound and film",
        ),
        (False, {"prompt": None}, 400, "body.prompt", "string"),
        (False, {"prompt": ""}, 400, "prompt", "cannot be empty"),
        (False, {"prompt": []}, 400, "prompt", "cannot be empty"),
        (False, {"prompt": ["a", "b"]}, 400, "prompt", "one prompt"),
        (False, {"prompt": [1, "b"]}, 400, "body.prompt", "token ids"),
        (
            False,
            {"prompt": [1, -1]},
            400,
            "prompt",
            "Token id -1 is out of vocabulary",
        ),
        (
            False,
            {"prompt": [VOCABULARY_SIZE]},
            400,
            "prompt",
            f"Token id {VOCABULARY_SIZE} is out of vocabulary",
        ),
        (False, {"max_tokens": 0}, 400, "max_tokens", "at least 1, got 0"),
        (False, {"max_tokens": "5"}, 400, "body.max_tokens", "integer"),
        (False, {"n": 2}, 400, "n", "n must be 1"),
        (
            False,
            {"stream_options": {"include_usage": True}},
            400,
            "stream_options",
            "stream=True",
        ),
        (
            False,
            {"stream": True, "stream_options": 1},
            400,
            "body.stream_options",
            "dictionary",
        ),
    ],
)
def test_refusals(
    chat: bool, body: dict[str, Any], status: int, param: str, words: str
) -> None:
    with pytest.raises(AskError) as refused:
        ask(chat, **body)
    assert (refused.value.status, refused.value.param) == (status, param)
    assert words in refused.value.message


@pytest.mark.parametrize(
    ("prompt_tokens", "max_tokens", "sentence"),
    [
        (
            3000,
            1,
            "This model's maximum context length is 2048 tokens. However, your prompt contains "
            "at least 2049 input tokens, "
            "which exceeds this limit even without any output tokens. Please reduce the length "
            "of the input prompt. "
            "(parameter=input_tokens, value=2049)",
        ),
        (
            2000,
            49,
            "This model's maximum context length is 2048 tokens. However, you requested 49 "
            "output tokens and your prompt "
            "contains at least 2000 input tokens, for a total of at least 2049 tokens. Please "
            "reduce the length of the input "
            "prompt or the number of requested output tokens. (parameter=input_tokens, value=2000)",
        ),
    ],
)
def test_too_long_for_the_model_in_vllms_words(
    prompt_tokens: int, max_tokens: int, sentence: str
) -> None:
    with pytest.raises(AskError) as refused:
        ask(
            prompt=[1] * prompt_tokens,
            max_tokens=max_tokens,
            max_model_len=2048,
        )
    assert refused.value.message == sentence
    assert (
        ask(prompt=[1] * 2000, max_tokens=48, max_model_len=2048).max_tokens
        == 48
    )


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"nope", b'{"prompt": "\xff"}']
)
def test_a_body_that_is_no_json_object(body: bytes) -> None:
    with pytest.raises(AskError) as refused:
        parse_ask(
            body, backend=PROTOCOLS["openai"], model="m", max_model_len=100
        )
    assert (refused.value.status, refused.value.kind) == (400, "Bad Request")


def test_tokenize_agrees_with_the_count_of_a_generation() -> None:
    ids, spelled = parse_tokenize(
        orjson.dumps({"messages": CHAT, "return_token_strs": True}),
        "m",
        VLLM_TOKENIZE,
    )
    assert len(ids) == ask(chat=True).prompt_tokens
    assert spelled is not None
    assert spelled[:3] == [" <|system|>", " Be", " brief."]
    assert (
        parse_detokenize(orjson.dumps({"tokens": [0, 5]}), "m")
        == " bababa babade"
    )
    with pytest.raises(AskError, match="out of vocabulary"):
        parse_detokenize(b'{"tokens": [99999]}', "m")
    with pytest.raises(AskError, match="valid list"):
        parse_detokenize(b"{}", "m")
    with pytest.raises(AskError, match="valid string"):
        parse_tokenize(b"{}", "m", VLLM_TOKENIZE)


def test_each_server_has_its_own_name_for_a_text_to_tokenize() -> None:
    assert (
        parse_tokenize(b'{"inputs":"a b"}', "m", TGI_TOKENIZE)[0]
        == parse_tokenize(b'{"prompt":"a b"}', "m", VLLM_TOKENIZE)[0]
    )
    with pytest.raises(AskError) as refused:
        parse_tokenize(b'{"prompt":"a b"}', "m", TGI_TOKENIZE)
    assert refused.value.param == "body.inputs"


def test_only_openais_formats_have_whole_answers() -> None:
    with pytest.raises(AskError, match="request a stream"):
        parse_ask(
            b'{"text":"a","sampling_params":{}}',
            backend=PROTOCOLS["sglang"],
            model="m",
            max_model_len=100,
        )


def test_fields_are_refused_on_demand() -> None:
    body = orjson.dumps({"prompt": "a", "ignore_eos": True, "top_k": 1})
    wanted: dict[str, Any] = {
        "backend": PROTOCOLS["openai"],
        "model": "m",
        "max_model_len": 99,
    }
    parse_ask(body, refused_fields=("top_p",), **wanted)
    with pytest.raises(AskError, match="Extra inputs are not permitted") as it:
        parse_ask(body, refused_fields=("top_p", "ignore_eos"), **wanted)
    assert (it.value.status, it.value.param) == (400, "body.ignore_eos")
