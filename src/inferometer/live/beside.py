"""What happens beside the load of a run: the cards, the host, the server's queue, the end of its
log. Newest samples in, lines of text out; only what is shown is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from inferometer.clock import NS, monotonic_ns
from inferometer.printable import (
    aligned,
    columns_of,
    cut,
    padded,
    printable,
    wrapped,
)
from inferometer.trace.series import HOST, SERVER
from inferometer.words import spoken

if TYPE_CHECKING:
    from inferometer.measurement.sampling import Latest, Newest

EVERY_S = 0.5
"""As often as samplers look."""
GIB = 1024**3
MISSING = "–"
GAP, RULE = "  ", "│ "
MAX_ROWS_A_LINE = 3
"""Of the log."""
MIN_COLUMNS = 8
MIN_LOG_LINES, MAX_LOG_LINES = 3, 8
COLUMNS = ("card", "gpu_utilization", "memory", "power", "temperature")
HEAT = ("temperature_c", "hotspot_temperature_c")

Values = Mapping[str, float]


class Surroundings:
    """What is to be shown beside the load; nothing before sampling has begun."""

    def __init__(self) -> None:
        self._newest: Callable[[], Newest] = dict
        self._log: Callable[[], Sequence[str]] = list
        self._is_watched = False
        self._due_ns = 0
        self._seen: Newest = {}
        self._before: Newest = {}
        self._log_lines: Sequence[str] = ()

    def see(
        self,
        newest: Callable[[], Newest],
        log: Callable[[], Sequence[str]] = list,
    ) -> None:
        """From now on these tell the newest samples, and the end of the server's log."""
        self._newest, self._log, self._is_watched = newest, log, True

    def lines(self, columns: int, rows: int) -> list[str]:
        """At most `rows` lines of at most `columns` columns. Where there is no room for all, cards
        and older lines of the log are left out.
        """
        foot = [*self._host(), *_server(self._seen.get(SERVER, {}))]
        log = list(_rows_of(self._log_lines, max(columns, MIN_COLUMNS)))
        for_cards = rows - len(foot) - min(len(log), MIN_LOG_LINES)
        shown = [*_table(_cards(self._seen), for_cards), *foot]
        room = min(rows - len(shown), MAX_LOG_LINES)
        shown += log[-room:] if room > 0 else []
        return [cut(line, columns) for line in shown[: max(rows, 0)]]

    def line(self) -> str:
        """All of it but the log in one line; '' where nothing was seen."""
        cards = list(_cards(self._seen).values())
        return GAP.join(
            [
                *([_together(cards)] if cards else []),
                *self._host(),
                *_server(self._seen.get(SERVER, {})),
            ]
        )

    def look(self) -> bool:
        """Ask anew, if it is time: to be called with every snapshot of the run. Whether there is
        something to draw.
        """
        now_ns = monotonic_ns()
        if now_ns < self._due_ns:
            return not self._is_watched
        self._due_ns = now_ns + round(EVERY_S * NS)
        seen = self._newest()
        if _at_ns(seen) != _at_ns(self._seen):
            self._before = self._seen
        self._seen = seen
        self._log_lines = self._log()
        return True

    def _host(self) -> Iterator[str]:
        """Shares of time are those since the sample before."""
        now, before = (
            each.get(HOST, {}) for each in (self._seen, self._before)
        )
        if not now:
            return
        busy, idle = (
            _per_second(now, before, f"cpu_{name}_s")
            for name in ("busy", "idle")
        )
        known = None if busy is None or idle is None else busy + idle
        cores = [
            share
            for name, values in self._seen.items()
            if name.startswith(f"{HOST} ")
            and (share := self._core_share(name, values)) is not None
        ]
        memory = _plain(now)
        yield spoken().text(
            "progress.host",
            cpu=_figure(
                100 * busy / known if busy is not None and known else None
            ),
            core=_figure(min(100.0, 100 * max(cores)) if cores else None),
            available=_figure(memory.get("memory_available_bytes"), GIB),
            total=_figure(memory.get("memory_total_bytes"), GIB),
        )

    def _core_share(
        self, name: str, values: Mapping[str, Latest]
    ) -> float | None:
        return _per_second(values, self._before.get(name, {}), "cpu_busy_s")


def _rows_of(log: Sequence[str], columns: int) -> Iterator[str]:
    for line in log:
        text = printable(line, MAX_ROWS_A_LINE * (columns - len(RULE)))
        yield from wrapped(text, columns, RULE, RULE)


def _at_ns(seen: Newest) -> int:
    """When the host was looked at."""
    return max(
        (each.monotonic_ns for each in seen.get(HOST, {}).values()), default=0
    )


def _per_second(
    now: Mapping[str, Latest], before: Mapping[str, Latest], name: str
) -> float | None:
    """How fast a counter grows; None if it is not known."""
    last, first = now.get(name), before.get(name)
    if last is None or first is None:
        return None
    seconds = (last.monotonic_ns - first.monotonic_ns) / NS
    grown = last.value - first.value
    return grown / seconds if seconds > 0 and grown >= 0 else None


def _plain(values: Mapping[str, Latest]) -> Values:
    return {name: each.value for name, each in values.items()}


def _cards(seen: Newest) -> dict[str, Values]:
    return {
        card: _plain(values)
        for card, values in sorted(seen.items())
        if card not in (HOST, SERVER) and not card.startswith(f"{HOST} ")
    }


def _figure(value: float | None, unit: float = 1.0, digits: int = 0) -> str:
    return MISSING if value is None else f"{value / unit:.{digits}f}"


def _of_two(
    used: float | None, total: float | None, unit: float, digits: int
) -> str:
    """Such as 61.2/80.0."""
    return f"{_figure(used, unit, digits)}/{_figure(total, unit, digits)}"


def _heat(card: Values) -> float | None:
    return next((card[name] for name in HEAT if name in card), None)


def _table(cards: Mapping[str, Values], rows: int) -> list[str]:
    """A heading and a row a card, as far as there is room."""
    if not cards or rows < 2:
        return []
    words = spoken()
    left_out = max(len(cards) - (rows - 1), 0)
    left_out += left_out > 0  # its own line
    table = [[words.text(f"monitor.{name}") for name in COLUMNS]]
    for card, values in list(cards.items())[: len(cards) - left_out]:
        table.append([printable(words.card(card)), *_figures(values)])
    lines = _laid_out(table)
    if left_out:
        lines.append(words.counted("progress.more", left_out))
    return lines


def _laid_out(table: Sequence[Sequence[str]]) -> list[str]:
    """Names to the left, figures to the right."""
    widths = [
        max(map(columns_of, column)) for column in zip(*table, strict=True)
    ]
    return [
        GAP.join(
            (
                padded(row[0], widths[0]),
                *map(aligned, row[1:], widths[1:]),
            )
        )
        for row in table
    ]


def _figures(card: Values) -> list[str]:
    get = card.get
    return [
        _figure(get("gpu_utilization")),
        _of_two(get("memory_used_bytes"), get("memory_total_bytes"), GIB, 1),
        _of_two(get("power_w"), get("power_limit_w"), 1.0, 0),
        _figure(_heat(card)),
    ]


def _together(cards: Sequence[Values]) -> str:
    """All cards as one: what one of them does not tell is not known of all."""

    def total(name: str, of: Sequence[Values] = cards) -> float | None:
        found = [card[name] for card in of if name in card]
        return sum(found) if found and len(found) == len(of) else None

    metered = [card for card in cards if "second_die" not in card]

    utilization = total("gpu_utilization")
    heats = [heat for card in cards if (heat := _heat(card)) is not None]
    return spoken().counted(
        "progress.cards",
        len(cards),
        utilization=_figure(utilization, len(cards)),
        memory=_of_two(
            total("memory_used_bytes"), total("memory_total_bytes"), GIB, 1
        ),
        power=_of_two(
            total("power_w", metered), total("power_limit_w", metered), 1.0, 0
        ),
        temperature=_figure(max(heats) if len(heats) == len(cards) else None),
    )


def _server(page: Mapping[str, Latest]) -> Iterator[str]:
    gauges = _plain(page)
    running, waiting, usage = (
        gauges.get(name) for name in ("running", "waiting", "kv_cache_usage")
    )
    if running is None and waiting is None and usage is None:
        return
    yield spoken().text(
        "progress.server",
        running=_figure(running),
        waiting=_figure(waiting),
        kv=_figure(None if usage is None else 100 * usage),
    )
