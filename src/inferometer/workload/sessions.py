"""Conversations of several turns: each turn is a request that repeats all that was said before, and
waits for its answer.

What was answered before is known beforehand, made up or recorded: the server's own answers are not
fed back to it, so that every run sends the same. The tokens of the repeated part are what a prefix
cache can find again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from inferometer.clock import NS
from inferometer.request import Message, Prompt, Request
from inferometer.spec.lengths import ranged
from inferometer.spec.workload import WRITTEN_ANSWER, SessionsWorkload
from inferometer.words import Said, sentence_of
from inferometer.workload.counting import count_prompts, count_replies
from inferometer.workload.image_files import ImageFiles
from inferometer.workload.image_parts import count_images
from inferometer.workload.messages import Turn, said
from inferometer.workload.pieces import Key, Piece, compose, phrases
from inferometer.workload.random import draw_lengths
from inferometer.workload.records import json_rows
from inferometer.workload.row_fields import (
    CannotSendError,
    FieldCounts,
    Tally,
    at_row,
    carried,
)
from inferometer.workload.shapes import Conversation, conversation_of
from inferometer.workload.tokens import TokenCounter, TokenIds, how_counted
from inferometer.workload.workload import (
    Identity,
    TooFewRowsError,
    Wire,
    Workload,
    content_hash,
    cycled,
    longest_prompt,
    order_of,
    seeds_of,
)

BATCH = 64
"""Recorded conversations that are counted at once."""

ASKING = ("user", "tool")
"""Whose turn the assistant answers."""

LAST_TURNS = "turns at the end"

TAKING_TURNS = re.compile("s*u(a(u|t+u?))*a?")
"""Turns, each by its first letter: system, user, assistant, tool. A user may add something to what
tools returned.
"""


class _Plan(NamedTuple):
    """Made-up turns in the order they are sent: which of which conversation, its tokens, its
    answer's, and the pause before.
    """

    conversation: int
    turn: int
    tokens: int
    answer: int
    think_ns: int


def sessions_workload(
    spec: SessionsWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenIds | TokenCounter,
    wire: Wire,
    attempt: int = 0,
) -> Workload:
    """`n` turns of as many conversations as that takes; the last one may be cut short. Raises
    ValueError.
    """
    if spec.path is None:
        return _made_up(
            spec,
            n,
            identity=identity,
            counter=counter,
            chat=wire.chat,
            attempt=attempt,
        )
    if isinstance(counter, TokenIds):
        raise ValueError(Said("dataset.conversations.texts"))
    return _recorded(
        spec,
        spec.path,
        n,
        identity=identity,
        counter=counter,
        wire=wire,
        attempt=attempt,
    )


# Made up


def _made_up(
    spec: SessionsWorkload,
    n: int,
    *,
    identity: Identity,
    counter: TokenIds | TokenCounter,
    chat: bool,
    attempt: int,
) -> Workload:
    plan = list(islice(_planned(spec, identity), n))
    seed = (*identity, attempt)
    if chat and not isinstance(counter, TokenIds):
        prompts, lengths, exact = _chats(spec, plan, counter, seed)
        counting: str = Said("counting.turns", {"how": counter.how})
    else:
        pieces = [_pieces(spec, plan, i) for i in range(n)]
        composed = compose(pieces, counter, seed, fit=False)
        prompts, lengths, exact, counting = (
            composed.prompts,
            composed.lengths,
            composed.exact,
            counter.how,
        )
    requests = [
        Request(
            i,
            prompts[i],
            lengths[i],
            turn.answer,
            after=i - 1 if turn.turn else None,
            think_ns=turn.think_ns,
        )
        for i, turn in enumerate(plan)
    ]
    origin = {
        "conversations": len({turn.conversation for turn in plan}),
        "turns": spec.turns,
    }
    going_on = any(request.after is not None for request in requests)
    reusable = max(lengths, default=0) if going_on else spec.system_len
    return Workload(
        requests, counting, exact, reusable_tokens=reusable, origin=origin
    )


def _planned(spec: SessionsWorkload, identity: Identity) -> Iterator[_Plan]:
    """Turns of one conversation after the other, without end. What is sent does not depend on how
    much of it is sent.
    """
    turn_law = ranged(spec.input_len, spec.range_ratio)
    answer_law = ranged(spec.output_len or WRITTEN_ANSWER, spec.range_ratio)
    conversation = 0
    while True:
        rng = np.random.default_rng(
            seeds_of((*identity, "conversation", conversation))
        )
        tokens, answers = (
            draw_lengths(law, spec.turns, rng).tolist()
            for law in (turn_law, answer_law)
        )
        pauses_s = spec.think_s * rng.uniform(
            1 - spec.range_ratio, 1 + spec.range_ratio, size=spec.turns
        )
        for turn in range(spec.turns):
            think_ns = round(pauses_s[turn] * NS) if turn else 0
            yield _Plan(
                conversation, turn, tokens[turn], answers[turn], think_ns
            )
        conversation += 1


def _user(turn: _Plan) -> Piece:
    return Piece(("user", turn.conversation, turn.turn), turn.tokens)


def _assistant(turn: _Plan) -> Piece:
    return Piece(("assistant", turn.conversation, turn.turn), turn.answer)


def _pieces(
    spec: SessionsWorkload, plan: Sequence[_Plan], i: int
) -> list[Piece]:
    """All that turn i sends: its own words after what was said before."""
    pieces = [Piece(("system",), spec.system_len)] if spec.system_len else []
    for before in plan[i - plan[i].turn : i]:
        pieces += [_user(before), _assistant(before)]
    return [*pieces, _user(plan[i])]


def _chats(
    spec: SessionsWorkload,
    plan: Sequence[_Plan],
    counter: TokenCounter,
    seed: Key,
) -> tuple[Sequence[Prompt], Sequence[int], bool]:
    said = [piece for turn in plan for piece in (_user(turn), _assistant(turn))]
    texts = phrases([Piece(("system",), spec.system_len), *said], counter, seed)
    prompts = [
        [
            {"role": str(piece.key[0]), "content": texts[piece.key]}
            for piece in _pieces(spec, plan, i)
        ]
        for i in range(len(plan))
    ]
    return prompts, *count_prompts(prompts, counter)


# Recorded


class _Talk(NamedTuple):
    """A recorded conversation as it is sent: its messages, and the places of those that are asked
    and then answered.
    """

    where: str
    messages: Sequence[Message]
    kinds: Sequence[str]
    max_tokens: int | None
    fields: Mapping[str, Any]
    left_out: Sequence[str]

    @property
    def asked(self) -> list[int]:
        """The last message of each request: a user's, or the last of several results of tools."""
        following = [*self.kinds[1:], "assistant"]
        return [
            i
            for i, kind in enumerate(self.kinds)
            if kind in ASKING and following[i] == "assistant"
        ]

    def answer(self, asked: int) -> str | None:
        """What was answered to the request that ends there; None if nobody knows."""
        return (
            said(self.messages[asked + 1])
            if asked + 1 < len(self.messages)
            else None
        )


def _recorded(
    spec: SessionsWorkload,
    path: str,
    n: int,
    *,
    identity: Identity,
    counter: TokenCounter,
    wire: Wire,
    attempt: int,
) -> Workload:
    order = order_of(identity, attempt, shuffle=spec.shuffle)
    left_out, beside = Tally(), FieldCounts()
    images = ImageFiles(Path(path).parent.absolute())
    talks = _talks(spec, path, order, left_out, wire=wire, images=images)
    requests: list[Request] = []
    exact = True
    while (wanted := n - len(requests)) > 0 and (
        batch := list(islice(talks, min(BATCH, wanted)))
    ):
        exact = (
            _add(spec, batch, counter, requests, n=n, beside=beside) and exact
        )
    del requests[n:]
    if not requests or (len(requests) < n and not spec.oversample):
        raise _too_few(path, len(requests), n, left_out)
    origin = {
        "file": path,
        "shuffled": spec.shuffle,
        "left_out": left_out.counts(),
        **beside.facts(),
        **count_images(requests),
        **images.facts(),
        "oversampled": n - len(requests),
        "sha256": content_hash(requests),
    }
    return cycled(
        Workload(
            requests,
            how_counted(counter, "turns", exact=exact),
            exact,
            reusable_tokens=longest_prompt(requests),
            origin=origin,
        ),
        n,
    )


def _too_few(path: str, found: int, n: int, left_out: Tally) -> TooFewRowsError:
    fewer = Said("dataset.lower", {"found": found})
    cure = fewer if found else Said("dataset.conversations.none")
    counts = {"found": found, "n": n, "without": left_out.why}
    told = {"path": path, "cure": cure, **counts}
    return TooFewRowsError(Said("dataset.conversations.too_few", told), found)


def _talks(
    spec: SessionsWorkload,
    path: str,
    order: np.random.Generator | None,
    left_out: Tally,
    *,
    wire: Wire,
    images: ImageFiles,
) -> Iterator[_Talk]:
    """Those in which users (and tools) and the assistant take turns, cut after the number of user's
    turns that is wanted.

    Raises ValueError for one that the wire cannot carry.
    """
    for row in json_rows(path, order):
        try:
            found = conversation_of(row.content)
        except CannotSendError as error:
            raise at_row(row.where, error) from None
        except ValueError as error:
            left_out.add(sentence_of(error))
            continue
        turns = list(found.turns)
        kinds = "".join(turn.kind[0] for turn in turns)
        if not TAKING_TURNS.fullmatch(kinds):
            left_out.add(Said("unfit.turns"))
            continue
        users = [i for i, kind in enumerate(kinds) if kind == "u"]
        end = users[spec.turns] if len(users) > spec.turns else len(turns)
        if (
            spec.output_len is None and found.max_tokens is None
        ):  # nobody knows how long an answer is that is not there
            end = kinds.rfind("a", 0, end) + 1
        if turns := turns[:end]:
            yield _talk(row.where, found, turns, wire, images)
        else:
            left_out.add(Said("unfit.no_answer"))


def _talk(
    where: str,
    found: Conversation,
    turns: Sequence[Turn],
    wire: Wire,
    images: ImageFiles,
) -> _Talk:
    ignored = [name for turn in turns for name in turn.left_out]
    cut = [LAST_TURNS] if len(turns) < len(found.turns) else []
    try:
        fields, others = carried(found.fields, wire.fields)
        messages = images.read([turn.message for turn in turns])
        wire.encode(Request(0, messages, 0, 1, fields))
    except ValueError as error:
        raise at_row(where, error) from None
    left_out = tuple(dict.fromkeys([*cut, *others, *found.left_out, *ignored]))
    return _Talk(
        where,
        cast(Sequence[Message], messages),
        [turn.kind for turn in turns],
        found.max_tokens,
        fields,
        left_out,
    )


def _add(
    spec: SessionsWorkload,
    batch: Sequence[_Talk],
    counter: TokenCounter,
    requests: list[Request],
    *,
    n: int,
    beside: FieldCounts,
) -> bool:
    """The turns of these conversations as requests; whether all of them are exactly counted."""
    prompts = [
        (talk, asked, talk.messages[: asked + 1])
        for talk in batch
        for asked in talk.asked
    ]
    counts, exact = count_prompts(
        [prompt for _, _, prompt in prompts],
        counter,
        [talk.fields for talk, _, _ in prompts],
    )
    answers = _answers(
        spec, [(talk, asked) for talk, asked, _ in prompts], counter
    )
    last: _Talk | None = None
    going_on = True
    for (talk, asked, prompt), tokens, answer in zip(
        prompts, counts, answers, strict=True
    ):
        goes_on, last = talk is last, talk
        fits = spec.max_input_len is None or tokens <= spec.max_input_len
        going_on = fits and (going_on or not goes_on)
        if not going_on:
            continue
        i = len(requests)
        if not goes_on and i < n:
            beside.add(talk.fields, talk.left_out)
        think_ns = (
            round(spec.think_s * NS)
            if goes_on and talk.kinds[asked] == "user"
            else 0
        )  # a tool does not think
        requests.append(
            Request(
                i,
                prompt,
                tokens,
                answer,
                talk.fields,
                after=i - 1 if goes_on else None,
                think_ns=think_ns,
            )
        )
    return exact


def _answers(
    spec: SessionsWorkload,
    asked: Sequence[tuple[_Talk, int]],
    counter: TokenCounter,
) -> list[int]:
    """For each request, the most tokens to generate: as asked for, as the row says, else as many as
    were answered.
    """
    lengths = [spec.output_len or talk.max_tokens for talk, _ in asked]
    recorded = {
        i: talk.answer(at) or ""
        for i, (talk, at) in enumerate(asked)
        if lengths[i] is None
    }
    counted = (
        dict(
            zip(
                recorded,
                count_replies(list(recorded.values()), counter),
                strict=True,
            )
        )
        if recorded
        else {}
    )
    return [
        counted[i] if length is None else length
        for i, length in enumerate(lengths)
    ]
