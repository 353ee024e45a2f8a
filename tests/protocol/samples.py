"""Streams of servers of which there is no recording here: written by hand after their documents and
sources, not recorded.

What they hold of real output is marked so. Texts and counts are made up; the shape is the servers'
own.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from inferometer.protocol import UNKNOWN, StreamEvent, Usage


class Sample(NamedTuple):
    backend: str
    body: bytes
    events: list[StreamEvent]


def _sglang(
    text: str, ids: str, count: int, finish: str = "null", cached: int = 0
) -> str:
    return (
        f'data: {{"text": "{text}", "output_ids": [{ids}], "meta_info": {{"id": "r1", '
        f'"finish_reason": {finish}, '
        '"prompt_tokens": 5, "weight_version": "default", "num_retractions": 0, '
        '"reasoning_tokens": 0, '
        f'"completion_tokens": {count}, "cached_tokens": {cached}}}}}\n\n'
    )


_LENGTH = '{"type": "length", "length": 5}'

SGLANG = Sample(
    "sglang",
    (
        _sglang(" Hi", "11", 1)
        + _sglang(" Hi the", "11, 12", 2)
        + _sglang(" Hi the", "11, 12, 13", 3)  # a token whose text is held back
        + _sglang(" Hi thereé!", "11, 12, 13, 14, 15", 5, _LENGTH, cached=3)
        + "data: [DONE]\n\n"
    ).encode(),
    [
        StreamEvent(" Hi", 1, Usage(5, 1, 0)),
        StreamEvent(" the", 1, Usage(5, 2, 0)),
        StreamEvent("", UNKNOWN, Usage(5, 3, 0)),
        StreamEvent("reé!", 3, Usage(5, 5, 3), "length"),
        StreamEvent(done=True),
    ],
)

SGLANG_INCREMENTAL = Sample(
    "sglang",
    (
        _sglang(" a", "11", 1)
        + _sglang(
            " a", "11", 2
        )  # the same text again: only the ids tell that it is new
        + _sglang(" a b", "11, 12", 4)
        + _sglang("", "2", 5, '{"type": "stop", "matched": 2}')
        + "data: [DONE]\n\n"
    ).encode(),
    [
        StreamEvent(" a", 1, Usage(5, 1, 0)),
        StreamEvent(" a", 1, Usage(5, 2, 0)),
        StreamEvent(" a b", 2, Usage(5, 4, 0)),
        StreamEvent("", UNKNOWN, Usage(5, 5, 0), "stop"),
        StreamEvent(done=True),
    ],
)

SGLANG_INCREMENTAL_ABORT = (
    Sample(  # what ends it early is told with the whole text once more
        "sglang",
        (
            _sglang("a", "1", 1)
            + _sglang("b", "2", 2)
            + _sglang("abc", "1, 2, 3", 3, '{"type": "abort"}')
        ).encode(),
        [
            StreamEvent("a", 1, Usage(5, 1, 0)),
            StreamEvent("b", 1, Usage(5, 2, 0)),
            StreamEvent(
                "c",
                1,
                Usage(5, 3, 0),
                "abort",
                error="the server aborted the request (finish reason abort)",
            ),
        ],
    )
)

SGLANG_STOP_STRING = Sample(  # the stop string is cut off again at the end
    "sglang",
    (
        _sglang("ab EN", "1, 2", 2)
        + _sglang("ab", "1, 2, 3", 3, '{"type": "stop", "matched": " END"}')
    ).encode(),
    [
        StreamEvent("ab EN", 2, Usage(5, 2, 0)),
        StreamEvent("", UNKNOWN, Usage(5, 3, 0), "stop"),
    ],
)

SGLANG_ABORT = Sample(
    "sglang",
    (
        _sglang("a", "1", 1)
        + _sglang(
            "a",
            "1",
            1,
            '{"type": "abort", "message": "out of memory", "status_code": 500}',
        )
        + "data: [DONE]\n\n"
    ).encode(),
    [
        StreamEvent("a", 1, Usage(5, 1, 0)),
        StreamEvent(
            "",
            UNKNOWN,
            Usage(5, 1, 0),
            "abort",
            error="the server aborted the request (finish reason abort): out of memory",
        ),
        StreamEvent(done=True),
    ],
)

SGLANG_ERROR = Sample(
    "sglang",
    b'data: {"error": {"message": "too long", "type": "invalid_request_error", "code": 400, '
    b'"retryable": false}}\n\n'
    b"data: [DONE]\n\n",
    [StreamEvent(error="too long"), StreamEvent(done=True)],
)

TGI = Sample(  # no space after `data:`, as in TGI's documents; special tokens; keep-alive comments
    "tgi",
    b'data:{"index":1,"token":{"id":28723,"text":" '
    b'This","logprob":-0.6196289,"special":false},"generated_text":null,'
    b'"details":null}\n\n:\n\n'
    b'data:{"index":2,"token":{"id":240,"text":"","logprob":-0.1,"special":false},"generated_text":null,"details":null}\n\n'
    b'data:{"index":3,"token":{"id":241,"text":"\xc3\xa9","logprob":-0.1,"special":false},"generated_text":null,'
    b'"details":null}\n\n'
    b'data:{"index":4,"token":{"id":2,"text":"</s>","logprob":-0.1,"special":true},"generated_text":" This\xc3\xa9",'
    b'"details":{"finish_reason":"eos_token","generated_tokens":4,"seed":null,"input_length":9}}\n\n',
    [
        StreamEvent(" This", 1),
        StreamEvent("é", 2),
        StreamEvent("", UNKNOWN, Usage(9, 4), "stop", done=True),
    ],
)

# its engine for TensorRT-LLM counts one token whatever it generated (issue 2466)
TGI_TENSORRT = Sample(
    "tgi",
    b'data:{"index":0,"token":{"id":1,"text":"a","logprob":0.0,"special":false},"generated_text":null,"details":null}\n\n'
    b'data:{"index":0,"token":{"id":2,"text":"b","logprob":0.0,"special":false},"generated_text":"ab",'
    b'"details":{"finish_reason":"length","generated_tokens":1,"seed":null,"input_length":3}}\n\n',
    [
        StreamEvent("a", 1),
        StreamEvent("b", 1, Usage(3, 2), "length", done=True),
    ],
)

TGI_ERROR = Sample(
    "tgi",
    b'data:{"index":1,"token":{"id":1,"text":"a","logprob":0.0,"special":false},"generated_text":null,"details":null}\n\n'
    b'data:{"error":"Request failed during generation: Server error: out of memory","error_type":"generation"}\n\n',
    [
        StreamEvent("a", 1),
        StreamEvent(
            error="Request failed during generation: Server error: out of memory"
        ),
    ],
)

TGI_CHAT = Sample(
    "tgi-chat",
    b'data: {"object":"chat.completion.chunk","id":"","created":1760000000,"model":"m","system_fingerprint":"3.3.6-native",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":" Hi"},"logprobs":null,"finish_reason":null}],'
    b'"usage":null}\n\n'
    b'data: {"object":"chat.completion.chunk","id":"","created":1760000000,"model":"m","system_fingerprint":"3.3.6-native",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":"!"},"logprobs":null,"finish_reason":"length"}],'
    b'"usage":null}\n\n'
    b'data: {"object":"chat.completion.chunk","id":"","created":1760000000,"model":"m","system_fingerprint":"3.3.6-native",'
    b'"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}\n\n'
    b"data: [DONE]\n\n",
    [
        StreamEvent(" Hi"),
        StreamEvent("!", finish_reason="length"),
        StreamEvent(usage=Usage(5, 2)),
        StreamEvent(done=True),
    ],
)

TRITON = Sample(  # real output of a gpt2 (triton_cli issue 86)
    "tensorrt-llm",
    b'data: {"batch_index":0,"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"gpt2",'
    b'"model_version":"1","output_log_probs":[0.0,0.0,0.0],"text_output":" a"}\n\n'
    b'data: {"batch_index":0,"context_logits":0.0,"cum_log_probs":0.0,"generation_logits":0.0,"model_name":"gpt2",'
    b'"model_version":"1","output_log_probs":[0.0,0.0,0.0],"text_output":" very"}\n\n',
    [StreamEvent(" a"), StreamEvent(" very"), StreamEvent(done=True)],
)

TRITON_ERROR = Sample(
    "tensorrt-llm",
    b'data: {"model_name":"ensemble","model_version":"1","text_output":" a"}\n\n'
    b'data: {"error":"Encountered error for requestId 1: out of memory"}\n\n',
    [
        StreamEvent(" a"),
        StreamEvent(error="Encountered error for requestId 1: out of memory"),
    ],
)

# a space before the blank line; the role without content; usage in every chunk
TRTLLM_SERVE_CHAT = Sample(
    "trtllm-serve-chat",
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    b'"choices":[{"index":0,"delta":{"role":"assistant"}}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":5,"completion_tokens":0}} \n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    b'"choices":[{"index":0,"delta":{"reasoning_content":"Let me"}}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}} \n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"m",'
    b'"choices":[{"index":0,"delta":{"content":" '
    b'Hi"},"finish_reason":"length","avg_decoded_tokens_per_iter":1.0}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":3}} \n\n'
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],'
    b'"usage":{"prompt_tokens":5,"total_tokens":8,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":4}}} \n\n'
    b"data: [DONE]\n\n",
    [
        StreamEvent(usage=Usage(5, 0)),
        StreamEvent("Let me", 2, Usage(5, 2)),
        StreamEvent(" Hi", 1, Usage(5, 3), "length"),
        StreamEvent(usage=Usage(5, 3, 4)),
        StreamEvent(done=True),
    ],
)

TRTLLM_SERVE = Sample(  # the usage chunk of completions looks like a chat's
    "trtllm-serve",
    b'data: {"id":"cmpl-1","object":"text_completion","created":1760000000,"model":"m","choices":[{"index":0,"text":" Hi"}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":6,"completion_tokens":1}} \n\n'
    b'data: {"id":"cmpl-1","object":"text_completion","created":1760000000,"model":"m",'
    b'"choices":[{"index":0,"text":"!","finish_reason":"length"}],'
    b'"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}} \n\n'
    b'data: {"id":"chatcmpl-2","object":"chat.completion.chunk","created":1760000000,"model":"m","choices":[],'
    b'"usage":{"prompt_tokens":5,"total_tokens":7,"completion_tokens":2}} \n\n'
    b"data: [DONE]\n\n",
    [
        StreamEvent(" Hi", 1, Usage(5, 1)),
        StreamEvent("!", 1, Usage(5, 2), "length"),
        StreamEvent(usage=Usage(5, 2)),
        StreamEvent(done=True),
    ],
)

LMDEPLOY = Sample(
    "lmdeploy",
    b'data: {"text":" Hi","output_ids":[11],"meta_info":{"prompt_tokens":5,"completion_tokens":1,"finish_reason":null,'
    b'"output_token_logprobs":null}}\n\n'
    b'data: {"text":"","output_ids":[12],"meta_info":{"prompt_tokens":5,"completion_tokens":2,"finish_reason":null,'
    b'"output_token_logprobs":null}}\n\n'
    b'data: {"text":"\xc3\xa9!","output_ids":[13,14],"meta_info":{"prompt_tokens":5,"completion_tokens":4,'
    b'"finish_reason":null,"output_token_logprobs":null}}\n\n'
    b'data: {"text":"","output_ids":[],"meta_info":{"prompt_tokens":5,"completion_tokens":4,'
    b'"finish_reason":{"type":"length"},"output_token_logprobs":null}}\n\n'
    b"data: [DONE]\n\n",
    [
        StreamEvent(" Hi", 1, Usage(5, 1)),
        StreamEvent("", UNKNOWN, Usage(5, 2)),
        StreamEvent("é!", 3, Usage(5, 4)),
        StreamEvent("", UNKNOWN, Usage(5, 4), "length"),
        StreamEvent(done=True),
    ],
)

LLAMA_CPP = Sample(
    "llama.cpp",
    b'data: {"index":0,"content":" '
    b'Hi","tokens":[11],"stop":false,"id_slot":0,"tokens_predicted":1,"tokens_evaluated":5}\n\n'
    b": ping\n\n"
    b'data: {"index":0,"content":"\xc3\xa9","tokens":[13],"stop":false,"id_slot":0,"tokens_predicted":3,'
    b'"tokens_evaluated":5}\n\n'
    b'data: {"index":0,"content":"","tokens":[],"id_slot":0,"stop":true,"model":"m","tokens_predicted":3,"tokens_evaluated":5,'
    b'"generation_settings":{"seed":1},"prompt":"a","has_new_line":false,"truncated":false,"stop_type":"limit",'
    b'"stopping_word":"","tokens_cached":7,"timings":{"cache_n":2,"prompt_n":3,"prompt_ms":9.5,"predicted_n":3,'
    b'"predicted_ms":1.5}}\n\n',
    [
        StreamEvent(" Hi", 1),
        StreamEvent("é", 2),
        StreamEvent("", UNKNOWN, Usage(5, 3, 2), "length", done=True),
    ],
)

LLAMA_CPP_ERROR = Sample(
    "llama.cpp",
    b'data: {"index":0,"content":" '
    b'Hi","tokens":[],"stop":false,"id_slot":0,"tokens_predicted":1,"tokens_evaluated":5}\n\n'
    b'data: {"error":{"code":500,"message":"context shift failed","type":"server_error"}}\n\n',
    [StreamEvent(" Hi", 1), StreamEvent(error="context shift failed")],
)

OLLAMA = Sample(
    "ollama",
    b'{"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","response":"The","done":false}\n'
    b'{"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","response":"","thinking":"hm","done":false}\n'
    b'{"model":"llama3.2","created_at":"2023-08-04T08:52:19.385406455-07:00","response":" gr\xc3\xbc\xc3\x9fe","done":false}\n'
    b'{"model":"llama3.2","created_at":"2023-08-04T08:52:20.1-07:00","response":"","done":true,"done_reason":"length",'
    b'"total_duration":1000,"load_duration":10,"prompt_eval_count":5,"prompt_eval_duration":100,"eval_count":3,'
    b'"eval_duration":800}\n',
    [
        StreamEvent("The"),
        StreamEvent("hm"),
        StreamEvent(" grüße"),
        StreamEvent("", UNKNOWN, Usage(5, 3), "length", done=True),
    ],
)

OLLAMA_CHAT = Sample(  # counts of 0 are left out; older versions give no reason
    "ollama-chat",
    b'{"model":"m","created_at":"2023-08-04T19:22:45Z","message":{"role":"assistant","content":"The"},"done":false}\n'
    b'{"model":"m","created_at":"2023-08-04T19:22:45Z","message":{"role":"assistant","content":"","tool_calls":'
    b'[{"function":{"name":"weather","arguments":{"city":"Bonn"}}}]},"done":false}\n'
    b'{"model":"m","created_at":"2023-08-04T19:22:46Z","message":{"role":"assistant","content":""},"done":true,'
    b'"eval_count":9}\n',
    [
        StreamEvent("The"),
        StreamEvent('weather{"city":"Bonn"}'),
        StreamEvent("", UNKNOWN, Usage(UNKNOWN, 9), done=True),
    ],
)

OLLAMA_ERROR = Sample(
    "ollama",
    b'{"model":"m","created_at":"2023-08-04T19:22:45Z","response":"The","done":false}\n{"error":"an error was encountered"}\n',
    [StreamEvent("The"), StreamEvent(error="an error was encountered")],
)


def _typed(kind: str, **fields: object) -> str:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n"


def _response(status: str, **usage: object) -> dict[str, object]:
    response = {
        "id": "resp_1",
        "object": "response",
        "status": status,
        "error": None,
    }
    return {**response, "usage": usage or None}


RESPONSES = Sample(
    "openai-responses",
    (
        _typed(
            "response.created",
            response=_response("in_progress"),
            sequence_number=0,
        )
        + _typed(
            "response.output_item.added",
            output_index=0,
            item={"type": "reasoning"},
        )
        + _typed("response.reasoning_text.delta", delta="Hm", item_id="rs_1")
        + _typed(
            "response.output_text.delta",
            delta=" Hi",
            item_id="msg_1",
            logprobs=[],
        )
        + _typed(
            "response.output_text.delta",
            delta=" thereé!",
            item_id="msg_1",
            logprobs=[],
        )
        + _typed(
            "response.output_text.done", text=" Hi thereé!", item_id="msg_1"
        )
        + _typed(
            "response.completed",
            response=_response(
                "completed",
                input_tokens=5,
                input_tokens_details={"cached_tokens": 3},
                output_tokens=6,
                output_tokens_details={"reasoning_tokens": 2},
                total_tokens=11,
            ),
        )
    ).encode(),
    [
        StreamEvent("Hm"),
        StreamEvent(" Hi"),
        StreamEvent(" thereé!"),
        StreamEvent("", UNKNOWN, Usage(5, 6, 3, 0), "stop", done=True),
    ],
)

RESPONSES_CUT_AT_THE_LIMIT = Sample(
    "openai-responses",
    (
        _typed("response.output_text.delta", delta="one")
        + _typed(
            "response.incomplete",
            response=_response(
                "incomplete",
                input_tokens=5,
                output_tokens=9,
                output_tokens_details={"reasoning_tokens": 8},
            ),
        )
    ).encode(),
    [
        StreamEvent("one"),
        StreamEvent("", UNKNOWN, Usage(5, 9, UNKNOWN, 8), "length", done=True),
    ],
)

RESPONSES_FAILED = Sample(
    "openai-responses",
    (
        _typed("response.output_text.delta", delta="one")
        + _typed(
            "response.failed",
            response={
                "status": "failed",
                "error": {"code": "server_error", "message": "no room"},
            },
        )
    ).encode(),
    [StreamEvent("one"), StreamEvent(error="no room")],
)

SAMPLES = {
    name.lower(): value
    for name, value in list(globals().items())
    if isinstance(value, Sample)
}
