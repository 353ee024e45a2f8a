"""RunSpec: its values are checked, its fingerprint names one measurement, and its headers are
written nowhere.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from inferometer.spec.run import (
    Load,
    Ramp,
    RandomWorkload,
    RunSpec,
    Sampling,
    Spec,
    Step,
    Target,
    Timeouts,
    length_range,
)
from inferometer.spec.workload import (
    JsonlWorkload,
    PrefixWorkload,
    SessionsWorkload,
    ShareGptWorkload,
)

SECRET = "Bearer sk-a-secret-nobody-may-see"

PLAIN = RunSpec(target=Target(model="m"), workload=RandomWorkload())

CHANGES: list[dict[str, Any]] = [
    {"target": Target(model="other")},
    {"target": Target(model="m", backend="openai-chat")},
    {"target": Target(model="m", base_url="http://127.0.0.1:8001")},
    {"target": Target(model="m", endpoint="/v1/x")},
    {"target": Target(model="m", insecure=True)},
    {"target": Target(model="m", lora_modules=("a", "b"))},
    {
        "target": Target(
            model="m", lora_modules=("a", "b"), lora_assignment="random"
        )
    },
    {"workload": RandomWorkload(input_len=1025)},
    {"workload": RandomWorkload(output_len=129)},
    {"workload": RandomWorkload(range_ratio=0.1)},
    {"workload": RandomWorkload(output_range_ratio=0.1)},
    {"workload": RandomWorkload(prefix_len=1)},
    {"workload": RandomWorkload(tokenizer="t")},
    {"workload": RandomWorkload(cache="warm")},
    {"workload": RandomWorkload(distinct=10)},
    {"workload": RandomWorkload(scenario="N(512,64)/(128,16)")},
    {"workload": PrefixWorkload()},
    {"workload": SessionsWorkload()},
    {"workload": ShareGptWorkload(path="a.json")},
    {"workload": ShareGptWorkload(path="b.json")},
    {"workload": JsonlWorkload(path="a.json")},
    {"load": Load(num_prompts=999)},
    {"load": Load(request_rate=10)},
    {"load": Load(burstiness=0.5)},
    {"load": Load(max_concurrency=1)},
    {"load": Load(num_warmups=1)},
    {"load": Load(ramp=Ramp(start_rps=1, end_rps=2))},
    {"load": Load(ramp=Ramp(start_rps=1, end_rps=2, strategy="exponential"))},
    {"load": Load(steps=(Step(rate=10, seconds=100),))},
    {"load": Load(replay_speed=2)},
    {"load": Load(max_seconds=60)},
    {"load": Load(when_full="drop")},
    {"sampling": Sampling(ignore_eos=True)},
    {"sampling": Sampling(parameters={"temperature": 0})},
    {"sampling": Sampling(logprobs=0)},
    {"sampling": Sampling(extra_body={"a": [1]})},
    {"timeouts": Timeouts(idle_s=1)},
    {"seed": 1},
    {"repeat": 1},
    {"workers": 2},
    {"server": {"recipe": "vllm", "tp": 2}},
]


def test_the_fingerprint_is_stable() -> None:
    """Written down once: a change here makes every finished point of every campaign unfindable."""
    assert PLAIN.fingerprint == "9c266cd4e713fa3c"


def test_the_fingerprint_is_the_same_in_another_process_with_another_hash_seed() -> (
    None
):
    code = (
        "from inferometer.spec.run import *;"
        "sampling = Sampling(extra_body={'b': 1, 'a': 2});"
        "print(RunSpec(target=Target(model='m'), workload=RandomWorkload(), "
        "sampling=sampling).fingerprint)"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    here = PLAIN.model_copy(
        update={"sampling": Sampling(extra_body={"a": 2, "b": 1})}
    )
    assert told == {f"{here.fingerprint}\n"}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_every_field_changes_the_fingerprint(change: dict[str, Any]) -> None:
    assert PLAIN.model_copy(update=change).fingerprint != PLAIN.fingerprint


def test_no_two_changes_make_the_same_fingerprint() -> None:
    assert len(
        {PLAIN.model_copy(update=change).fingerprint for change in CHANGES}
    ) == len(CHANGES)


def test_every_field_is_among_those_changes() -> None:
    """A new field has to be added to CHANGES, or its effect on the fingerprint is untested."""
    changed = {
        (part, name)
        for change in CHANGES
        for part, value in change.items()
        for name in (
            type(value).model_fields if isinstance(value, Spec) else [None]
        )
        if name is None
        or getattr(value, name)
        != getattr(getattr(PLAIN, part), name, getattr(value, name))
    }
    fields = {
        (part, name)
        for part in RunSpec.model_fields
        for name in (
            type(getattr(PLAIN, part)).model_fields
            if isinstance(getattr(PLAIN, part), Spec)
            else [None]
        )
    }
    timeouts = {
        ("timeouts", name) for name in Timeouts.model_fields
    }  # one stands for its kind
    assert fields - timeouts - {("target", "headers")} == changed - timeouts


def test_with_a_server_by_declaration_only_a_declared_address_is_part_of_the_identity() -> (
    None
):
    declared = [
        RunSpec(
            target=Target(model="m", base_url=url),
            workload=RandomWorkload(),
            server={"recipe": "vllm"},
        )
        for url in ("http://127.0.0.1:1", "http://127.0.0.1:2")
    ]
    assert declared[0].fingerprint == declared[1].fingerprint
    at = [
        declared[0].at_address(address) for address in ("http://a", "http://b")
    ]
    assert len({spec.fingerprint for spec in (*at, *declared)}) == 3
    assert [spec.address for spec in (*at, declared[0])] == [
        "http://a",
        "http://b",
        None,
    ]
    assert at[0].at_address(None) == declared[0]
    assert {spec.prompts_fingerprint for spec in at} == {
        declared[0].prompts_fingerprint
    }
    assert PLAIN.at_address("http://a") == PLAIN, (
        "nothing is declared of it: its base_url says where it is"
    )


def test_a_warm_point_has_the_prompts_of_its_cold_one() -> None:
    cold, warm = (
        PLAIN.model_copy(update={"workload": RandomWorkload(cache=cache)})
        for cache in ("cold", "warm")
    )
    assert cold.fingerprint != warm.fingerprint
    assert (
        cold.prompts_fingerprint
        == warm.prompts_fingerprint
        != PLAIN.prompts_fingerprint
    )


def test_a_seed_means_the_same_prompts_at_any_address_and_others_at_other_settings() -> (
    None
):
    elsewhere = PLAIN.model_copy(
        update={"target": Target(model="m", base_url="http://127.0.0.1:8001")}
    )
    assert elsewhere.prompts_fingerprint == PLAIN.prompts_fingerprint
    for change in ({"workers": 2}, {"timeouts": Timeouts(idle_s=1)}):
        assert (
            PLAIN.model_copy(update=change).prompts_fingerprint
            == PLAIN.prompts_fingerprint
        )
    others = [PLAIN.model_copy(update={name: 1}) for name in ("seed", "repeat")]
    assert len({spec.prompts_fingerprint for spec in [PLAIN, *others]}) == 3


def test_what_an_earlier_version_measured_in_another_way_is_another_point() -> (
    None
):
    def closed(warmups: int) -> RunSpec:
        return PLAIN.model_copy(
            update={"load": Load(max_concurrency=4, num_warmups=warmups)}
        )

    assert [closed(warmups).measurement for warmups in (0, 3, 4, 6, 8)] == [
        1,
        2,
        1,
        2,
        1,
    ]
    assert closed(4).earlier_fingerprint is None
    assert closed(3).earlier_fingerprint not in (None, closed(3).fingerprint)


def test_only_closed_loops_of_single_requests_depend_on_it() -> None:
    uneven: dict[str, Any] = {"max_concurrency": 4, "num_warmups": 3}
    open_loop = PLAIN.model_copy(
        update={"load": Load(request_rate=2, **uneven)}
    )
    burst = PLAIN.model_copy(update={"load": Load(num_warmups=3)})
    sessions = RunSpec(
        target=PLAIN.target, workload=SessionsWorkload(), load=Load(**uneven)
    )
    assert [spec.measurement for spec in (open_loop, burst, sessions)] == [
        1,
        1,
        1,
    ]


def test_what_rows_of_files_say_is_sent_since_another_version() -> None:
    written = RunSpec(
        target=PLAIN.target, workload=JsonlWorkload(path="a.json")
    )
    recorded = RunSpec(
        target=PLAIN.target, workload=SessionsWorkload(path="a.json")
    )
    made_up = RunSpec(target=PLAIN.target, workload=SessionsWorkload())
    uneven = written.model_copy(
        update={"load": Load(max_concurrency=4, num_warmups=3)}
    )
    assert [
        spec.measurement for spec in (written, recorded, made_up, uneven)
    ] == [3, 3, 1, 3]
    assert made_up.earlier_fingerprint is None
    assert orjson.loads(uneven.canonical())["measurement"] == 3
    assert (
        len(
            {spec.earlier_fingerprint for spec in (written, recorded, uneven)}
            | {written.fingerprint}
        )
        == 4
    )


def test_numbers_that_are_equal_are_the_same_spec() -> None:
    one, other = (
        PLAIN.model_copy(
            update={"load": Load.model_validate({"request_rate": rate})}
        )
        for rate in (10, 10.0)
    )
    assert one.fingerprint == other.fingerprint


def test_headers_are_written_nowhere_and_change_nothing() -> None:
    keyed = RunSpec(
        target=Target(model="m", headers={"Authorization": SECRET}),
        workload=RandomWorkload(),
    )
    shown = [
        keyed.canonical().decode(),
        str(keyed.model_dump()),
        keyed.model_dump_json(),
        repr(keyed),
        str(keyed),
    ]
    assert not [
        text for text in shown if SECRET in text or "Authorization" in text
    ]
    assert keyed.target.headers == {"Authorization": SECRET}
    assert keyed.fingerprint == PLAIN.fingerprint


def test_the_canonical_form_reads_back_as_the_same_spec() -> None:
    spec = PLAIN.model_copy(
        update={"load": Load(request_rate=2.5, burstiness=0.5)}
    )
    for each in (PLAIN, spec):
        content = orjson.loads(each.canonical())
        assert content.pop("measurement") == 1
        assert RunSpec.model_validate(content) == each
    assert orjson.loads(PLAIN.canonical())["load"]["request_rate"] == "inf"


@pytest.mark.parametrize(
    "change", [change for change in CHANGES if "server" not in change], ids=str
)
def test_every_canonical_form_reads_back(change: dict[str, Any]) -> None:
    spec = PLAIN.model_copy(update=change)
    content = orjson.loads(spec.canonical())
    content.pop("measurement")
    assert RunSpec.model_validate(content) == spec


def test_an_endless_burstiness_is_not_lost_in_the_canonical_form() -> None:
    metronome = PLAIN.model_copy(
        update={"load": Load(request_rate=1, burstiness=math.inf)}
    )
    content = orjson.loads(metronome.canonical())
    content.pop("measurement")
    assert RunSpec.model_validate(content) == metronome


@pytest.mark.parametrize(
    "wrong",
    [
        {"workload": {"input_len": 0}},
        {"workload": {"output_len": -1}},
        {"workload": {"range_ratio": 1.0}},
        {"workload": {"prefix_len": -1}},
        {"load": {"num_prompts": 0}},
        {"load": {"request_rate": 0}},
        {"load": {"request_rate": math.nan}},
        {"load": {"burstiness": 0}},
        {"load": {"max_concurrency": 0}},
        {"timeouts": {"idle_s": 0}},
        {"workers": 0},
        {"repeat": -1},
        {"load": {"num_prompt": 5}},
        {"surprise": 1},
    ],
    ids=str,
)
def test_values_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    content: dict[str, Any] = {
        "target": {"model": "m"},
        "workload": {},
        **wrong,
    }
    with pytest.raises(ValidationError):
        RunSpec.model_validate(content)
    for part, value in wrong.items():
        content[part] = {} if isinstance(value, dict) else 1
    content.pop("surprise", None)
    RunSpec.model_validate(content)  # it was that value, and nothing else


def test_a_spec_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        PLAIN.seed = 2


@pytest.mark.parametrize(
    ("length", "ratio", "expected"),
    [
        (1024, 0.0, (1024, 1024)),
        (
            1000,
            0.1,
            (900, 1100),
        ),  # 1000 * 1.1 is a little more than 1100 in floating point
        (100, 0.5, (50, 150)),
        (15, 0.25, (11, 19)),  # 11.25 and 18.75, outwards
        (1, 0.9, (1, 2)),  # never 0 tokens
    ],
)
def test_length_range(
    length: int, ratio: float, expected: tuple[int, int]
) -> None:
    assert length_range(length, ratio) == expected


@given(st.integers(1, 200_000), st.floats(0, 0.999))
def test_length_range_holds_the_length_and_is_centred_on_it(
    length: int, ratio: float
) -> None:
    low, high = length_range(length, ratio)
    assert 1 <= low <= length <= high < 2 * length + 1
    assert low == 1 or abs((length - low) - (high - length)) <= 1
