"""A person starts the server: what is said, what is believed and what is not. The person and the
clock are made up.
"""

from __future__ import annotations

import io
import os
import pty
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

from inferometer.server.base import Confirmation, ServerError
from inferometer.server.operator import OperatorServer, instruction
from inferometer.server.person import CONFIRMATION_FILE, Terminal
from inferometer.spec.campaign import ServerNeed
from inferometer.spec.server_recipe import ServerRecipe
from tests.server.needs import (
    LIMIT,
    MACHINE_A,
    MACHINE_B,
    MODEL,
    ChangingServer,
    changing_server,
    need,
)

Step = Callable[[], object] | str | None


class Person:
    """Does one thing a second: calls it, or types it. Keeps the time; runs out of patience when
    there is nothing left to do.
    """

    def __init__(self, steps: list[Step], present: bool = True) -> None:
        self.steps = steps
        self.present = present
        self.now_s = 0.0

    def wait(self, seconds: float) -> str:
        self.now_s += seconds
        if not self.steps:
            self.now_s += 1e6
            return ""
        step = self.steps.pop(0)
        if callable(step):
            step()
        return step if isinstance(step, str) else ""


@pytest.fixture(autouse=True)
def no_key_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def server() -> Iterator[ChangingServer]:
    with changing_server() as changing:
        yield changing


def recipe(server: ChangingServer) -> ServerRecipe:
    return ServerRecipe(
        base_url=server.url,
        command=(
            "vllm",
            "serve",
            MODEL,
            "--max-model-len",
            str(LIMIT),
            "--hf-overrides",
            '{"a": 1}',
        ),
        environment={
            "HIP_VISIBLE_DEVICES": "0,1",
            "VLLM_LOGGING_PREFIX": "[a b] ",
        },
    )


class Bench:
    """One campaign's directory, with what was said in it."""

    def __init__(self, directory: Path, server: ChangingServer) -> None:
        self.directory = directory
        self.server = server
        self.said: list[str] = []

    def needed(self, *, on_b: bool = False, tp: int = 1) -> ServerNeed:
        return need(
            recipe(self.server),
            hardware=("B", MACHINE_B) if on_b else ("A", MACHINE_A),
            tp=tp,
        )

    def start(
        self, person: Person, *, on_b: bool = False, tp: int = 1
    ) -> tuple[OperatorServer, Confirmation]:
        operator = OperatorServer(
            self.needed(on_b=on_b, tp=tp),
            directory=self.directory,
            say=self.said.append,
            person=person,
            now_s=lambda: person.now_s,
        )
        self.said.clear()
        return operator, operator.start()

    @property
    def told(self) -> str:
        return "\n".join(self.said)


@pytest.fixture
def bench(tmp_path: Path, server: ChangingServer) -> Bench:
    return Bench(tmp_path, server)


def test_the_instruction_can_be_followed_by_copying(bench: Bench) -> None:
    needed = need(
        recipe(bench.server).model_copy(
            update={
                "note": "Card 0 is the upper one.",
                "image": "rocm/vllm:0.10.2",
            }
        ),
        hardware=("B", MACHINE_B),
        tp=2,
        served_model="llama",
    )
    text = instruction(needed)
    lines = text.splitlines()
    assert lines[0] == (
        f"Needed at {bench.server.url}: meta-llama/Llama-3.1-8B as llama, tensor parallelism "
        "2, max_model_len 1280 or more"
    )
    assert "  on hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each" in lines
    assert "  - set the slot to x8" in lines
    assert "  - Card 0 is the upper one." in lines
    assert "in the image rocm/vllm:0.10.2" in text
    command = next(line for line in lines if "vllm serve" in line)
    assert shlex.split(command) == [
        "HIP_VISIBLE_DEVICES=0,1",
        "VLLM_LOGGING_PREFIX=[a b] ",
        *needed.recipe.command,
    ]
    without = instruction(need(ServerRecipe(), max_model_len=None))
    assert "start this one" in without
    assert "max_model_len" not in without


def test_the_run_goes_on_by_itself_when_the_server_has_come_up(
    bench: Bench,
) -> None:
    operator, found = bench.start(Person([None, None, bench.server.start]))
    assert "vllm serve" in bench.said[0]
    assert "Nothing listens on" in bench.said[1]
    assert len(bench.said) == 3, "the same state is not told every second"
    assert found.confirmed_by == "operator at a terminal"
    assert found.unchecked == (
        "tensor parallelism 1",
        "hardware A: 1 GPU, PCIe 5.0 x16, 32 GB/s each",
    )
    assert found.facts["believed"] == "it started after the instruction"
    assert found.facts["model"] == MODEL
    operator.check()
    operator.stop()
    assert operator.log_tail() == []


def test_a_wrong_server_is_named_with_what_to_do(bench: Bench) -> None:
    bench.server.cards = [{"id": "Qwen/Qwen3-14B", "max_model_len": LIMIT}]
    bench.server.start()

    def change() -> None:
        bench.server.cards = [{"id": MODEL, "max_model_len": 896}]
        bench.server.start()

    def right() -> None:
        bench.server.cards = [{"id": MODEL, "max_model_len": LIMIT}]
        bench.server.start()

    bench.start(Person([None, change, right], present=False))
    assert (
        "serves Qwen/Qwen3-14B, not meta-llama/Llama-3.1-8B. Stop it, and start the one above."
        in bench.said[1]
    )
    assert "with max_model_len 896, not 1280" in bench.said[2]
    assert "it started after the instruction" in bench.said[3]


def test_no_terminal_is_needed(bench: Bench) -> None:
    _, found = bench.start(Person([bench.server.start], present=False))
    assert found.confirmed_by == "operator, no terminal"


def test_progress_is_told_now_and_then(bench: Bench) -> None:
    bench.start(Person([*[None] * 130, bench.server.start]))
    assert [line for line in bench.said if "still waiting" in line] == [
        f"  still waiting, {minutes} of at most 720 min: Nothing listens on {bench.server.url}."
        for minutes in (1, 2)
    ]


def test_the_wait_ends(bench: Bench) -> None:
    with pytest.raises(
        ServerError,
        match=r"did not start within 43200 s .*Nothing listens.* Run again to continue\.",
    ):
        bench.start(Person([None]))


class TestAnotherServerWithTheSameModelAndLimit:
    """From A to B, or from TP=1 to TP=2, nothing that can be asked of the server tells the two
    apart.
    """

    @pytest.fixture(autouse=True)
    def on_a(self, bench: Bench) -> None:
        bench.start(Person([bench.server.start]))

    def test_the_one_from_before_is_not_taken_for_the_next(
        self, bench: Bench
    ) -> None:
        with pytest.raises(ServerError, match="did not start within"):
            bench.start(Person([None, None, "", "no"]), on_b=True)
        assert "set the slot to x8" in bench.said[0]
        assert "it was running before: restart it" in bench.said[1]

    def test_nor_with_another_tensor_parallelism(self, bench: Bench) -> None:
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), tp=2)

    def test_it_is_believed_once_it_has_gone_and_come(
        self, bench: Bench
    ) -> None:
        _, found = bench.start(
            Person([None, bench.server.stop, None, bench.server.start]),
            on_b=True,
        )
        assert found.facts["believed"] == "it started after the instruction"
        assert (
            "hardware B: 2 GPUs, PCIe 5.0 x8, 16 GB/s each" in found.unchecked
        )

    def test_a_restart_between_two_looks_is_seen_by_its_start_time(
        self, bench: Bench
    ) -> None:
        _, found = bench.start(Person([None, bench.server.start]), on_b=True)
        assert found.facts["believed"] == "it started after the instruction"

    def test_a_pause_of_the_same_process_is_no_restart(
        self, bench: Bench
    ) -> None:
        def pause() -> None:
            bench.server.stop()

        def back() -> None:
            assert bench.server.started_s is not None
            bench.server.started_s -= 100.0
            bench.server.start()

        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([pause, back, None]), on_b=True)

    def test_the_person_can_vouch_for_it_at_the_terminal(
        self, bench: Bench
    ) -> None:
        _, found = bench.start(Person(["maybe", "Yes"]), on_b=True)
        assert found.facts["believed"] == "confirmed at the terminal"
        assert "type yes and Enter here" in bench.told

    def test_or_by_a_file_that_the_instruction_names(
        self, bench: Bench
    ) -> None:
        def touch() -> None:
            words = shlex.split(
                bench.said[1].partition(
                    "If it is already running with these settings:"
                )[2]
            )
            assert words[0] == "touch"
            Path(words[1]).touch()

        person = Person([None, touch], present=False)
        _, found = bench.start(person, on_b=True)
        assert (
            found.facts["believed"] == f"confirmed by: file {CONFIRMATION_FILE}"
        )
        assert found.confirmed_by == "operator, no terminal"
        assert "type yes" not in bench.told
        assert not (bench.directory / CONFIRMATION_FILE).exists()

    def test_a_file_from_long_ago_vouches_for_nothing(
        self, bench: Bench
    ) -> None:
        (bench.directory / CONFIRMATION_FILE).touch()
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), on_b=True)

    def test_where_the_start_time_is_unknown_it_has_to_be_seen_to_go(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "inferometer.server.verification.listener", lambda _: None
        )
        bench.server.started_s = None
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([bench.server.start, None]), on_b=True)
        _, found = bench.start(
            Person([bench.server.stop, bench.server.start]), on_b=True
        )
        assert found.facts["believed"] == "it started after the instruction"

    def test_a_server_that_is_loading_has_not_been_seen_to_come_up(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "inferometer.server.verification.listener", lambda _: None
        )
        bench.server.started_s = None
        bench.server.health = 503

        def loaded() -> None:
            bench.server.health = 200

        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None, loaded, None]), on_b=True)


class TestGoingOn:
    def test_the_server_confirmed_before_is_taken_at_once(
        self, bench: Bench
    ) -> None:
        bench.start(Person([bench.server.start]))
        _, found = bench.start(Person([], present=False))
        assert found.facts["believed"] == "it was confirmed before"
        assert "Needed at" not in bench.told

    def test_also_if_it_was_started_again_for_the_same_need(
        self, bench: Bench
    ) -> None:
        bench.start(Person([bench.server.start]))
        bench.server.start()
        _, found = bench.start(Person([], present=False))
        assert (
            found.facts["believed"] == "it was restarted after it was confirmed"
        )

    def test_the_first_server_may_be_running_already(
        self, bench: Bench
    ) -> None:
        bench.server.start()
        _, found = bench.start(Person([], present=False))
        assert found.facts["believed"] == "it was running already"

    def test_but_not_where_something_has_to_be_done_to_the_machine_first(
        self, bench: Bench
    ) -> None:
        bench.server.start()
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), on_b=True)

    @pytest.mark.parametrize(
        "damaged",
        ["", "[]", "{", '{"base_url": "http://elsewhere"}', "null", '"a"'],
    )
    def test_a_damaged_record_is_no_record(
        self, bench: Bench, damaged: str
    ) -> None:
        (bench.directory / "operator.json").write_text(
            damaged, encoding="utf-8"
        )
        bench.server.start()
        _, found = bench.start(Person([], present=False))
        assert found.facts["believed"] == "it was running already"

    def test_but_not_if_another_one_was_asked_for_in_the_meantime(
        self, bench: Bench
    ) -> None:
        """Somebody may have switched the slot by then: only the very process that was confirmed is
        still believed.
        """
        bench.start(Person([bench.server.start]))
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), on_b=True)
        _, found = bench.start(Person([], present=False))
        assert found.facts["believed"] == "it was confirmed before"
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), on_b=True)
        bench.server.start()
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]))
        bench.start(Person(["yes"]))

    def test_a_first_server_that_was_asked_for_in_an_earlier_run(
        self, bench: Bench
    ) -> None:
        with pytest.raises(ServerError, match="Nothing listens"):
            bench.start(Person([None]))
        bench.server.start()
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]), tp=2)
        with pytest.raises(ServerError, match="was running before"):
            bench.start(Person([None]))
        (bench.directory / "operator.json").unlink()
        bench.server.stop()
        with pytest.raises(ServerError, match="Nothing listens"):
            bench.start(Person([None]))
        bench.server.start()
        _, found = bench.start(Person([], present=False))
        assert found.facts["believed"] == "it was running already"

    def test_a_restart_between_two_points_is_noticed(
        self, bench: Bench
    ) -> None:
        operator, _ = bench.start(Person([bench.server.start]))
        operator.check()
        bench.server.start()
        with pytest.raises(
            ServerError, match="was restarted after it was confirmed"
        ):
            operator.check()
        bench.server.stop()
        with pytest.raises(ServerError, match="Nothing listens"):
            operator.check()


def test_ctrl_c_while_waiting_is_passed_on(bench: Bench) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bench.start(Person([None, interrupt]))


class TestTerminal:
    """A pseudo-terminal stands for the real one."""

    def at(
        self,
        stdin: TextIO,
        monkeypatch: pytest.MonkeyPatch,
        *,
        foreground: bool = True,
    ) -> Terminal:
        monkeypatch.setattr(sys, "stdin", stdin)
        monkeypatch.setattr(
            os, "tcgetpgrp", lambda _: os.getpgrp() if foreground else 1
        )
        return Terminal()

    def test_a_line_is_read_when_it_is_typed(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keyboard, screen = pty.openpty()
        with (
            open(screen, encoding="utf-8") as stdin,
            open(keyboard, "wb", buffering=0) as typing,
        ):
            terminal = self.at(stdin, monkeypatch)
            assert terminal.present
            assert terminal.wait(0) == ""
            typing.write(b" yes \n")
            assert terminal.wait(10) == "yes"

    def test_the_end_of_input_is_not_read_twice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keyboard, screen = pty.openpty()
        with (
            open(screen, encoding="utf-8") as stdin,
            open(keyboard, "wb", buffering=0) as typing,
        ):
            terminal = self.at(stdin, monkeypatch)
            typing.write(b"\x04")
            assert terminal.wait(10) == ""
            assert not terminal.present
            assert terminal.wait(0) == ""

    def test_in_the_background_nothing_is_read(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keyboard, screen = pty.openpty()
        with (
            open(screen, encoding="utf-8") as stdin,
            open(keyboard, "wb", buffering=0),
        ):
            assert not self.at(stdin, monkeypatch, foreground=False).present

    def test_input_that_is_no_terminal(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert not Terminal().present
        monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
        terminal = Terminal()
        assert not terminal.present
        assert terminal.wait(0) == ""
