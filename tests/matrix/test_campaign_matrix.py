"""Every backend with every data set from a campaign file: a group each, on one server."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from inferometer.campaign.outcome import CampaignOutcome
from inferometer.campaign.runner import run_campaign
from inferometer.campaign.task import Task
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.live.campaign import CampaignLines
from inferometer.protocol import PROTOCOLS
from inferometer.server.kinds import server_for
from inferometer.spec.campaign import CampaignError, CampaignSpec
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.interleave import blocks_of
from inferometer.store.campaign.paths import campaign_paths
from tests.backends import TEXT_BACKENDS
from tests.matrix.data_sets import DATA_SETS, REQUESTS, is_fast, write_files

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*multi-threaded.*fork:DeprecationWarning"
)

SETTINGS = EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=1000)


def campaign(
    folder: Path,
    backend: str,
    names: Sequence[str],
    base_url: str = "http://127.0.0.1:1",
) -> Path:
    """A campaign file of a group for each of these data sets."""
    groups = [
        {
            "id": name.replace(" ", "-"),
            "model": "m",
            "server": "s",
            "workload": DATA_SETS[name].in_file(folder),
            "load": {"num_prompts": REQUESTS, **DATA_SETS[name].load},
        }
        for name in names
    ]
    content: dict[str, Any] = {
        "name": "all",
        "models": {"m": "embedded"},
        "servers": {
            "s": {"kind": "external", "base_url": base_url, "backend": backend}
        },
        "groups": groups,
        "telemetry": False,
        "sampling": {"ignore_eos": True},
        "result_dir": str(folder / "results"),
        "file_name": "{group}_{time}.json",
    }
    path = folder / "all.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def run(spec: CampaignSpec, folder: Path) -> CampaignOutcome:
    groups = expand(spec)
    lines = CampaignLines(blocks_of(groups, spec.interleave))
    task = Task.of(
        spec,
        groups,
        lambda need: server_for(need, directory=folder, say=lines.say),
        allow_invalid=True,
        real_time=False,
    )
    return run_campaign(task, campaign_paths(spec.result_dir, spec.name), lines)


def measure_all(folder: Path, backend: str, names: Sequence[str]) -> None:
    """Run a campaign of these data sets, all of which the backend carries."""
    write_files(folder)
    with EmbeddedEngine(SETTINGS, backends=(backend,)) as engine:
        outcome = run(
            load_campaign(
                campaign(folder, backend, names, engine.base_url),
                environment={},
            ),
            folder,
        )
    assert (outcome.exit_code, outcome.lost, outcome.trouble) == (0, {}, None)
    results = {
        path.name: json.loads(path.read_text())
        for path in (folder / "results").glob("*.json")
    }
    assert len(results) == len(names)
    assert {
        (result["completed"], result["endpoint_type"])
        for result in results.values()
    } == {(REQUESTS, backend)}


def carried(backend: str, files: Path) -> list[str]:
    return [
        name
        for name, data in DATA_SETS.items()
        if data.refusal(PROTOCOLS[backend], files) is None
    ]


@pytest.mark.parametrize("backend", TEXT_BACKENDS)
def test_some_data_sets_on_every_backend(backend: str, tmp_path: Path) -> None:
    measure_all(
        tmp_path,
        backend,
        [name for name in carried(backend, tmp_path) if is_fast(backend, name)],
    )


@pytest.mark.wide
@pytest.mark.parametrize("backend", TEXT_BACKENDS)
def test_all_data_sets_on_every_backend(backend: str, tmp_path: Path) -> None:
    measure_all(tmp_path, backend, carried(backend, tmp_path))


@pytest.mark.parametrize(
    "backend", [name for name, backend in PROTOCOLS.items() if not backend.chat]
)
def test_what_a_backend_never_carries_is_told_with_its_line_before_a_server_is_sought(
    backend: str, tmp_path: Path
) -> None:
    names = [
        name
        for name, data in DATA_SETS.items()
        if data.spec(tmp_path).needs_messages
    ]
    path = campaign(tmp_path, backend, names)
    with pytest.raises(CampaignError) as refused:
        load_campaign(path, environment={})
    lines = [
        number
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.startswith("- id:")
    ]
    assert len(refused.value.reasons) == len(names) == len(lines) > 0
    for sentence, line, name in zip(
        refused.value.reasons, lines, names, strict=True
    ):
        assert sentence.startswith(
            f"{path}:{line}: groups.{name.replace(' ', '-')}"
        )
        assert (
            f"chat messages, which server.backend {backend} does not carry: choose one of openai-chat, "
            in sentence
        )


@pytest.mark.parametrize(
    ("backend", "name"),
    [("tgi", "ids"), ("openai", "chats"), ("openai-chat", "ids")],
)
def test_rows_that_a_backend_does_not_carry_fail_their_point_alone(
    backend: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(tmp_path)
    with EmbeddedEngine(SETTINGS, backends=(backend,)) as engine:
        outcome = run(
            load_campaign(
                campaign(tmp_path, backend, [name, "texts"], engine.base_url),
                environment={},
            ),
            tmp_path,
        )
    assert outcome.exit_code == 1
    refusal = DATA_SETS[name].refusal(PROTOCOLS[backend], tmp_path)
    assert refusal is not None
    assert re.search(refusal, " ".join(capsys.readouterr().out.split()))
    (result,) = (tmp_path / "results").glob("*.json")
    assert result.name.startswith("texts_")
