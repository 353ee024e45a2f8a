"""Messages name fields; `bench` shows the flags that set them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.bench.spec import SAMPLING_FLAGS
from inferometer.cli.main import load_verb
from inferometer.spec.campaign import CampaignError
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.checks import check_run
from inferometer.spec.field_flags import FIELD_FLAGS, as_flags
from inferometer.spec.load import Load
from inferometer.spec.output import Output
from inferometer.spec.run import RunSpec, Sampling, Target, Timeouts
from inferometer.spec.workload import DATASETS, TraceWorkload

BENCH = {
    flag
    for each in load_verb("bench").params
    for flag in (*each.opts, *each.secondary_opts)
}
SECTIONS: dict[str, Any] = {
    "load": Load.model_fields,
    "timeouts": Timeouts.model_fields,
    "workload": TraceWorkload.model_fields,
    "output": Output.model_fields,
}


def test_every_flag_of_the_tables_is_one_of_bench() -> None:
    named = {
        *FIELD_FLAGS.values(),
        *(flag for each in DATASETS.values() for flag in each.flags),
    }
    assert {f"--{name.replace('_', '-')}" for name in named} <= BENCH


@pytest.mark.parametrize("field", FIELD_FLAGS)
def test_every_field_of_the_table_exists(field: str) -> None:
    section, _, name = field.strip("`").partition(".")
    if section in SECTIONS:
        assert name in SECTIONS[section]
    elif section == "sampling":
        assert name in {*Sampling.model_fields, *SAMPLING_FLAGS}
    elif section == "server":
        assert name in Target.model_fields or name == "served_model"
    else:
        assert section in RunSpec.model_fields


@pytest.mark.parametrize(
    ("text", "dataset", "shown"),
    [
        ("Raise load.max_concurrency.", "random", "Raise --max-concurrency."),
        (
            "give server.base_url http://h:1",
            "random",
            "give --base-url http://h:1",
        ),
        ("shorten workload.input_len", "random", "shorten --random-input-len"),
        ("shorten workload.input_len", "sonnet", "shorten --sonnet-input-len"),
        ("give workload.output_len.", "hf", "give --hf-output-len."),
        ("workload.path: rows.jsonl", "custom", "--dataset-path: rows.jsonl"),
        (
            "more `workers`, or fewer workers",
            "random",
            "more --workers, or fewer workers",
        ),
        (
            "load.nothing, config.json and 1.5",
            "random",
            "load.nothing, config.json and 1.5",
        ),
        ("workload.kind", "no such data set", "--dataset-name"),
        ("检查server.base_url的值", "random", "检查--base-url的值"),
        (
            "see my.server.base_url and server.base_urls",
            "random",
            "see my.server.base_url and server.base_urls",
        ),
    ],
)
def test_fields_become_flags(text: str, dataset: str, shown: str) -> None:
    assert as_flags(text, dataset) == shown


def test_checks_name_fields_and_no_flag() -> None:
    load = {
        "request_rate": 2.0,
        "steps": [{"rate": 1, "seconds": 1}],
        "replay_speed": 2.0,
    }
    spec = RunSpec.model_validate(
        {
            "workload": {"kind": "random"},
            "seed": 1,
            "target": {"model": "m", "base_url": "http://h", "endpoint": "v1"},
            "load": {**load, "burstiness": 2.0, "when_full": "drop"},
            "sampling": {"extra_body": {"model": "x"}},
            "workers": 1,
        }
    )
    found = " ".join(check_run(spec, max_model_len=10, descriptor_limit=70))
    assert "--" not in found.replace("--max-model-len", "")
    for field in (
        "load.replay_speed",
        "load.steps",
        "workload.input_len",
        "server.endpoint",
    ):
        assert field in found
    assert "--replay-speed" in as_flags(found)


def test_who_reads_a_campaign_file_sees_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(
        "name: c\nmodels: {m: x}\nservers: {s: {kind: external, base_url: 'http://h'}}\n"
        "groups: [{id: g, model: m, server: s}]\nmatrix: {num_prompts: [2]}\n"
        "load: {replay_speed: 2.0}\n"
    )
    with pytest.raises(CampaignError) as caught:
        load_campaign(str(path), environment={})
    told = " ".join(caught.value.reasons)
    assert (
        "load.replay_speed needs recorded times, which only workload.kind trace has"
        in told
    )
    assert "--" not in told
