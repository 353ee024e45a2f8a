"""Where servers report readiness, models and token counts. Data, no I/O.

Callers interpret the answers, except for the form of a tokenize request and of its answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TokenizeRoute:
    """A POST that turns text into token ids."""

    path: str
    text: str
    """Request field with the text."""
    ids: str | None
    """Answer field with the ids; None: the answer is a list of objects, each with an `id`."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further request fields: special tokens are counted as for a prompt."""
    chat: bool = False
    """Whether it also accepts `messages`, and returns their `count` in the model's chat
    template.
    """

    def question(self, model: str, text: str) -> dict[str, Any]:
        return {"model": model, self.text: text, **self.options}

    def read(self, answer: Any) -> list[int] | None:
        """The ids in a parsed answer, or None."""
        if self.ids is not None:
            listed = answer.get(self.ids) if isinstance(answer, dict) else None
        elif isinstance(answer, list):
            listed = [
                token.get("id") if isinstance(token, dict) else None
                for token in answer
            ]
        else:
            return None
        return (
            listed
            if isinstance(listed, list) and all(type(i) is int for i in listed)
            else None
        )

    def answer(self, ids: Sequence[int]) -> Any:
        """The reverse of `read`, for servers."""
        if self.ids is None:
            return [{"id": i, "text": "", "start": 0, "stop": 0} for i in ids]
        return {self.ids: list(ids), "count": len(ids)}


VLLM_TOKENIZE = TokenizeRoute(
    "/tokenize",
    text="prompt",
    ids="tokens",
    options={"add_special_tokens": True},
    chat=True,
)
LLAMA_CPP_TOKENIZE = TokenizeRoute(
    "/tokenize", text="content", ids="tokens", options={"add_special": True}
)
TGI_TOKENIZE = TokenizeRoute("/tokenize", text="inputs", ids=None)
LMDEPLOY_ENCODE = TokenizeRoute(
    "/v1/encode", text="input", ids="input_ids", options={"add_bos": True}
)


@dataclass(frozen=True, slots=True)
class Routes:
    """Each is `METHOD path`."""

    ready: str = "GET /v1/models"
    """Answers 200 once requests are served. (`/health` generates a token on SGLang, and others lack
    it.)
    """
    models: str = "GET /v1/models"
    tokenize: tuple[TokenizeRoute, ...] = (
        VLLM_TOKENIZE,
        LLAMA_CPP_TOKENIZE,
        TGI_TOKENIZE,
        LMDEPLOY_ENCODE,
    )
    """Tried in this order; none where the server has none."""
    metrics: str | None = "GET /metrics"
    """Its metrics as Prometheus text; None if there is no such page at this address."""


ANY_SERVER = Routes()
"""What servers with OpenAI's API share, and every known way to count tokens."""
