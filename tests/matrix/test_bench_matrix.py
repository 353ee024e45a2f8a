"""Every backend with every data set by `inferometer bench`: it runs, or is refused before the
server is sent anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import polars
import pytest
from typer.testing import CliRunner, Result

from inferometer.cli.main import app
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.protocol import PROTOCOLS
from inferometer.spec.workload import DATASETS
from inferometer.trace import MISSING
from tests.backends import TEXT_BACKENDS
from tests.matrix.data_sets import DATA_SETS, REQUESTS, is_fast, write_files

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

SETTINGS = EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=1000)

COMBINATIONS = [
    pytest.param(
        backend,
        name,
        marks=[] if is_fast(backend, name) else [pytest.mark.wide],
    )
    for backend in TEXT_BACKENDS
    for name in DATA_SETS
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_files(folder)
    return folder


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[EmbeddedEngine]:
    """One for all tests of a backend."""
    with EmbeddedEngine(SETTINGS, backends=(request.param,)) as engine:
        yield engine


def bench(
    engine: EmbeddedEngine, name: str, files: Path, results: Path
) -> Result:
    (backend,) = engine.front.backends
    data = DATA_SETS[name]
    closed = (
        f"--max-concurrency {data.load['max_concurrency']}"
        if "max_concurrency" in data.load
        else ""
    )
    line = (
        f"bench --backend {backend} --base-url {engine.base_url} --num-prompts {REQUESTS} "
        f"{closed} --ignore-eos --quiet"
    )
    save = (
        f"--no-realtime --no-telemetry --allow-invalid --save-result --result-dir {results} "
        "--result-filename r.json"
    )
    return CliRunner().invoke(
        app, f"{line} {save} {data.flags.format(files=files)}".split()
    )


def generated(engine: EmbeddedEngine) -> str:
    """What the engine says of the prompts it was sent, ever."""
    with urlopen(f"{engine.base_url}/metrics") as answer:
        page: str = answer.read().decode()
    return next(
        line
        for line in page.splitlines()
        if line.startswith("vllm:prompt_tokens_total")
    )


def test_every_data_set_is_among_them(files: Path) -> None:
    assert {type(data.spec(files)) for data in DATA_SETS.values()} == set(
        DATASETS.values()
    )


@pytest.mark.parametrize(("engine", "name"), COMBINATIONS, indirect=["engine"])
def test_a_combination_runs_or_is_refused(
    engine: EmbeddedEngine, name: str, files: Path, tmp_path: Path
) -> None:
    (backend,) = engine.front.backends
    before = generated(engine)
    said = bench(engine, name, files, tmp_path)
    refusal = DATA_SETS[name].refusal(PROTOCOLS[backend], files)
    if refusal is not None:
        assert said.exit_code == 2, said.output
        *_, sentence = said.output.splitlines()  # after notes on flags
        assert re.search(refusal, sentence), sentence
        assert (generated(engine), list(tmp_path.iterdir())) == (before, [])
        return
    assert said.exit_code == 0, said.output
    run = json.loads((tmp_path / "r" / "run.json").read_text())
    requests = polars.read_parquet(
        tmp_path / "r" / "requests.parquet"
    ).fill_null(MISSING)
    assert requests["outcome"].to_list() == ["OK"] * REQUESTS, requests[
        "detail"
    ].to_list()
    assert (
        requests["output_tokens"].to_list()
        == requests["asked_output_tokens"].to_list()
    )
    assert run["prompts"]["counting"]
    if run["prompts"]["exact"]:  # but where only the server can tell
        counted = requests.filter(requests["asked_prompt_tokens"] != MISSING)
        assert (
            counted["prompt_tokens"].to_list()
            == counted["asked_prompt_tokens"].to_list()
        )
    result = json.loads((tmp_path / "r.json").read_text())
    assert (result["completed"], result["endpoint_type"]) == (REQUESTS, backend)
