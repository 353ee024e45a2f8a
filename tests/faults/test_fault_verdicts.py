"""What a server can do to a run, and that `inferometer bench` says so: from a fault on the wire to
a sentence and an exit code.

Checks that no server can provoke (the host's clock, a busy client, stamps, lost records, Ctrl-C)
are tested where they live.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from inferometer.cli.main import main
from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.metrics.verdict import CHECKS
from inferometer.server.counters import counters_before
from inferometer.server.endpoint import Endpoint
from inferometer.spec.flags import ARRIVALS
from inferometer.trace.server_counters import MetricsReading
from tests.system.ring_here import needs_ring

BEYOND_PROBES = "--request-id-prefix run-9"
"""Requests are numbered from 90 on then, so that `#9+` spares the few that bench sends first to see
how prompts are counted.
"""

PROVOKED = {
    "something_measured: all requests fail": (
        "http-503#9+",
        "",
        "something_measured",
        "invalid",
    ),
    "failures: some requests fail": ("no-finish#91", "", "failures", "suspect"),
    "failures: many requests fail": (
        "error-event:0.3#9+",
        "",
        "failures",
        "invalid",
    ),
    "dropped_arrivals: a server too slow for the cap": (
        "slow-head#9+",
        "--request-rate 500 --max-concurrency 2 --when-full drop",
        "dropped_arrivals",
        "suspect",
    ),
    "schedule_lag: a server too slow for the rate": (
        "slow-head#9+",
        "--request-rate 500 --max-concurrency 2",
        "schedule_lag",
        "suspect",
    ),
    "input_length: a server that adds to prompts": (
        "long-prompt#9+",
        "--random-input-len 100",
        "input_length",
        "invalid",
    ),
    "output_length: a server that stops early": (
        "short#9+",
        "",
        "output_length",
        "invalid",
    ),
    "output_length: one answer too short": (
        "short#91",
        "",
        "output_length",
        "suspect",
    ),
    "output_length: a server that does not stop": (
        "long#9+",
        "",
        "output_length",
        "invalid",
    ),
    "cached_tokens: a prefix cache": (
        "cached#9+",
        "",
        "cached_tokens",
        "invalid",
    ),
    "token_source: a server that does not count": (
        "no-usage#9+",
        "",
        "token_source",
        "suspect",
    ),
    "server_restarted: a server that is started anew": (
        "restart#95",
        "",
        "server_restarted",
        "invalid",
    ),
    "preemptions: a server short of memory": (
        "preempt#93",
        "",
        "preemptions",
        "suspect",
    ),
    "prefix_hits: a prefix cache of which usage is silent": (
        "hit#9+",
        "",
        "prefix_hits",
        "invalid",
    ),
    "load_reached: fewer requests than slots": (
        "",
        "--max-concurrency 64",
        "load_reached",
        "note",
    ),
    "warm_cache: an engine without a cache": (
        "",
        "--cache warm",
        "warm_cache",
        "suspect",
    ),
    "steady_state: all at once": (
        "",
        "--max-concurrency 30",
        "steady_state",
        "note",
    ),
    "thin_percentiles: few requests": ("", "", "thin_percentiles", "note"),
}
OF_A_SMALL_SERVER = {
    "queueing: more streams than places": (
        "--num-prompts 30 --max-concurrency 8",
        "queueing",
        "note",
    ),
    "steady_state: arrivals beyond what it can do": (
        "--num-prompts 300 --request-rate 150 --max-concurrency 300",
        "steady_state",
        "suspect",
    ),
}
"""What a server with two places, which can take some 100 requests a second, makes of these
loads.
"""
NOT_PROVOKED = {
    "conservation": "our own books",
    "interruption": "the user, a time limit, a worker that dies",
    "order_of_times": "the host's clock",
    "clock_step": "the host's clock",
    "network": "a network that loses packets: test_network",
    "departures": "a network that holds requests back: test_network",
    "client_window": "a client that does not read: test_packet_reader",
    "stamps": "the host's kernel",
    "client_delay": "the host's kernel and a busy client",
    "run_queue": "a busy host",
    "client_cpu": "a busy client",
    "beyond_calibration": "a host that was calibrated",
    "backlog": "a client that is never idle",
    "other_clients": "other clients: below",
    "client_stalls": "a client that is stopped",
    "slots_filled": "a client that is stopped, or at its limit",
    "slots_busy": "the user, who asks for few requests",
    "row_fields": "a data set whose rows ask for more than is sent",
    "repeated_rows": "a data set with too few rows",
    "several_addresses": "a name with several addresses",
    "answers_in_step": "a gateway that sends twice",
    "token_counts": "a server that counts wrongly, or holds tokens back",
    "hidden_tokens": "a model that reasons in silence",
    "unread_output": "a server with fields of its own",
    "foreign_frames": "a gateway with frames of its own",
    "open_after_done": "a gateway that keeps responses open",
    "samplers": "a tool that hangs or fails: test_check_machine",
    "link_as_declared": "a card in another slot: test_check_machine",
    "link_held": "a link that falls under load: test_check_machine",
    "throttled": "a card that is hot or capped: test_check_machine",
    "power_cap": "a card that is capped: test_check_machine",
    "other_processes": "other programs on the card: test_check_machine",
}
"""And by whom they are."""

Findings = dict[str, dict[str, Any]]
Bench = Callable[..., tuple[int, str, str, Findings]]
QUICK = EngineSettings(ttft_ms=4, itl_ms=2)


@pytest.fixture
def bench(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Bench:
    """Runs it against an engine with these faults: exit code, what was printed, status of the
    verdict, and findings by name.
    """
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def run(
        faults: str, flags: str, settings: EngineSettings = QUICK
    ) -> tuple[int, str, str, Findings]:
        with EmbeddedEngine(settings, faults=faults) as engine:
            where = [
                "--base-url",
                engine.base_url,
                "--result-dir",
                str(tmp_path),
                "--result-filename",
                "r.json",
            ]
            usual = (
                "--num-prompts 30 --random-input-len 8 --random-output-len 8 --ignore-eos --seed "
                "5 --max-concurrency 4"
            )
            given = (
                f"{usual} {BEYOND_PROBES} --save-result --no-realtime --no-telemetry --disable-tqdm {flags}"
            ).split()
            monkeypatch.setattr(
                sys, "argv", ["inferometer", "bench", *where, *given]
            )
            with pytest.raises(SystemExit) as ended:
                main()
        out = capfd.readouterr().out
        verdict = json.loads((tmp_path / "r" / "verdict.json").read_text())
        return (
            int(ended.value.code or 0),
            out,
            verdict["status"],
            {each["name"]: each for each in verdict["findings"]},
        )

    return run


def test_every_check_is_provoked_or_has_its_reason_not_to_be() -> None:
    provoked = (
        {name for _, _, name, _ in PROVOKED.values()}
        | {name for _, name, _ in OF_A_SMALL_SERVER.values()}
        | {"shared_stamps"}
    )
    assert {
        check.__name__ for check in CHECKS
    } == provoked | NOT_PROVOKED.keys()
    assert not provoked & NOT_PROVOKED.keys()


@pytest.mark.parametrize(
    ("arrivals", "level"),
    [("read", "invalid"), pytest.param("ring", "ok", marks=needs_ring)],
)
def test_events_that_a_server_held_back_share_a_stamp_where_reads_are_stamped(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, arrivals: str, level: str
) -> None:
    monkeypatch.setenv(ARRIVALS, arrivals)
    _, _, _, findings = bench("burst#9+", "")
    assert findings["shared_stamps"]["level"] == level


@pytest.mark.parametrize(
    ("faults", "flags", "name", "level"), PROVOKED.values(), ids=PROVOKED.keys()
)
def test_what_the_server_did_is_named(
    bench: Bench, faults: str, flags: str, name: str, level: str
) -> None:
    code, out, status, findings = bench(faults, flags)
    finding = findings[name]
    assert finding["level"] == level, finding
    assert finding["next_step"]
    assert " ".join(finding["sentence"].split()) in " ".join(
        out.split()
    )  # wrapped
    assert findings["conservation"]["level"] == "ok"
    if level == "invalid":
        assert (status, code) == ("INVALID", 1)
    elif level == "suspect":
        assert status != "VALID"


@pytest.mark.parametrize(
    ("flags", "name", "level"),
    OF_A_SMALL_SERVER.values(),
    ids=OF_A_SMALL_SERVER.keys(),
)
def test_what_was_too_much_is_named(
    bench: Bench, flags: str, name: str, level: str
) -> None:
    _, out, status, findings = bench(
        "", flags, EngineSettings(ttft_ms=4, itl_ms=2, max_num_seqs=2)
    )
    assert findings[name]["level"] == level, findings[name]
    assert " ".join(findings[name]["sentence"].split()) in " ".join(out.split())
    assert level != "suspect" or status != "VALID"


@pytest.mark.parametrize(
    "flags",
    [
        "--num-prompts 250 --rate-steps 20x0.5,250x1 --max-concurrency 250",
        (
            "--num-prompts 250 --ramp-up-strategy linear --ramp-up-start-rps 20 "
            "--ramp-up-end-rps 250 --max-concurrency 250"
        ),
    ],
)
def test_a_load_that_is_to_change_is_not_doubted_for_it(
    bench: Bench, flags: str
) -> None:
    _, _, _, findings = bench(
        "", flags, EngineSettings(ttft_ms=4, itl_ms=2, max_num_seqs=2)
    )
    assert findings["steady_state"]["level"] == "ok", findings["steady_state"]
    assert (
        "changes all the time by plan" in findings["steady_state"]["sentence"]
    )


@contextmanager
def asking(url: str, tokens: int) -> Iterator[None]:
    """Somebody else's request, which is under way when the block begins."""
    body = {
        "model": "embedded",
        "prompt": "who else is there",
        "max_tokens": tokens,
        "ignore_eos": True,
        "stream": True,
    }
    connection = HTTPConnection(url.removeprefix("http://"), timeout=20)
    connection.request(
        "POST",
        "/v1/completions",
        json.dumps(body),
        {"Content-Type": "application/json"},
    )
    connection.getresponse()  # its head
    try:
        yield
    finally:
        connection.close()


@pytest.mark.parametrize("when", ["at once with ours", "before ours"])
def test_another_client_is_named(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    with ExitStack() as others:

        def before_the_run(endpoint: Endpoint) -> MetricsReading | None:
            if when == "before ours":
                others.enter_context(asking(endpoint.base_url, 10_000))
                return counters_before(endpoint)
            before = counters_before(endpoint)
            others.enter_context(asking(endpoint.base_url, 40))
            return before

        monkeypatch.setattr(
            "inferometer.measurement.session.counters_before", before_the_run
        )
        _, out, status, findings = bench("", "--num-prompts 60")
    found = findings["other_clients"]
    figures = found["figures"]
    assert (
        (found["level"], status) == ("suspect", status) != ("suspect", "VALID")
    )
    assert " ".join(found["sentence"].split()) in " ".join(out.split())
    if when == "before ours":
        assert (figures["in_flight_before"], figures["in_flight_after"]) == (
            1,
            1,
        )
    else:
        assert figures["foreign_requests"] == 1
        assert figures["foreign_share"] == pytest.approx(
            (40 + 4) / (60 * (8 + 8))
        )  # tokens


def test_a_run_beside_nobody_is_not_doubted(bench: Bench) -> None:
    """Warm-ups are ours too, and what is asked before the run is none of it."""
    _, out, _, findings = bench("", "--num-warmups 6")
    names = (
        "server_restarted",
        "preemptions",
        "prefix_hits",
        "other_clients",
        "queueing",
        "steady_state",
    )
    assert {name: findings[name]["level"] for name in names} == dict.fromkeys(
        names, "ok"
    )
    assert findings["other_clients"]["figures"] == {
        "in_flight_before": 0,
        "in_flight_after": 0,
        "foreign_requests": 0,
        "foreign_share": 0,
    }
    rows = [
        line.split(":")
        for line in out.splitlines()
        if line.startswith(("Prefix cache hit", "Preemptions", "Mean time in"))
    ]
    assert [(label, float(value)) for label, value in rows] == [
        ("Prefix cache hit rate (%)", 0),
        ("Preemptions", 0),
        ("Mean time in its queue (ms)", 0),
    ]


def test_the_count_of_each_failure_is_in_the_sentence(bench: Bench) -> None:
    _, out, _, findings = bench(
        "http-429#91,http-503#92,http-503#93,reset#94,stall#95",
        "--idle-timeout 1",
    )
    figures = findings["failures"]["figures"]
    assert {
        name: figures[name]
        for name in (
            "failed",
            "HTTP_STATUS",
            "http_429",
            "http_503",
            "RESET",
            "IDLE_TIMEOUT",
        )
    } == {
        "failed": 5,
        "HTTP_STATUS": 3,
        "http_429": 1,
        "http_503": 2,
        "RESET": 1,
        "IDLE_TIMEOUT": 1,
    }
    assert "1 HTTP 429; 2 HTTP 503; " in " ".join(out.split())
