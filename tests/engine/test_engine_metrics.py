"""The /metrics page, read by the Prometheus client's own parser."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from inferometer.engine.metrics import Histogram, Metrics

MS = 1_000_000


def samples(page: bytes) -> dict[tuple[str, str], float]:
    """Value by (sample, `le` or finished_reason)."""
    families = text_string_to_metric_families(page.decode())
    return {
        (
            s.name,
            s.labels.get("le", s.labels.get("finished_reason", "")),
        ): s.value
        for f in families
        for s in f.samples
    }


def test_what_is_told_of_memory_and_of_its_start() -> None:
    metrics = Metrics(started_s=1234.5)
    metrics.prefix_hits, metrics.preemptions = 64, 2
    read = samples(page(metrics))
    assert read["process_start_time_seconds", ""] == 1234.5
    assert (
        read["vllm:prefix_cache_hits_total", ""],
        read["vllm:num_preemptions_total", ""],
    ) == (
        64,
        2,
    )


def page(metrics: Metrics, model: str = "m") -> bytes:
    return metrics.render(
        model=model, running=3, waiting=2, kv_cache_usage=0.25
    )


def test_names_and_values() -> None:
    metrics = Metrics()
    metrics.prompt_tokens, metrics.generation_tokens, metrics.finished = (
        100,
        20,
        4,
    )
    read = samples(page(metrics))
    assert read["vllm:num_requests_running", ""] == 3
    assert read["vllm:num_requests_waiting", ""] == 2
    assert read["vllm:kv_cache_usage_perc", ""] == 0.25
    assert (
        read["vllm:prompt_tokens_total", ""]
        == read["vllm:prefix_cache_queries_total", ""]
        == 100
    )
    assert (
        read["vllm:prefix_cache_hits_total", ""]
        == read["vllm:num_preemptions_total", ""]
        == 0
    )
    assert read["vllm:generation_tokens_total", ""] == 20
    assert read["vllm:request_success_total", "length"] == 4
    assert read["vllm:request_success_total", "stop"] == 0


def test_histograms_are_cumulative_and_in_seconds() -> None:
    metrics = Metrics()
    for value_ms in (10, 25, 26, 90_000):
        metrics.itl.observe(value_ms * MS)
    read = samples(page(metrics))
    name = "vllm:inter_token_latency_seconds"
    assert [
        read[f"{name}_bucket", le]
        for le in ("0.01", "0.025", "0.05", "80.0", "+Inf")
    ] == [
        1,
        2,
        3,
        3,
        4,
    ]
    assert read[f"{name}_count", ""] == 4
    assert read[f"{name}_sum", ""] == 90.061


def test_labels_of_every_sample() -> None:
    for family in text_string_to_metric_families(
        page(Metrics(), 'a"b\\c').decode()
    ):
        for sample in family.samples if family.name.startswith("vllm:") else ():
            assert (sample.labels["engine"], sample.labels["model_name"]) == (
                "0",
                'a"b\\c',
            )


def test_a_value_on_a_bound_belongs_below_it() -> None:
    histogram = Histogram((0.1, 0.3))
    histogram.observe(100 * MS)
    histogram.observe(300 * MS + 1)
    assert [line.rsplit(" ", 1)[1] for line in histogram.render("h", "")][
        :3
    ] == [
        "1.0",
        "1.0",
        "2.0",
    ]
