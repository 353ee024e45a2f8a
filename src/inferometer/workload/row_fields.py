"""What a row says beside its prompt, its reply and its limit: fields of the request, and all else,
which is left out by name.

A field is a request's own only if its value is of a type that servers take there: columns of data
sets may have the same name and mean something else.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from inferometer.words import (
    Said,
    Words,
    recorded_unfitness,
    sentence_of,
    spoken,
)

MAX_FIELDS_BYTES = 1 << 20
"""Of all request fields of a row, as JSON."""

MAX_DEPTH = 64

MAX_NAMES = 64
"""Names that are counted each for itself; a hostile file has a new one in every row."""

MAX_NAME_CHARS = 60

MAX_NAMED = 12
"""Names in a sentence for people; `run.json` has them all."""

OTHERS = "others"

PICTURE_IN = "picture in "
"""What a field is told as that is left out and seems to hold a picture."""

UNMATCHED = "<image> without a picture"

_MAY_BE_EMPTY = (str, list, dict)
_NUMBER, _TEXTS, _CHOICE = (int, float), (str, list), (str, dict)

REQUEST_FIELDS: Mapping[str, tuple[type, ...]] = {
    "temperature": _NUMBER,
    "top_p": _NUMBER,
    "top_k": (int,),
    "min_p": _NUMBER,
    "frequency_penalty": _NUMBER,
    "presence_penalty": _NUMBER,
    "repetition_penalty": _NUMBER,
    "length_penalty": _NUMBER,
    "seed": (int,),
    "stop": _TEXTS,
    "stop_token_ids": (list,),
    "min_tokens": (int,),
    "logit_bias": (dict,),
    "bad_words": (list,),
    "include_stop_str_in_output": (bool,),
    "skip_special_tokens": (bool,),
    "spaces_between_special_tokens": (bool,),
    "response_format": (dict,),
    "structured_outputs": (dict,),
    "guided_choice": (list,),
    "guided_decoding_backend": (str,),
    "guided_grammar": (str,),
    "guided_json": _CHOICE,
    "guided_regex": (str,),
    "guided_whitespace_pattern": (str,),
    "tools": _TEXTS,
    "tool_choice": _CHOICE,
    "parallel_tool_calls": (bool,),
    "functions": (list,),
    "function_call": _CHOICE,
    "chat_template_kwargs": (dict,),
    "mm_processor_kwargs": (dict,),
    "reasoning_effort": (str,),
    "reasoning": (dict,),
    "include_reasoning": (bool,),
    "separate_reasoning": (bool,),
    "enable_thinking": (bool,),
    "thinking": (bool, dict),
    "thinking_budget": (int,),
    "thinking_token_budget": (int,),
    "verbosity": (str,),
}
"""Fields of requests that rows may set, and the types of their values. What the measurement depends
on is not among them.
"""

OF_THE_RUN = (
    "n",
    "best_of",
    "use_beam_search",
    "echo",
    "logprobs",
    "top_logprobs",
    "prompt_logprobs",
    "ignore_eos",
)
"""Fields of requests that the run decides on for all of them."""

_ASKS = frozenset((*REQUEST_FIELDS, *OF_THE_RUN, UNMATCHED))

OF_THE_PROMPT = ("tools", "functions")
"""What a server writes into the prompt: without it the prompt would be another one."""

AS_WE_SEND: Mapping[str, Any] = {"stream": True, "n": 1, "method": "POST"}
"""A row that says so says nothing else than what happens anyway."""


class CannotSendError(ValueError):
    """A row that is understood, but holds what cannot be sent: the reason, without the place."""


def at_row(where: str, error: Exception) -> ValueError:
    """The error of a row, with its place."""
    why = sentence_of(error)
    if not isinstance(why, Said):
        why = why.removesuffix(".")
    told = {"where": where, "why": why}
    return ValueError(Said("rows.at", told))


class Beside(NamedTuple):
    """Fields of the request, and the names of what is none."""

    fields: Mapping[str, Any]
    left_out: tuple[str, ...]


NO_FIELDS: Mapping[str, Any] = {}
NOTHING = Beside(NO_FIELDS, ())


def beside(row: Mapping[str, Any], used: Collection[str]) -> Beside:
    """What a row says in fields that are not `used`. Raises CannotSendError if its request fields
    are too large.
    """
    fields: dict[str, Any] = {}
    left_out = []
    for name, value in row.items():
        if (
            name in used
            or not is_said(value)
            or (name in AS_WE_SEND and AS_WE_SEND[name] == value)
        ):
            continue
        found = _request_field(name, value)
        if found is None:
            left_out.append(name)
        else:
            fields[name] = found
    if not fields:
        return Beside(NO_FIELDS, tuple(left_out)) if left_out else NOTHING
    size = len(json.dumps(fields))
    if size > MAX_FIELDS_BYTES:
        largest = max(fields, key=lambda name: len(json.dumps(fields[name])))
        told = {"size": size, "largest": largest, "most": MAX_FIELDS_BYTES}
        raise CannotSendError(Said("rows.fields_too_large", told))
    return Beside(fields, tuple(left_out))


def carried(fields: Mapping[str, Any], by_wire: Collection[str]) -> Beside:
    """Those of a request's fields that a wire carries. Raises ValueError for one of the prompt that
    it does not carry.
    """
    if not fields:
        return NOTHING
    for name in OF_THE_PROMPT:
        if name in fields and name not in by_wire:
            raise ValueError(Said("rows.not_carried", {"name": name}))
    sent = {name: value for name, value in fields.items() if name in by_wire}
    return Beside(sent, tuple(name for name in fields if name not in sent))


def is_said(value: Any) -> bool:
    """Whether there is anything in a field. Data sets fill what a row does not have with null, or
    with nothing.
    """
    return (
        bool(value) if value.__class__ in _MAY_BE_EMPTY else value is not None
    )


def sendable(value: Any, depth: int = 0) -> Any:
    """The value as JSON can hold it: without halves of surrogate pairs. Raises ValueError with a
    reason if it cannot.
    """
    if value is None or value.__class__ is bool:
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if depth > MAX_DEPTH:
        raise ValueError(Said("rows.too_deep"))
    if isinstance(value, list | tuple):
        return [sendable(each, depth + 1) for each in value]
    if isinstance(value, Mapping) and all(
        isinstance(name, str) for name in value
    ):
        return {
            sendable(name): sendable(each, depth + 1)
            for name, each in value.items()
        }
    raise ValueError(Said("rows.unsendable", {"value": f"{value!r:.60}"}))


def _request_field(name: str, value: Any) -> Any:
    """What is to be sent under this name; None if it is no field of a request, or holds what such a
    field cannot.
    """
    types = REQUEST_FIELDS.get(name)
    if (
        types is None
        or not isinstance(value, types)
        or (isinstance(value, bool) and bool not in types)
    ):
        return None
    try:
        return _tools(value) if name == "tools" else sendable(value)
    except ValueError:
        return None


def _tools(value: Any) -> Any:
    """The list of tools, also where it is written as text, or as bare functions, as data sets for
    training have it.
    """
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except RecursionError:
        return None
    if not isinstance(listed, list) or not all(
        isinstance(tool, Mapping) for tool in listed
    ):
        return None
    tools = [
        tool
        if "type" in tool or "name" not in tool
        else {"type": "function", "function": tool}
        for tool in listed
    ]
    return sendable(tools) or None


class Tally:
    """How many rows there were of what, by names that others chose: printable ones, and no more
    than can be read.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, *names: str) -> None:
        for name in names:
            known = name if name in self._counts else _shown(name)
            if known not in self._counts and len(self._counts) >= MAX_NAMES:
                known = OTHERS
            self._counts[known] += 1

    def counts(self) -> dict[str, int]:
        """The largest first."""
        counts: Counter[str] = Counter()
        for name, n in self._counts.items():
            counts[_readable(name)] += n
        return dict(counts.most_common())

    def __bool__(self) -> bool:
        return bool(self._counts)

    @property
    def why(self) -> str:
        """As the reasons for which rows are left out, in brackets."""
        if not self:
            return ""
        what = [
            Said("dataset.left_out", {"n": n, "why": why})
            for why, n in self._counts.most_common()
        ]
        return Said("dataset.without", {"what": what})


def _shown(name: str) -> str:
    return name if isinstance(name, Said) else _readable(name)


def _readable(name: str) -> str:
    shown = "".join(
        character if character.isprintable() else "?" for character in str(name)
    )
    return (
        shown
        if len(shown) <= MAX_NAME_CHARS
        else f"{shown[: MAX_NAME_CHARS - 1]}…"
    )


class FieldCounts:
    """What the rows that are sent say beside their prompts: how many of them said each thing, sent
    or left out.
    """

    def __init__(self) -> None:
        self._sent, self._left_out = Tally(), Tally()

    def add(self, sent: Iterable[str], left_out: Iterable[str]) -> None:
        self._sent.add(*sent)
        self._left_out.add(*left_out)

    def facts(self) -> dict[str, Any]:
        """In plain values, for whoever reads a result."""
        return {
            "fields_sent": self._sent.counts(),
            "fields_left_out": self._left_out.counts(),
        }


def rows_in_words(origin: Mapping[str, Any]) -> str:
    """Rows of a data set that are left out, and what the others say beside their prompts, sent or
    not; empty if it is nothing.
    """
    words, said = spoken(), []
    if unfit := origin.get("left_out"):
        why = {
            words.say(recorded_unfitness(each)): n for each, n in unfit.items()
        }
        n, counts = sum(unfit.values()), _counts(why, words)
        said.append(words.text("rows.unfit", n=n, counts=counts))
    if sent := origin.get("fields_sent"):
        said.append(words.text("rows.sent", counts=_counts(sent, words)))
    if images := origin.get("images_in_rows"):
        by_url = origin.get("images_by_url", 0)
        key = "rows.pictures.url" if by_url else "rows.pictures"
        said.append(words.text(key, n=images, by_url=by_url))
    said += [
        words.text(f"rows.{name}", n=number)
        for name in ("sound", "film")
        if (number := origin.get(f"{name}_in_rows"))
    ]
    if elsewhere := origin.get("images_from_elsewhere"):
        said.append(words.text("rows.elsewhere", n=elsewhere))
    if left_out := origin.get("fields_left_out"):
        said.append(
            words.text("rows.left_out", counts=_counts(left_out, words))
        )
    return words.text("rows.join").join(said)


def unsent_in_words(origin: Mapping[str, Any]) -> str:
    """What rows ask for that is not sent: pictures, fields that this wire does not carry or whose
    values are none, and what the run decides on for all of them. Empty if it is nothing.
    """
    left_out: Mapping[str, int] = origin.get("fields_left_out") or {}
    return _counts(
        {
            name: rows
            for name, rows in left_out.items()
            if name in _ASKS or name.startswith(PICTURE_IN)
        },
        Words(),
    )


def _counts(counts: Mapping[str, int], words: Words) -> str:
    """Such as `tools (200), temperature (180)`."""
    named = [
        f"{name} ({count})" for name, count in list(counts.items())[:MAX_NAMED]
    ]
    more = len(counts) - MAX_NAMED
    return words.listed(
        [*named, words.text("rows.more", n=more)] if more > 0 else named
    )
