"""`--apply-chat-template` of `sglang.bench_serving`: its client puts prompts of a file into the
model's chat template and sends them as texts. Here the server of a chat does that.
"""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.words import Said

FLAG = "--apply-chat-template"
CHAT = "openai-chat"
TEMPLATED = ("sharegpt", "custom")
"""Data sets of which SGLang's client does it; of others the flag has no effect there."""


def with_template(arguments: Sequence[str]) -> tuple[list[str], Said, bool]:
    """The arguments, a sentence about them, and whether it is a refusal."""
    kept = [each for each in arguments if each != FLAG]
    if _last(kept, "--dataset-name") not in TEMPLATED:
        return kept, Said("vllm.chat_template.other_data"), False
    if _is_chat(_last(kept, "--backend")):
        return kept, Said("vllm.chat_template.chat"), False
    if path := _last(kept, "--endpoint"):
        return kept, Said("vllm.chat_template.endpoint", {"path": path}), True
    chat = [*kept, "--backend", CHAT]
    return chat, Said("vllm.chat_template", {"now": f"--backend {CHAT}"}), False


def _is_chat(backend: str) -> bool:
    from inferometer.protocol import PROTOCOLS  # help does without

    return backend in PROTOCOLS and PROTOCOLS[backend].chat


def _last(arguments: Sequence[str], flag: str) -> str:
    """The value that counts; empty where there is none."""
    found = ""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == flag:
            found = value if equals else following
    return found
