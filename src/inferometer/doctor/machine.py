"""The facts that checks look at: files below a root, what tools answered, variables, limits of this
process. Gathered once, before any check.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from inferometer.doctor.client import Client, describe_client
from inferometer.doctor.ports import Port, ports_of_config, ports_of_lspci
from inferometer.doctor.served import Served
from inferometer.telemetry.host import is_virtual
from inferometer.telemetry.pci import (
    ADDRESS,
    Device,
    accelerators,
    same_address,
)
from inferometer.telemetry.reading import Card, MachineSample
from inferometer.telemetry.sample import take_sample
from inferometer.telemetry.tool import ToolAnswer, ask
from inferometer.telemetry.tree import Tree

BOOT = "proc/sys/kernel/random/boot_id"
MAX_NODES = 64

NVIDIA_COLUMNS = (
    "pci.bus_id",
    "name",
    "driver_version",
    "persistence_mode",
    "ecc.mode.current",
    "mig.mode.current",
    "ecc.errors.uncorrected.volatile.total",
    "retired_pages.pending",
    "power.limit",
    "power.default_limit",
    "clocks_throttle_reasons.active",
    "memory.total",
)

COMMANDS: Mapping[str, Sequence[str]] = {
    "nvidia-smi": (
        "nvidia-smi",
        f"--query-gpu={','.join(NVIDIA_COLUMNS)}",
        "--format=csv,nounits",
    ),
    "nvidia-smi apps": (
        "nvidia-smi",
        "--query-compute-apps=gpu_bus_id,pid,used_memory",
        "--format=csv,nounits",
    ),
    "nvidia-smi topo": ("nvidia-smi", "topo", "-m"),
    "dmesg": ("dmesg",),
    "timedatectl": ("timedatectl", "show"),
    "chronyc": ("chronyc", "-n", "tracking"),
    "lspci": ("lspci", "-D", "-vvv"),
    "docker": ("docker", "info", "--format", "{{json .Runtimes}}"),
}
"""What is asked, by the name of the answer. Nothing that is asked changes anything."""

ON_A_DISK = re.compile(
    r"^\d+ \d+ \S+ / / .* - \S+ /dev/(sd|vd|xvd|nvme|mmcblk)", re.M
)
"""A root that is a disk of its own, as no container has; virtual machines are made of images, with
their marks.
"""

Ask = Callable[[Sequence[str]], ToolAnswer]


LIMIT_OPTIONS = {
    "Max open files": ("n", "nofile"),
    "Max locked memory": ("l", "memlock"),
    "Max processes": ("u", "nproc"),
}
"""Of `ulimit` and of `prlimit`."""


@dataclass(frozen=True, slots=True)
class Room:
    """A file system's room."""

    place: str
    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Node:
    """A device file."""

    owner: int
    group: int
    mode: int


@dataclass(frozen=True)
class Machine:
    """All facts."""

    tree: Tree
    sample: MachineSample
    devices: tuple[Device, ...]
    here: bool
    """Whether the files are those of the machine that this runs on."""
    answers: Mapping[str, ToolAnswer] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)
    """Device files, by path: `dev/kfd`."""
    rooms: Mapping[str, Room] = field(default_factory=dict)
    """Of `shm`, `results`, `cache`."""
    client: Client | None = None
    """What only this process knows of itself; None where the files are another machine's."""
    server: Served | None = None
    """None where no server was named."""
    log: tuple[str, ...] = ()
    """Names of the troubles that a server's log shows."""

    @cached_property
    def virtual(self) -> bool:
        return is_virtual(self.tree)

    @property
    def cards(self) -> tuple[Card, ...]:
        return self.sample.cards

    @cached_property
    def vendors(self) -> frozenset[str]:
        return frozenset(card.vendor for card in self.cards)

    @cached_property
    def nodes_numa(self) -> int:
        """How many NUMA nodes there are; 0 if that is unknown."""
        names = self.tree.names("sys/devices/system/node")
        return sum(re.fullmatch(r"node\d+", each) is not None for each in names)

    @cached_property
    def cpus(self) -> tuple[str, ...]:
        names = self.tree.names("sys/devices/system/cpu")
        found = [each for each in names if re.fullmatch(r"cpu\d+", each)]
        return tuple(sorted(found, key=lambda name: int(name[3:])))

    @cached_property
    def container(self) -> str | None:
        """Kind of the container that this runs in, or None."""
        cgroup = self.tree.word("proc/1/cgroup") or ""
        mounts = self.tree.word("proc/self/mountinfo") or ""
        marked = ".dockerenv" in self.tree.names("")
        if "docker" in cgroup or (marked and not ON_A_DISK.search(mounts)):
            return "docker"
        if ".containerenv" in self.tree.names("run"):
            return "podman"
        if "kubepods" in cgroup or "kubelet" in mounts:
            return "kubernetes"
        return "lxc" if "lxc" in cgroup else None

    @cached_property
    def ports(self) -> Mapping[str, Port]:
        """Ports and cards of the PCI bus whose settings could be read, by address."""
        read = ports_of_config(self.tree, self.way_paths)
        answer = self.answers.get("lspci")
        return {**(ports_of_lspci(answer.text) if answer else {}), **read}

    @cached_property
    def way_paths(self) -> tuple[str, ...]:
        """Directories of the cards and of every port above one, each once."""
        found: dict[str, str] = {}
        for device in self.devices:
            parts = device.path.split("/")
            for place, part in enumerate(parts):
                if ADDRESS.fullmatch(part):
                    found[part] = "/".join(parts[: place + 1])
        return tuple(found.values())

    @property
    def way_names(self) -> frozenset[str]:
        """Addresses of the cards and of every port above one."""
        return frozenset(each.rsplit("/", 1)[-1] for each in self.way_paths)

    def way_of(self, device: Device) -> list[str]:
        """Addresses from the root port down to the card."""
        return [
            each for each in device.path.split("/") if ADDRESS.fullmatch(each)
        ]

    @cached_property
    def gfx(self) -> tuple[str, ...]:
        """Architectures of AMD's and Hygon's cards, one a card: `gfx1201`."""
        base = "sys/class/kfd/kfd/topology/nodes"
        found = []
        for name in self.tree.names(base):
            text = self.tree.word(f"{base}/{name}/properties") or ""
            version = re.search(r"^gfx_target_version (\d+)$", text, re.M)
            if version and int(version[1]):
                found.append(gfx_name(int(version[1])))
        return tuple(found)

    @cached_property
    def nvidia(self) -> Mapping[str, Mapping[str, str]]:
        """Cells of nvidia-smi by the card's address."""
        answer = self.answers.get("nvidia-smi")
        return nvidia_rows(answer.text) if answer else {}

    def number(self, path: str) -> int | None:
        """A file that holds one whole number."""
        word = self.tree.word(path) or ""
        return int(word) if re.fullmatch(r"-?\d{1,18}", word) else None

    def limit(self, name: str, place: int = 0) -> int | None:
        """This process's limit, the soft one or (1) the hard one; -1 is unlimited."""
        text = self.tree.word("proc/self/limits") or ""
        found = re.search(rf"^{name} +(\S+) +(\S+)", text, re.M)
        if not found:
            return None
        word = found[place + 1]
        return (
            -1 if word == "unlimited" else int(word) if word.isdigit() else None
        )

    def raise_limit(self, name: str, to: int) -> str:
        """The command that raises a limit of the shell (-1: to unlimited). Beyond the hard limit
        root alone may.
        """
        letter, option = LIMIT_OPTIONS[name]
        hard = self.limit(name, 1)
        word = "unlimited" if to == -1 else str(to)
        if hard == -1 or (hard is not None and -1 < to <= hard):
            return f"ulimit -{letter} {word}"
        return f'sudo prlimit --pid "$$" --{option}={word}:{word}'


def gfx_name(version: int) -> str:
    """`gfx90a` of 90010: major, minor and step, the last in hexadecimal."""
    return f"gfx{version // 10000}{version // 100 % 100}{version % 100:x}"


def nvidia_rows(text: str) -> dict[str, dict[str, str]]:
    """Cells of the table of cards by address."""
    found: dict[str, dict[str, str]] = {}
    for address, row in table_rows(text, "pci.bus_id") or ():
        found.setdefault(address, row)
    return found


def table_rows(
    text: str, first: str
) -> list[tuple[str, dict[str, str]]] | None:
    """Rows of a table whose first column, of that name, is an address; None if there is no such
    table. A row of another length than the head is left out.
    """
    head: list[str] = []
    rows = []
    for line in text.split("\n"):
        cells = [each.strip() for each in line.split(",")]
        if not head and cells[0] == first:
            head = [each.partition(" ")[0] for each in cells]
        elif len(cells) == len(head) and (address := same_address(cells[0])):
            rows.append((address, dict(zip(head, cells, strict=True))))
    return rows if head else None


def gather(
    root: Path = Path("/"),
    *,
    environment: Mapping[str, str] | None = None,
    asked: Ask = ask,
) -> Machine:
    """The facts of the machine whose files are below `root`.

    Tools are asked on this host, but not where the files are known to be of another one.
    """
    tree = Tree(root)
    sample = take_sample(root)
    vendors = {card.vendor for card in sample.cards}
    own = _is_this_machine(tree)
    here = root.resolve() == Path("/")
    return Machine(
        tree,
        sample,
        tuple(accelerators(tree)),
        here,
        _answers(vendors, asked) if own else {},
        dict(os.environ if environment is None else environment),
        _nodes(root),
        _rooms() if here else {},
        describe_client() if here else None,
    )


def _is_this_machine(tree: Tree) -> bool:
    """Unless the files are of another start of a kernel than ours."""
    told = tree.word(BOOT)
    return told is None or told == Tree().word(BOOT)


def _answers(vendors: set[str], asked: Ask) -> dict[str, ToolAnswer]:
    wanted = {
        name: command
        for name, command in COMMANDS.items()
        if command[0] != "nvidia-smi" or "nvidia" in vendors
        if command[0] != "lspci" or vendors
    }
    return {name: asked(command) for name, command in wanted.items()}


def _nodes(root: Path) -> dict[str, Node]:
    found: dict[str, Node] = {}
    tree = Tree(root)
    names = [f"dev/{name}" for name in tree.names("dev")]
    names += [f"dev/dri/{name}" for name in tree.names("dev/dri")]
    wanted = re.compile(
        r"dev/(kfd|mkfd|nvidia\w*|nvidia-uvm|davinci\w*|dri/(renderD|card)\d+)"
    )
    for name in filter(wanted.fullmatch, names):
        try:
            status = os.stat(root / name)
        except OSError:
            continue
        found[name] = Node(status.st_uid, status.st_gid, status.st_mode & 0o777)
        if len(found) == MAX_NODES:
            break
    return found


def cache_directory(environment: Mapping[str, str]) -> Path:
    """Where models are kept that a server downloads."""
    for name in ("HF_HUB_CACHE", "HF_HOME", "MODELSCOPE_CACHE"):
        if environment.get(name):
            return Path(environment[name])
    home = Path(os.path.expanduser("~"))
    return home / ".cache" / "huggingface"


def _rooms() -> dict[str, Room]:
    places = {
        "shm": Path("/dev/shm"),  # noqa: S108 - looked at
        "results": Path.cwd(),
        "cache": cache_directory(os.environ),
    }
    found = {}
    for name, place in places.items():
        there = next(
            (each for each in (place, *place.parents) if each.exists()), None
        )
        if there is None or (name == "shm" and there != place):
            continue
        try:
            status = os.statvfs(there)
        except OSError:
            continue
        found[name] = Room(
            str(there),
            status.f_blocks * status.f_frsize,
            status.f_bavail * status.f_frsize,
        )
    return found
