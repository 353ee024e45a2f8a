"""Which cards are a server's, by the variables and devices that it was started with."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from inferometer.server.container_devices import (
    UnsaidError,
    container_devices,
)
from inferometer.telemetry.kfd import kfd_processes
from inferometer.telemetry.tree import Tree
from inferometer.telemetry.visible import Choice, visible_cards
from tests.telemetry.trees import CAPTURES, plant, port, tool

BUSES = ("03", "43", "83", "c3")
ADDRESSES = [f"0000:{bus}:00.0" for bus in BUSES]
KFD = "sys/class/kfd/kfd/topology/nodes"


def nvidia() -> dict[str, str]:
    """Four cards, whose UUIDs begin with their bus."""
    files: dict[str, str] = {}
    for bus, address in zip(BUSES, ADDRESSES, strict=True):
        files |= port(f"pci0000:{bus}/{address}", 0x10DE, 0x030200, "16.0x16")
        files[f"sys/devices/pci0000:{bus}/{address}/device"] = "0x2684\n"
        files[f"proc/driver/nvidia/gpus/{address}/information"] = (
            f"Model: \t\t L40S\nGPU UUID: \t GPU-{bus}000000-0000\n"
        )
    return files


def amd() -> dict[str, str]:
    """Four cards, which the driver counts from the last bus on, behind a processor."""
    files = {
        f"{KFD}/0/properties": "location_id 0\ndomain 0\n",
        f"{KFD}/0/gpu_id": "0\n",
    }
    for node, (bus, address) in enumerate(
        reversed([*zip(BUSES, ADDRESSES, strict=True)]), 9
    ):
        way = f"pci0000:{bus}/{address}"
        files |= port(way, 0x1002, 0x030000, "16.0x16")
        files |= {
            f"sys/devices/{way}/unique_id": f"{bus}0123456789abcd\n",
            f"{KFD}/{node}/properties": (
                f"location_id {int(bus, 16) << 8}\ndomain 0\n"
            ),
            f"{KFD}/{node}/gpu_id": f"{node}000\n",
        }
    return files


CUDA, HIP, ROCR = (
    f"{name}_VISIBLE_DEVICES" for name in ("CUDA", "HIP", "ROCR")
)


@pytest.mark.parametrize(
    ("files", "environment", "devices", "numbers"),
    [
        (nvidia, {CUDA: "1,0"}, (), [1, 0]),
        (nvidia, {CUDA: " 2 , 3"}, (), [2, 3]),
        (nvidia, {CUDA: "GPU-83000000-0000,GPU-03"}, (), [2, 0]),
        (nvidia, {CUDA: "MIG-GPU-43000000-0000/1/0"}, (), [1]),
        (nvidia, {CUDA: "MIG-5c4b9dd2-0000"}, (), None),
        (nvidia, {CUDA: "4"}, (), None),
        (nvidia, {CUDA: "1,1"}, (), None),
        (nvidia, {CUDA: ""}, (), None),
        (nvidia, {CUDA: "-1"}, (), None),
        (nvidia, {CUDA: "GPU-"}, (), None),
        (nvidia, {HIP: "0"}, (), None),
        (nvidia, {}, (), None),
        (nvidia, {}, ("2", "3"), [2, 3]),
        (nvidia, {CUDA: "1"}, ("2", "3"), [3]),
        (nvidia, {CUDA: "2"}, ("2", "3"), None),
        (amd, {HIP: "0"}, (), [3]),
        (amd, {CUDA: "0,1"}, (), [3, 2]),
        (amd, {CUDA: "0", HIP: "0"}, (), [3]),
        (amd, {CUDA: "0", HIP: "1"}, (), None),
        (amd, {ROCR: "1,2,3", HIP: "0,2"}, (), [2, 0]),
        (amd, {ROCR: "GPU-430123456789abcd"}, (), [1]),
        (amd, {ROCR: "1", HIP: "1"}, (), None),
    ],
)
def test_the_cards_that_a_server_sees(
    files: Callable[[], dict[str, str]],
    environment: dict[str, str],
    devices: tuple[str, ...],
    numbers: list[int] | None,
    tmp_path: Path,
) -> None:
    tree = Tree(plant(tmp_path, files()))
    found = visible_cards(tree, Choice(environment, devices))
    expected = numbers and tuple(ADDRESSES[each] for each in numbers)
    assert (found and found.cards) == expected
    if found:
        assert found.chosen_by.split(", ") == (
            sorted(environment, reverse=True) or ["container"]
        )


def test_cards_of_several_kinds_are_counted_in_an_order_of_cudas_own(
    tmp_path: Path,
) -> None:
    files = nvidia()
    files[f"sys/devices/pci0000:03/{ADDRESSES[0]}/device"] = "0x2330\n"
    tree = Tree(plant(tmp_path, files))
    assert visible_cards(tree, Choice({CUDA: "0"})) is None
    by_bus = {CUDA: "0", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    found = visible_cards(tree, Choice(by_bus))
    assert found
    assert found.cards == (ADDRESSES[0],)


def test_render_nodes_of_a_container(tmp_path: Path) -> None:
    root = plant(tmp_path, amd())
    node = root / "sys/class/drm/renderD129/device"
    node.parent.mkdir(parents=True)
    node.symlink_to(root / f"sys/devices/pci0000:43/{ADDRESSES[1]}")
    found = visible_cards(Tree(root), Choice({}, ("/dev/dri/renderD129",)))
    assert found
    assert (found.cards, found.chosen_by) == ((ADDRESSES[1],), "container")


def test_only_the_tool_knows_the_numbers_of_ascend_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (CAPTURES / "npu-smi_910b4.txt").read_text()
    address = "0000:41:00.0"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    tool(tmp_path, "npu-smi", f"echo {shlex.quote(text)}")
    files = port(f"pci0000:40/{address}", 0x19E5, 0x120000, None)
    tree = Tree(plant(tmp_path / "root", files))
    numbers = {
        number: visible_cards(
            tree, Choice({"ASCEND_RT_VISIBLE_DEVICES": number})
        )
        for number in ("0", "5")
    }
    assert numbers["0"] is None
    assert numbers["5"] is not None
    assert numbers["5"].cards == (address,)


COMPOSE = """
services:
  llm:
    {}
"""


@pytest.mark.parametrize(
    ("service", "devices"),
    [
        ("gpus: [{device_ids: ['2', '3']}]", ("2", "3")),
        (
            "deploy: {resources: {reservations: {devices: "
            "[{driver: nvidia, device_ids: [GPU-83]}]}}}",
            ("GPU-83",),
        ),
        ("gpus: [{count: all}]", ()),
        ("gpus: all", ()),
        ("environment: [NVIDIA_VISIBLE_DEVICES=0]", ("0",)),
        ("environment: {NVIDIA_VISIBLE_DEVICES: all}", ()),
        (
            "devices: ['/dev/kfd', '/dev/dri/renderD129:/dev/dri/renderD129']",
            ("/dev/dri/renderD129",),
        ),
        ("gpus: [{count: 2}]", None),
        ("environment: ['NVIDIA_VISIBLE_DEVICES=${CARDS}']", None),
        ("environment: [CUDA_VISIBLE_DEVICES]", None),
        ("extends: {service: other}", None),
        ("gpus: [1]", None),
    ],
)
def test_the_devices_of_a_compose_file(
    service: str, devices: tuple[str, ...] | None, tmp_path: Path
) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(COMPOSE.format(service))
    if devices is None:
        with pytest.raises(UnsaidError):
            container_devices(str(path), "llm")
        return
    assert container_devices(str(path), "llm")[0] == devices


@pytest.mark.parametrize(
    "text", ["", "[", "services: []", "services: {llm: 3}", "a: &a [*a]"]
)
def test_a_compose_file_that_says_nothing(text: str, tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(text)
    for name in (str(path), str(tmp_path / "none")):
        with pytest.raises(UnsaidError):
            container_devices(name, "llm")


@pytest.mark.parametrize(
    ("sessions", "programs"),
    [
        ({}, 0.0),
        ({70: 70, 71: 70}, 1.0),
        ({70: 70, 71: 71}, 2.0),
        ({70: 70, 71: None}, 2.0),
        ({70: None, 71: None}, 1.0),
    ],
)
def test_the_programs_on_a_card(
    sessions: dict[int, int | None], programs: float, tmp_path: Path
) -> None:
    base = "sys/class/kfd/kfd/proc"
    files = amd()
    for pid, session in sessions.items():
        files[f"{base}/{pid}/vram_9000"] = "4096\n"
        if session is not None:
            files[f"proc/{pid}/stat"] = f"{pid} (a) b) S 1 {pid} {session} 0\n"
    found = kfd_processes(Tree(plant(tmp_path, files)), ADDRESSES[3])
    assert found["processes"].value == len(sessions)
    assert found["programs"].value == programs
