"""For tests in which a client looks for events at another time than it would."""

from __future__ import annotations

from inferometer.system.poller import Poller, make_poller


class PollerAround:
    """The loop's poller, until a test says otherwise."""

    def __init__(self) -> None:
        self._poller: Poller = make_poller()
        self.register, self.modify = self._poller.register, self._poller.modify
        self.unregister, self.close = (
            self._poller.unregister,
            self._poller.close,
        )

    def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]:
        return self._poller.poll(timeout, maxevents)
