"""Machines that there are not: trees of files, answers of tools, variables."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from inferometer.doctor.client import Client
from inferometer.doctor.machine import COMMANDS, Machine, Node, Room, gather
from inferometer.doctor.served import Process, Served
from inferometer.server.model_list import ModelCard
from inferometer.telemetry.tool import ToolAnswer
from inferometer.trace.server_counters import MetricsReading
from tests.telemetry.trees import port

Files = dict[str, str]
GIB = 1024**3
IDS = {
    "nvidia": 0x10DE,
    "amd": 0x1002,
    "hygon": 0x1D94,
    "intel": 0x8086,
}
CPU = "sys/devices/system/cpu"
LIMITS = "Limit                     Soft Limit           Hard Limit           Units\n"
STATUS = (
    "Name:\tpython\nUid:\t1000\t1000\t1000\t1000\nGroups:\t1000\n"
    "CapEff:\t00000000a80425fb\nSeccomp:\t2\nCpus_allowed_list:\t0-3\n"
)
EMPTY = ToolAnswer("", "ok", 0)


@dataclass(frozen=True)
class Given:
    """Facts of a machine, and what a check has to find in them."""

    files: Files = field(default_factory=dict)
    answers: Mapping[str, str | ToolAnswer] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Fields of Machine that no file says."""

    def machine(self, root: Path) -> Machine:
        write(root, self.files)
        answers = {
            name: each if isinstance(each, ToolAnswer) else told(each)
            for name, each in self.answers.items()
        }

        def asked(command: Sequence[str]) -> ToolAnswer:
            names = [n for n, each in COMMANDS.items() if each == command]
            absent = ToolAnswer("", "tool_missing")
            return answers.get(names[0], absent)

        machine = gather(root, environment=self.environment, asked=asked)
        return replace(machine, **self.facts)


def told(text: str) -> ToolAnswer:
    return ToolAnswer(text, "ok", 0)


def given(
    files: Files | None = None,
    answers: Mapping[str, str | ToolAnswer] | None = None,
    environment: Mapping[str, str] | None = None,
    **facts: Any,
) -> Given:
    return Given(files or {}, answers or {}, environment or {}, facts)


def write(root: Path, files: Files) -> None:
    """The files below a root; a text after `base64:` is binary, one after `-> ` a link."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        binary, link = text.removeprefix("base64:"), text.removeprefix("-> ")
        if link != text:
            (root / link).mkdir(parents=True, exist_ok=True)
            path.symlink_to(root / link)
        else:
            content = (
                text.encode() if binary == text else base64.b64decode(binary)
            )
            path.write_bytes(content)


def cpus(count: int, **files: str) -> Files:
    """Processors that have these files, `/` in their names written as two underscores."""
    found = {f"{CPU}/present": f"0-{count - 1}\n"}
    for number in range(count):
        found[f"{CPU}/cpu{number}/topology/core_id"] = f"{number}\n"
        for name, text in files.items():
            path = name.replace("__", "/")
            found[f"{CPU}/cpu{number}/{path}"] = f"{text}\n"
    return found


def nodes(count: int) -> Files:
    base = "sys/devices/system/node"
    return {f"{base}/node{n}/cpulist": "0\n" for n in range(count)}


def place(number: int) -> str:
    """Directory of a card below `sys/devices`."""
    return f"pci0000:00/0000:00:{number + 1:02x}.0/0000:{number + 16:02x}:00.0"


def address(number: int = 0) -> str:
    return f"0000:{number + 16:02x}:00.0"


def root_port(number: int = 0) -> str:
    return f"0000:00:{number + 1:02x}.0"


def cards(
    vendor: str = "amd",
    count: int = 1,
    *,
    link: str | None = "16.0x16",
    most: str | None = "16.0x16",
    above: str | None = "16.0x16",
    more: Mapping[str, str] | None = None,
    **files: str,
) -> Files:
    """Cards right below root ports of another vendor. `files` are those of each card."""
    found: Files = {}
    for number in range(count):
        way = place(number)
        found |= port(way.rpartition("/")[0], 0x1022, 0x060400, above, above)
        found |= port(way, IDS[vendor], 0x030200, link, most)
        for name, text in {**files, **(more or {})}.items():
            path = name.replace("__", "/")
            found[f"sys/devices/{way}/{path}"] = f"{text}\n"
    return found


def config(
    *,
    acs: int = 0,
    relaxed: bool = True,
    payload: int = 256,
    able: int = 256,
    asleep: bool = False,
) -> str:
    """The configuration space of a port or card."""
    content = bytearray(4096)
    content[0x34], content[0x40] = 0x40, 0x10
    size, most = (each.bit_length() - 8 for each in (payload, able))
    control = size << 5 | 0x10 * relaxed
    struct.pack_into("<IH", content, 0x44, most, control)
    struct.pack_into("<H", content, 0x50, 2 * asleep)
    struct.pack_into("<IHH", content, 0x100, 0x0001 | 0x140 << 20, 0, 0)
    struct.pack_into("<IHH", content, 0x140, 0x000D | 1 << 16, 0, acs)
    return "base64:" + base64.b64encode(content).decode()


def configured(count: int = 1, **settings: Any) -> Files:
    """Configurations of the cards and of the ports above them; `port_acs` of the ports only."""
    acs = settings.pop("port_acs", 0)
    found = {}
    for number in range(count):
        way = f"sys/devices/{place(number)}"
        found[f"{way}/config"] = config(**settings)
        found[f"{way.rpartition('/')[0]}/config"] = config(
            acs=acs, able=settings.get("able", 256)
        )
    return found


def iommu(kind: str) -> Files:
    return {
        "sys/class/iommu/ivhd0/x": "\n",
        "sys/kernel/iommu_groups/7/type": f"{kind}\n",
    }


def kfd(version: int, count: int = 1, link: int = 2) -> Files:
    base = "sys/class/kfd/kfd/topology/nodes"
    found = {f"{base}/0/properties": "gfx_target_version 0\n"}
    for number in range(1, count + 1):
        node = f"{base}/{number}"
        found[f"{node}/properties"] = f"gfx_target_version {version}\n"
        found[f"{node}/io_links/0/properties"] = f"type {link}\nweight 20\n"
    return found


SMI_HEAD = (
    "pci.bus_id, name, driver_version, persistence_mode, ecc.mode.current, mig.mode.current, "
    "ecc.errors.uncorrected.volatile.total, retired_pages.pending, power.limit [W], "
    "power.default_limit [W], clocks_throttle_reasons.active, memory.total [MiB]"
)
SMI = {
    "name": "NVIDIA H100 80GB HBM3",
    "driver": "590.48.01",
    "persistence": "Enabled",
    "ecc": "Enabled",
    "mig": "Disabled",
    "errors": "0",
    "pending": "No",
    "limit": "700.00",
    "usual": "700.00",
    "reasons": "0x0000000000000001",
    "memory": "81559",
}


def smi(*rows: Mapping[str, str]) -> str:
    """What nvidia-smi prints of cards that differ from SMI in these cells."""
    lines = [SMI_HEAD]
    for number, row in enumerate(rows):
        cells = {"address": f"0000{address(number).upper()}", **SMI, **row}
        lines.append(", ".join(cells.values()))
    return "\n".join(lines) + "\n"


def limits(name: str, soft: object, hard: object | None = None) -> Files:
    text = f"{name:<26}{soft!s:<21}{hard if hard is not None else soft!s:<21}files\n"
    return {"proc/self/limits": LIMITS + text}


def room(free_gib: float, total_gib: float = 1000) -> Room:
    return Room("/data", int(total_gib * GIB), int(free_gib * GIB))


def node(mode: int = 0o660, group: int = 109) -> Node:
    return Node(0, group, mode)


CLIENT = Client("3.12.4", 64, False, True, False, "2026-11-01T00:00:00Z")


def served(
    *,
    counters: Mapping[str, float] | None = None,
    gauges: Mapping[str, float] | None = None,
    settings: Mapping[str, str] | None = None,
    words: Sequence[str] = ("vllm", "serve", "m"),
    **facts: Any,
) -> Served:
    """A vLLM server on this host; what the facts say is different."""
    reading: Any = MetricsReading(
        "vllm",
        0.0,
        None,
        dict(counters or {"preemptions": 0.0}),  # type: ignore[arg-type]
        dict(gauges or {"running": 0.0, "waiting": 0.0, "kv_cache_usage": 0.1}),  # type: ignore[arg-type]
        {},
    )
    usual: dict[str, Any] = {
        "models": (ModelCard("m", 4096),),
        "version": "0.33.0",
        "counters": reading,
        "settings": settings or {},
        "clock_ahead_s": 0.3,
        "process": Process(7, tuple(words), {}, 65536, "0-3"),
    }
    return Served("http://127.0.0.1:8000", **{**usual, **facts})
