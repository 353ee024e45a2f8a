"""The server's counters: from recorded pages of real engines, from pages as their sources have
them, and over a socket.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from inferometer.protocol import PROTOCOLS
from inferometer.server import counters
from inferometer.server import endpoint as endpoint_module
from inferometer.server.counter_names import ENGINES
from inferometer.server.counters import (
    counters_around,
    counters_before,
    read_page,
)
from inferometer.server.endpoint import Endpoint
from inferometer.trace.server_counters import MetricsReading, ServerCounters
from tests.server.answering_server import http_server

PAGES = Path(__file__).parent / "metrics"
NOW_S = 1_795_159_500.0
"""Later than the starts of the recorded servers."""


def reading(text: str, at_s: float = NOW_S) -> MetricsReading:
    found = read_page(text, at_s)
    assert found is not None
    return found


def recorded(name: str) -> ServerCounters:
    before, after = (
        reading((PAGES / f"{name}-{when}.txt").read_text())
        for when in ("before", "after")
    )
    return ServerCounters(before, after)


# Real pages. The same questions were asked of all the servers, but that not each understood all of
# them: SGLang and llama.cpp agree on 2,783 prompt tokens. What vLLM says elsewhere on its pages of
# the same thing is given in the comments.


def test_vllm() -> None:
    counters = recorded("vllm-0.32.0")
    assert counters.before.engine == "vLLM"
    assert counters.before.started_s == 1795159009.48
    delta = counters.to_dict()["delta"]
    assert delta.pop("queue_s") == pytest.approx(
        0.00038197899903025245 - 7.261699965965818e-05
    )
    assert (
        delta
        == {
            "requests": 22,  # e2e_request_latency_seconds_count: 28 - 6
            "prompt_tokens": 2772,  # prompt_tokens_by_source_total{source="local_compute"}: 3438 - 666
            "generation_tokens": 6270,
            "prefix_queries": 2772,
            "prefix_hits": 0,  # blocks of 128 tokens: these prompts are too short
            "preemptions": 0,
            "rejections": 0,
            "queued": 22,
        }
    )
    assert counters.mean_queue_ms == pytest.approx(0.01406, rel=1e-3)
    assert counters.prefix_cache_hit_rate == 0
    assert not counters.restarted
    assert counters.after is not None
    assert counters.after.in_flight == 0
    assert counters.after.names["prefix_hits"] == (
        "vllm:prefix_cache_hits_total",
    )


def test_vllm_short_of_memory() -> None:
    counters = recorded("vllm-0.32.0-kvpressure")
    assert counters.grown("preemptions") == 14  # request_num_preemptions_sum
    assert counters.grown("prefix_hits") == 960  # prompt_tokens_cached_total
    assert counters.grown("requests") == 22
    assert counters.prefix_cache_hit_rate == 960 / 2772
    busy = reading((PAGES / "vllm-0.32.0-kvpressure-during.txt").read_text())
    assert busy.in_flight == 8
    assert busy.gauges["kv_cache_usage"] == pytest.approx(0.738, abs=1e-3)


def test_sglang_sums_over_labels_and_has_no_gauges_to_be_trusted() -> None:
    counters = recorded("sglang-0.5.23")
    delta = counters.to_dict()["delta"]
    assert delta.pop("queue_s") == pytest.approx(0.005, abs=1e-5)
    assert (
        delta
        == {
            "requests": 24,
            "prompt_tokens": 2783,  # prompt_tokens_histogram_sum: 3449 - 666, streaming and not
            "generation_tokens": 4276,  # generation_tokens_histogram_sum: 6676 - 2400
            "prefix_queries": 2783,
            "prefix_hits": 1495,  # prefill_effective_tokens_total{mode="device_hit"}: 1510 - 15
            "queued": 24,
        }
    )
    assert counters.before.in_flight is None
    assert counters.before.started_s is None


def test_llama_cpp_counts_computed_and_cached_tokens_apart() -> None:
    counters = recorded("llama-server")
    assert counters.to_dict()["delta"] == {
        "prompt_tokens": 2783,
        "generation_tokens": 4275,
        "prefix_queries": 2783,
        "prefix_hits": 1462,
    }
    assert counters.prefix_cache_hit_rate == 1462 / 2783
    assert counters.before.names["prompt_tokens"] == (
        "llamacpp:prompt_tokens_total",
        "llamacpp:prompt_tokens_cached_total",
    )


def test_xinference_tells_only_what_it_was_asked() -> None:
    """20 chats and 6 completions since its start, on routes that had no counter before."""
    assert recorded("xinference-4.1.0").to_dict()["delta"] == {"requests": 26}


@pytest.mark.parametrize(
    "page", sorted(PAGES.glob("*.txt")), ids=lambda page: page.stem
)
def test_a_page_reads_as_the_library_of_prometheus_reads_it(page: Path) -> None:
    text = page.read_text()
    expected: dict[str, list[float]] = {}
    for family in text_string_to_metric_families(text):
        ending = "_total" if family.type == "counter" else ""
        expected.setdefault(family.name + ending, [])
        for sample in family.samples:
            if not sample.name.endswith("_bucket"):
                values = expected.setdefault(sample.name, [])
                values += [sample.value] if math.isfinite(sample.value) else []
    found = counters._samples(text)
    assert found is not None
    assert {
        name: [value for _, value in samples] for name, samples in found.items()
    } == expected


@pytest.mark.parametrize(
    "line",
    [
        'vllm:prompt_tokens_total{engine="0", path="a}b{c"} 5',
        "vllm:prompt_tokens_total 5 1795159009480",
        "  vllm:prompt_tokens_total\t5.0  ",
        "vllm:prompt_tokens_total 5e0",
        'vllm:prompt_tokens_total{a="b"} 5 # {trace_id="c"} 7 1795159009.4',
        '# A remark.\n#Another\n\n{"a.b", c="d"} 1\nvllm:prompt_tokens_total 5',
        '# TYPE vllm:prompt_tokens counter\nvllm:prompt_tokens{a="b"} 5',
    ],
)
def test_lines_of_many_forms(line: str) -> None:
    assert reading(line).counters["prompt_tokens"] == 5


def test_labels_are_found_wherever_they_stand() -> None:
    name, path = "requests_total_counter_total", "/v1/completions"
    page = (
        "# TYPE xinference:models gauge\n"
        f'{name}{{path="{path}",method="POST"}} 2\n'
        f'{name}{{method="POST", path = "{path}"}} 3\n'
        f'{name}{{a_path="{path}",b=",path=\\"{path}\\""}} 4\n'
    )
    assert reading(page).counters["requests"] == 5


@pytest.mark.parametrize("cut", ["vllm:prompt_tokens_total{en", "vllm:prom"])
def test_a_page_that_was_cut_off_is_no_page(cut: str) -> None:
    """Or a metric that it names before would be 0."""
    assert read_page(f"vllm:num_requests_running 1\n{cut}", NOW_S) is None


# Pages as the sources have them

OLD_VLLM = """# TYPE vllm:num_preemptions counter
vllm:num_preemptions_total{model_name="m"} 3.0
# TYPE vllm:gpu_cache_usage_perc gauge
vllm:gpu_cache_usage_perc{model_name="m"} 0.5
# TYPE vllm:gpu_prefix_cache_queries counter
vllm:gpu_prefix_cache_queries_total{model_name="m"} 100.0
# TYPE vllm:gpu_prefix_cache_hits counter
vllm:gpu_prefix_cache_hits_total{model_name="m"} 40.0
"""
BOTH_NAMES = (
    OLD_VLLM
    + """# TYPE vllm:prefix_cache_queries counter
vllm:prefix_cache_queries_total{model_name="m"} 100.0
# TYPE vllm:prefix_cache_hits counter
vllm:prefix_cache_hits_total{model_name="m"} 40.0
"""
)
TWO_ENGINES = """# TYPE vllm:prompt_tokens counter
vllm:prompt_tokens_total{engine="0",model_name="m"} 100.0
vllm:prompt_tokens_total{engine="1",model_name="m"} 20.0
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="m"} 1.0
vllm:num_requests_running{engine="1",model_name="m"} 2.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.75
"""
TGI = """# TYPE tgi_request_success counter
tgi_request_success 7
# TYPE tgi_request_input_length summary
tgi_request_input_length{quantile="0.5"} 12
tgi_request_input_length_sum 84
tgi_request_input_length_count 7
# TYPE tgi_request_generated_tokens histogram
tgi_request_generated_tokens_bucket{le="+Inf"} 7
tgi_request_generated_tokens_sum 70
tgi_request_generated_tokens_count 7
# TYPE tgi_request_queue_duration histogram
tgi_request_queue_duration_sum 0.5
tgi_request_queue_duration_count 7
# TYPE tgi_queue_size gauge
tgi_queue_size 3
"""
LMDEPLOY = """# TYPE lmdeploy:cached_tokens counter
lmdeploy:cached_tokens_total{engine="0"} 5.0
# TYPE lmdeploy:prompt_tokens counter
lmdeploy:prompt_tokens_total{engine="0"} 50.0
# TYPE lmdeploy:num_requests_waiting gauge
lmdeploy:num_requests_waiting{engine="0"} 4.0
"""
TENSORRT_LLM = """# TYPE trtllm_prompt_cached_tokens_total counter
trtllm_prompt_cached_tokens_total{model_name="m"} 5.0
# TYPE trtllm_prompt_tokens_total counter
trtllm_prompt_tokens_total{model_name="m"} 50.0
# TYPE trtllm_kv_cache_utilization gauge
trtllm_kv_cache_utilization{model_name="m"} 0.125
"""


EXTERNAL = """# TYPE vllm:external_prefix_cache_queries counter
vllm:external_prefix_cache_queries_total{model_name="m"} 60.0
# TYPE vllm:external_prefix_cache_hits counter
vllm:external_prefix_cache_hits_total{model_name="m"} 50.0
"""
LMCACHE = """# TYPE lmcache:num_lookup_tokens_total counter
lmcache:num_lookup_tokens_total{model_name="m",worker_id="0"} 100.0
# TYPE lmcache:num_lookup_hits_total counter
lmcache:num_lookup_hits_total{model_name="m",worker_id="0"} 75.0
"""
OLD_LMCACHE = """# TYPE lmcache:num_requested_tokens_total counter
lmcache:num_requested_tokens_total{model_name="m",worker_id="0"} 30.0
lmcache:num_requested_tokens_total{model_name="m",worker_id="1"} 30.0
# TYPE lmcache:num_hit_tokens_total counter
lmcache:num_hit_tokens_total{model_name="m",worker_id="0"} 6.0
lmcache:num_hit_tokens_total{model_name="m",worker_id="1"} 9.0
"""


def test_an_external_prefix_cache_counts_too() -> None:
    """LMCache, say: what the engine's own cache did not have is looked for there."""
    both = reading(BOTH_NAMES + EXTERNAL)
    assert (both.counters["prefix_queries"], both.counters["prefix_hits"]) == (
        100,
        90,
    )
    around = ServerCounters(replace(both, counters={}), both)
    assert around.prefix_cache_hit_rate == 0.9
    assert around.external_cache_hit_rate == 50 / 60
    assert around.lmcache_hit_rate is None


@pytest.mark.parametrize(
    ("page", "share"),
    [
        (LMCACHE, 0.75),
        (OLD_LMCACHE, 0.25),
        (OLD_LMCACHE + LMCACHE, 0.75),
        ("", None),
    ],
)
@pytest.mark.parametrize(
    "engine", [BOTH_NAMES, "sglang:prompt_tokens_total 9\n"]
)
def test_what_lmcache_counts_by_itself(
    engine: str, page: str, share: float | None
) -> None:
    found = reading(engine + page)
    around = ServerCounters(replace(found, counters={}), found)
    assert around.lmcache_hit_rate == share
    assert around.external_cache_hit_rate is None


def test_an_external_cache_that_nobody_asked_has_no_rate() -> None:
    idle = reading(BOTH_NAMES + EXTERNAL)
    assert ServerCounters(idle, idle).external_cache_hit_rate is None


def test_names_that_vllm_gave_up() -> None:
    old = reading(OLD_VLLM)
    assert old.counters == {
        "prefix_queries": 100,
        "prefix_hits": 40,
        "preemptions": 3,
    }
    assert old.gauges == {"kv_cache_usage": 0.5}
    assert reading(BOTH_NAMES).counters == old.counters  # a release had both


def test_several_engines_are_one_server() -> None:
    """Counts add up; of caches the fullest tells."""
    both = reading(TWO_ENGINES)
    assert both.counters == {"prompt_tokens": 120}
    assert both.gauges == {"running": 3, "kv_cache_usage": 0.75}


def test_engines_of_which_there_is_no_recording() -> None:
    tgi = reading(TGI)
    assert tgi.counters == {
        "requests": 7,
        "prompt_tokens": 84,
        "generation_tokens": 70,
        "queued": 7,
        "queue_s": 0.5,
    }
    assert (tgi.engine, tgi.in_flight) == ("TGI", 3)
    lmdeploy = reading(LMDEPLOY)
    assert (lmdeploy.engine, lmdeploy.in_flight) == ("LMDeploy", 4)
    assert lmdeploy.counters == {
        "prompt_tokens": 50,
        "prefix_queries": 50,
        "prefix_hits": 5,
    }
    trtllm = reading(TENSORRT_LLM)
    assert (trtllm.engine, trtllm.gauges) == (
        "TensorRT-LLM",
        {"kv_cache_usage": 0.125},
    )
    assert trtllm.counters == {
        "prompt_tokens": 50,
        "prefix_queries": 50,
        "prefix_hits": 5,
    }


def test_a_metric_without_a_sample_yet_is_zero_and_one_that_appears_began_there() -> (
    None
):
    declared = reading(
        "# TYPE vllm:request_success counter\n# TYPE vllm:prompt_tokens "
        "counter\nvllm:prompt_tokens_total 1\n"
    )
    assert declared.counters == {"requests": 0, "prompt_tokens": 1}
    later = reading(
        "# TYPE vllm:num_preemptions counter\nvllm:num_preemptions_total 2\n"
    )
    assert ServerCounters(declared, later).grown("preemptions") == 2
    assert ServerCounters(later, declared).grown("preemptions") is None


@pytest.mark.parametrize(
    "page",
    [
        "",
        "no metrics at all, but words",
        "vllm:prompt_tokens_total{engine=\n",
        "# TYPE python_info gauge\npython_info 1\n",
        "vllm:prompt_tokens_total nothing\n",
        '{"iter": 1}',
        "\x00\xff",
    ],
)
def test_pages_of_no_use_are_no_counters(page: str) -> None:
    assert read_page(page, NOW_S) is None


def test_what_is_no_number_is_not_counted() -> None:
    assert reading(
        "vllm:num_requests_running NaN\nvllm:num_requests_waiting 2\n"
    ).gauges == {
        "running": 0,
        "waiting": 2,
    }


def test_every_engine_is_in_order() -> None:
    for names in ENGINES.values():
        ways = [
            way
            for table in (names.counters, names.gauges)
            for ways in table.values()
            for way in ways
        ]
        assert all(
            name.startswith(
                (names.prefix, "requests_total_counter", "lmcache:")
            )
            for way in ways
            for name in way
        )


# One server or two


def at(
    counted: float, started_s: float | None = None, at_s: float = NOW_S
) -> MetricsReading:
    return MetricsReading(
        "vLLM", at_s, started_s, {"prompt_tokens": counted}, {}, {}
    )


def test_a_new_process_is_a_restart() -> None:
    counters = ServerCounters(
        at(100, NOW_S - 3600), at(500, NOW_S + 60, NOW_S + 90)
    )
    assert counters.restarted
    assert counters.grown("prompt_tokens") is None  # of which part is unknown


def test_counters_that_run_backwards_are_a_restart() -> None:
    counters = ServerCounters(at(100), at(99))
    assert counters.restarted
    assert counters.grown("prompt_tokens") is None


def test_another_replica_behind_the_same_address_is_no_restart() -> None:
    """Its process is another one, but was there before the run."""
    counters = ServerCounters(
        at(100, NOW_S - 3600), at(50, NOW_S - 3000, NOW_S + 90)
    )
    assert not counters.restarted
    assert counters.another_process
    assert counters.grown("prompt_tokens") is None


def test_the_same_process_goes_on() -> None:
    counters = ServerCounters(at(100, NOW_S - 3600), at(150, NOW_S - 3600))
    assert not counters.restarted
    assert not counters.another_process
    assert counters.grown("prompt_tokens") == 50
    gone = replace(counters, after=None)
    assert not gone.restarted
    assert gone.grown("prompt_tokens") is None


# Over a socket

Respond = Callable[[BaseHTTPRequestHandler], None]
PAGE = (
    "# TYPE vllm:request_success counter\nvllm:request_success_total "
    "{}\nvllm:num_requests_running {}\n"
)


class PageServer:
    """Answers GET by what `respond` says, and remembers paths and headers."""

    def __init__(self) -> None:
        self.respond: Respond = not_found
        self.asked: list[tuple[str, str | None]] = []
        self.url = ""


def not_found(handler: BaseHTTPRequestHandler) -> None:
    page(handler, "{}", status=404, kind="application/json")


def page(
    handler: BaseHTTPRequestHandler,
    text: str,
    *,
    status: int = 200,
    kind: str = "text/plain; version=0.0.4",
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    handler.wfile.write(text.encode())


@contextmanager
def serving() -> Iterator[PageServer]:
    state = PageServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers.get("Authorization")))
            state.respond(self)

        def log_message(self, format: str, *args: object) -> None: ...

    with http_server(Handler) as state.url:
        yield state


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[PageServer]:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setattr(
        "inferometer.server.counters.REST_PAUSES_S", (0.001, 0.001, 0.001)
    )
    with serving() as state:
        yield state


def test_before_and_after_with_our_headers(server: PageServer) -> None:
    server.respond = lambda handler: page(handler, PAGE.format(3, 0))
    with Endpoint(
        server.url, headers={"Authorization": "Bearer k"}
    ) as endpoint:
        before = counters_before(endpoint)
        server.respond = lambda handler: page(handler, PAGE.format(8, 0))
        around = counters_around(before, endpoint, requests=5)
    assert around is not None
    assert around.grown("requests") == 5
    assert abs(around.before.at_s - time.time()) < 60  # its Date
    assert server.asked == [("/metrics", "Bearer k")] * 2


def test_what_the_server_counts_late_is_waited_for(server: PageServer) -> None:
    counted = iter([3, 0, 1, 4, 9])
    server.respond = lambda handler: page(
        handler, PAGE.format(next(counted), 0)
    )
    with Endpoint(server.url) as endpoint:
        before = counters_before(endpoint)
        assert before is not None
        around = counters_around(
            replace(before, counters={"requests": 0}), endpoint, requests=4
        )
    assert around is not None
    assert around.grown("requests") == 4
    assert next(counted) == 9  # and no longer than that


def test_a_last_question_in_flight_gets_a_moment_and_others_do_not_go_away(
    server: PageServer,
) -> None:
    running = iter([1, 0])
    server.respond = lambda handler: page(
        handler, PAGE.format(0, next(running))
    )
    with Endpoint(server.url) as endpoint:
        before = counters_before(endpoint)
        assert before is not None
        assert before.in_flight == 0
        server.respond = lambda handler: page(handler, PAGE.format(0, 2))
        before = counters_before(endpoint)
        assert before is not None
        assert before.in_flight == 2


def test_a_server_without_a_page_is_asked_once(server: PageServer) -> None:
    with Endpoint(server.url) as endpoint:
        before = counters_before(endpoint)
        assert before is None
        assert counters_around(before, endpoint, requests=5) is None
    assert len(server.asked) == 1


def test_a_server_that_is_gone_afterwards(server: PageServer) -> None:
    server.respond = lambda handler: page(handler, PAGE.format(0, 0))
    with Endpoint(server.url) as endpoint:
        before = counters_before(endpoint)
        server.respond = not_found
        around = counters_around(before, endpoint, requests=0)
    assert around is not None
    assert around.after is None
    with Endpoint("http://127.0.0.1:9") as nobody:
        assert counters_before(nobody) is None


def test_a_page_that_never_ends_is_given_up(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_module, "MAX_METRICS_BYTES", 10_000)

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(PAGE.format(1, 1).encode())
        except OSError:
            handler.close_connection = True

    server.respond = endless
    with Endpoint(server.url) as endpoint:
        assert counters_before(endpoint) is None


def test_a_page_that_comes_too_slowly_is_given_up(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_module, "METRICS_TIMEOUT_S", 0.2)
    ended: list[bool] = []

    def dripping(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/plain")
        handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b"# drip\n")
                time.sleep(0.05)
            ended.append(True)
        except OSError:
            handler.close_connection = True

    server.respond = dripping
    with Endpoint(server.url) as endpoint:
        assert counters_before(endpoint) is None
    assert ended == []


def test_where_the_page_is(server: PageServer) -> None:
    server.respond = lambda handler: page(handler, TENSORRT_LLM)
    with Endpoint(
        server.url, routes=PROTOCOLS["trtllm-serve"].routes
    ) as endpoint:
        assert counters_before(endpoint) is not None
    assert server.asked == [("/prometheus/metrics", None)]
    with Endpoint(
        server.url, routes=PROTOCOLS["tensorrt-llm"].routes
    ) as triton:
        assert counters_before(triton) is None
    assert len(server.asked) == 1
