"""Tables of `amd-smi`: `monitor`, whose columns every release renames, and what it prints without a
verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from inferometer.telemetry.smi_text import ended

COLUMNS: Mapping[str, str] = {
    "power": "power_usage",
    "gpu_t": "hotspot_temperature",
    "gpu_temp": "hotspot_temperature",
    "mem_t": "memory_temperature",
    "mem_temp": "memory_temperature",
    "gfx%": "gfx",
    "gfx_util": "gfx",
    "gfx_clk": "gfx_clock",
    "gfx_clock": "gfx_clock",
    "mem%": "mem",
    "mem_util": "mem",
    "mem_clock": "mem_clock",
    "vram_used": "vram_used",
    "vram_total": "vram_total",
    "pwr_cap": "power_limit",
}
"""Head of a column in small letters: the name that the JSON of `monitor` has for it."""

VRAM = "vram_usage"
"""A column of two figures: used and all."""

_USAGE = re.compile(r"([\d.]+)/([\d.]+)(GB|MB)")
_UNIT = re.compile(r"(\d) (W|°C|C|MHz|GHz|%|MB|GB|MB/s|Mb/s)(?=\s|$)")
_SHARE = re.compile(r"(\d)/\s+(\d)")
_FIGURE = re.compile(r"(-?[\d.]+|N/A)(\D*)")
_FIRST = re.compile(
    r"\|\s*(?P<address>[0-9A-Fa-f]{4}:[0-9A-Fa-f:.]+)\s+(?P<name>\S.*?)\s*\|"
    r"\s*(?P<memory>[\d.]+ %|N/A)\s.*?\s(?P<used>[\d.]+|N/A)/(?P<limit>[\d.]+|N/A) W\s*\|"
)
_SECOND = re.compile(
    r"\|\s*(?P<gpu>\d+)\s.*\|\s*(?P<gfx>[\d.]+ %|N/A)\s.*?"
    r"\s(?P<used>[\d.]+|N/A)/(?P<total>[\d.]+|N/A) MB\s*\|"
)

Figures = dict[str, str]


def by_monitor(text: str) -> dict[int, Figures]:
    """Rows below a head that begins with `GPU`. A row with other columns than the head is none."""
    cards: dict[int, Figures] = {}
    head = []
    place = 0
    for line in ended(text):
        cells = _cells(line)
        watched = cells[:2] == ["TIMESTAMP", "GPU"]
        if (cells[:1] == ["GPU"] or watched) and len(cells) > 2:
            head = [each.lower() for each in cells]
            place = int(watched)
        elif head and len(cells) == len(head) and cells[place].isdecimal():
            cards.setdefault(int(cells[place]), dict(_figures(head, cells)))
    return cards


def _cells(line: str) -> list[str]:
    """A figure and its unit are one cell."""
    return _UNIT.sub(r"\1\2", _SHARE.sub(r"\1/\2", line)).split()


def _figures(head: list[str], cells: list[str]) -> Iterator[tuple[str, str]]:
    for name, cell in zip(head, cells, strict=True):
        usage = _USAGE.fullmatch(cell) if name == VRAM else None
        if usage:
            yield "vram_used", f"{usage[1]} {usage[3]}"
            yield "vram_total", f"{usage[2]} {usage[3]}"
        found = _FIGURE.fullmatch(cell)
        if found and name in COLUMNS:
            yield COLUMNS[name], f"{found[1]} {found[2]}".strip()


def by_default_view(text: str) -> dict[int, Figures]:
    """Two rows a card: `| 0000:03:00.0 ...R9700 | 0 % … 27/300 W |`, then its number and memory."""
    cards: dict[int, Figures] = {}
    lines = ended(text)
    for line, below in zip(lines, lines[1:], strict=False):
        first = _FIRST.fullmatch(line.strip())
        second = _SECOND.fullmatch(below.strip())
        if first and second:
            cards.setdefault(
                int(second["gpu"]),
                {
                    "bdf": first["address"],
                    "mem": first["memory"],
                    "power_usage": f"{first['used']} W",
                    "power_limit": f"{first['limit']} W",
                    "gfx": second["gfx"],
                    "vram_used": f"{second['used']} MB",
                    "vram_total": f"{second['total']} MB",
                },
            )
    return cards
