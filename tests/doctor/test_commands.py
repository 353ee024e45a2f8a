"""What `doctor --fix` prints works as it is typed, on the distribution that it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from inferometer.doctor.check_cards import permission
from inferometer.doctor.check_pcie import boot_with
from tests.doctor.machines import cards, given, node

STATUS = "Uid:\t1000\t1000\t1000\t1000\nGroups:\t1000\n"


@pytest.mark.parametrize(
    ("groups", "number", "mode", "commands"),
    [
        ("render:x:992:\n", 992, 0o660, ['sudo usermod -aG render "$USER"']),
        ("video:x:39:li\n", 39, 0o660, ['sudo usermod -aG video "$USER"']),
        ("", 992, 0o660, ['sudo usermod -aG 992 "$USER"']),
        ("root:x:0:\n", 0, 0o600, []),
        ("render:x:992:\n", 992, 0o640, []),
    ],
    ids=["Ubuntu", "RHEL", "unnamed", "only root", "no writing"],
)
def test_the_groups_that_may_open_the_cards(
    groups: str, number: int, mode: int, commands: list[str], tmp_path: Path
) -> None:
    files = {
        **cards(),
        "proc/self/status": STATUS,
        "etc/group": groups,
    }
    machine = given(files, nodes={"dev/kfd": node(mode, number)})
    found = permission(machine.machine(tmp_path))
    assert (found.status, list(found.commands)) == ("fail", commands)


@pytest.mark.parametrize(
    ("hard", "to", "command"),
    [
        ("unlimited", 4096, "ulimit -n 4096"),
        ("4096", 4096, "ulimit -n 4096"),
        ("1024", 4096, 'sudo prlimit --pid "$$" --nofile=4096:4096'),
        ("1024", -1, 'sudo prlimit --pid "$$" --nofile=unlimited:unlimited'),
        ("unlimited", -1, "ulimit -n unlimited"),
    ],
)
def test_a_limit_beyond_the_hard_one_takes_root(
    hard: str, to: int, command: str, tmp_path: Path
) -> None:
    limits = f"Max open files            256                  {hard} files\n"
    machine = given({"proc/self/limits": limits}).machine(tmp_path)
    assert machine.raise_limit("Max open files", to) == command


SED = "sudo sed -i.bak 's/^GRUB_CMDLINE_LINUX=\"/&iommu=pt /' /etc/default/grub"


@pytest.mark.parametrize(
    ("tool", "commands"),
    [
        ("grubby", ["sudo grubby --update-kernel=ALL --args=iommu=pt"]),
        (
            "grub2-mkconfig",
            [SED, "sudo grub2-mkconfig -o /boot/grub2/grub.cfg"],
        ),
        ("update-grub", [SED, "sudo update-grub"]),
    ],
)
def test_an_option_of_the_kernel(
    tool: str, commands: list[str], tmp_path: Path
) -> None:
    (tmp_path / "usr/sbin").mkdir(parents=True)
    (tmp_path / "usr/sbin" / tool).touch()
    machine = given({}).machine(tmp_path)
    assert boot_with(machine, "iommu=pt") == commands
