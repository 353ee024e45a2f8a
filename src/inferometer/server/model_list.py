"""Models as servers list them, in all forms, and what to say about a name that is missing."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inferometer.printable import printable_name
from inferometer.server.failures import EndpointError
from inferometer.words import Said

LIMITS = ("max_model_len", "max_total_tokens", "context_length")
"""Names of the limit of prompt plus output: vLLM and SGLang, TGI, Xinference."""

MAX_LISTED = 8
"""Names in a sentence."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One listed model. `max_model_len`: limit of prompt plus output, tokens; None if unknown."""

    id: str
    max_model_len: int | None = None
    aliases: tuple[str, ...] = ()
    root: str | None = field(default=None, compare=False)
    """What it was loaded from, a repository or a path, if the server reports it (vLLM)."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a server's list of models says about one name."""

    card: ModelCard | None = None
    """None if the name is not listed or there is no list."""
    others: tuple[str, ...] = ()
    """The names in the list instead."""
    missing: EndpointError | None = None
    """Why there is no list."""

    def note(self, name: str) -> str | None:
        """What could not be checked about a model that is measured anyway."""
        if self.missing is not None:
            return Said("server.note.no_list", {"why": self.missing.reason})
        if self.others:
            told = {
                "model": printable_name(name),
                "models": listed_names(self.others),
            }
            return Said("server.note.other_list", told)
        return None


def listed(answer: Any) -> list[Any] | None:
    """The entries of a list of models: OpenAI's, Triton's (bare), or TGI's single one. None if it
    is no list.
    """
    if isinstance(answer, list):
        return answer
    if "model_id" in answer:
        return [answer]
    data = answer.get("data")
    return data if isinstance(data, list) else None


def card_of(entry: Mapping[str, Any]) -> ModelCard | None:
    names = (entry.get(key) for key in ("id", "model_id", "name"))
    name = next((each for each in names if isinstance(each, str)), None)
    if name is None:
        return None
    meta = entry.get("meta")
    # the last: llama.cpp
    limits = [
        *(entry.get(key) for key in LIMITS),
        meta.get("n_ctx") if isinstance(meta, dict) else None,
    ]
    aliases, root = entry.get("aliases"), entry.get("root")
    known = (each for each in limits if type(each) is int and each > 0)
    return ModelCard(
        id=name,
        max_model_len=next(known, None),
        aliases=tuple(map(str, aliases if isinstance(aliases, list) else ())),
        root=root if isinstance(root, str) else None,
    )


def listed_names(names: Sequence[str]) -> str:
    """The first names, as text."""
    listed = ", ".join(printable_name(name) for name in names[:MAX_LISTED])
    more = len(names) - MAX_LISTED
    return (
        Said("model.listed", {"names": listed, "n": more})
        if more > 0
        else listed
    )


def wrong_model(base_url: str, name: str, served: Iterable[str]) -> str:
    """That a server does not have a model, and which one may be meant."""
    names = sorted(served)
    by_basename = {each.rsplit("/", 1)[-1].lower(): each for each in names}
    close = difflib.get_close_matches(
        name.rsplit("/", 1)[-1].lower(),
        by_basename,
        cutoff=0.0 if len(names) == 1 else 0.4,
    )
    told = {
        "url": base_url,
        "model": printable_name(name),
        "models": listed_names(names),
    }
    if not close:
        return Said("server.wrong_model.any", told)
    told["near"] = printable_name(by_basename[close[0]])
    return Said("server.wrong_model", told)
