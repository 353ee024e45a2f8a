"""Signals, stage by stage: sent to ourselves, and answered as the stage says."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from inferometer.system import interruption
from inferometer.system.interruption import (
    Interruption,
    ignore_signals,
    signals_held_back,
)

ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
EACH = pytest.mark.parametrize("number", ALL)


@pytest.fixture(autouse=True)
def signals_of_a_terminal() -> Iterator[None]:
    """As they are for a program that a person starts."""
    usual: dict[int, Any] = dict.fromkeys(
        (signal.SIGTERM, signal.SIGHUP), signal.SIG_DFL
    )
    usual[signal.SIGINT] = signal.default_int_handler
    before = {
        number: signal.signal(number, handler)
        for number, handler in usual.items()
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(*numbers: int) -> None:
    for number in numbers:
        os.kill(os.getpid(), number)


@EACH
def test_before_anything_was_measured_it_ends_the_command(number: int) -> None:
    with Interruption() as held, pytest.raises(KeyboardInterrupt):
        send(number)
    assert held.asked


@EACH
def test_while_workers_measure_it_stops_them_and_is_held_afterwards(
    number: int,
) -> None:
    called: list[str] = []
    with Interruption() as held:
        with held.measuring(
            lambda: called.append("stop"), lambda: called.append("kill")
        ):
            send(number, number)
        send(number)
        assert called == ["stop", "stop"]
        with pytest.raises(KeyboardInterrupt):
            held.release()
        with pytest.raises(KeyboardInterrupt):
            send(number)


@pytest.mark.parametrize(
    ("numbers", "called"),
    [
        ((signal.SIGINT, signal.SIGINT), ["stop", "kill"]),
        ((signal.SIGTERM, signal.SIGINT), ["stop", "kill"]),
        ((signal.SIGHUP, signal.SIGHUP), ["stop", "stop"]),
        (
            (signal.SIGTERM, signal.SIGHUP),
            ["stop", "stop"],
        ),  # as the end of a session does
        ((signal.SIGHUP, signal.SIGTERM), ["stop", "stop"]),
        (
            (signal.SIGHUP, signal.SIGTERM, signal.SIGTERM),
            ["stop", "stop", "kill"],
        ),
    ],
)
def test_a_second_wish_kills_them_and_the_end_of_a_terminal_is_none(
    monkeypatch: pytest.MonkeyPatch, numbers: tuple[int, ...], called: list[str]
) -> None:
    monkeypatch.setattr(interruption, "SECOND_THOUGHT_NS", -1)
    heard: list[str] = []
    with (
        Interruption() as held,
        held.measuring(
            lambda: heard.append("stop"), lambda: heard.append("kill")
        ),
    ):
        send(*numbers)
    assert heard == called


@EACH
def test_what_is_skipped_ends_at_the_first_and_nothing_else_does(
    number: int,
) -> None:
    reached = []
    with Interruption() as held:
        with held.skipping():
            try:
                send(number)
            finally:
                send(number)
                reached.append("cleaned up")
            reached.append("went on")
        send(number)
    assert reached == ["cleaned up"]


def test_what_nobody_asked_for_is_not_released_into_anything() -> None:
    with Interruption() as held:
        held.hold()
        held.release()
        assert not held.asked


def test_they_do_as_before_afterwards_and_inside_another() -> None:
    before = [signal.getsignal(number) for number in ALL]
    with Interruption() as outer:
        outer.hold()
        with Interruption(), pytest.raises(KeyboardInterrupt):
            send(signal.SIGHUP)
        send(signal.SIGHUP)
        assert outer.asked
    assert [signal.getsignal(number) for number in ALL] == before


@EACH
def test_once_the_exit_code_is_known_nothing_changes_it_also_outside(
    number: int,
) -> None:
    with Interruption() as outer:
        with Interruption() as inner:
            inner.finish()
            send(number)
        send(number)
        assert outer.asked


def test_under_nohup_nothing_changes_it_outside_either() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruption() as outer:
        with Interruption() as inner:
            inner.finish()
        send(signal.SIGTERM)
        assert outer.asked


def test_a_terminal_whose_end_is_ignored_may_go() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    with Interruption() as held:
        send(signal.SIGHUP)
        assert not held.asked
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


def forked_while_sent(number: int) -> int:
    """The exit code of a child that is sent this signal before and after it ignores signals."""
    send(number)
    child = os.fork()
    if child == 0:
        try:
            send(number)
            ignore_signals()
            send(number)
            os._exit(7)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("threads", [0, 1])
@EACH
def test_held_back_it_comes_later_and_to_a_child_that_ignores_it_never(
    number: int, threads: int
) -> None:
    codes = []
    over = threading.Event()
    others = [threading.Thread(target=over.wait) for _ in range(threads)]
    for each in others:
        each.start()
    try:
        with Interruption() as held:
            with pytest.raises(KeyboardInterrupt), signals_held_back():
                codes.append(forked_while_sent(number))
            assert (codes, held.asked) == ([7], True)
    finally:
        over.set()
        for each in others:
            each.join()
