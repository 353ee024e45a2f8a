"""What names of result files tell: those of studies of the field, of our presets, and of vLLM
itself; others tell nothing.
"""

from __future__ import annotations

import math
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inferometer.results.file_name import conditions_in
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand, file_name
from inferometer.spec.preset_files import preset_names

TIME = "20251231_120000"

NAMES: dict[str, dict[str, Any]] = {
    f"C_7B_TP1_1k_np1_{TIME}": {
        "config": "C",
        "model": "7B",
        "tp": 1,
        "input_len": 1024,
        "num_prompts": 1,
    },
    f"A_7B_TP2_1k_np200_{TIME}-2": {
        "config": "A",
        "model": "7B",
        "tp": 2,
        "input_len": 1024,
        "num_prompts": 200,
    },
    f"B_my_model_TP16_500_np3_{TIME}": {
        "config": "B",
        "model": "my_model",
        "tp": 16,
        "input_len": 500,
        "num_prompts": 3,
    },
    f"input_96K_n20_{TIME}": {"input_len": 98304, "num_prompts": 20},
    f"scale_n1000_{TIME}": {"num_prompts": 1000},
    f"70B_TP8_warm_c128_n500_3_{TIME}": {
        "model": "70B",
        "tp": 8,
        "cache": "warm",
        "num_prompts": 500,
    },
    f"7B_TP1_in512_out1k_batch64_{TIME}": {
        "model": "7B",
        "tp": 1,
        "input_len": 512,
        "output_len": 1024,
        "num_prompts": 64,
    },
    f"1k_128_c8_n100_r2.5_{TIME}": {
        "input_len": 1024,
        "output_len": 128,
        "num_prompts": 100,
    },
    "openai-infqps-concurrency8-Qwen3-14B-20260131-120000": {
        "request_rate": math.inf,
        "max_concurrency": 8,
    },
    "x8-night-2.5qps-Llama-3.1-8B-20260131-120000": {"request_rate": 2.5},
    "": {},
    "result": {},
    "C_7B_TP1_1k_np1": {},
    f"C_7B_TPx_1k_np1_{TIME}": {},
    f"C_7B_TP1_1k_np1_{TIME}_copy": {},
}


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert conditions_in(name) == NAMES[name]


@pytest.mark.parametrize("preset", preset_names())
def test_names_of_our_presets_tell_nothing_that_is_not_so(preset: str) -> None:
    campaign = load_campaign(preset, environment={})
    for group in expand(campaign):
        for point in group.points:
            found = conditions_in(
                file_name(
                    campaign,
                    point,
                    datetime(2025, 12, 31, 12, tzinfo=timezone.utc),
                )[: -len(".json")]
            )
            input_len, output_len = point.spec.workload.nominal_lengths()
            truth = {
                "config": group.server.hardware_name,
                "group": point.id.partition("/")[0],
                "model": group.server.model_alias,
                "tp": group.server.tp,
                "input_len": input_len,
                "output_len": output_len,
                "cache": point.spec.workload.cache,
                "num_prompts": point.spec.load.num_prompts,
            }
            assert found
            assert {name: truth[name] for name in found} == found


@given(st.text(alphabet="ABTP_0189kKnp-.infqsconcurrency٣²", max_size=200))
def test_any_name_is_taken(name: str) -> None:
    assert set(conditions_in(name)) <= {
        *NAMES[f"C_7B_TP1_1k_np1_{TIME}"],
        "output_len",
        "cache",
        "request_rate",
        "max_concurrency",
    }


@pytest.mark.parametrize(
    "name",
    [
        "_" * 255,
        "a_" * 127,
        "A_TP1_" * 42,
        "x-1qps-" * 36,
        "1k_" * 85,
        "9" * 255,
    ],
)
def test_no_name_takes_for_ever(name: str) -> None:
    assert conditions_in(name) == {}
