"""What a campaign wants of a server: bring it up and prove it, watch it, end it. The kinds are in
files of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from inferometer.printable import printable
from inferometer.words import Said


class ServerError(Exception):
    """The server needed is not there: one sentence with cause and cure, and the last lines of its
    log where we have it.
    """

    def __init__(self, sentence: Said | str, log_tail: Sequence[str] = ()) -> None:
        super().__init__(printable(str(sentence)))
        self.sentence = sentence
        """As data, where it is ours."""
        self.log_tail = tuple(log_tail)


class ServerAbsentError(ServerError):
    """Nothing of use answers yet: waiting may help."""


class WrongServerError(ServerError):
    """Something answers that is not the server needed: waiting does not help."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is known of a server that came up. Plain JSON values, fit for a ledger: no keys, no user
    names.
    """

    facts: dict[str, Any]
    """What was seen: base_url, model, max_model_len and version (None where it is not told), and
    what the kind can add.
    """
    unchecked: tuple[str, ...]
    """What only a person can know, such as the width of the slot; each a few words."""
    confirmed_by: str
    """Whose word stands for `unchecked`: "operator at a terminal", "operator, no terminal",
    "nobody", or "inferometer".
    """


class Server(Protocol):
    """One server, for one group of points. Used from one thread. Ctrl-C may interrupt every method;
    stop() has to follow.
    """

    @property
    def base_url(self) -> str:
        """Where it answers; for some kinds known only once it has started."""

    @property
    def restart_words(self) -> str:
        """What is to happen once it has died, and who does it: the beginning of a sentence."""

    def start(self) -> Confirmation:
        """Bring it up and verify health, model and max_model_len. Raises ServerError, and leaves
        nothing running then.

        May be called again after stop().
        """

    def check(self) -> None:
        """Raise ServerError unless it is alive, the same, and serves what it did when it was
        confirmed.
        """

    def stop(self) -> None:
        """End it, if it is ours to end, and wait until its port is free. Twice does no harm."""

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines of its log, oldest first; empty where we do not have it."""
