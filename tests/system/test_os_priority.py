"""The real-time priority is held while it helps, and laid down while the loop fills its core."""

from __future__ import annotations

import os
import time

import pytest

from inferometer.system import os_priority as scheduling
from inferometer.system.os_priority import (
    WINDOW_NS,
    Priority,
    may_take_priority,
)


class FakeSystem:
    """Says yes or no, remembers what was asked, and has clocks that a test sets."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, allowed: bool = True
    ) -> None:
        self.asked: list[bool] = []
        self.allowed = allowed
        self.cpu_ns = self.now_ns = 0
        monkeypatch.setattr(scheduling, "_schedule", self.schedule)
        monkeypatch.setattr(time, "thread_time_ns", lambda: self.cpu_ns)
        monkeypatch.setattr(time, "monotonic_ns", lambda: self.now_ns)

    def schedule(self, real_time: bool) -> bool:
        self.asked.append(real_time)
        return self.allowed

    def use(self, share: float, ns: int = WINDOW_NS) -> None:
        self.now_ns += ns
        self.cpu_ns += round(ns * share)


def test_it_is_laid_down_while_the_core_is_full_and_taken_back_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system, priority = FakeSystem(monkeypatch), Priority()
    priority.take()
    for share in (0.5, 0.95, 0.99, 0.85, 0.5, 0.5, 0.91):
        system.use(share)
        priority.adapt()
    assert system.asked == [True, False, True, False]
    assert str(priority) == "fifo 1, given up 2 times"


def test_a_burst_does_not_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    system, priority = FakeSystem(monkeypatch), Priority()
    priority.take()
    for share in (1.0, 1.0, 1.0, 0.5) * 3:
        system.use(share, WINDOW_NS // 4)
        priority.adapt()
    assert system.asked == [True]


def test_where_it_is_not_allowed_nothing_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system, priority = FakeSystem(monkeypatch, allowed=False), Priority()
    priority.take()
    system.use(1.0)
    priority.adapt()
    assert system.asked == [True]
    assert str(priority) == "normal"


def test_without_being_asked_for_it_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system, priority = FakeSystem(monkeypatch), Priority()
    system.use(1.0)
    priority.adapt()
    assert system.asked == []
    assert str(priority) == "normal"


def test_one_time_is_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    system, priority = FakeSystem(monkeypatch), Priority()
    priority.take()
    assert str(priority) == "fifo 1"
    system.use(1.0)
    priority.adapt()
    assert str(priority) == "fifo 1, given up 1 time"


def test_the_wait_for_a_core_is_known_or_said_not_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert scheduling.run_queue_ns() >= -1
    monkeypatch.setattr(
        "builtins.open", lambda *args, **kwargs: (_ for _ in ()).throw(OSError)
    )
    assert scheduling.run_queue_ns() == -1


@pytest.mark.parametrize("allowed", [True, False])
def test_asking_whether_it_is_allowed_leaves_the_thread_as_it_was(
    monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    system = FakeSystem(monkeypatch, allowed)
    set_back: list[object] = []
    monkeypatch.setattr(os, "sched_getscheduler", lambda _: 3, raising=False)
    monkeypatch.setattr(
        os, "sched_getparam", lambda _: "as it was", raising=False
    )
    monkeypatch.setattr(
        os,
        "sched_setscheduler",
        lambda _, *policy: set_back.append(policy),
        raising=False,
    )
    assert may_take_priority() is allowed
    assert (system.asked, set_back) == ([True], [(3, "as it was")])


def test_where_there_is_no_such_thing_it_is_not_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getscheduler", raising=False)
    assert not may_take_priority()
