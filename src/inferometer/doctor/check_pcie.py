"""Checks of the PCI Express bus on the way to the cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, seen, skipped
from inferometer.telemetry.pci import Device
from inferometer.words import Said

MAX_SHOWN = 6
GROUPS = "sys/kernel/iommu_groups"


def iommu_translates(machine: Machine) -> bool | None:
    """Whether cards' memory accesses are translated; None if that cannot be known."""
    types = iommu_types(machine)
    if types:
        return bool(types - {"identity"})
    return None if machine.tree.resolved("sys/class/iommu") is None else False


def iommu_types(machine: Machine) -> set[str]:
    """Of the groups of the cards; of all groups where no card is seen."""
    names = {
        path.rsplit("/", 1)[-1]
        for device in machine.devices
        if (path := machine.tree.resolved(f"{device.path}/iommu_group"))
    }
    words = (
        machine.tree.word(f"{GROUPS}/{name}/type")
        for name in names or machine.tree.names(GROUPS)
    )
    return {word for word in words if word}


def boot_with(machine: Machine, option: str) -> list[str]:
    """The commands that add an option to the kernel's command line, by the tool that the
    distribution has for it.
    """
    if machine.tree.resolved("usr/sbin/grubby"):
        return [f"sudo grubby --update-kernel=ALL --args={option}"]
    add = (
        "sudo sed -i.bak "
        f"'s/^GRUB_CMDLINE_LINUX=\"/&{option} /' /etc/default/grub"
    )
    if machine.tree.resolved("usr/sbin/grub2-mkconfig"):
        return [add, "sudo grub2-mkconfig -o /boot/grub2/grub.cfg"]
    return [add, "sudo update-grub"]


def iommu(machine: Machine) -> Seen:
    translates = iommu_translates(machine)
    if translates is None:
        return skipped("no_source", GROUPS)
    kinds = sorted(iommu_types(machine)) or ["off"]
    status: Status = "info" if translates and machine.cards else "ok"
    fixes = boot_with(machine, "iommu=pt") if status == "info" else []
    return seen(status, ", ".join(kinds), f"{GROUPS}/*/type", commands=fixes)


def redirecting_ports(machine: Machine) -> list[str]:
    """Ports above cards that send traffic between cards to the root."""
    own = {device.address for device in machine.devices}
    above = {path.rsplit("/", 1)[-1] for path in machine.way_paths} - own
    return sorted(
        address
        for address, port in machine.ports.items()
        if port.acs_redirects and address in above
    )


def _unread(machine: Machine) -> Seen | None:
    if not machine.cards:
        return skipped("no_cards")
    return None if machine.ports else skipped("permission", "lspci -vvv")


def access_control(machine: Machine) -> Seen:
    if unread := _unread(machine):
        return unread
    found = redirecting_ports(machine)
    if not found:
        return seen("ok", "ReqRedir- CmpltRedir-", "ACSCtl")
    facts = [f"{each}: ReqRedir+/CmpltRedir+" for each in found[:MAX_SHOWN]]
    fixes = [f"sudo setpci -s {each} ECAP_ACS+0x6.w=0000" for each in found]
    several = len(machine.cards) > 1
    return seen(
        "info" if several else "ok",
        facts,
        "ACSCtl",
        commands=fixes if several else (),
    )


def power_saving(machine: Machine) -> Seen:
    """What the kernel does with links that are idle."""
    source = "sys/module/pcie_aspm/parameters/policy"
    found = re.search(r"\[(\w+)\]", machine.tree.word(source) or "")
    if not found:
        return skipped("no_source", source)
    sleepy = "powersave" in found[1] or "powersupersave" in found[1]
    fixes = [f"echo performance | sudo tee /{source}"] if sleepy else []
    return seen("warn" if sleepy else "ok", found[1], source, commands=fixes)


def link_sleep(machine: Machine) -> Seen:
    """Whether the links of the cards may sleep."""
    if unread := _unread(machine):
        return unread
    asleep = [
        a
        for a, port in sorted(machine.ports.items())
        if port.power_saving and a in machine.way_names
    ]
    if not asleep:
        return seen("ok", "ASPM Disabled", "LnkCtl")
    return seen(
        "info", [f"{each}: ASPM" for each in asleep[:MAX_SHOWN]], "LnkCtl"
    )


def _most(machine: Machine, device: Device) -> int | None:
    """What a card and every port above it can; None where one does not tell."""
    way = [machine.ports.get(each) for each in machine.way_of(device)]
    sizes = [each.max_payload_bytes for each in way if each]
    known = [size for size in sizes if size]
    return min(known) if len(known) == len(way) else None


def payload(machine: Machine) -> Seen:
    """A card that sends smaller packets than it and every port above it can."""
    if unread := _unread(machine):
        return unread
    small, known = [], []
    for device in machine.devices:
        card, most = machine.ports.get(device.address), _most(machine, device)
        if card is None or card.payload_bytes is None or most is None:
            continue
        fact = f"{device.address}: {card.payload_bytes} B"
        known.append(fact)
        if card.payload_bytes < most:
            told = {"fact": fact, "most": most}
            small.append(Said("doctor.fact.payload", told))
    if not known:
        return skipped("permission", "DevCtl")
    return seen(
        "info" if small else "ok", (small or known)[:MAX_SHOWN], "DevCtl"
    )


def relaxed_ordering(machine: Machine) -> Seen:
    if unread := _unread(machine):
        return unread
    told = {
        device.address: port.relaxed_ordering
        for device in machine.devices
        if (port := machine.ports.get(device.address))
        and port.relaxed_ordering is not None
    }
    if not told:
        return skipped("permission", "DevCtl")
    strict = [
        f"{each}: RlxdOrd-" for each, relaxed in told.items() if not relaxed
    ]
    return seen(
        "info" if strict else "ok", strict[:MAX_SHOWN] or "RlxdOrd+", "DevCtl"
    )


def errors(machine: Machine) -> Seen:
    """Errors that the ports above the cards have counted since the start. Many boards count
    some that are not fatal while they boot.
    """
    if not machine.cards:
        return skipped("no_cards")
    counts, source = [*_error_counts(machine)], "aer_dev_*"
    if not counts:
        return skipped(
            "virtual_machine" if machine.virtual else "no_source", source
        )
    fatal, others = (
        [
            f"{port}: {kind} {number}"
            for port, kind, number in counts
            if int(number) and (kind == "fatal") == is_fatal
        ]
        for is_fatal in (True, False)
    )
    if fatal:
        return seen("fail", fatal[:MAX_SHOWN], source)
    return seen("warn" if others else "ok", others[:MAX_SHOWN] or "0", source)


def _error_counts(machine: Machine) -> Iterator[tuple[str, str, str]]:
    """Port, kind and number, where it can be read."""
    for path in machine.way_paths:
        for kind in ("correctable", "nonfatal", "fatal"):
            text = machine.tree.word(f"{path}/aer_dev_{kind}")
            total = re.search(r"^TOTAL_ERR_\w+ (\d+)$", text or "", re.M)
            if total:
                yield path.rsplit("/", 1)[-1], kind, total[1]
