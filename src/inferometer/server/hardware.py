"""Changes of hardware: requested from a person, who confirms them before anything is measured.

No server reports the width of its slot. A campaign's declaration of it is believed only if a person
has confirmed it: at the first group whose hardware has an instruction, and whenever the required
hardware differs from what was confirmed last. Entries that differ only in name, price, or the
number of cards that the tensor parallelism uses need no change. The last confirmation is kept in
the campaign's directory, so that it holds across runs; and once for the machine, because another
campaign may have had the cards moved meanwhile.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from inferometer.server.base import Confirmation, Server, ServerError
from inferometer.server.person import Person, Terminal, Wait, Word
from inferometer.server.state_file import read_state, write_state
from inferometer.server.verification import hardware_words
from inferometer.words import Said, in_words, spoken, step

if TYPE_CHECKING:
    from inferometer.spec.campaign import ServerNeed

RECORD = "hardware.json"


class HardwareNotConfirmedError(ServerError):
    """Nobody has confirmed the hardware in time; that holds for all groups that need it."""


class HardwareRecord:
    """The hardware confirmed last, by machine: in this campaign, and by any campaign of
    this user.
    """

    def __init__(self, directory: Path) -> None:
        self._campaign = directory / RECORD
        self._user = state_home() / "inferometer" / RECORD

    def asks_for_an_act(self, need: ServerNeed) -> bool:
        """Whether a person has to check the hardware before a server of this need is believed."""
        if need.hardware is None:
            return False
        last = self._last(self._campaign, need)
        if last is None:
            return need.hardware.instruction is not None
        return any(
            _is_another(need, entry)
            for entry in (last, self._last(self._user, need))
            if entry is not None
        )

    def is_known(self, need: ServerNeed) -> bool:
        """Whether this campaign has requested, or seen, any hardware of the machine."""
        return self._last(self._campaign, need) is not None

    def ask(self, need: ServerNeed) -> None:
        """Record the request: until it is confirmed, the state of the hardware is unknown."""
        for path in (self._campaign, self._user):
            self._keep(
                path,
                need,
                {**(self._last(path, need) or {}), "asked": _declared(need)},
            )

    def confirm(self, need: ServerNeed, by: str | None = None) -> None:
        """Record that this hardware is in place, as confirmed by a person if anybody was asked."""
        for path in (
            (self._campaign, self._user) if need.hardware is not None else ()
        ):
            self._keep(
                path,
                need,
                {
                    "declared": _declared(need),
                    "link": _link(need),
                    "by": by or self.confirmed_by(need),
                },
            )

    def confirmed_by(self, need: ServerNeed) -> str | None:
        """Who confirmed the hardware last; None if nobody was asked."""
        by = (self._last(self._campaign, need) or {}).get("by")
        return by if isinstance(by, str) and by.isprintable() else None

    @staticmethod
    def _last(path: Path, need: ServerNeed) -> dict[str, Any] | None:
        entry = read_state(path).get(machine_of(need))
        return entry if isinstance(entry, dict) else None

    @staticmethod
    def _keep(path: Path, need: ServerNeed, entry: dict[str, Any]) -> None:
        write_state(path, read_state(path) | {machine_of(need): entry})


class ConfirmedHardware:
    """A server of any kind, started after a person has confirmed its hardware."""

    def __init__(
        self,
        server: Server,
        need: ServerNeed,
        *,
        directory: Path,
        say: Callable[[str], None],
        person: Person | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.need = need
        self._server = server
        self._record = HardwareRecord(directory)
        self._word = Word(directory, person or Terminal())
        self._say = say
        self._now_s = now_s

    @property
    def base_url(self) -> str:
        return self._server.base_url

    @property
    def restart_words(self) -> str:
        return self._server.restart_words

    def start(self) -> Confirmation:
        how, by = str(Said("believed.as_before")), None
        if self._record.asks_for_an_act(self.need):
            how, by = self._ask(), self._word.whose
            told = {"name": self.need.hardware_name, "how": how}
            self._say(in_words(Said("hardware.how", told)))
        self._record.confirm(self.need, by)
        found = self._server.start()
        by = self._record.confirmed_by(self.need) or found.confirmed_by
        return Confirmation(
            found.facts | {"hardware_believed": how}, found.unchecked, by
        )

    def check(self) -> None:
        self._server.check()

    def stop(self) -> None:
        self._server.stop()

    def log_tail(self, lines: int = 20) -> list[str]:
        return self._server.log_tail(lines)

    def recent_log(self) -> list[str]:
        return self._server.recent_log()

    def _ask(self) -> str:
        """Wait for the confirmation; how it was given. Raises HardwareNotConfirmedError."""
        self._word.ask_anew()
        self._record.ask(self.need)
        self._say(
            hardware_instruction(
                self.need, self._word.asked(Said("hardware.when_done"))
            )
        )
        wait = Wait(self.need.recipe.person_timeout_s, self._now_s)
        while (
            how := self._word.heard(self._word.person.wait(wait.pause_s))
        ) is None:
            name = {"name": self.need.hardware_name}
            if wait.is_over:
                told = {
                    "timeout": wait.timeout_s,
                    "recipe": self.need.recipe_name,
                    **name,
                }
                raise HardwareNotConfirmedError(
                    Said("hardware.unconfirmed", told)
                )
            if wait.asks_for_a_reminder():
                set_up = Said("hardware.when_set_up", name)
                asked = {**wait.remind(), "how": self._word.asked(set_up)}
                self._say(in_words(Said("hardware.waiting", asked)))
        return how


def hardware_instruction(need: ServerNeed, how_to_confirm: str) -> str:
    """What the person has to do, in lines."""
    act = need.hardware.instruction if need.hardware is not None else None
    words = spoken()
    then = "hardware.then.ours" if need.recipe.is_ours else "hardware.then"
    lines = [
        words.text("hardware.needed", hardware=words.say(hardware_words(need))),
        f"  - {words.say(step(act)) if act else words.text('hardware.change')}",
        f"  - {words.say(how_to_confirm)}",
        words.text(then, url=need.recipe.base_url),
    ]
    return "\n".join(lines)


def machine_of(need: ServerNeed) -> str:
    """The machine that the server runs on: this one, unless its address is another."""
    host = urlsplit(need.recipe.base_url).hostname or ""
    is_here = (
        need.recipe.is_ours
        or host in ("localhost", "::1", "")
        or host.startswith("127.")
    )
    return socket.gethostname() if is_here else host


def state_home() -> Path:
    """Directory of lasting program state: $XDG_STATE_HOME or ~/.local/state."""
    chosen = os.environ.get("XDG_STATE_HOME", "")
    return (
        Path(chosen)
        if os.path.isabs(chosen)
        else Path(os.path.expanduser("~")) / ".local" / "state"
    )


def _declared(need: ServerNeed) -> dict[str, Any]:
    assert need.hardware is not None
    return need.hardware.model_dump(
        mode="json",
        exclude_none=True,
        exclude={"cost_per_hour", "cards", "twin"},
    )


def _link(need: ServerNeed) -> dict[str, Any]:
    """What has to be changed without an instruction: the number of cards in use does not count."""
    declared = _declared(need)
    spare = {"gpus": declared["gpus"]} if declared["gpus"] != need.tp else {}
    return {
        name: value
        for name, value in declared.items()
        if name not in ("gpus", "instruction")
    } | spare


def _is_another(need: ServerNeed, last: dict[str, Any]) -> bool:
    """Whether the recorded hardware is another, or unknown."""
    declared, kept = _declared(need), last.get("declared")
    if "asked" in last or not isinstance(kept, dict):
        return True
    if declared == kept:
        return False
    act = declared.get("instruction")
    return (act is not None and act != kept.get("instruction")) or _link(
        need
    ) != last.get("link")
