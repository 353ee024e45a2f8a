"""OperatorServer: a server that a person starts. Says exactly what to do, waits, and checks before it believes a label.

A server that answers is not believed to be the next one because its model and limits fit: on other hardware, or with another
tensor parallelism, they are the same. Unless it is known to be the one confirmed before, it has to go and come up again, or the
person has to say so, at the terminal or by creating a file. Which server was confirmed last is kept in `operator.json`, so
that this holds across runs too.
"""

from __future__ import annotations

import json
import os
import select
import shlex
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from inferometer.printable import printable, printable_name
from inferometer.secret import masked
from inferometer.server.base import Confirmation, ServerAbsentError, ServerError, WrongServerError
from inferometer.server.endpoint import Endpoint
from inferometer.server.port import is_served
from inferometer.server.verification import Start, check_unchanged, hardware_words, open_endpoint, same_start, start_of, verify

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

POLL_S = 1.0
TELL_EVERY_S = 60.0
RECORD = "operator.json"
CONFIRMATION_FILE = "server-is-right"
YES = ("y", "yes")


class Person(Protocol):
    """Whoever started the run, if there is somebody."""

    @property
    def present(self) -> bool:
        """Whether there is a terminal to type at."""

    def wait(self, seconds: float) -> str:
        """What was typed, as soon as a line is complete; "" after `seconds`."""


class Terminal:
    """Standard input, if it is a terminal and ours to read. The name of who sits there is not asked."""

    def __init__(self) -> None:
        self._ended = False

    @property
    def present(self) -> bool:
        try:
            return not self._ended and sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except (OSError, ValueError, AttributeError):  # closed, replaced, or none at all
            return False

    def wait(self, seconds: float) -> str:
        if not self.present:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([sys.stdin], [], [], seconds)
        line = sys.stdin.readline() if ready else ""
        self._ended = bool(ready) and not line
        return line.strip()


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one look at the address found: the server needed, or what is wrong."""

    found: Confirmation | None
    start: Start = field(default_factory=Start)
    trouble: str = ""
    nothing_of_it: bool = False
    """Nobody listens, or another server does: whatever fits later has come up since."""


class OperatorServer:
    """The recipe's command is for a person to run. `directory` keeps what was confirmed, and takes the file that confirms."""

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
        self._person = person or Terminal()
        self._now_s = now_s
        self._start = Start()

    @property
    def base_url(self) -> str:
        return self.need.recipe.base_url

    def start(self) -> Confirmation:
        self._confirmation_file.unlink(missing_ok=True)
        with open_endpoint(self.base_url, self.need.recipe.backend) as endpoint:
            first = self._look(endpoint)
            how = self._known(first)
            if how is None:
                self._say(instruction(self.need))
                self._write(self._last() | {"told": self._identity})
                first, how = self._wait(endpoint, first)
        assert first.found is not None
        return self._remember(first.found, first.start, how)

    def check(self) -> None:
        check_unchanged(self.need, self._start)

    def stop(self) -> None:
        """Whoever started it ends it; the next instruction says when."""

    def log_tail(self, lines: int = 0) -> list[str]:
        return []

    @property
    def _identity(self) -> dict[str, Any]:
        """What is declared of the server, fit for a file."""
        found: dict[str, Any] = masked(self.need.identity())
        return found

    @property
    def _confirmation_file(self) -> Path:
        return self._directory / CONFIRMATION_FILE

    def _look(self, endpoint: Endpoint) -> _Sight:
        try:
            found = verify(endpoint, self.need, ours=False)
        except WrongServerError as error:
            return _Sight(None, trouble=f"{error} Stop it, and start the one above.", nothing_of_it=True)
        except ServerAbsentError as error:
            return _Sight(None, trouble=str(error), nothing_of_it=not is_served(self.base_url))
        return _Sight(found, start_of(endpoint))

    def _known(self, sight: _Sight) -> str | None:
        """Why a server that answers before anybody was told anything is the one needed; None if that cannot be said."""
        if sight.found is None:
            return None
        last, mine = self._last(), self._identity
        told_otherwise = last.get("told") not in (None, mine)  # somebody may have done since what was asked for another server
        if last.get("server") is None:
            asked_for = self.need.hardware is not None and self.need.hardware.instruction is not None
            return None if asked_for or told_otherwise else "it was running already"
        same = same_start(sight.start.started_s, last.get("started_s"))
        if last["server"] != mine or (told_otherwise and not same):
            return None
        return "it was started again since it was confirmed" if same is False else "it is the one confirmed before"

    def _wait(self, endpoint: Endpoint, sight: _Sight) -> tuple[_Sight, str]:
        """Look until the right server has come up or is vouched for; it, and how that is known. Raises ServerError."""
        before_s, gone = sight.start.started_s, sight.nothing_of_it
        begin_s = told_s = self._now_s()
        timeout_s = self.need.recipe.start_timeout_s
        typed = told = ""
        while True:
            if sight.found is not None:
                how = self._why_believed(sight, before_s, gone, typed)
                if how is not None:
                    return sight, how
            trouble = sight.trouble or self._doubt()
            now_s = self._now_s()
            if now_s - begin_s > timeout_s:
                raise ServerError(
                    f"The server did not come within {timeout_s:g} s (start_timeout_s of {self.need.recipe_name}): {trouble} "
                    "Run again to go on from here."
                )
            if trouble != told or now_s - told_s > TELL_EVERY_S:
                waited = f"still waiting, {(now_s - begin_s) / 60:.0f} min of {timeout_s / 60:.0f} at most: "
                self._say(f"  {waited if trouble == told else ''}{trouble}")
                told, told_s = trouble, now_s
            typed = self._person.wait(POLL_S)
            sight = self._look(endpoint)
            gone = gone or sight.nothing_of_it

    def _why_believed(self, sight: _Sight, before_s: float | None, gone: bool, typed: str) -> str | None:
        same = same_start(sight.start.started_s, before_s)
        if same is False or (same is None and gone):
            return "it came up after the instruction"
        if typed.lower() in YES:
            return "confirmed at the terminal"
        if self._confirmation_file.exists():
            self._confirmation_file.unlink(missing_ok=True)
            return f"confirmed by the file {CONFIRMATION_FILE}"
        return None

    def _doubt(self) -> str:
        file = shlex.quote(str(self._confirmation_file))
        return (
            f"A server with this model and limit answers at {self.base_url}, but it was there before: restart it as above. "
            f"If it runs just so already{', type yes and Enter here, or' if self._person.present else ''}: touch {file}"
        )

    def _last(self) -> dict[str, Any]:
        """What was confirmed last at this address (server, started_s), and what was asked for since (told)."""
        try:
            last = json.loads((self._directory / RECORD).read_text(encoding="utf-8"))
            return last if last["base_url"] == self.base_url else {}
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return {}

    def _write(self, record: dict[str, Any]) -> None:
        file = self._directory / RECORD
        with suppress(OSError):  # the ledger will say what is wrong with the directory
            self._directory.mkdir(parents=True, exist_ok=True)
            whole = file.with_suffix(".new")
            whole.write_text(json.dumps(record | {"base_url": self.base_url}), encoding="utf-8")
            whole.replace(file)

    def _remember(self, found: Confirmation, start: Start, how: str) -> Confirmation:
        self._start = start
        self._write({"server": self._identity, "started_s": start.started_s})
        by = "operator at a terminal" if self._person.present else "operator, no terminal"
        self._say(f"  {self.base_url} serves {printable_name(found.facts['model'] or 'a model that it does not tell')}: {how}.")
        return Confirmation(found.facts | {"started_s": start.started_s, "believed": how}, found.unchecked, by)


def instruction(need: ServerNeed) -> str:
    """What the person has to do, in lines; the command stands alone on its line and can be pasted."""
    from inferometer.spec.recipe import shell_line

    limit = f", max_model_len {need.max_model_len}" if need.max_model_len else ""
    name = f" as {need.served_model}" if need.served_model != need.model_id else ""
    lines = [f"Needed at {need.recipe.base_url}: {need.model_id}{name}, tensor parallelism {need.tp}{limit}"]
    if need.hardware is not None:
        lines.append(f"  on hardware {hardware_words(need)}")
    steps = (need.hardware.instruction if need.hardware else None, need.recipe.note)
    lines += [f"  - {printable(step)}" for step in steps if step]
    if need.recipe.command:
        where = f" in the image {need.recipe.image}" if need.recipe.image else ""
        lines += [
            f"  - stop the server that runs there, if one does, and start this one{where}:",
            "",
            shell_line(need.recipe),
            "",
        ]
    else:
        lines.append("  - stop the server that runs there, if one does, and start this one")
    lines.append(f"It is looked for every {POLL_S:g} s, and the run goes on by itself.")
    return "\n".join(lines)
