"""The link of a card's slot, and the narrowest on the way to the processor."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.telemetry.pci import (
    accelerators,
    errors_of,
    link_of,
    same_address,
    starred_level,
)
from inferometer.telemetry.reading import Link, LinkReport
from inferometer.telemetry.tree import Tree
from tests.telemetry.trees import plant, plant_capture, port

AMD, AMD_CPU, INTEL, NVIDIA, HYGON, PEX = (
    0x1002,
    0x1022,
    0x8086,
    0x10DE,
    0x1D94,
    0x1000,
)
BRIDGE, DISPLAY, COMPUTE, CO_PROCESSOR = 0x060400, 0x030000, 0x030200, 0x0B4000
ROOT = "pci0000:00/0000:00:01.1"


def report(
    root: Path, vendor: Link | None = None, *, virtual: bool = False
) -> LinkReport:
    tree = Tree(root)
    (device,) = accelerators(tree)
    return link_of(tree, device, vendor, virtual=virtual)


def shown(link: Link | None) -> str | None:
    return None if link is None else f"{link.speed_gts:g}x{link.width}"


def rdna4(slot: str, root: str = "32.0x16") -> dict[str, str]:
    """A Radeon with its switch: the GPU always reports 32 GT/s x16."""
    return {
        **port(ROOT, AMD_CPU, BRIDGE, root),
        **port(f"{ROOT}/0000:01:00.0", AMD, BRIDGE, slot, "32.0x16"),
        **port(f"{ROOT}/0000:01:00.0/0000:02:00.0", AMD, BRIDGE, "32.0x16"),
        **port(
            f"{ROOT}/0000:01:00.0/0000:02:00.0/0000:03:00.0",
            AMD,
            DISPLAY,
            "32.0x16",
        ),
    }


def behind_a_switch(vendor: int, own: str, way: str) -> dict[str, str]:
    """A card without a switch in a machine with one; `way` is the link from it to the root."""
    return {
        **port(ROOT, INTEL, BRIDGE, way),
        **port(f"{ROOT}/0000:16:00.0", PEX, BRIDGE, way),
        **port(f"{ROOT}/0000:16:00.0/0000:17:01.0", PEX, BRIDGE, own),
        **port(
            f"{ROOT}/0000:16:00.0/0000:17:02.0", PEX, BRIDGE, "16.0x4"
        ),  # somebody else's
        **port(
            f"{ROOT}/0000:16:00.0/0000:17:01.0/0000:19:00.0",
            vendor,
            COMPUTE,
            own,
        ),
    }


MACHINES = {
    "R9700 at x16": (rdna4("32.0x16"), "32x16", "32x16"),
    "R9700 at x8": (rdna4("16.0x8", "16.0x8"), "16x8", "16x8"),
    "RX 9060 XT at x1": (rdna4("2.5x1", "2.5x1"), "2.5x1", "2.5x1"),
    "T4 at x8": (
        {
            **port(ROOT, INTEL, BRIDGE, "8.0x8"),
            **port(f"{ROOT}/0000:3b:00.0", NVIDIA, COMPUTE, "8.0x8", "8.0x16"),
        },
        "8x8",
        "8x8",
    ),
    "Arc, whose GPU reports 2.5 GT/s x1, on a root port of the same maker": (
        {
            **port(ROOT, INTEL, BRIDGE, "16.0x8"),
            **port(f"{ROOT}/0000:09:00.0", INTEL, BRIDGE, "16.0x8"),
            **port(f"{ROOT}/0000:09:00.0/0000:0a:01.0", INTEL, BRIDGE, "2.5x1"),
            **port(
                f"{ROOT}/0000:09:00.0/0000:0a:01.0/0000:0b:00.0",
                INTEL,
                DISPLAY,
                "2.5x1",
            ),
        },
        "16x8",
        "16x8",
    ),
    "K100-AI, a co-processor on a root port of the same maker": (
        {
            **port(ROOT, HYGON, BRIDGE, "16.0x16"),
            **port(f"{ROOT}/0000:37:00.0", HYGON, CO_PROCESSOR, "16.0x16"),
        },
        "16x16",
        "16x16",
    ),
    "MI300X behind a switch with a narrow way up": (
        behind_a_switch(AMD, "32.0x16", "16.0x8"),
        "32x16",
        "16x8",
    ),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_slot_and_the_narrowest_hop(machine: str, tmp_path: Path) -> None:
    files, slot, narrowest = MACHINES[machine]
    found = report(plant(tmp_path, files))
    assert (shown(found.slot), shown(found.narrowest)) == (slot, narrowest)
    assert shown(found.effective) == narrowest
    assert found.unverifiable is None


def test_ports_of_a_cable_do_not_say_how_much_they_carry(
    tmp_path: Path,
) -> None:
    """Each reports 2.5 GT/s x4; the link from the box at its end to the card is a real one."""
    box = f"{ROOT}/0000:05:00.0/0000:06:01.0"
    machine = {
        **port(ROOT, INTEL, BRIDGE, "2.5x4"),
        **port(f"{ROOT}/0000:05:00.0", INTEL, BRIDGE, "2.5x4"),
        **port(box, INTEL, BRIDGE, "8.0x4"),
        **port(f"{box}/0000:08:00.0", NVIDIA, COMPUTE, "8.0x4", "16.0x16"),
    }
    cable = f"sys/devices/{ROOT}/0000:05:00.0/removable"
    for kind, narrowest in {"fixed": "2.5x4", "removable": None}.items():
        files = {**machine, cable: f"{kind}\n"}
        found = report(plant(tmp_path / kind, files))
        assert (shown(found.slot), shown(found.narrowest)) == ("8x4", narrowest)


def test_errors_of_both_ends_of_the_slot_s_link(tmp_path: Path) -> None:
    gpu = f"{ROOT}/0000:01:00.0/0000:02:00.0/0000:03:00.0"
    errors = {
        f"sys/devices/{ROOT}/aer_dev_correctable": "RxErr 7\nTOTAL_ERR_COR 7\n",
        f"sys/devices/{gpu}/aer_dev_correctable": "RxErr 2\nTOTAL_ERR_COR 2\n",
        f"sys/devices/{gpu}/aer_dev_nonfatal": "TLP 1\nTOTAL_ERR_NONFATAL 1\n",
        f"sys/devices/{gpu}/aer_dev_fatal": "DLP 0\nTOTAL_ERR_FATAL 0\n",
    }
    tree = Tree(plant(tmp_path, rdna4("16.0x8") | errors))
    (device,) = accelerators(tree)
    found = errors_of(tree, device)
    assert found["aer_correctable"].value == 9.0
    assert found["aer_uncorrectable"].value == 1.0


def test_without_counters_of_errors_there_is_no_number(tmp_path: Path) -> None:
    tree = Tree(plant(tmp_path, rdna4("16.0x8")))
    (device,) = accelerators(tree)
    assert errors_of(tree, device)["aer_correctable"].reason == "no_source"


def test_a_capture_of_a_narrow_slot(tmp_path: Path) -> None:
    found = report(plant_capture(tmp_path, "pci_rdna4_slot_x8.json"))
    assert shown(found.slot) == shown(found.narrowest) == "16x8"
    assert shown(found.function) == "32x16"
    assert found.slot is not None
    assert found.slot.gb_per_s == pytest.approx(15.754, abs=1e-3)


def test_captured_cards_behind_switches(tmp_path: Path) -> None:
    tree = Tree(plant_capture(tmp_path, "pci_8xh100.json"))
    devices = accelerators(tree)
    assert [each.address for each in devices] == [
        "0000:19:00.0",
        "0000:3b:00.0",
        "0000:4c:00.0",
        "0000:9b:00.0",
    ]
    for device in devices:
        found = link_of(tree, device, None, virtual=False)
        assert shown(found.slot) == shown(found.narrowest) == "32x16"


@pytest.mark.parametrize(
    ("files", "virtual", "why"),
    [
        (
            port("pci0000:00/0000:00:09.0", NVIDIA, COMPUTE, "32.0x16"),
            False,
            "no_port_above",
        ),
        (
            port(f"{ROOT}/0000:01:00.0", NVIDIA, COMPUTE, "32.0x16"),
            True,
            "virtual_machine",
        ),
        (
            {
                **port(ROOT, 0x1B36, BRIDGE, "16.0x32"),
                **port(f"{ROOT}/0000:01:00.0", NVIDIA, COMPUTE, "32.0x16"),
            },
            False,
            "virtual_machine",
        ),
    ],
)
def test_a_slot_that_cannot_be_known(
    files: dict[str, str], virtual: bool, why: str, tmp_path: Path
) -> None:
    vendor = Link(32.0, 16, "driver")
    found = report(plant(tmp_path, files), vendor, virtual=virtual)
    assert (found.slot, found.narrowest, found.unverifiable) == (
        None,
        None,
        why,
    )
    assert found.effective == vendor


def test_slot_and_driver_that_disagree_are_a_contradiction(
    tmp_path: Path,
) -> None:
    found = report(plant(tmp_path, rdna4("16.0x8")), Link(16.0, 16, "driver"))
    assert found.contradiction
    assert shown(found.effective) == "16x8"


@pytest.mark.parametrize("width", ["0", "255", "", "x8"])
def test_a_link_that_is_down_or_unreadable_is_missing(
    width: str, tmp_path: Path
) -> None:
    files = {
        **port(ROOT, INTEL, BRIDGE, None),
        **port(f"{ROOT}/0000:01:00.0", NVIDIA, COMPUTE, "8.0x16"),
        f"sys/devices/{ROOT}/0000:01:00.0/current_link_width": f"{width}\n",
    }
    found = report(plant(tmp_path, files))
    assert (found.slot, found.unverifiable) == (None, "not_reported")


@pytest.mark.parametrize(
    ("levels", "link"),
    [
        ("0: 2.5GT/s, x8 250Mhz \n1: 16.0GT/s, x8 1143Mhz *\n", "16x8"),
        ("0: 16.0GT/s, x16 78Mhz *\n1: 16.0GT/s, x16 156Mhz *\n", "16x16"),
        ("0: 2.5GT/s, x16 78Mhz *\n1: 16.0GT/s, x16 156Mhz *\n", None),
        ("0: 2.5GT/s, x16 78Mhz \n", None),
        (None, None),
    ],
)
def test_the_marked_clock_level(levels: str | None, link: str | None) -> None:
    assert shown(starred_level(levels, "pp_dpm_pcie")) == link


def test_addresses_of_tools_are_those_of_the_kernel() -> None:
    assert same_address("0000000F:01:00.0") == "000f:01:00.0"
    assert same_address("00000000:C1:00.0") == "0000:c1:00.0"
    assert same_address("N/A") is None


@pytest.mark.parametrize(
    ("speed", "width", "gb_per_s"),
    [(8, 16, 15.75), (16, 8, 15.75), (32, 4, 15.75), (2.5, 1, 0.25)],
)
def test_the_rate_of_a_link(speed: float, width: int, gb_per_s: float) -> None:
    assert Link(speed, width, "").gb_per_s == pytest.approx(gb_per_s, rel=1e-3)
