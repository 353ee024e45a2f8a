"""What a campaign needs of a server: start, verify, watch and stop it. Each kind has its
own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from inferometer.printable import printable
from inferometer.words import Said


class ServerError(Exception):
    """The required server is not available: cause and cure in a sentence, and the end of its log if
    we have it.
    """

    def __init__(
        self, sentence: Said | str, log_tail: Sequence[str] = ()
    ) -> None:
        super().__init__(printable(str(sentence)))
        self.sentence = sentence
        """As data, where it is ours."""
        self.log_tail = tuple(log_tail)


class ServerAbsentError(ServerError):
    """Nothing useful answers yet: waiting may help."""


class WrongServerError(ServerError):
    """Something else answers: waiting does not help."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What is known of a server that came up. Plain JSON values for a ledger: no keys, no user
    names.
    """

    facts: dict[str, Any]
    """What was found: base_url, model, max_model_len and version (None if unknown), and more by
    kind.
    """
    unchecked: tuple[str, ...]
    """What only a person can know, such as the width of the slot; a few words each."""
    confirmed_by: str
    """Who vouches for `unchecked`: "operator at a terminal", "operator, no terminal", "nobody", or
    "inferometer".
    """


class Server(Protocol):
    """One server, for one group of points, used from one thread. Ctrl-C may interrupt every method;
    then call stop().
    """

    @property
    def base_url(self) -> str:
        """Its address; for some kinds known only after start()."""

    @property
    def restart_words(self) -> str:
        """Who restarts it after it has died: the beginning of a sentence."""

    def start(self) -> Confirmation:
        """Start it and verify health, model and max_model_len. Raises ServerError after cleaning
        up.

        May be called again after stop().
        """

    def check(self) -> None:
        """Raise ServerError unless it is alive, the same, and serves what was confirmed."""

    def stop(self) -> None:
        """Stop it if it is ours, and wait until its port is free. May be called twice."""

    def log_tail(self, lines: int = 20) -> list[str]:
        """The last lines of its log, oldest first; empty if we do not have it."""

    def recent_log(self) -> list[str]:
        """The same during a measurement: empty, too, if reading it would disturb."""
