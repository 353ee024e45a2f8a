"""Conversations of several turns: each turn is a request that repeats all that was said before, and waits for its answer.

What was answered before is known beforehand, made up or recorded: the server's own answers are not fed back to it, so that
every run sends the same. The tokens of the repeated part are what a prefix cache can find again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from inferometer.clock import NS
from inferometer.request import Message, Prompt, Request
from inferometer.spec.lengths import ranged
from inferometer.spec.longest import WRITTEN_ANSWER
from inferometer.spec.workload import SessionsWorkload
from inferometer.workload.counting import count_prompts, count_replies
from inferometer.workload.pieces import Key, Piece, compose, phrases
from inferometer.workload.random import draw_lengths
from inferometer.workload.records import json_rows
from inferometer.workload.shapes import Turn, turns_of
from inferometer.workload.tokens import TokenCounter, TokenIds
from inferometer.workload.workload import Identity, Workload, content_hash, cycled, seeds_of

BATCH = 64
"""Recorded conversations that are counted at once."""


class _Plan(NamedTuple):
    """Made-up turns in the order they are sent: which of which conversation, its tokens, its answer's, and the pause before."""

    conversation: int
    turn: int
    tokens: int
    answer: int
    think_ns: int


def sessions_workload(
    spec: SessionsWorkload, n: int, *, identity: Identity, counter: TokenIds | TokenCounter, chat: bool, attempt: int = 0
) -> Workload:
    """`n` turns of as many conversations as that takes; the last one may be cut short. Raises ValueError."""
    if spec.path is None:
        return _made_up(spec, n, identity=identity, counter=counter, chat=chat, attempt=attempt)
    if isinstance(counter, TokenIds):
        raise ValueError("Recorded conversations are texts, which cannot be counted as token ids.")
    return _recorded(spec, spec.path, n, identity=identity, counter=counter, attempt=attempt)


# Made up


def _made_up(
    spec: SessionsWorkload, n: int, *, identity: Identity, counter: TokenIds | TokenCounter, chat: bool, attempt: int
) -> Workload:
    plan = list(islice(_planned(spec, identity), n))
    seed = (*identity, attempt)
    if chat and not isinstance(counter, TokenIds):
        prompts, lengths, exact = _chats(spec, plan, counter, seed)
        counting = f"{counter.how}; conversations are as long as their turns make them"
    else:
        pieces = [_pieces(spec, plan, i) for i in range(n)]
        composed = compose(pieces, counter, seed, fit=False)
        prompts, lengths, exact, counting = composed.prompts, composed.lengths, composed.exact, counter.how
    requests = [
        Request(i, prompts[i], lengths[i], turn.answer, after=i - 1 if turn.turn else None, think_ns=turn.think_ns)
        for i, turn in enumerate(plan)
    ]
    origin = {"conversations": len({turn.conversation for turn in plan}), "turns": spec.turns}
    return Workload(requests, counting, exact, reusable_tokens=max(lengths, default=0), origin=origin)


def _planned(spec: SessionsWorkload, identity: Identity) -> Iterator[_Plan]:
    """Turns of one conversation after the other, without end. What is sent does not depend on how much of it is sent."""
    turn_law = ranged(spec.input_len, spec.range_ratio)
    answer_law = ranged(spec.output_len or WRITTEN_ANSWER, spec.range_ratio)
    conversation = 0
    while True:
        rng = np.random.default_rng(seeds_of((*identity, "conversation", conversation)))
        tokens, answers = (draw_lengths(law, spec.turns, rng).tolist() for law in (turn_law, answer_law))
        pauses_s = spec.think_s * rng.uniform(1 - spec.range_ratio, 1 + spec.range_ratio, size=spec.turns)
        for turn in range(spec.turns):
            think_ns = round(pauses_s[turn] * NS) if turn else 0
            yield _Plan(conversation, turn, tokens[turn], answers[turn], think_ns)
        conversation += 1


def _user(turn: _Plan) -> Piece:
    return Piece(("user", turn.conversation, turn.turn), turn.tokens)


def _assistant(turn: _Plan) -> Piece:
    return Piece(("assistant", turn.conversation, turn.turn), turn.answer)


def _pieces(spec: SessionsWorkload, plan: Sequence[_Plan], i: int) -> list[Piece]:
    """All that turn i sends: its own words after what was said before."""
    pieces = [Piece(("system",), spec.system_len)] if spec.system_len else []
    for before in plan[i - plan[i].turn : i]:
        pieces += [_user(before), _assistant(before)]
    return [*pieces, _user(plan[i])]


def _chats(
    spec: SessionsWorkload, plan: Sequence[_Plan], counter: TokenCounter, seed: Key
) -> tuple[Sequence[Prompt], Sequence[int], bool]:
    said = [piece for turn in plan for piece in (_user(turn), _assistant(turn))]
    texts = phrases([Piece(("system",), spec.system_len), *said], counter, seed)
    prompts: list[Prompt] = []
    for i in range(len(plan)):
        chat: list[Message] = [{"role": str(piece.key[0]), "content": texts[piece.key]} for piece in _pieces(spec, plan, i)]
        prompts.append(chat)
    lengths, exact = count_prompts(prompts, counter)
    return prompts, lengths, exact


# Recorded


def _recorded(
    spec: SessionsWorkload, path: str, n: int, *, identity: Identity, counter: TokenCounter, attempt: int
) -> Workload:
    order = np.random.default_rng(seeds_of((*identity, attempt))) if spec.shuffle else None
    left_out: Counter[str] = Counter()
    conversations = _conversations(spec, path, order, left_out)
    requests: list[Request] = []
    exact, number = True, 0
    while len(requests) < n and (batch := list(islice(conversations, BATCH))):
        sure = _add(spec, batch, counter, requests)
        exact, number = exact and sure, number + len(batch)
    del requests[n:]
    if not requests or (len(requests) < n and not spec.oversample):
        told = "".join(f"; {times} rows left out: {reason}" for reason, times in left_out.items())
        fewer = f"lower --num-prompts to {len(requests)}, or allow repeats with --oversample"
        cure = fewer if requests else "give a file of conversations"
        raise ValueError(f"{path} has conversations of {len(requests)} turns in all{told}, but {n} are to be sent: {cure}.")
    origin = {
        "file": path,
        "shuffled": spec.shuffle,
        "left_out": dict(left_out),
        "oversampled": n - len(requests),
        "sha256": content_hash(requests),
    }
    longest = max(request.prompt_tokens for request in requests)
    how = counter.how if exact == counter.exact else f"{counter.how}; conversations without what the chat template adds"
    return cycled(Workload(requests, how, exact, reusable_tokens=longest, origin=origin), n)


def _conversations(
    spec: SessionsWorkload, path: str, order: np.random.Generator | None, left_out: Counter[str]
) -> Iterator[list[Turn]]:
    """Those in which user and assistant take turns, cut after the number of turns that is wanted."""
    for row in json_rows(path, order):
        try:
            turns = turns_of(row.content)
        except ValueError as error:
            left_out[str(error)] += 1
            continue
        opening = 1 if turns and turns[0].role == "system" else 0
        roles = [turn.role for turn in turns[opening:]]
        if not roles or roles != ["user", "assistant"] * (len(roles) // 2) + ["user"] * (len(roles) % 2):
            left_out["user and assistant do not take turns"] += 1
            continue
        if len(roles) % 2 and spec.output_len is None:  # nobody knows how long the last answer is
            turns = turns[:-1]
        if len(turns) > opening:
            yield turns[: opening + 2 * spec.turns]
        else:
            left_out["no answer tells how long one is (--session-output-len would)"] += 1


def _add(spec: SessionsWorkload, batch: Sequence[Sequence[Turn]], counter: TokenCounter, requests: list[Request]) -> bool:
    """The turns of these conversations as requests; whether all of them are exactly counted."""
    chats: list[list[Prompt]] = []
    for turns in batch:
        messages: list[Message] = [{"role": turn.role, "content": turn.text} for turn in turns]
        chats.append([messages[: i + 1] for i, turn in enumerate(turns) if turn.role == "user"])
    counts, exact = count_prompts([prompt for chat in chats for prompt in chat], counter)
    answers = iter(_answers(spec, batch, counter))
    lengths = iter(counts)
    for chat in chats:
        going_on = True
        for turn, prompt in enumerate(chat):
            tokens, answer = next(lengths), next(answers)
            going_on = going_on and not (spec.max_input_len is not None and tokens > spec.max_input_len)
            if going_on:
                i = len(requests)
                think_ns = round(spec.think_s * NS) if turn else 0
                requests.append(Request(i, prompt, tokens, answer, after=i - 1 if turn else None, think_ns=think_ns))
    return exact


def _answers(spec: SessionsWorkload, batch: Sequence[Sequence[Turn]], counter: TokenCounter) -> list[int]:
    """For each user's turn, the most tokens to generate."""
    if spec.output_len is not None:
        return [spec.output_len for turns in batch for turn in turns if turn.role == "user"]
    return count_replies([turn.text for turns in batch for turn in turns if turn.role == "assistant"], counter)
