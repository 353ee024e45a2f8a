"""How many cards a server uses, by its description: tensor parallelism, and its command line."""

from __future__ import annotations

from collections.abc import Sequence

from inferometer.store.json_values import at, entries, text, whole

STAND_INS = ("embedded", "simulated")
"""What may take the place of a real server: one copy, of one stage."""
STAGES = ("--pipeline-parallel-size", "-pp", "--pp-size")
PARTS = ("--prefill-context-parallel-size", "-pcp")
"""Of a prompt, each on cards of its own."""
COPIES = ("--data-parallel-size", "-dp", "--dp-size", "--dp")
SHARED = "--enable-dp-attention"
"""With it, copies have the cards of one."""
MAX_DIGITS = 5


def cards_of(server: object) -> int | None:
    """Tensor parallelism times pipeline stages, parts of prompts and copies, where command line or
    launch tell of such; None without tensor parallelism.
    """
    tp = whole(at(server, "tp"))
    if tp is None or any(at(server, each) is not None for each in STAND_INS):
        return tp
    words = _words(server)
    replicas = whole(at(server, "launch", "replica")) or 1
    copies = 1 if SHARED in words else _most(words, COPIES)
    sharing = tp * _most(words, STAGES) * _most(words, PARTS)
    return sharing * max(copies, replicas)


def _words(server: object) -> list[str]:
    """Of the command, also where a shell has all of them as one. Flags are written with `-` or `_`,
    and `=` or a blank before the value.
    """
    told = [each for each in entries(at(server, "command")) if text(each)]
    return " ".join(told).replace("_", "-").replace("=", " ").split()


def _most(words: Sequence[str], flags: Sequence[str]) -> int:
    """The highest number that one of these flags has; 1 without one."""
    counts = [
        int(value)
        for name, value in zip(words, words[1:], strict=False)
        if name in flags and value.isdecimal() and len(value) <= MAX_DIGITS
    ]
    return max([*counts, 1])
