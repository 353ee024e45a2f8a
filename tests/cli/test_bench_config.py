"""`inferometer bench --config C --model 7B --tp 1`: which test of a campaign is meant, and that it
is measured as one.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from inferometer.cli.bench import config
from inferometer.cli.bench.config import Chosen, choose
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.flag_errors import FlagsError
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.spec.campaign import CampaignSpec
from inferometer.spec.campaign_file import NARROWING, load_campaign
from inferometer.spec.preset_files import preset_names
from tests.cli.conftest import Command

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)
"""The engine's threads are no concern of the forked workers."""

LAPTOP = """\
name: laptop
result_dir: results
telemetry: false
file_name: "{config}_{model}_TP{tp}_{input}_np{n}_{time}.json"
hardware: {L: {gpus: 1}}
models: {tiny: tiny-model}
servers: {here: {kind: external, base_url: "http://127.0.0.1:1"}}
groups: [{id: 1L, hardware: L, model: tiny, server: here}]
matrix: {num_prompts: [1, 2, 3]}
workload: {input_len: 8, output_len: 3}
sampling: {ignore_eos: true}
"""


@functools.cache
def loaded(name: str, bounds: tuple[str | None, ...]) -> CampaignSpec:
    """Each preset once: it is asked for all of them whenever a test is chosen."""
    given = zip(NARROWING, bounds, strict=True)
    environment = {name: value for name, value in given if value is not None}
    return load_campaign(name, environment=environment)


@pytest.fixture(autouse=True)
def presets_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str, *, environment: Mapping[str, str]) -> CampaignSpec:
        if name not in preset_names():
            return load_campaign(name, environment=environment)
        return loaded(name, tuple(map(environment.get, NARROWING)))

    monkeypatch.setattr(config, "load_campaign", load)


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
        "OPENAI_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)


def test_the_test_of_the_guide() -> None:
    flags = BenchFlags(config="C", model="7B", tp=1, random_input_len=1024)
    assert choose(flags) == Chosen("pcie-machine-c", ["1C-1k"], [])


@pytest.mark.parametrize(
    ("config", "model", "tp", "test"),
    [
        ("A", "7B", None, "1A-1k"),
        ("A", "14B", 1, "3A-1k"),
        ("B", "7B", 1, "1B-1k"),
        ("B", "meta-llama/Llama-3.1-8B", 2, "2B-1k"),
        ("B", "30B", None, "5B-1k"),
        ("C", "14B", None, "3C-1k"),
    ],
)
def test_a_test_is_found_by_what_it_measures(
    config: str, model: str, tp: int | None, test: str
) -> None:
    assert choose(BenchFlags(config=config, model=model, tp=tp)).only == [test]


def test_a_point_of_it_and_another_server() -> None:
    flags = BenchFlags(
        config="C",
        model="7B",
        tp=2,
        num_prompts=17,
        port=9000,
        result_dir=Path("else where"),
    )
    sets = [
        'servers.vllm.base_url="http://127.0.0.1:9000"',
        'result_dir="else where"',
    ]
    assert choose(flags) == Chosen("pcie-machine-c", ["2C-1k/np17"], sets)
    elsewhere = BenchFlags(
        config="C", model="7B", tp=2, base_url="http://gpu:8000"
    )
    assert choose(elsewhere).sets == ['servers.vllm.base_url="http://gpu:8000"']


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (
            BenchFlags(config="D"),
            "--config D: no preset has hardware of this name; --campaign FILE looks into a file.",
        ),
        (
            BenchFlags(tp=1),
            (
                "--tp and --campaign say which test of a --config is meant: give that too, such "
                "as --config C."
            ),
        ),
        (
            BenchFlags(campaign="custom"),
            "--tp and --campaign say which test of a --config is meant",
        ),
        (
            BenchFlags(config="C", model="9B"),
            "--config C: no test is like that; there are: --model 7B --tp 1 (1C-1k of pcie-",
        ),
        (
            BenchFlags(config="C", model="7B"),
            "--config C: these fit, say which: --model 7B --tp 1 (1C-1k of pcie-machine-c, ",
        ),
        (
            BenchFlags(config="C", model="7B", tp=1, random_input_len=64),
            "--config C: no test is like that; there are: ",
        ),
        (
            BenchFlags(config="C", model="7B", tp=1, num_prompts=201),
            "--num-prompts 201: 1C-1k has 1 to 200; leave it out for",
        ),
        (
            BenchFlags(config="C", model="7B", tp=1, goodput=["ttft:1"]),
            (
                "--goodput: with --config the campaign says that; change it with `inferometer "
                "run ... --set KEY=VALUE`."
            ),
        ),
    ],
)
def test_what_cannot_be_meant(flags: BenchFlags, said: str) -> None:
    with pytest.raises(FlagsError) as caught:
        choose(flags)
    (reason,) = caught.value.reasons
    assert reason.startswith(said)


def test_a_file_of_ones_own() -> None:
    Path("laptop.yaml").write_text(LAPTOP)
    flags = BenchFlags(
        config="L",
        campaign="laptop.yaml",
        random_input_len=8,
        random_output_len=3,
    )
    assert choose(flags) == Chosen("laptop.yaml", ["1L"], [])


Bench = Callable[[str], tuple[int, str]]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, inferometer: Command) -> Bench:
    """Runs `inferometer bench`: exit code, and what it said to either side."""

    def run(line: str) -> tuple[int, str]:
        code, out, err = inferometer("bench", *line.split())
        return code, out + err

    return run


def test_a_test_is_measured_saved_and_gone_on_with(bench: Bench) -> None:
    Path("laptop.yaml").write_text(LAPTOP)
    with EmbeddedEngine(
        EngineSettings(ttft_ms=2, itl_ms=1), model="tiny-model"
    ) as engine:
        line = (
            "--campaign laptop.yaml --config L --tp 1 --input-len 8 --output-len 3 --base-url "
            f"{engine.base_url}"
        )
        code, told = bench(f"{line} --num-prompts 2 --allow-invalid")
        assert (
            code,
            "That is: inferometer run laptop.yaml --only 1L/np2\n" in told,
        ) == (
            0,
            True,
        ), told
        (first,) = Path("results").glob("*.json")
        assert first.name.startswith("L_tiny_TP1_8_np2_")
        assert json.loads(first.read_text())["num_prompts"] == 2
        code, told = bench(f"{line} --allow-invalid")
        assert code == 0, told
        counts = sorted(
            json.loads(path.read_text())["num_prompts"]
            for path in Path("results").glob("*.json")
        )
        assert counts == [1, 2, 3]
        assert first.exists()


def test_a_test_may_be_measured_several_times(bench: Bench) -> None:
    Path("laptop.yaml").write_text(LAPTOP)
    with EmbeddedEngine(
        EngineSettings(ttft_ms=2, itl_ms=1), model="tiny-model"
    ) as engine:
        line = (
            "--campaign laptop.yaml --config L --tp 1 --input-len 8 --output-len 3 --base-url "
            f"{engine.base_url}"
        )
        code, told = bench(
            f"{line} --num-prompts 2 --repeats 2 --allow-invalid"
        )
    assert code == 0, told
    assert sorted(
        path.stem.rpartition("_")[2] for path in Path("results").glob("*.json")
    ) == [
        "r1",
        "r2",
    ]
    assert "\n1L/np2\n" in told
    assert " 2 Repeats " in told


def test_a_wrong_campaign_is_told(bench: Bench) -> None:
    Path("laptop.yaml").write_text(
        LAPTOP.replace("order", "x").replace("name: laptop", "nam: laptop")
    )
    code, told = bench("--campaign laptop.yaml --config L")
    assert code == 2
    assert (
        "inferometer: laptop.yaml:1: unknown key 'nam' (did you mean 'name'?).\n"
        in told
    )
