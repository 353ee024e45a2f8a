"""What a file declares under keys of its own: settings part series, and what is of one run by
chance does not.
"""

from __future__ import annotations

import pytest

from inferometer.store.importers.declared import (
    configured,
    declared,
    of_what_was_measured,
)
from inferometer.vocabulary import METRICS


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_num_seqs", 8),
        ("gpu_memory_utilization", 0.92),
        ("attention_backend", "fa3"),
        ("enable_chunked_prefill", False),
        ("kv_cache_dtype", "fp8"),
        ("temperature", 0.7),
        ("driver_version", "570.86.15"),
        ("git_commit", "e68534d8a1"),
        ("replica_count", 3),
        ("random_range_ratio", 0.0),
        ("scheduler", "fcfs"),
        ("timeout", 600),
        ("kv_cache_memory_bytes", 20 << 30),
        ("swap_space", 4_000_000_000),
    ],
)
def test_a_setting_is_kept(key: str, value: str | float) -> None:
    assert of_what_was_measured(key, value) == value


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start_time", 1771373449.19),
        ("timestamp", "2026-02-18T00:10:49"),
        ("finished", "20260218-001049"),
        ("note", "2026-02-18 00:10"),
        ("benchDuration", 60),
        ("random_seed", 4815996),
        ("client_host", "gpu-7"),
        ("server", "10.0.0.7:8000"),
        ("target", "http://10.0.0.7:8000/v1"),
        ("result_dir", "results"),
        ("status", "VALID"),
        ("sla_passed", False),
        ("log", "/var/log/vllm.log"),
        ("script", "/home/me/bench.sh"),
        ("run_id", "a7"),
        ("job", "123e4567-e89b-12d3-a456-426614174000"),
        ("total_requests", 100),
        ("cache_hit_rate", 0.42),
        ("num_failed", 3),
        ("cpu_usage", 17),
        ("last_gen_throughput", 2017),
        ("ratio", 0.4285714285714),
        ("created_ns", 1771373449190000000),
        ("began", 1771373449),
        ("weights_bytes", 16060522496),
        ("mean_queue_ms", 3.5),
        ("p95_itl_ms", 22.4),
        ("remark", "a line\nand another"),
        ("nothing", None),
        ("list", [1, 2]),
        ("nan", float("nan")),
    ],
)
def test_what_is_of_one_run_by_chance_is_not(key: str, value: object) -> None:
    assert of_what_was_measured(key, value) is None


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_no_setting(name: str) -> None:
    assert of_what_was_measured(name, 100.0) is None


def test_a_setting_may_have_the_name_of_a_metric() -> None:
    assert of_what_was_measured("gpu_clock", "2400") == "2400"


def test_a_data_set_and_a_model_are_called_by_the_end_of_their_path() -> None:
    assert (
        of_what_was_measured("dataset_path", "/data/sharegpt.json")
        == "sharegpt.json"
    )
    assert of_what_was_measured("draft_model", "/models/eagle/") == "eagle"


def test_aliases_get_our_names_and_what_is_inside_is_found() -> None:
    source = {
        "tensor_parallel_size": 8,
        "args": {"gpu-count": 2, "max_num_seqs": 4, "result_dir": "out"},
        "max_num_seqs": 16,
        "format": "x",
    }
    assert declared(source, {"format"}) == {
        "tp": 8,
        "gpus": 2,
        "max_num_seqs": 16,
        "args_max_num_seqs": 4,
    }


def test_two_values_under_aliases_of_one_name_are_both_kept() -> None:
    assert declared({"dtype": "auto", "quantization": "fp8"}) == {
        "dtype": "auto",
        "quantization": "fp8",
    }
    assert declared({"host": "a", "hostname": "b"}) == {"host": "a"}


def test_a_configuration_is_read_wherever_it_nests_its_settings() -> None:
    config = {
        "endpoint": {"extra": {"top_k": 5, "logprobs": None}},
        "datasets": [{"isl": {"mean": 512, "stddev": 64, "sizes": [1, 2]}}],
        "phases": [{"pattern": "even", "rate": 4}, {"pattern": "gamma"}],
        "top_k": 7,
        "random_seed": 3,
        "tokenizer": {"api_key": "abcdefghijk"},
        "url": "http://user:password@host/v1",
    }
    assert configured(config, {"rate"}) == {
        "top_k": 7,
        "extra_top_k": 5,
        "stddev": 64,
        "sizes": "1, 2",
        "pattern": "even",
        "2_pattern": "gamma",
    }


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"scale": 0.08838834764831845}, True),
        ({"kv_cache_memory_bytes": 20 << 30}, True),
        ({"began": 1771373449.1900001}, False),
        ({"last_gen_throughput": 2017.123456}, False),
        ({"limit": float("nan")}, False),
        ({"eager": True}, True),
        ({"limit": 10**400}, False),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_a_tool_was_told_may_have_any_length(
    told: dict[str, float], kept: bool
) -> None:
    assert configured(told, ()) == (told if kept else {})


def test_a_secret_is_no_setting() -> None:
    told = {"api_key": "abcdefghijk", "command": "serve --api-key abcdefghijk"}
    assert declared(told) == configured(told, ()) == {}


def test_files_of_any_depth_and_width_are_bounded() -> None:
    deep: dict[str, object] = {"bottom": 1}
    for _ in range(50):
        deep = {"inside": deep}
    assert declared(deep) == {}
    assert (
        len(declared({f"key{number}": number for number in range(5000)}))
        == 1000
    )
    assert declared({"k" * 100: 1, "": 2}) == {}


def test_a_few_names_are_one_text_and_something_of_each_request_is_none() -> (
    None
):
    told = {
        "lora_modules": ["sql", "chat"],
        "sizes": [1, 2],
        "answers": ["word"] * 9,
        "mixed": ["a", 1],
    }
    assert declared(told) == {"lora_modules": "sql, chat"}
