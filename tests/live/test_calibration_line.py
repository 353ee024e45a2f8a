"""What is to be seen while a run waits for its host to be calibrated."""

from __future__ import annotations

import io
from typing import Any

import pytest

from inferometer.live.calibration import ERASE, calibrating
from inferometer.metrics.calibration import LoadLevel


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def level(**fields: Any) -> LoadLevel:
    figures: dict[str, Any] = dict.fromkeys(LoadLevel.__dataclass_fields__, 0.0)
    figures |= {
        "kind": "events",
        "asked": 64_000.0,
        "ttft_error_p99_ms": 0.01,
        "itl_error_p99_ms": 0.0213,
    }
    return LoadLevel(**{**figures, **fields})


def test_a_terminal_shows_one_line_that_is_gone_in_the_end() -> None:
    stream = Terminal()
    with calibrating(stream=stream) as show:
        show(level())
        show(level(kind="requests", asked=500, itl_error_p99_ms=None))
        show(
            level(
                kind="streams",
                asked=8,
                ttft_error_p99_ms=None,
                itl_error_p99_ms=None,
            )
        )
    assert stream.getvalue().split(ERASE) == [
        "",
        "  64,000 events/s: ±0.021 ms",
        "  500 requests/s: ±0.010 ms",
        "  8 streams: no request was answered",
        "",
    ]


def test_it_is_gone_also_when_it_was_stopped() -> None:
    stream = Terminal()

    def stopped() -> None:
        with calibrating(stream=stream) as show:
            show(level())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert stream.getvalue().endswith(ERASE)


@pytest.mark.parametrize(
    ("stream", "quiet"), [(io.StringIO(), False), (Terminal(), True)]
)
def test_a_log_and_whoever_wants_quiet_see_nothing(
    stream: io.StringIO, quiet: bool
) -> None:
    with calibrating(stream=stream, quiet=quiet) as show:
        show(level())
    assert stream.getvalue() == ""
