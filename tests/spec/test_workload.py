"""Workloads as values: told apart by their kind, and a scenario is one with the lengths that it
names.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from inferometer.spec.lengths import LengthLaw, parse_scenario
from inferometer.spec.run import RunSpec, Target
from inferometer.spec.workload import (
    AnyWorkload,
    HfWorkload,
    ImagesWorkload,
    JsonlWorkload,
    PrefixWorkload,
    RandomWorkload,
    SessionsWorkload,
    ShareGptWorkload,
    SonnetWorkload,
    SpecBenchWorkload,
    SpeedBenchWorkload,
    TimedTraceWorkload,
    TraceWorkload,
)

PATH = "prompts.jsonl"

KINDS: dict[str, Any] = {
    "random": RandomWorkload(),
    "sharegpt": ShareGptWorkload(path=PATH),
    "jsonl": JsonlWorkload(path=PATH),
    "spec_bench": SpecBenchWorkload(path=PATH),
    "speed_bench": SpeedBenchWorkload(path=PATH),
    "hf": HfWorkload(path=PATH),
    "sonnet": SonnetWorkload(path=PATH),
    "prefix": PrefixWorkload(),
    "trace": TraceWorkload(path=PATH),
    "timed_trace": TimedTraceWorkload(path=PATH),
    "sessions": SessionsWorkload(),
    "images": ImagesWorkload(),
}


def test_there_is_no_other_kind() -> None:
    tagged = get_args(get_args(AnyWorkload)[0])
    assert {get_args(each)[0] for each in tagged} == {
        type(work) for work in KINDS.values()
    }
    assert {kind: work.kind for kind, work in KINDS.items()} == {
        kind: kind for kind in KINDS
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_decides_which_model_it_is(kind: str) -> None:
    given = {
        "kind": kind,
        **({"path": PATH} if "path" in type(KINDS[kind]).model_fields else {}),
    }
    assert TypeAdapter(AnyWorkload).validate_python(given).kind == kind
    spec = RunSpec(target=Target(model="m"), workload=KINDS[kind])
    assert RunSpec.model_validate(spec.model_dump()).workload == KINDS[kind]


def test_without_a_kind_it_is_random() -> None:
    assert TypeAdapter(AnyWorkload).validate_python(
        {"input_len": 7}
    ) == RandomWorkload(input_len=7)


@pytest.mark.parametrize(
    "given",
    [{"kind": "poems"}, {"kind": "sharegpt"}, {"kind": "prefix", "path": PATH}],
    ids=str,
)
def test_what_no_kind_is_or_has_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(AnyWorkload).validate_python(given)


# scenarios


@pytest.mark.parametrize(
    ("text", "prompt", "output"),
    [
        (
            "D(1024,128)",
            LengthLaw("uniform", 1024, 1024, 1024),
            LengthLaw("uniform", 128, 128, 128),
        ),
        (
            "U(100,400)/(50,200)",
            LengthLaw("uniform", 100, 400, 250),
            LengthLaw("uniform", 50, 200, 125),
        ),
        (
            "N(512,64)/(128,16)",
            LengthLaw("normal", 256, 768, 512, 64),
            LengthLaw("normal", 64, 192, 128, 16),
        ),
        (
            " n( 10 , 64)/(1.5,0) ",
            LengthLaw("normal", 1, 266, 10, 64),
            LengthLaw("normal", 2, 2, 1.5, 0),
        ),
    ],
)
def test_a_scenario_is_two_laws(
    text: str, prompt: LengthLaw, output: LengthLaw
) -> None:
    assert parse_scenario(text) == (prompt, output)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "D(1,2",
        "D(0,5)",
        "D(5)",
        "U(4,2)/(1,1)",
        "U(1,2)",
        "N(0,1)/(5,1)",
        "X(1,2)/(3,4)",
        "D(1.5,2)",
        "N(-4,1)/(5,1)",
    ],
)
def test_what_is_no_scenario_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"scenario|range|mean|length"):
        parse_scenario(text)
    with pytest.raises(ValidationError):
        RandomWorkload(scenario=text)


def test_a_scenario_of_single_lengths_is_those_lengths() -> None:
    assert RandomWorkload(scenario="D(1024,128)") == RandomWorkload(
        input_len=1024, output_len=128
    )


def test_one_law_has_one_spelling_and_its_means_for_lengths() -> None:
    one, other = (
        RandomWorkload(scenario="n(512, 64)/(128,16)"),
        RandomWorkload(scenario="N(512,64)/(128,16)"),
    )
    assert one == other
    assert (one.input_len, one.output_len) == (512, 128)
    assert one.laws() == parse_scenario("N(512,64)/(128,16)")


@pytest.mark.parametrize(
    "more",
    [{"input_len": 100}, {"output_len": 5}, {"range_ratio": 0.5}],
    ids=str,
)
def test_a_scenario_beside_other_lengths_is_refused(
    more: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="one of the two"):
        RandomWorkload.model_validate({"scenario": "U(10,20)/(30,40)", **more})
    RandomWorkload.model_validate(
        {"scenario": "U(10,20)/(30,40)", "input_len": 15, "output_len": 35}
    )  # the same is no other


# lengths


@pytest.mark.parametrize(
    ("work", "longest"),
    [
        (
            RandomWorkload(
                input_len=100, output_len=10, range_ratio=0.5, prefix_len=7
            ),
            (157, 15),
        ),
        (RandomWorkload(scenario="N(100,10)/(20,5)", prefix_len=1), (141, 40)),
        (SonnetWorkload(path=PATH), (550, 150)),
        (PrefixWorkload(prefix_len=10, suffix_len=20, output_len=5), (30, 5)),
        (
            SessionsWorkload(
                turns=3, system_len=5, input_len=10, output_len=20
            ),
            (75, 20),
        ),
        (SessionsWorkload(turns=1, range_ratio=0.5, input_len=10), (15, 192)),
        (SessionsWorkload(path=PATH), None),
        (ShareGptWorkload(path=PATH), (1024, 1024)),
        (JsonlWorkload(path=PATH), None),
        (JsonlWorkload(path=PATH, max_total_len=100), (99, 1)),
        (JsonlWorkload(path=PATH, max_input_len=50, output_len=7), (50, 7)),
        (HfWorkload(path=PATH, output_len=7), None),
        (
            TraceWorkload(path=PATH, max_input_len=60, max_total_len=100),
            (60, 40),
        ),
        (ImagesWorkload(), None),
    ],
    ids=repr,
)
def test_the_longest_request_is_known_unless_only_the_file_knows(
    work: AnyWorkload, longest: tuple[int, int] | None
) -> None:
    assert work.longest_request() == longest


@pytest.mark.parametrize("kind", KINDS)
def test_the_lengths_people_know_a_workload_by(kind: str) -> None:
    told = {
        "random": (1024, 128),
        "sonnet": (550, 150),
        "prefix": (512, 128),
        "sessions": (128, 128),
        "images": (1024, 128),
        "spec_bench": (None, 256),
        "speed_bench": (None, 4096),
    }
    assert KINDS[kind].nominal_lengths() == told.get(kind, (None, None))


def test_only_made_up_prompts_may_be_token_ids() -> None:
    made_up = {kind for kind, work in KINDS.items() if work.writes_own_tokens}
    assert made_up == {"random", "prefix", "trace", "timed_trace", "sessions"}
    assert not SessionsWorkload(path=PATH).writes_own_tokens
