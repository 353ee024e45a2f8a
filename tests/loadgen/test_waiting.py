"""What the loop waits with: the poll set for systems without epoll, and the timer that rings at a
due time.
"""

from __future__ import annotations

import select
import socket
import sys

import pytest

from inferometer.clock import MS, monotonic_ns
from inferometer.system.poller import Poller, PollPoller, make_poller
from inferometer.system.timer import DueTimer

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="timers that can be polled are Linux's"
)


@pytest.mark.parametrize("make", [PollPoller, make_poller])
def test_a_poller_tells_what_is_ready_and_forgets_what_it_is_told_to(
    make: type[PollPoller],
) -> None:
    poller: Poller = make()
    one, other = socket.socketpair()
    with one, other:
        poller.register(one.fileno(), select.POLLIN)
        assert poller.poll(0, 10) == []
        other.send(b"x")
        assert poller.poll(5, 10) == [(one.fileno(), select.POLLIN)]
        poller.modify(one.fileno(), select.POLLIN | select.POLLOUT)
        assert poller.poll(5, 10) == [
            (one.fileno(), select.POLLIN | select.POLLOUT)
        ]
        poller.unregister(one.fileno())
        assert poller.poll(0, 10) == []
    poller.close()


@pytest.mark.parametrize("make", [PollPoller, make_poller])
def test_a_poller_tells_no_more_than_it_is_asked_for(
    make: type[PollPoller],
) -> None:
    poller: Poller = make()
    pairs = [socket.socketpair() for _ in range(3)]
    for one, _ in pairs:
        poller.register(one.fileno(), select.POLLOUT)
    assert len(poller.poll(5, 2)) == 2
    assert len(poller.poll(5, 10)) == 3
    for pair in pairs:
        for end in pair:
            end.close()
    poller.close()


@linux
def test_a_timer_rings_at_its_time_and_not_before() -> None:
    timer = DueTimer()
    due_ns = monotonic_ns() + 20 * MS
    timer.arm(due_ns)
    assert (
        select.select([timer.fd], [], [], 0)[0] == []
        or monotonic_ns() >= due_ns
    )
    assert select.select([timer.fd], [], [], 5)[0] == [timer.fd]
    assert monotonic_ns() >= due_ns
    timer.rang()
    assert select.select([timer.fd], [], [], 0)[0] == []
    timer.close()


@linux
def test_a_timer_armed_in_the_past_rings_at_once_and_again_when_armed_again() -> (
    None
):
    timer = DueTimer()
    past_ns = monotonic_ns() - 1
    for _ in range(2):
        timer.arm(past_ns)
        assert select.select([timer.fd], [], [], 5)[0] == [timer.fd]
        timer.rang()
    timer.close()


@linux
def test_the_last_time_armed_for_counts() -> None:
    timer = DueTimer()
    timer.arm(monotonic_ns() - 1)
    timer.arm(monotonic_ns() + 3600 * 1000 * MS)
    assert select.select([timer.fd], [], [], 0)[0] == []
    timer.rang()  # silencing what did not ring does no harm
    timer.arm(monotonic_ns() - 1)
    assert select.select([timer.fd], [], [], 5)[0] == [timer.fd]
    timer.close()
    timer.close()


def test_where_there_is_no_such_timer_arming_it_does_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    timer = DueTimer()
    timer.arm(1)
    assert timer.fd == -1
    timer.close()
