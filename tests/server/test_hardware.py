"""Changes of hardware: somebody's act, asked for whatever starts the server, and believed by a
person's word alone."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inferometer.server.base import Confirmation, ServerError
from inferometer.server.hardware import (
    RECORD,
    ConfirmedHardware,
    HardwareNotConfirmedError,
)
from inferometer.server.kinds import server_for
from inferometer.server.operator import OperatorServer
from inferometer.server.person import CONFIRMATION_FILE
from inferometer.spec.campaign import Hardware, ServerNeed
from inferometer.spec.server_recipe import PERSON_TIMEOUT_S, ServerRecipe
from tests.server.needs import MACHINE_A, MACHINE_B, changing_server, need
from tests.server.test_operator import Person

ONE = Hardware(
    gpus=1,
    pcie_generation=5,
    pcie_width=16,
    instruction="one card, the slot set to x16",
)


class Inner:
    """The server behind it."""

    restart_words = "It will be started again"
    base_url = "http://127.0.0.1:8000"

    def __init__(self) -> None:
        self.starts = 0

    def start(self) -> Confirmation:
        self.starts += 1
        return Confirmation({"model": "m"}, ("hardware",), "inferometer")

    def check(self) -> None:
        raise ServerError("checked")

    def stop(self) -> None: ...

    def log_tail(self, lines: int = 20) -> list[str]:
        return ["last"]

    def recent_log(self) -> list[str]:
        return []


class Bench:
    """A campaign's directory, with what was said in it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.said: list[str] = []
        self.inner = Inner()

    def start(
        self,
        hardware: tuple[str, Hardware] | None,
        person: Person | None = None,
        *,
        tp: int = 1,
        directory: Path | None = None,
        **recipe: Any,
    ) -> Confirmation:
        """As the next group would have it; the person has nothing to do unless told."""
        self.said.clear()
        who = person or Person([])
        needed = need(
            ServerRecipe.model_validate(
                {"kind": "process", "command": "x", **recipe}
            ),
            hardware=hardware,
            tp=tp,
        )
        return ConfirmedHardware(
            self.inner,
            needed,
            directory=directory or self.directory,
            say=self.said.append,
            person=who,
            now_s=lambda: who.now_s,
        ).start()

    def is_asked(
        self, hardware: tuple[str, Hardware] | None, **more: Any
    ) -> bool:
        """Whether it waits for somebody, who does nothing."""
        before = self.inner.starts
        try:
            self.start(hardware, **more)
        except HardwareNotConfirmedError:
            assert self.inner.starts == before, (
                "nothing is started before it is confirmed"
            )
            return True
        assert not any("Needed" in line for line in self.said)
        return False


A = ("A", ONE)
B = ("B", MACHINE_B)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Bench(tmp_path / "logs")


def test_what_is_to_be_done_is_said_and_waited_for(bench: Bench) -> None:
    found = bench.start(B, Person([None, "no", "yes"]))
    assert bench.said == [
        "Needed: hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each\n  - set the slot to x8\n  - "
        "when that is done, type yes and Enter here, or: touch "
        f"{shlex.quote(str(bench.directory / CONFIRMATION_FILE))}\nThe server starts after that. If the machine "
        "has to be switched off, run the same command again.",
        "  Hardware B: confirmed at the terminal.",
    ]
    assert (found.confirmed_by, found.facts["hardware_believed"]) == (
        "operator at a terminal",
        "confirmed at the terminal",
    )
    assert bench.inner.starts == 1


def test_without_a_terminal_a_file_confirms(bench: Bench) -> None:
    def touch() -> None:
        words = shlex.split(
            bench.said[0].splitlines()[2].partition("when that is done: ")[2]
        )
        assert words[0] == "touch"
        Path(words[1]).parent.mkdir(parents=True, exist_ok=True)
        Path(words[1]).touch()

    found = bench.start(B, Person([None, touch], present=False))
    assert (found.confirmed_by, found.facts["hardware_believed"]) == (
        "operator, no terminal",
        f"confirmed by: file {CONFIRMATION_FILE}",
    )
    assert not (bench.directory / CONFIRMATION_FILE).exists()
    assert bench.is_asked(A, person=Person([None], present=False)), (
        "it is used up"
    )


def test_a_file_from_long_ago_confirms_nothing(bench: Bench) -> None:
    bench.directory.mkdir()
    (bench.directory / CONFIRMATION_FILE).touch()
    assert bench.is_asked(B)


def test_what_cannot_be_taken_away_confirms_nothing(bench: Bench) -> None:
    (bench.directory / CONFIRMATION_FILE).mkdir(parents=True)
    assert bench.is_asked(B)


def test_what_was_confirmed_is_not_asked_again_until_it_changes(
    bench: Bench,
) -> None:
    bench.start(A, Person(["yes"]))
    assert not bench.is_asked(A)
    assert bench.is_asked(B)
    bench.start(B, Person(["yes"]))
    assert not bench.is_asked(B)
    assert not bench.is_asked(B, tp=2), "the same machine, all its cards in use"
    assert bench.start(B).confirmed_by == "operator at a terminal", (
        "whose word it still is"
    )
    assert bench.is_asked(A), "every change back is one"


def test_what_was_asked_for_may_have_been_done_since(bench: Bench) -> None:
    """Interrupted while it waited for B, and run again for A alone: nobody knows what the
    machine is now."""
    bench.start(A, Person(["yes"]))
    assert bench.is_asked(B)
    assert bench.is_asked(A)
    bench.start(A, Person(["yes"]))
    assert not bench.is_asked(A)


def test_the_first_hardware_is_asked_for_where_something_has_to_be_done(
    bench: Bench,
) -> None:
    assert not bench.is_asked(("plain", MACHINE_A))
    assert bench.is_asked(B)


@pytest.mark.parametrize(
    ("other", "tp", "asked"),
    [
        (
            Hardware(
                gpus=1,
                pcie_generation=5,
                pcie_width=16,
                bandwidth_gb_s=32,
                cost_per_hour=9,
            ),
            1,
            False,
        ),
        (
            Hardware(
                gpus=1, pcie_generation=5, pcie_width=8, bandwidth_gb_s=32
            ),
            1,
            True,
        ),
        (
            Hardware(
                gpus=1, pcie_generation=4, pcie_width=16, bandwidth_gb_s=32
            ),
            1,
            True,
        ),
        (
            Hardware(
                gpus=1, pcie_generation=5, pcie_width=16, bandwidth_gb_s=16
            ),
            1,
            True,
        ),
        (
            Hardware(
                gpus=8, pcie_generation=5, pcie_width=16, bandwidth_gb_s=32
            ),
            8,
            False,
        ),
        (
            Hardware(
                gpus=2, pcie_generation=5, pcie_width=16, bandwidth_gb_s=32
            ),
            1,
            True,
        ),
        (
            Hardware(
                gpus=1,
                pcie_generation=5,
                pcie_width=16,
                bandwidth_gb_s=32,
                instruction="swap the riser",
            ),
            1,
            True,
        ),
    ],
)
def test_without_an_instruction_what_is_declared_decides(
    bench: Bench, other: Hardware, tp: int, asked: bool
) -> None:
    bench.start(("A", MACHINE_A))
    assert bench.is_asked(("other", other), tp=tp) is asked
    if asked and other.instruction is None:
        assert (
            "  - change the hardware to this; it differed before"
            in bench.said[0].splitlines()
        )


def test_a_server_of_undeclared_hardware_asks_for_nothing_and_forgets_nothing(
    bench: Bench,
) -> None:
    bench.start(B, Person(["yes"]))
    assert not bench.is_asked(None)
    assert not bench.is_asked(B)
    assert bench.is_asked(A)


def test_another_campaign_may_have_had_the_cards_moved(
    bench: Bench, tmp_path: Path
) -> None:
    bench.start(B, Person(["yes"]))
    other = tmp_path / "other"
    assert bench.is_asked(A, directory=other, person=Person([None]))
    bench.start(A, Person(["yes"]), directory=other)
    assert bench.is_asked(B)
    assert bench.is_asked(A, directory=tmp_path / "third"), (
        "each campaign asks for its first"
    )


def test_each_machine_has_its_own(bench: Bench) -> None:
    bench.start(B, Person(["yes"]), kind="external", base_url="http://gpu:8000")
    assert bench.is_asked(B, kind="external", base_url="http://127.0.0.1:8000")
    assert not bench.is_asked(B, kind="external", base_url="http://gpu:9000")
    asked = Person([None])
    assert bench.is_asked(
        A, person=asked, kind="external", base_url="http://gpu:8000"
    )
    assert bench.said[0].endswith(
        "The server at http://gpu:8000 has to run on it: restart it if it does not."
    )


def test_the_wait_ends_and_says_how_to_go_on(bench: Bench) -> None:
    person = Person([None] * 3)
    with pytest.raises(
        HardwareNotConfirmedError,
        match=(
            r"^Nobody confirmed hardware B within 43200 s \(start_timeout_s of vllm\)\. Set it "
            r"up, then run again"
        ),
    ):
        bench.start(B, person)
    assert ServerRecipe().person_timeout_s == PERSON_TIMEOUT_S == 12 * 3600
    with pytest.raises(HardwareNotConfirmedError, match=r"within 2 s"):
        bench.start(B, Person([None] * 9), start_timeout_s=2)


def test_waiting_is_told_often_at_first_and_then_seldom(bench: Bench) -> None:
    bench.start(B, Person([*[None] * 3000, "yes"]))
    told = [
        line.split(",")[1].split()[0]
        for line in bench.said
        if "still waiting" in line
    ]
    assert told == [
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "19",
        "29",
        "39",
        "49",
    ]
    assert (
        "of at most 720 min. When hardware B is set up, type yes and Enter here, or: touch "
        f"{shlex.quote(str(bench.directory / CONFIRMATION_FILE))}"
    ) in bench.said[1]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        "null",
        '{"vm": 7}',
        '"' * 9,
        "[" * 100_000,
        '{"a":' * 5000,
        '{"x": "' + "y" * 100_000 + '"}',
    ],
)
def test_a_damaged_record_is_none(bench: Bench, content: str) -> None:
    bench.directory.mkdir()
    (bench.directory / RECORD).write_text(content)
    assert bench.is_asked(B)
    bench.start(B, Person(["yes"]))
    assert not bench.is_asked(B)


def test_a_record_that_says_nonsense_is_asked_about(bench: Bench) -> None:
    bench.start(("A", MACHINE_A))
    kept = json.loads((bench.directory / RECORD).read_text())
    for entry in (
        {"declared": 7},
        {},
        {"declared": {"gpus": "x"}},
        {"declared": None, "by": 5},
    ):
        (bench.directory / RECORD).write_text(
            json.dumps(dict.fromkeys(kept, entry))
        )
        assert bench.is_asked(("A", MACHINE_A)), entry


def test_a_record_is_not_written_through_a_link(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text("mine")
    bench.directory.mkdir()
    for name in (RECORD, f".{RECORD}.new"):
        (bench.directory / name).symlink_to(tmp_path / "mine")
    bench.start(B, Person(["yes"]))
    assert (tmp_path / "mine").read_text() == "mine"
    assert not bench.is_asked(B)


def test_ctrl_c_while_waiting_is_passed_on(bench: Bench) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.start(B, Person([interrupt]))


def test_all_else_is_the_servers_own(bench: Bench) -> None:
    needed = need(ServerRecipe(), hardware=A)
    server = ConfirmedHardware(
        bench.inner, needed, directory=bench.directory, say=bench.said.append
    )
    assert (server.base_url, server.restart_words, server.log_tail()) == (
        Inner.base_url,
        Inner.restart_words,
        ["last"],
    )
    with pytest.raises(ServerError, match="checked"):
        server.check()
    server.stop()


@pytest.mark.parametrize("kind", ["external", "process", "compose"])
def test_every_kind_that_no_person_starts_waits_for_its_hardware(
    kind: str, bench: Bench
) -> None:
    recipe = ServerRecipe.model_validate(
        {"kind": kind, "base_url": "http://127.0.0.1:1"}
    )
    server = server_for(
        need(recipe, hardware=B),
        directory=bench.directory,
        say=bench.said.append,
    )
    assert type(server) is ConfirmedHardware
    assert (
        type(
            server_for(
                need(recipe), directory=bench.directory, say=bench.said.append
            )
        )
        is not ConfirmedHardware
    )


class TestWithAnOperator:
    """Who starts a server is told of its hardware with it; what was confirmed either way is
    known to both."""

    def operator(
        self,
        bench: Bench,
        url: str,
        hardware: tuple[str, Hardware],
        person: Person,
    ) -> Confirmation:
        bench.said.clear()
        needed = self.needed(url, hardware)
        return OperatorServer(
            needed,
            directory=bench.directory,
            say=bench.said.append,
            person=person,
            now_s=lambda: person.now_s,
        ).start()

    def needed(self, url: str, hardware: tuple[str, Hardware]) -> ServerNeed:
        made = need(
            ServerRecipe(base_url=url, command=("serve",)), hardware=hardware
        )
        return replace(made, declared={**made.declared, "address": url})

    def test_a_process_need_not_ask_for_what_an_operator_has_set_up(
        self, bench: Bench
    ) -> None:
        with changing_server() as server:
            self.operator(bench, server.url, B, Person([server.start]))
        assert not bench.is_asked(B)
        assert bench.is_asked(A)

    def test_a_server_at_another_address_is_not_believed_to_run_on_other_hardware(
        self, bench: Bench
    ) -> None:
        """Nothing had ever been confirmed at that address, and its hardware needs no act by
        itself."""
        bench.start(B, Person(["yes"]))
        with changing_server() as server:
            server.start()
            with pytest.raises(ServerError, match="was running before"):
                self.operator(
                    bench, server.url, ("A", MACHINE_A), Person([None])
                )
            found = self.operator(
                bench, server.url, ("A", MACHINE_A), Person([None, "yes"])
            )
        assert found.facts["believed"] == "confirmed at the terminal"
        assert bench.is_asked(B)

    def test_a_server_that_has_never_ended_runs_on_what_it_was_started_on(
        self, bench: Bench
    ) -> None:
        with changing_server() as server:
            self.operator(
                bench, server.url, ("A", MACHINE_A), Person([server.start])
            )
            with pytest.raises(ServerError, match="was running before"):
                self.operator(bench, server.url, B, Person([None]))
            found = self.operator(
                bench, server.url, ("A", MACHINE_A), Person([])
            )
        assert found.facts["believed"] == "it was confirmed before"

    def test_a_record_of_an_earlier_version_is_still_believed(
        self, bench: Bench
    ) -> None:
        with changing_server() as server:
            server.start()
            needed = self.needed(server.url, B)
            bench.directory.mkdir()
            told = {
                name: value
                for name, value in needed.identity().items()
                if name != "address"
            }
            record = {
                "server": told,
                "started_s": server.started_s,
                "base_url": server.url,
            }
            (bench.directory / "operator.json").write_text(json.dumps(record))
            found = self.operator(
                bench, server.url, B, Person([], present=False)
            )
        assert found.facts["believed"] == "it was confirmed before"

    @pytest.mark.parametrize("started_s", ["soon", [1], {}, True, 1e300, None])
    def test_a_time_that_is_none_is_not_compared(
        self, bench: Bench, started_s: object
    ) -> None:
        with changing_server() as server:
            server.start()
            bench.directory.mkdir()
            record = {
                "server": {"other": 1},
                "started_s": started_s,
                "base_url": server.url,
                "told": 7,
            }
            (bench.directory / "operator.json").write_text(json.dumps(record))
            with pytest.raises(ServerError, match="was running before"):
                self.operator(
                    bench, server.url, ("A", MACHINE_A), Person([None])
                )
