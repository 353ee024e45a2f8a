"""`bench --monitor` and `monitor:` of a campaign, against `monitor --serve` of a machine in files."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.measurement import session
from inferometer.measurement.sampling import SamplingPlan
from inferometer.measurement.sampling_plan import sampling_plan
from inferometer.store.run_directory import load_telemetry
from inferometer.telemetry.watch import News, Watch
from inferometer.trace.series import HOST, PERIOD_S, Telemetry
from tests.cli.conftest import Command
from tests.telemetry.trees import capture, plant, plant_capture, serving

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

CARD = "0000:03:00.0"
CAMPAIGN = """
name: small
result_dir: results
models: {{m: embedded}}
servers: {{s: {{kind: external, base_url: "{server}"}}}}
groups: [{{id: g, model: m, server: s}}]
workload: {{input_len: 8, output_len: {tokens}}}
sampling: {{ignore_eos: true}}
matrix: {{num_prompts: [4]}}
monitor: "{monitor}"
"""

RUNNING = r"num_requests_running\{.*\} 4(\.0)?\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine(EngineSettings(ttft_ms=2, itl_ms=4)) as engine:
        yield engine


@pytest.fixture
def sampled_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as often as usual: a run is seen many times without lasting for seconds."""

    def often(*asked: Any, **options: Any) -> SamplingPlan | None:
        plan = sampling_plan(*asked, **options)
        return plan and replace(plan, period_s=PERIOD_S / 10)

    monkeypatch.setattr(session, "sampling_plan", often)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.delenv("INFEROMETER_MONITOR_TOKEN", raising=False)
    stat = "cpu  10 0 5 100 0 0 0 0\n"
    machine = plant(tmp_path / "machine", {"proc/stat": stat})
    return plant_capture(machine, "amd_sysfs_rx9070.json")


def bench(server: str, monitor: str, tokens: int) -> list[str]:
    return (
        f"bench --base-url {server} --random-input-len 8 --random-output-len {tokens} --ignore-eos "
        f"--num-prompts 4 --quiet --allow-invalid --save-result --result-dir results "
        f"--monitor {monitor}"
    ).split()


def run(server: str, monitor: str, tokens: int) -> list[str]:
    text = CAMPAIGN.format(server=server, monitor=monitor, tokens=tokens)
    Path("small.yaml").write_text(text)
    return ["run", "small.yaml", "--allow-invalid", "--no-calibration"]


def result() -> tuple[Telemetry, dict[str, Any]]:
    (summary,) = Path("results").rglob("summary.json")
    telemetry = load_telemetry(summary.parent)
    assert telemetry is not None
    return telemetry, json.loads(summary.read_text())["machine"]


@pytest.mark.parametrize("verb", [bench, run])
def test_the_machine_of_a_monitor_is_in_the_result(
    verb: Any, root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    with serving(Watch(root, 0.05)) as port:
        url = f"http://127.0.0.1:{port}"
        code, out, err = inferometer(*verb(engine.base_url, url, 150))
    assert code == 0, err
    seen, machine = result()
    assert [(card.id, card.simulated) for card in seen.cards] == [(CARD, False)]
    assert set(seen.track(CARD, "power_w")[1]) == {49.0}
    assert set(seen.track(HOST, "cpu_busy_s")[1]) == {0.15}
    assert {each.state for each in seen.samplers} == {"ok"}
    assert seen.place == url
    assert seen.clock_offset_ms is not None
    assert seen.clock_uncertainty_ms is not None
    assert abs(seen.clock_offset_ms) <= seen.clock_uncertainty_ms  # one clock
    assert machine["place"] == url
    assert machine["reasons"]["energy"] == "window_too_short", (
        "there are samples before the run and after it"
    )
    if verb is bench:
        assert f"Samples from {url}; its clock minus ours: " in out
        assert "of this host" not in out.partition("The Machine")[2]


class Leaving(Watch):
    """The machine of a monitor that goes away after the run's first sample."""

    answers_left = 9

    def since(self, number: int) -> News:
        self.answers_left -= 1
        if self.answers_left < 0:
            raise ConnectionError
        return super().since(number)


def test_a_monitor_that_goes_away_is_named(
    root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    with serving(Leaving(root, 0.05)) as port:
        url = f"http://127.0.0.1:{port}"
        code, out, err = inferometer(*bench(engine.base_url, url, 300))
    assert code == 0, err
    seen, machine = result()
    assert machine["samplers"]["monitor"] == "tool_failed"
    assert machine["values"]["energy"] is None
    assert len(seen.track(CARD, "power_w")[1]) == 1
    assert "could not be sampled: monitor (" in " ".join(out.split())
    assert "Successful requests:                     4 " in out


@pytest.mark.parametrize("verb", [bench, run])
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://127.0.0.1:1", "does not answer as one (Connection refused)"),
        ("http://127.0.0.1:99999", "wants an address such as http://HOST"),
        ("https://127.0.0.1:1", "wants an address such as http://HOST"),
        ("ftp://127.0.0.1:1", "wants an address such as http://HOST"),
        ("http://me:geheim@127.0.0.1:1", "without user and password"),
        ("ftp://h/?token=geheim", "?token=***"),
    ],
)
def test_a_monitor_that_cannot_be_reached(
    verb: Any,
    address: str,
    told: str,
    engine: EmbeddedEngine,
    inferometer: Command,
) -> None:
    code, out, err = inferometer(*verb(engine.base_url, address, 8))
    assert code == 2
    assert told in err
    assert "geheim" not in out + err
    assert err.count("\n") == 1
    assert not [*Path("results").glob("*.json")], "nothing was measured"


def test_a_monitor_is_not_needed_where_nothing_is_left_to_measure(
    root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    with serving(Watch(root, 0.05)) as port:
        url = f"http://127.0.0.1:{port}"
        assert inferometer(*run(engine.base_url, url, 8))[0] == 0
    code, out, err = inferometer(*run(engine.base_url, url, 8))
    assert (code, err) == (0, "")
    assert "1 done before" in out


@pytest.mark.parametrize("verb", [bench, run])
def test_something_else_answers(
    verb: Any, engine: EmbeddedEngine, inferometer: Command
) -> None:
    own = engine.base_url
    code, _, err = inferometer(*verb(own, own, 8))
    assert code == 2
    assert f"The monitor at {own} does not answer as one (HTTP 404)" in err


DEVICE = "sys/class/drm/card1/device"
DRAW = f"{DEVICE}/hwmon/hwmon2"
KFD = "sys/class/kfd/kfd"
BUSY = {
    f"{DEVICE}/gpu_busy_percent": "97",
    f"{DRAW}/power1_cap": "220000000",
    f"{KFD}/topology/nodes/1/properties": "location_id 768\ndomain 0\n",
    f"{KFD}/topology/nodes/1/gpu_id": "768\n",
    f"{KFD}/proc/70/vram_768": "4096\n",
}
"""A card at work, with the power limit it was made for, and one process on it."""


def metrics(*, too_hot: bool, decigts: int) -> str:
    """The capture's `gpu_metrics`, but for the bits of heat and the speed of the link."""
    (_, told) = capture_of_card()["card1/device/gpu_metrics"].split(":")
    content = bytearray(base64.b64decode(told))
    struct.pack_into("<H", content, 76, decigts)
    struct.pack_into("<Q", content, 112, too_hot << 32)
    return f"base64:{base64.b64encode(content).decode()}"


def capture_of_card() -> dict[str, str]:
    found: dict[str, str] = json.loads(capture("amd_sysfs_rx9070.json"))
    return found


class Changing(Watch):
    """A machine whose files change when its server has worked at three samples."""

    def __init__(
        self, root: Path, changes: dict[str, str], server: str
    ) -> None:
        super().__init__(root, 0.05)
        self._root, self._changes, self._server = root, changes, server
        self._busy = 0

    def since(self, number: int) -> News:
        seen = super().since(number)
        if self._busy < 3 and any(each.cards for each in seen.seen):
            with urlopen(f"{self._server}/metrics") as page:
                works = re.search(RUNNING, page.read().decode())
            self._busy += works is not None
            if self._busy == 3:
                plant(self._root, self._changes)
        return seen


COOL, HOT = (metrics(too_hot=hot, decigts=160) for hot in (False, True))
SLOW = metrics(too_hot=False, decigts=80)
METRICS = f"{DEVICE}/gpu_metrics"

TROUBLES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str]]] = {
    "none": ({METRICS: COOL}, {}, {}),
    "a power limit below the default": (
        {METRICS: COOL, f"{DRAW}/power1_cap": "200000000"},
        {},
        {"power_cap": "note"},
    ),
    "too hot, and another process comes": (
        {METRICS: COOL},
        {METRICS: HOT, f"{KFD}/proc/71/vram_768": "4096\n"},
        {"throttled": "suspect", "other_processes": "suspect"},
    ),
    "the link slows down": (
        {METRICS: COOL},
        {METRICS: SLOW},
        {"link_held": "suspect"},
    ),
}
"""Files before the run and from its middle on, and what the verdict says of it."""
WATCHED = (
    "power_cap",
    "throttled",
    "other_processes",
    "link_held",
    "link_as_declared",
    "samplers",
)


@pytest.mark.usefixtures("sampled_often")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_checks_of_a_machine_look_at_what_its_monitor_saw(
    trouble: str, root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    before, later, found = TROUBLES[trouble]
    plant(root, BUSY | before)
    with serving(Changing(root, later, engine.base_url)) as port:
        url = f"http://127.0.0.1:{port}"
        code, out, err = inferometer(*bench(engine.base_url, url, 300))
    assert code == 0, err
    (file,) = Path("results").rglob("verdict.json")
    told = {
        each["name"]: each for each in json.loads(file.read_text())["findings"]
    }
    levels = {name: told[name]["level"] for name in WATCHED}
    assert levels == dict.fromkeys(WATCHED, "ok") | found
    shown = " ".join(out.split()).partition("Verdict")[2]
    for name in WATCHED:
        assert (told[name]["sentence"] in shown) == (name in found), name


@pytest.mark.usefixtures("sampled_often")
@pytest.mark.parametrize("degrees", [48, 65])
def test_arms_that_were_not_equally_warm_are_named(
    degrees: int, root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    with serving(Watch(root, 0.05)) as port:
        for arm, each in (("a", 48), ("b", degrees)):
            plant(root, {f"{DRAW}/temp1_input": f"{each}000"})
            command = run(engine.base_url, f"http://127.0.0.1:{port}", 100)
            assert inferometer(*command, "--set", f"result_dir={arm}")[0] == 0
    _, out, err = inferometer("compare", "a", "b", "--allow-invalid")
    assert err == ""
    named = "not equally warm: 48 °C in" in " ".join(out.split())
    assert named == (degrees == 65)


@pytest.mark.parametrize("width", [8, 16])
def test_a_campaign_refuses_a_card_in_another_slot_than_declared(
    width: int, root: Path, engine: EmbeddedEngine, inferometer: Command
) -> None:
    """An x16 that is labelled x8 is refused, not warned about."""
    with serving(Watch(root, 0.05)) as port:
        command = run(engine.base_url, f"http://127.0.0.1:{port}", 8)
        text = Path("small.yaml").read_text()
        text += f"hardware: {{A: {{gpus: 1, pcie_width: {width}}}}}\n"
        text = text.replace("server: s}", "server: s, hardware: A}")
        Path("small.yaml").write_text(text)
        code, out, err = inferometer(*command)
    assert code == (0 if width == 16 else 1), err
    refused = "link of 16 lanes, but 8 are declared" in " ".join(out.split())
    assert refused == (width == 8)
