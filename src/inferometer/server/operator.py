"""A server that a person starts: shows exactly what to do, waits, and verifies the server.

A matching model and limit do not prove that the answering server is the required one: they may be
the same on other hardware, or with another tensor parallelism. Unless it is known to be the one
confirmed last, it has to restart, or the person has to confirm it, at the terminal or by creating a
file. The last confirmation is kept in `operator.json`, so that it holds across runs too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inferometer.printable import printable, printable_name
from inferometer.secret import masked
from inferometer.server.base import (
    Confirmation,
    ServerAbsentError,
    ServerError,
    WrongServerError,
)
from inferometer.server.endpoint import Endpoint
from inferometer.server.hardware import HardwareRecord
from inferometer.server.person import POLL_S, Person, Terminal, Wait, Word
from inferometer.server.port import is_served
from inferometer.server.state_file import read_state, write_state
from inferometer.server.verification import (
    Start,
    check_unchanged,
    hardware_words,
    open_endpoint,
    same_start,
    start_of,
    verify,
)
from inferometer.words import Said, in_words, sentence_of, spoken, step

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

RECORD = "operator.json"
MAX_SECONDS = 1e12
"""Since 1970, for any start that a record can be about."""


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one look at the address found: the required server, or what is wrong."""

    found: Confirmation | None
    start: Start = field(default_factory=Start)
    trouble: str = ""
    nothing_of_it: bool = False
    """Nobody listens, or another server does: whatever matches later has started since."""


class OperatorServer:
    """The recipe's command is for a person to run. `directory` keeps confirmations, and the file
    that confirms.
    """

    def __init__(
        self,
        need: ServerNeed,
        *,
        directory: Path,
        say: Callable[[str], None],
        person: Person | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.need = need
        self._directory = directory
        self._say = say
        self._word = Word(directory, person or Terminal())
        self._hardware = HardwareRecord(directory)
        self._now_s = now_s
        self._start = Start()

    restart_words = Said("server.again.by_hand")

    @property
    def base_url(self) -> str:
        return self.need.recipe.base_url

    def start(self) -> Confirmation:
        self._word.ask_anew()
        with open_endpoint(self.base_url, self.need.recipe.backend) as endpoint:
            first = self._look(endpoint)
            how = self._known(first)
            if how is None:
                self._say(instruction(self.need))
                if self._hardware.asks_for_an_act(self.need):
                    self._hardware.ask(self.need)
                self._write(self._last() | {"told": self._identity})
                first, how = self._wait(endpoint, first)
        assert first.found is not None
        return self._remember(first.found, first.start, how)

    def check(self) -> None:
        check_unchanged(self.need, self._start)

    def stop(self) -> None:
        """Whoever started it stops it; the next instruction says when."""

    def log_tail(self, lines: int = 0) -> list[str]:
        return []

    def recent_log(self) -> list[str]:
        return []

    @property
    def _identity(self) -> dict[str, Any]:
        """The required server at its address, for a file."""
        declared = {
            name: value
            for name, value in self.need.identity().items()
            if name != "address"
        }
        found: dict[str, Any] = masked(declared)
        return found

    def _look(self, endpoint: Endpoint) -> _Sight:
        try:
            found = verify(endpoint, self.need, ours=False)
        except WrongServerError as error:
            trouble = Said("operator.stop_it", {"why": sentence_of(error)})
            return _Sight(None, trouble=trouble, nothing_of_it=True)
        except ServerAbsentError as error:
            return _Sight(
                None,
                trouble=sentence_of(error),
                nothing_of_it=not is_served(self.base_url),
            )
        return _Sight(found, start_of(endpoint))

    def _known(self, sight: _Sight) -> str | None:
        """Why a server that answers before any instruction is the required one; None if that is
        unknown.
        """
        if sight.found is None:
            return None
        last, mine = self._last(), self._identity
        same = same_start(
            sight.start.started_s, _seconds(last.get("started_s"))
        )
        if last.get("server") == mine and same:
            return Said("believed.before")
        if self._hardware.is_known(
            self.need
        ) and self._hardware.asks_for_an_act(self.need):
            return None
        # somebody may have done since what was asked for another server
        asked_for_another = last.get("told") not in (None, mine)
        if last.get("server") is None:
            asked_for = (
                self.need.hardware is not None
                and self.need.hardware.instruction is not None
            )
            return (
                None
                if asked_for or asked_for_another
                else Said("believed.running")
            )
        if last["server"] != mine or asked_for_another:
            return None
        return Said(
            "believed.restarted" if same is False else "believed.before"
        )

    def _wait(self, endpoint: Endpoint, sight: _Sight) -> tuple[_Sight, str]:
        """Wait until the right server has started or is confirmed; it, and how that is known.
        Raises ServerError.
        """
        before_s, gone = sight.start.started_s, sight.nothing_of_it
        wait = Wait(self.need.recipe.person_timeout_s, self._now_s)
        typed = shown = ""
        while True:
            if sight.found is not None:
                how = self._why_believed(sight, before_s, gone, typed)
                if how is not None:
                    return sight, how
            trouble = sight.trouble or self._doubt()
            if wait.is_over:
                late = {
                    "timeout": wait.timeout_s,
                    "recipe": self.need.recipe_name,
                    "why": trouble,
                }
                raise ServerError(Said("operator.late", late))
            if trouble != shown or wait.asks_for_a_reminder():
                is_new = trouble != shown
                key = "operator.waiting.new" if is_new else "operator.waiting"
                told = {**wait.remind(), "what": trouble}
                self._say(in_words(Said(key, told)))
                shown = trouble
            typed = self._word.person.wait(wait.pause_s)
            sight = self._look(endpoint)
            gone = gone or sight.nothing_of_it

    def _why_believed(
        self, sight: _Sight, before_s: float | None, gone: bool, typed: str
    ) -> str | None:
        same = same_start(sight.start.started_s, before_s)
        if same is False or (same is None and gone):
            return Said("believed.instruction")
        return self._word.heard(typed)

    def _doubt(self) -> str:
        how = self._word.asked(Said("operator.if_right"))
        return Said("operator.doubt", {"url": self.base_url, "how": how})

    def _last(self) -> dict[str, Any]:
        """The last confirmation at this address (server, started_s), and the last request
        (told).
        """
        last = read_state(self._directory / RECORD)
        return last if last.get("base_url") == self.base_url else {}

    def _write(self, record: dict[str, Any]) -> None:
        write_state(
            self._directory / RECORD, record | {"base_url": self.base_url}
        )

    def _remember(
        self, found: Confirmation, start: Start, how: str
    ) -> Confirmation:
        self._start = start
        self._write({"server": self._identity, "started_s": start.started_s})
        self._hardware.confirm(self.need, self._word.whose)
        model = found.facts["model"]
        known = (
            printable_name(model) if model else Said("operator.unknown_model")
        )
        serves = {"url": self.base_url, "model": known, "how": how}
        self._say(in_words(Said("operator.serves", serves)))
        return Confirmation(
            found.facts | {"started_s": start.started_s, "believed": how},
            found.unchecked,
            self._word.whose,
        )


def instruction(need: ServerNeed) -> str:
    """What the person has to do, in lines; the command has its own line and can be pasted."""
    from inferometer.spec.recipe import shell_line

    words, limit, name = spoken(), "", ""
    if need.max_model_len:
        key = (
            "plan.group.limit"
            if need.recipe.exact_max_model_len
            else "plan.group.limit.least"
        )
        limit = words.text(key, limit=need.max_model_len)
    if need.served_model != need.model_id:
        name = words.text("operator.needed.served", name=need.served_model)
    told = {"url": need.recipe.base_url, "model": need.model_id, "tp": need.tp}
    lines = [words.text("operator.needed", **told, served=name, limit=limit)]
    if need.hardware is not None:
        lines.append(
            words.text("operator.on", hardware=words.say(hardware_words(need)))
        )
    steps = (
        need.hardware.instruction if need.hardware else None,
        need.recipe.note,
    )
    lines += [
        f"  - {printable(words.say(step(each)))}" for each in steps if each
    ]
    if need.recipe.command:
        key = (
            "operator.start.image"
            if need.recipe.image
            else "operator.start.command"
        )
        lines += [
            words.text(key, image=need.recipe.image),
            "",
            shell_line(need.recipe),
            "",
        ]
        if need.binding:
            lines.append(f"    {words.say(need.binding)}")
    else:
        lines.append(words.text("operator.start"))
    lines.append(words.text("operator.checks", seconds=POLL_S))
    return "\n".join(lines)


def _seconds(kept: object) -> float | None:
    """A recorded time, if valid."""
    if not isinstance(kept, int | float) or isinstance(kept, bool):
        return None
    return float(kept) if abs(kept) < MAX_SECONDS else None
