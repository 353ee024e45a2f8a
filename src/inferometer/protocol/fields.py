"""Request fields besides prompt and length, by their usual names: which wire format can carry
which.

Rows of a data set may contain them. A server would ignore or refuse the others. Fields that the
measurement depends on are excluded: model, stream, n, limits, ignore_eos, echo.
"""

from __future__ import annotations

SAMPLING = frozenset(
    {"temperature", "top_p", "top_k", "repetition_penalty", "stop"}
)
"""Every format has these."""

PENALTIES = frozenset({"frequency_penalty", "presence_penalty"})

_USUAL = SAMPLING | PENALTIES | {"min_p", "seed"}

_DETAILS = frozenset(
    {
        "include_stop_str_in_output",
        "length_penalty",
        "logit_bias",
        "min_tokens",
        "response_format",
        "skip_special_tokens",
        "spaces_between_special_tokens",
        "stop_token_ids",
    }
)

_GUIDED = frozenset(
    {
        "bad_words",
        "guided_choice",
        "guided_decoding_backend",
        "guided_grammar",
        "guided_json",
        "guided_regex",
        "guided_whitespace_pattern",
        "structured_outputs",
    }
)

_TOOLS = frozenset({"tools", "tool_choice"})

_CHAT = _TOOLS | {"chat_template_kwargs", "reasoning_effort"}

OPENAI_COMPLETIONS_FIELDS = _USUAL | _DETAILS | _GUIDED

OPENAI_CHAT_FIELDS = (
    OPENAI_COMPLETIONS_FIELDS
    | _CHAT
    | {
        "enable_thinking",
        "function_call",
        "functions",
        "include_reasoning",
        "mm_processor_kwargs",
        "parallel_tool_calls",
        "reasoning",
        "separate_reasoning",
        "thinking",
        "thinking_budget",
        "thinking_token_budget",
        "verbosity",
    }
)

OPENAI_AUDIO_FIELDS = PENALTIES | {
    *("temperature", "top_p", "top_k", "min_p", "seed", "repetition_penalty")
}

OPENAI_RESPONSES_FIELDS = SAMPLING | PENALTIES | {"seed"}
"""Tools have another form there."""

TRTLLM_SERVE_COMPLETIONS_FIELDS = _USUAL | _DETAILS
"""It refuses any other field."""

TRTLLM_SERVE_CHAT_FIELDS = TRTLLM_SERVE_COMPLETIONS_FIELDS | _CHAT

SGLANG_FIELDS = _USUAL | {
    "logit_bias",
    "min_tokens",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "stop_token_ids",
}

LMDEPLOY_FIELDS = SAMPLING | {
    "include_stop_str_in_output",
    "min_p",
    "skip_special_tokens",
    "spaces_between_special_tokens",
    "stop_token_ids",
}

LLAMA_CPP_FIELDS = _USUAL

OLLAMA_FIELDS = _USUAL

OLLAMA_CHAT_FIELDS = OLLAMA_FIELDS | {"tools"}

TGI_FIELDS = SAMPLING | {"frequency_penalty", "seed"}

TGI_CHAT_FIELDS = (
    (SAMPLING - {"top_k", "repetition_penalty"})
    | PENALTIES
    | _TOOLS
    | {"logit_bias", "response_format", "seed"}
)

TRITON_FIELDS = SAMPLING | PENALTIES | {"seed"}
