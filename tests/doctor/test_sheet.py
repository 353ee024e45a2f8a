"""The acceptance sheet: what a machine should be, and what it is."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path

import pytest

from inferometer.doctor.checks import examine
from inferometer.doctor.expected import load_machine, parse_machine
from inferometer.doctor.machine import Machine
from inferometer.doctor.page import DoctorPage, html, markdown
from inferometer.doctor.sheet import (
    CARDS,
    HOST,
    compare,
    generation,
    outcome_of,
    template,
)
from inferometer.spec.base import ReasonsError
from inferometer.words import LANGUAGES, Words
from tests.doctor.cases_host import CLOCK
from tests.doctor.machines import (
    CPU,
    GIB,
    cards,
    cpus,
    given,
    iommu,
    kfd,
    nodes,
)

FILES = {
    **cards(
        count=2,
        product_name="AMD Instinct MI210",
        mem_info_vram_total=f"{64 * GIB}",
        more={
            "hwmon__hwmon3__name": "amdgpu",
            "hwmon__hwmon3__power1_cap": "300000000",
        },
    ),
    **kfd(90010, 2, link=11),
    **nodes(2),
    **cpus(4, cpufreq__scaling_governor="performance"),
    **iommu("identity"),
    f"{CPU}/smt/active": "1\n",
    f"{CLOCK}/current_clocksource": "tsc\n",
    "proc/cpuinfo": "model name\t: AMD EPYC 7713 64-Core Processor\nflags\t: fpu\n",
    "proc/meminfo": f"MemTotal: {512 * 1024**2} kB\n",
    "proc/sys/kernel/numa_balancing": "0\n",
    "proc/sys/kernel/osrelease": "6.8.0-40-generic\n",
    "sys/module/amdgpu/version": "6.8.5\n",
}
FITTING = """\
name: node
host:
  cpu: epyc 7713
  cpus: 4
  memory_gib: 512
  numa_nodes: 2
  kernel: "6.8"
  governor: performance
  numa_balancing: false
  smt: true
  iommu: identity
  clock_source: tsc
cards:
  count: 2
  vendor: amd
  name: MI210
  memory_gib: 63.9
  power_limit_w: 300
  driver: "6.8"
  architecture: gfx90a
  direct_links: true
  link: {generation: 4, width: 16}
"""
WRONG = {
    "host.cpu": ("epyc 7713", "EPYC 9354"),
    "host.cpus": ("cpus: 4", "cpus: 8"),
    "host.memory_gib": ("memory_gib: 512", "memory_gib: 513"),
    "host.numa_nodes": ("numa_nodes: 2", "numa_nodes: 1"),
    "host.kernel": ('kernel: "6.8"', 'kernel: "6.80"'),
    "host.governor": ("governor: performance", "governor: powersave"),
    "host.numa_balancing": ("numa_balancing: false", "numa_balancing: true"),
    "host.smt": ("smt: true", "smt: false"),
    "host.iommu": ("iommu: identity", "iommu: off"),
    "host.clock_source": ("clock_source: tsc", "clock_source: hpet"),
    "cards.count": ("count: 2", "count: 4"),
    "cards.vendor": ("vendor: amd", "vendor: nvidia"),
    "cards.name": ("name: MI210", "name: MI300X"),
    "cards.memory_gib": ("memory_gib: 63.9", "memory_gib: 64.5"),
    "cards.power_limit_w": ("power_limit_w: 300", "power_limit_w: 500"),
    "cards.driver": ('driver: "6.8"', 'driver: "6.8.50"'),
    "cards.architecture": ("architecture: gfx90a", "architecture: gfx942"),
    "cards.direct_links": ("direct_links: true", "direct_links: false"),
    "cards.link.generation": ("generation: 4", "generation: 5"),
    "cards.link.width": ("width: 16", "width: 32"),
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return given(FILES).machine(tmp_path / "root")


def outcomes(machine: Machine, text: str) -> dict[str, str]:
    spec = parse_machine(text, "machine.yaml")
    return {line.item: line.outcome for line in compare(machine, spec)}


def test_a_machine_that_fits_passes_every_line(machine: Machine) -> None:
    found = outcomes(machine, FITTING)
    assert {
        item for item, outcome in found.items() if outcome != "pass"
    } == set()
    assert found.keys() == WRONG.keys()


@pytest.mark.parametrize("item", WRONG)
def test_each_line_can_fail_and_fails_alone(
    item: str, machine: Machine
) -> None:
    text = FITTING.replace(*WRONG[item], 1)
    assert text != FITTING
    found = outcomes(machine, text)
    assert [each for each, out in found.items() if out != "pass"] == [item]
    assert found[item] == "fail"


def test_every_field_is_tested() -> None:
    fields = {f"host.{name}" for name in HOST} | {f"cards.{n}" for n in CARDS}
    assert WRONG.keys() - fields == {
        "cards.link.generation",
        "cards.link.width",
    }
    assert fields <= WRONG.keys()


def test_what_cannot_be_read_is_neither_passed_nor_failed(
    tmp_path: Path,
) -> None:
    bare = given(cards()).machine(tmp_path)
    found = outcomes(bare, FITTING.replace("count: 2", "count: 1"))
    assert found["host.governor"] == found["cards.name"] == "unread"
    lines = compare(bare, parse_machine("host: {smt: true}\n", "m"))
    assert outcome_of(lines) == "unread"
    assert outcome_of([]) == "unread"


def test_one_card_of_several_that_differs_is_named(tmp_path: Path) -> None:
    files = {**cards(count=2), **cards(link="16.0x8")}
    narrow = given(files).machine(tmp_path)
    spec = parse_machine("cards: {link: {width: 16}}\n", "m")
    (line,) = compare(narrow, spec)
    assert (line.outcome, line.found) == ("fail", "0000:10:00.0: x8")


def test_an_idle_link_that_could_be_faster_is_not_judged(
    tmp_path: Path,
) -> None:
    spec = parse_machine("cards: {link: {generation: 4}}\n", "m")
    idle = given(cards(link="2.5x16")).machine(tmp_path / "idle")
    slow = given(cards(link="8.0x16", most="8.0x16")).machine(tmp_path / "slow")
    assert [compare(each, spec)[0].outcome for each in (idle, slow)] == [
        "unread",
        "fail",
    ]


def test_a_slot_of_a_virtual_machine_is_not_verified(tmp_path: Path) -> None:
    files = {**cards(), "proc/cpuinfo": "flags\t\t: fpu hypervisor\n"}
    virtual = given(files).machine(tmp_path)
    spec = parse_machine("cards: {link: {generation: 4, width: 16}}\n", "m")
    assert [line.outcome for line in compare(virtual, spec)] == ["unread"] * 2


def test_speeds_have_generations() -> None:
    assert [generation(s) for s in (2.5, 8.0, 32.0, 64.0, 7.0)] == [
        1,
        3,
        5,
        6,
        0,
    ]


def test_the_template_is_what_the_machine_is(machine: Machine) -> None:
    text = template(machine, Words())
    found = outcomes(machine, text)
    assert {*found.values()} == {"pass"}
    assert found.keys() == WRONG.keys()


ERRORS = {
    "hots: {}\n": "m:1: unknown key 'hots' (did you mean 'host'?).",
    "cards:\n  count: many\n": "m:2: cards.count: input should be a valid integer, not 'many'.",
    "cards:\n  count: '2'\n": "m:2: cards.count: input should be a valid integer, not '2'.",
    "cards: {link: {width: 5}}\n": "m:1: cards.link.width: input should be 1, 2, 4, 8, 16 or 32, not '5'.",
    "host:\n  numa_balancing: 0\n": "m:2: host.numa_balancing: input should be a valid boolean, not '0'.",
    "- a\n": "m:1: a machine is a mapping with the keys name, host and cards; "
    "`inferometer doctor --expect-template` prints one.",
    "host: 3\n": "m:1: host: input should be a mapping, `name: value`, not '3'.",
    "host:\n\tcpus: 3\n": "m:2: ",
    "host: {cpus: 2, cpus: 3}\n": "m:1: ",
}


@pytest.mark.parametrize("text", ERRORS)
def test_errors_say_where_and_what(text: str) -> None:
    with pytest.raises(ReasonsError) as caught:
        parse_machine(text, "m")
    assert str(caught.value).startswith(ERRORS[text])


def test_all_errors_come_at_once() -> None:
    with pytest.raises(ReasonsError) as caught:
        parse_machine("a: 1\nhost: {b: 2}\ncards: {count: -1}\n", "m")
    assert len(caught.value.reasons) == 3


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a: " + b"x" * 300_000], ids=["bytes", "long"]
)
def test_a_file_that_is_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "machine.yaml"
    path.write_bytes(content)
    with pytest.raises(ReasonsError):
        load_machine(path)


class Tags(HTMLParser):
    """Collects text and every address that a browser would ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.asked += [f"{tag} {n}" for n, _ in attrs if n in ("src", "href")]
        if tag in ("script", "iframe", "img", "link"):
            self.asked.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(machine: Machine, language: str) -> None:
    spec = parse_machine(FITTING.replace("width: 16", "width: 32"), "m")
    hostile = '<script>alert(1)</script> | "x"'
    page = DoctorPage(
        hostile,
        compare(machine, spec),
        examine(machine),
        datetime(2026, 11, 29, tzinfo=timezone.utc),
    )
    words = Words(language)
    tags = Tags()
    tags.feed(html(page, words))
    assert tags.asked == []
    told = " ".join(" ".join(tags.texts).split())
    assert hostile in told
    for text in (
        words.text("doctor.sheet.outcome.fail"),
        words.text("doctor.item.cards.link.width"),
        "AMD Instinct MI210 ×2",
        "gpu.link.width",
    ):
        assert text in told
    written = markdown(page, words)
    assert "<script" not in written
    assert words.text("doctor.sheet.outcome.fail") in written
    table = [line for line in written.splitlines() if "PCIe" in line]
    assert any("x32" in line for line in table)


def test_a_page_without_expectations(machine: Machine) -> None:
    now = datetime(2026, 11, 29, tzinfo=timezone.utc)
    page = DoctorPage("", None, examine(machine), now)
    assert Words().text("doctor.sheet.expected") not in html(page, Words())
    assert "host.cpu.governor" in markdown(page, Words())


def test_lines_as_json(machine: Machine) -> None:
    lines = compare(machine, parse_machine(FITTING, "m"))
    told = json.loads(json.dumps([line.as_json() for line in lines]))
    assert told[0] == {
        "item": "host.cpu",
        "expected": "epyc 7713",
        "found": "AMD EPYC 7713 64-Core Processor",
        "outcome": "pass",
    }
