"""Checks of the cards: driver, device files, health, power, what else runs on them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps

from inferometer.doctor.check_host import counted
from inferometer.doctor.machine import Machine, Node, table_rows
from inferometer.doctor.seen import Seen, Status, Unread, seen, skipped
from inferometer.telemetry.reading import Card

MODULES = {
    "nvidia": ("nvidia",),
    "amd": ("amdgpu",),
    "hygon": ("hydcu", "hycu", "amdgpu"),
    "intel": ("xe", "i915"),
    "ascend": ("drv_davinci_intf_host", "drv_devmm_host", "npu"),
    "mthreads": ("mtgpu",),
}
"""Kernel modules of the vendors' drivers; one of them suffices."""
WRONG_DRIVERS = {"vfio-pci": "handed_over", "nouveau": "nouveau"}
GIB = 1024**3
MAX_SHOWN = 8
MAX_SENSORS_APART_C = 30
MAX_HOTSPOT_C = 100
MAX_EDGE_C = 85
MIN_BUSY_PERCENT = 80
MIN_CLOCK_SHARE = 0.2
MIN_USED_SHARE = 0.1
HARDWARE_REASONS = 0x8 | 0x40 | 0x80
"""Bits of NVIDIA's clock event reasons: hardware slowdown, its thermal kind, its power brake."""
THERMAL_REASONS = 0x20
NO_VALUES = ("", "N/A", "[N/A]", "[Not Supported]", "Not Supported")


def called(card: Card) -> str:
    return card.address or f"{card.vendor} {card.number}"


def value(card: Card, name: str) -> float | None:
    reading = card.readings.get(name)
    return reading.value if reading else None


def without_cards(machine: Machine, *vendors: str) -> Unread | None:
    """Why a check of cards, of these vendors only, has nothing to look at."""
    if not machine.cards:
        return "no_cards"
    return (
        "other_vendor" if vendors and not machine.vendors & {*vendors} else None
    )


def of_cards(
    *vendors: str,
) -> Callable[[Callable[[Machine], Seen]], Callable[[Machine], Seen]]:
    """A check of cards, of these vendors only; skipped with the reason where there are none."""

    def checked(check: Callable[[Machine], Seen]) -> Callable[[Machine], Seen]:
        @wraps(check)
        def of_machine(machine: Machine) -> Seen:
            reason = without_cards(machine, *vendors)
            return skipped(reason) if reason else check(machine)

        return of_machine

    return checked


def judged(
    known: Sequence[str],
    bad: Sequence[str],
    source: str,
    *,
    commands: Iterable[str] = (),
) -> Seen:
    """A warning with the facts of bad cards, else those of all cards; skipped without any."""
    if not known:
        return skipped("not_reported", source)
    return seen(
        "warn" if bad else "ok",
        (bad or known)[:MAX_SHOWN],
        source,
        commands=commands,
    )


def visible(machine: Machine) -> Seen:
    source = "sys/bus/pci/devices"
    if not machine.cards:
        inside = "container" if machine.container else ""
        return seen("info", "0", source, variant=inside)
    names = (each.name or each.vendor for each in machine.cards)
    return seen("ok", counted(names), source)


def _wrong_driver(machine: Machine) -> Seen | None:
    for device in machine.devices:
        path = machine.tree.resolved(f"{device.path}/driver")
        bound = path.rsplit("/", 1)[-1] if path else ""
        if variant := WRONG_DRIVERS.get(bound):
            fact = f"{device.address}: {bound}"
            status: Status = "fail" if variant == "nouveau" else "warn"
            return seen(status, fact, "driver", variant=variant)
    return None


@of_cards()
def driver(machine: Machine) -> Seen:
    """Whether each card's vendor's driver is loaded, and none that keeps it away."""
    if wrong := _wrong_driver(machine):
        return wrong
    loaded = _modules(machine)
    if loaded is None:
        return skipped("no_source", "sys/module")
    absent = sorted(
        vendor
        for vendor in machine.vendors
        if not loaded & {*MODULES.get(vendor, ())}
    )
    if absent:
        fixes = [f"sudo modprobe {MODULES[each][0]}" for each in absent]
        facts = [f"{each}: {', '.join(MODULES[each])}" for each in absent]
        return seen("fail", facts, "sys/module", commands=fixes)
    ours = {name for vendor in machine.vendors for name in MODULES[vendor]}
    facts = [_version(machine, name) for name in sorted(loaded & ours)]
    return seen("ok", facts, "sys/module")


def _modules(machine: Machine) -> set[str] | None:
    names = set(machine.tree.names("sys/module"))
    if not names:
        text = machine.tree.word("proc/modules")
        names = {line.split()[0] for line in (text or "").splitlines() if line}
    return names or None


def _version(machine: Machine, module: str) -> str:
    version = machine.tree.word(f"sys/module/{module}/version")
    return f"{module} {version}" if version else module


@of_cards("nvidia")
def library(machine: Machine) -> Seen:
    """Whether NVIDIA's tool and its driver are of one version."""
    answer = machine.answers.get("nvidia-smi")
    if answer is None:
        return skipped("another_machine", "nvidia-smi")
    if "version mismatch" in answer.text:
        return seen("fail", answer.text.splitlines()[0][:120], "nvidia-smi")
    if answer.state == "tool_missing":
        return skipped("tool_missing", "nvidia-smi")
    versions = {
        row.get("driver_version", "") for row in machine.nvidia.values()
    }
    if not versions:
        return skipped("tool_failed", "nvidia-smi")
    return seen("ok", counted(versions), "nvidia-smi driver_version")


@of_cards("nvidia")
def lost(machine: Machine) -> Seen:
    """Whether a card of the bus does not answer its driver."""
    answer = machine.answers.get("nvidia-smi")
    if answer is None or answer.state == "tool_missing":
        return skipped("tool_missing", "nvidia-smi")
    said = re.findall(
        r"Unable to determine the device handle for.{0,120}|.*GPU is lost.*",
        answer.text,
    )
    if said:
        return seen(
            "fail", [each[:120] for each in said[:MAX_SHOWN]], "nvidia-smi"
        )
    on_bus = {d.address for d in machine.devices if d.vendor == "nvidia"}
    if not machine.nvidia:
        return skipped("tool_failed", "nvidia-smi")
    if absent := sorted(on_bus - machine.nvidia.keys()):
        return seen("fail", absent[:MAX_SHOWN], "nvidia-smi")
    return seen("ok", f"{len(on_bus)}/{len(on_bus)}", "nvidia-smi")


NEEDED_NODES: Mapping[str, tuple[str, ...]] = {
    "nvidia": (r"dev/nvidia\d+", r"dev/nvidiactl", r"dev/nvidia-uvm"),
    "amd": (r"dev/kfd", r"dev/dri/renderD\d+"),
    "hygon": (r"dev/m?kfd", r"dev/dri/renderD\d+"),
    "intel": (r"dev/dri/renderD\d+",),
    "ascend": (r"dev/davinci\d+",),
}


@of_cards()
def device_files(machine: Machine) -> Seen:
    """Whether what the engine opens is there."""
    wanted = [
        p
        for vendor in sorted(machine.vendors)
        for p in NEEDED_NODES.get(vendor, ())
    ]
    if not wanted or not machine.tree.names("dev"):
        return skipped("no_source", "dev")
    absent = [
        each.replace(r"\d+", "*").replace("m?", "")
        for each in wanted
        if not any(re.fullmatch(each, node) for node in machine.nodes)
    ]
    if not absent:
        return seen("ok", sorted(machine.nodes)[:MAX_SHOWN], "dev")
    variant = "container" if machine.container else ""
    return seen(
        "fail", [f"- {each}" for each in absent], "dev", variant=variant
    )


@of_cards()
def permission(machine: Machine) -> Seen:
    """Whether this user may read and write them."""
    status = machine.tree.word("proc/self/status") or ""
    user = re.search(r"^Uid:\s+\d+\s+(\d+)", status, re.M)
    groups = re.search(r"^Groups:[ \t]*([\d ]*)", status, re.M)
    if not user or not machine.nodes:
        return skipped("no_source", "proc/self/status")
    ours = {int(each) for each in (groups[1] if groups else "").split()}
    needed = {
        name: node
        for name, node in machine.nodes.items()
        if not name.startswith("dev/dri/card")
    }
    closed = {
        name: node
        for name, node in needed.items()
        if not _may(node, int(user[1]), ours)
    }
    if not closed:
        return seen("ok", sorted(needed)[:MAX_SHOWN], "proc/self/status")
    facts = [
        f"{name} gid={node.group} mode={node.mode:o}"
        for name, node in list(closed.items())[:MAX_SHOWN]
    ]
    if machine.container:
        gids = sorted({node.group for node in closed.values()})
        fixes = ["# docker run " + " ".join(f"--group-add {g}" for g in gids)]
        return seen("fail", facts, "dev", variant="container", commands=fixes)
    return seen("fail", facts, "dev", commands=_join_groups(machine, closed))


def _join_groups(machine: Machine, closed: Mapping[str, Node]) -> list[str]:
    """The groups that may open the files, as this distribution calls them; none helps where root's
    alone may.
    """
    names = re.findall(
        r"^(\w[\w.-]*):[^:]*:(\d+):", machine.tree.word("etc/group") or "", re.M
    )
    by_number = {int(number): name for name, number in names}
    numbers = {
        node.group
        for node in closed.values()
        if node.group and node.mode & 0o60 == 0o60
    }
    groups = sorted({by_number.get(each, f"{each}") for each in numbers})
    joined = ",".join(groups)
    return [f'sudo usermod -aG {joined} "$USER"'] if groups else []


def _may(node: Node, user: int, groups: set[int]) -> bool:
    if user == 0 or node.mode & 0o006 == 0o006:
        return True
    if node.owner == user:
        return node.mode & 0o600 == 0o600
    return node.group in groups and node.mode & 0o060 == 0o060


def persistence(machine: Machine) -> Seen:
    cells = _nvidia(machine, "persistence_mode")
    if isinstance(cells, Seen):
        return cells
    source = "nvidia-smi persistence_mode"
    off = [address for address, cell in cells.items() if cell == "Disabled"]
    fixes = ["sudo nvidia-smi -pm 1"] if off else []
    return seen(
        "warn" if off else "ok", counted(cells.values()), source, commands=fixes
    )


def _nvidia(machine: Machine, column: str) -> Mapping[str, str] | Seen:
    """A column of nvidia-smi by address, or why there is none."""
    if reason := without_cards(machine, "nvidia"):
        return skipped(reason)
    source = f"nvidia-smi {column}"
    if not machine.nvidia:
        answer = machine.answers.get("nvidia-smi")
        state = answer.state if answer else "another_machine"
        return skipped("tool_failed" if state == "ok" else state, source)
    cells = {
        address: row[column]
        for address, row in machine.nvidia.items()
        if row.get(column, "") not in NO_VALUES
    }
    return cells or skipped("not_reported", source)


def ecc_mode(machine: Machine) -> Seen:
    cells = _nvidia(machine, "ecc.mode.current")
    if isinstance(cells, Seen):
        return cells
    uneven = len(set(cells.values())) > 1
    off = "Disabled" in cells.values()
    status: Status = "warn" if uneven else "info" if off else "ok"
    return seen(status, counted(cells.values()), "nvidia-smi ecc.mode.current")


@of_cards()
def ecc_errors(machine: Machine) -> Seen:
    """Errors that were not corrected."""
    counts = _uncorrected(machine)
    source = "ecc.errors.uncorrected, ras/*_err_count"
    if not counts:
        return skipped("not_reported", source)
    bad = {address: n for address, n in counts.items() if n}
    facts = [f"{address}: {n}" for address, n in (bad or counts).items()]
    return seen("fail" if bad else "ok", facts[:MAX_SHOWN], source)


def _uncorrected(machine: Machine) -> dict[str, int]:
    column = "ecc.errors.uncorrected.volatile.total"
    cells = _nvidia(machine, column)
    found = (
        {}
        if isinstance(cells, Seen)
        else {a: int(cell) for a, cell in cells.items() if cell.isdigit()}
    )
    for device in machine.devices:
        for name in machine.tree.names(f"{device.path}/ras"):
            text = machine.tree.word(f"{device.path}/ras/{name}") or ""
            count = re.search(r"^ue: (\d+)", text, re.M)
            if name.endswith("_err_count") and count:
                found[device.address] = found.get(device.address, 0) + int(
                    count[1]
                )
    return found


def pending_repair(machine: Machine) -> Seen:
    cells = _nvidia(machine, "retired_pages.pending")
    if isinstance(cells, Seen):
        return cells
    source = "nvidia-smi retired_pages.pending"
    waiting = [address for address, cell in cells.items() if cell == "Yes"]
    fixes = [f"sudo nvidia-smi --gpu-reset -i {each}" for each in waiting]
    return seen(
        "fail" if waiting else "ok",
        waiting or counted(cells.values()),
        source,
        commands=fixes,
    )


@of_cards()
def partition(machine: Machine) -> Seen:
    """MIG, or AMD's compute partitions: power and links belong to the whole card."""
    cells = _nvidia(machine, "mig.mode.current")
    found = {} if isinstance(cells, Seen) else dict(cells)
    for device in machine.devices:
        mode = machine.tree.word(f"{device.path}/current_compute_partition")
        if mode:
            found[device.address] = mode
    source = "mig.mode.current, current_compute_partition"
    if not found:
        return skipped("not_reported", source)
    split = [
        f"{a}: {mode}"
        for a, mode in found.items()
        if mode not in ("Disabled", "SPX")
    ]
    return seen(
        "info" if split else "ok",
        split[:MAX_SHOWN] or counted(found.values()),
        source,
    )


def mixed(machine: Machine) -> Seen:
    """Cards of several kinds: the slowest decides under tensor parallelism."""
    if len(machine.cards) < 2:
        return skipped("one_card" if machine.cards else "no_cards")
    kinds = [
        f"{d.vendor} {d.device_id:#06x}" if d.device_id else d.vendor
        for d in machine.devices
    ] or [card.name or card.vendor for card in machine.cards]
    several = len(set(kinds)) > 1
    return seen(
        "warn" if several else "ok", counted(kinds), "sys/bus/pci/devices"
    )


@of_cards()
def memory_free(machine: Machine) -> Seen:
    """What is used already: the server's own, or another program's."""
    source, used = "memory_used_bytes", {}
    for card in machine.cards:
        use, total = value(card, source), value(card, "memory_total_bytes")
        if use is not None and total:
            used[called(card)] = (use, total)
    if not used:
        return skipped("not_reported", source)
    taken = {
        a: pair
        for a, pair in used.items()
        if pair[0] > MIN_USED_SHARE * pair[1]
    }
    facts = [
        f"{address}: {use / GIB:.1f}/{total / GIB:.1f} GiB"
        for address, (use, total) in (taken or used).items()
    ]
    return seen("info" if taken else "ok", facts[:MAX_SHOWN], source)


@of_cards()
def processes(machine: Machine) -> Seen:
    """Programs on the cards, by process id; two on one card disturb each other."""
    owners = _owners(machine)
    if owners is None:
        return skipped("not_reported", "compute-apps, kfd/proc")
    if not owners:
        return seen("ok", "0", "compute-apps, kfd/proc")
    shared = {
        card: pids for card, pids in owners.items() if len(pids) > 1 and card
    }
    facts = [
        f"{card or 'kfd'}: pid {', '.join(pids[:4])}"
        for card, pids in owners.items()
    ]
    return seen(
        "warn" if shared else "info",
        facts[:MAX_SHOWN],
        "compute-apps, kfd/proc",
    )


def _owners(machine: Machine) -> dict[str, list[str]] | None:
    """Process ids by card; KFD does not say which card, so it has ''."""
    found: dict[str, list[str]] = {}
    answer = machine.answers.get("nvidia-smi apps")
    rows = table_rows(answer.text, "gpu_bus_id") if answer else None
    for address, row in rows or ():
        found.setdefault(address, []).append(row.get("pid", "?"))
    kfd = machine.tree.resolved("sys/class/kfd/kfd/proc")
    if rows is None and kfd is None:
        return None
    if pids := [
        each for each in machine.tree.names(kfd or "") if each.isdigit()
    ]:
        found[""] = pids
    return found


@of_cards()
def power_cap(machine: Machine) -> Seen:
    source, known, low, fixes = "power_limit_w", [], [], []
    for card in machine.cards:
        limit, usual = value(card, source), value(card, "power_limit_default_w")
        if limit is None or usual is None:
            continue
        known.append(f"{limit:g}/{usual:g} W")
        if limit < usual - 0.5:
            low.append(f"{called(card)}: {limit:g}/{usual:g} W")
            if card.vendor == "nvidia":
                fixes.append(f"sudo nvidia-smi -i {called(card)} -pl {usual:g}")
    return judged(counted(known), low, source, commands=fixes)


def throttled(machine: Machine) -> Seen:
    """Why NVIDIA's cards run below their clocks at this moment."""
    cells = _nvidia(machine, "clocks_throttle_reasons.active")
    if isinstance(cells, Seen):
        return cells
    source = "nvidia-smi clocks_throttle_reasons.active"
    bits = {
        a: int(c, 16)
        for a, c in cells.items()
        if re.fullmatch(r"0x[0-9a-fA-F]+", c)
    }
    if not bits:
        return skipped("not_reported", source)
    slow = {
        a: b
        for a, b in bits.items()
        if b & (HARDWARE_REASONS | THERMAL_REASONS)
    }
    facts = [f"{a}: {b:#x}" for a, b in (slow or bits).items()]
    return seen("warn" if slow else "ok", facts[:MAX_SHOWN], source)


@of_cards()
def temperature(machine: Machine) -> Seen:
    hot, known = [], []
    for card in machine.cards:
        edge = value(card, "temperature_c")
        spot = value(card, "hotspot_temperature_c")
        if edge is None and spot is None:
            continue
        told = "/".join("–" if t is None else f"{t:g}" for t in (edge, spot))
        known.append(f"{called(card)}: {told} °C")
        apart = (
            edge is not None
            and spot is not None
            and spot - edge > MAX_SENSORS_APART_C
        )
        if apart or (edge or 0) > MAX_EDGE_C or (spot or 0) > MAX_HOTSPOT_C:
            hot.append(known[-1])
    return judged(known, hot, "temperature_c")


@of_cards()
def stuck_clock(machine: Machine) -> Seen:
    """A busy card at a fraction of its clock."""
    slow, known = [], []
    for card in machine.cards:
        busy, now, most = (
            value(card, name)
            for name in (
                "gpu_utilization",
                "gpu_clock_mhz",
                "max_gpu_clock_mhz",
            )
        )
        if busy is None or now is None or not most:
            continue
        known.append(f"{called(card)}: {now:g}/{most:g} MHz, {busy:g}%")
        if busy > MIN_BUSY_PERCENT and now < MIN_CLOCK_SHARE * most:
            slow.append(known[-1])
    return judged(known, slow, "gpu_clock_mhz")


@of_cards("amd", "hygon")
def small_bar(machine: Machine) -> Seen:
    """How much of a card's memory the processor can reach."""
    source, small, known = "mem_info_vis_vram_total", [], []
    for device in machine.devices:
        reach, total = (
            machine.number(f"{device.path}/mem_info_{each}_total")
            for each in ("vis_vram", "vram")
        )
        if reach is None or not total:
            continue
        known.append(
            f"{device.address}: {reach / GIB:.2f}/{total / GIB:.1f} GiB"
        )
        if reach < total / 2:
            small.append(known[-1])
    return judged(known, small, source)


@of_cards("hygon")
def render_order(machine: Machine) -> Seen:
    """A board's display chip takes a number of /dev/dri; DCU software counts without it."""
    base = "sys/class/drm"
    displays = [
        name
        for name in machine.tree.names(base)
        if re.fullmatch(r"card\d+", name)
        and (machine.tree.word(f"{base}/{name}/device/vendor") or "")
        in ("0x1a03", "0x102b")
    ]
    return seen("info" if displays else "ok", displays or "0", base)


@of_cards()
def numa(machine: Machine) -> Seen:
    """On which node each card is, and whether the firmware says so."""
    if machine.nodes_numa < 2:
        return skipped("one_node", "numa_node")
    told = {
        d.address: machine.number(f"{d.path}/numa_node")
        for d in machine.devices
    }
    facts = [f"{address}: {node}" for address, node in told.items()]
    unknown = [a for a, node in told.items() if node is None or node < 0]
    return seen("info" if unknown else "ok", facts[:MAX_SHOWN], "numa_node")
