"""Every sentence of a check has its words in every language of the report, filled in with the
figures of real findings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import import_module
from itertools import groupby
from string import Formatter
from typing import Any

import pytest

from inferometer.clock import MS
from inferometer.metrics import Finding, Level
from inferometer.metrics.distribution import MIN_BEYOND
from inferometer.metrics.verdict import CHECKS
from inferometer.results.run_point import EARLIER
from inferometer.store.campaign.doubt import AGAIN, Doubt
from inferometer.trace import (
    MISSING,
    Failure,
    Outcome,
    StampSource,
    TokenSource,
    Trace,
)
from inferometer.trace.server_counters import MetricsReading, ServerCounters
from inferometer.words import LANGUAGES, Words
from tests.metrics.calibrations import calibration
from tests.metrics.test_check_machine import CASES
from tests.metrics.test_check_machine import answered as on_cards
from tests.metrics.test_check_server import (
    AFTER_S,
    BEFORE_S,
    OUTPUT,
    PROMPT,
    STARTED_S,
    N,
    counted,
)
from tests.metrics.test_check_server import answered as served
from tests.metrics.test_check_steady import open_loop
from tests.metrics.test_closed_loop import slots
from tests.metrics.test_verdict import (
    EVENTS,
    USER,
    ambiguous,
    answered,
    busy,
    lagging,
    run,
    verdict_of,
)
from tests.metrics.trace_builder import build, failed, request

NAMES = {*(check.__name__ for check in CHECKS), "neighbours"}
"""`neighbours` is what a campaign finds, of results that lie beside each other."""
CUT = request(0, outcome=Outcome.UNFINISHED)


def runs() -> list[tuple[Trace, dict[str, Any]]]:
    """Between them they have every sentence that is not fine."""
    late: dict[str, Any] = {**USER, "delay_ms": [5.0] * EVENTS}
    worker = {
        "cpu_ns": 950 * MS,
        "run_queue_ns": 600 * MS,
        "clock_step_ns": 5 * MS,
        "spilled_bytes": 10,
    }
    http = [
        failed(0, Failure.HTTP_STATUS, status=status) for status in (429, 503)
    ]
    return [
        (build(run()), {"planned": 50}),
        (build(run(sources=[StampSource.SIMULATED] * EVENTS)), {}),
        (
            build(
                [
                    failed(
                        0,
                        Failure.HTTP_STATUS,
                        status=400,
                        detail="HTTP 400: no",
                    )
                ]
            ),
            {"diagnosis": "Cause: x."},
        ),
        (
            build(
                [failed(0, kind) for kind in Failure if kind != Failure.NONE]
            ),
            {},
        ),
        (
            build(
                [
                    *run(),
                    *http,
                    answered(0, first_ms=-5),
                    request(outcome=Outcome.DROPPED),
                ],
                workers=busy(**worker),
            ),
            {},
        ),
        (build([*run(), request(None, outcome=Outcome.UNFINISHED)]), {}),
        (build([*run(97), CUT, CUT, CUT]), {"ends_by_time": True}),
        (build([*run(), CUT]), {}),
        (build(run(), interrupted=True), {}),
        (build([*run(39), answered(**USER)]), {}),
        (build(run(**late), workers=busy(cpu_ns=950 * MS)), {}),
        (build(run(**USER)), {}),
        (build(run(**ambiguous(*range(1, 11), ms=9.0))), {}),
        (build(lagging(5000), closed_loop=False), {"max_in_flight": 39}),
        (build(lagging(5000), closed_loop=False), {}),
        (build(lagging(6), closed_loop=False), {}),
        (
            build(
                [{**row, "connect_losses": 1} for row in lagging(6)],
                closed_loop=False,
            ),
            {},
        ),
        (build(run()), {"max_in_flight": 512}),
        (build(run()), {"calibration": calibration(events=1)}),
        (build(run()), {"calibration": calibration(events=1, ended_by="time")}),
        (
            build(
                run(
                    asked_prompt_tokens=100,
                    prompt_tokens=200,
                    output_tokens=5,
                    cached_tokens=90,
                )
            ),
            {},
        ),
        (
            build(
                [
                    *run(30),
                    *(answered(token_source=source) for source in TokenSource),
                ]
            ),
            {},
        ),
        *runs_on_counted_servers(),
        *((on_cards(), {"telemetry": seen}) for *_, seen in CASES),
        *runs_of_odd_streams(),
        *runs_over_networks(),
    ]


def runs_on_counted_servers() -> list[tuple[Trace, dict[str, Any]]]:
    other, anew = (
        MetricsReading("vLLM", AFTER_S, started_s, {}, {}, {})
        for started_s in (STARTED_S + 50, BEFORE_S + 50)
    )
    return [
        (build(served()), {"server": ServerCounters(counted().before, None)}),
        (build(served()), {"server": ServerCounters(counted().before, other)}),
        (build(served()), {"server": ServerCounters(counted().before, anew)}),
        (
            build(served()),
            {
                "server": counted(
                    {"preemptions": 3, "prefix_hits": 1_000, "requests": 30},
                    before={"running": 2},
                )
            },
        ),
        (
            build(served()),
            {
                "server": counted(
                    {"rejections": 4, "queue_s": 0.9}, after={"running": 2}
                )
            },
        ),
        (
            build(served()),
            {"server": counted(), "expected_cached_tokens": 1024},
        ),
        (build(served(cached_tokens=0)), {"warm": True}),
        (build(served(cached_tokens=40)), {"warm": True}),
        (build(served()), {"warm": True}),
        (build(served()), {"warm": True, "rehearsal": True}),
        (build([request(0, 0, sources=[StampSource.TAP])]), {}),
    ]


def runs_over_networks() -> list[tuple[Trace, dict[str, Any]]]:
    return [
        (
            build(run(losses=MISSING), workers=busy(rtt_ns=MS, sent_again=9)),
            {},
        ),
        (build(run(losses=1), workers=busy(rtt_ns=MS)), {}),
        (build([*run(), answered(0, losses=1)], workers=busy(rtt_ns=MS)), {}),
        (
            build(
                [*run(), answered(0, first_ms=5000, losses=1)],
                workers=busy(rtt_ns=MS),
            ),
            {},
        ),
        (
            build(
                [
                    *run(),
                    *[
                        answered(0, first_ms=5000, losses=1, connect_losses=0)
                        for _ in range(2)
                    ],
                ],
                workers=busy(rtt_ns=MS),
            ),
            {},
        ),
        (build(run(), workers=busy(rtt_ns=MS)), {}),
        (build(run(zero_windows=MISSING)), {}),
        (build(run(zero_windows=1)), {}),
        (build([*run(), answered(0, zero_windows=1)]), {}),
        (build([*run(), answered(0, first_ms=5000, zero_windows=1)]), {}),
        (build([answered(departed_ms=0.25)]), {}),
        (build([answered(departed_ms=25)]), {}),
        (
            build(run(window_limited_ns=2 * MS), workers=busy(rtt_ns=MS)),
            {},
        ),
        (
            build(
                [request(0, 0, sources=[StampSource.TAP])],
                workers=busy(no_ring="gone"),
            ),
            {},
        ),
    ]


def runs_of_odd_streams() -> list[tuple[Trace, dict[str, Any]]]:
    return [
        (open_loop(1.2, 600), {}),
        (
            build(
                [request(None, outcome=Outcome.UNFINISHED)],
                workers=busy(answered=1),
            ),
            {},
        ),
        (
            build(
                [*run(headers_ms=400), answered(headers_ms=0.001)],
                workers=busy(surplus=1),
            ),
            {},
        ),
        (build([request(0, *[50.0 + 200 * (i // 8) for i in range(64)])]), {}),
        (build([request(0, *[400.0] * 64)]), {}),
        (
            build(
                run(),
                workers=busy(stalled_ns=900 * MS, longest_stall_ns=900 * MS),
            ),
            {},
        ),
        (build(slots(2, 8, answer_ms=100, wait_ms=50)), {}),
        (build(run(output_tokens=1)), {}),
        (build(run(output_tokens=400, text_bytes=80)), {}),
        (
            build(
                run(output_tokens=400, text_bytes=2_000, first_text_bytes=1_000)
            ),
            {},
        ),
        (
            build(
                run(hidden_tokens=5, ignored=1, unread=1, lingered=True),
                workers=busy(unread_fields="audio"),
            ),
            {},
        ),
        (build(slots(4, 10, answer_ms=100)), {}),
        (build(run(), workers=busy(addresses=3)), {}),
        (build(run()), {"unsent": "temperature (5)"}),
        (build(run()), {"repeated": 3}),
        (build(run(**USER), workers=()), {}),
        (build(run(**USER), workers=busy(run_queue_ns=150 * MS)), {}),
        (
            build(
                [
                    request(
                        0,
                        0,
                        sources=[StampSource.USER],
                        delay_ms=[1.0],
                        end_ms=10,
                    )
                ]
            ),
            {},
        ),
        (build(run()), {"calibration": calibration()}),
        (build(run()), {"ignore_eos": False}),
        (build(run()), {"constant_load": False}),
        (
            build(
                [
                    failed(0, Failure.STREAM_ERROR, detail=f"no {what}")
                    for what in "abcd"
                ]
            ),
            {},
        ),
        (build(served(cached_tokens=0)), {"server": counted()}),
        (build(served(cached_tokens=PROMPT - 1)), {"warm": True}),
        (
            build(served()),
            {
                "server": counted(
                    {
                        "requests": N + 1,
                        "prompt_tokens": N * PROMPT + 5,
                        "generation_tokens": N * OUTPUT + 1,
                    }
                )
            },
        ),
        (build([*run(99), CUT]), {"ends_by_time": True}),
        (build(lagging(0, 3), closed_loop=False), {}),
        (
            build(
                [
                    request(
                        100.0 * i,
                        100 * i + 900 - i * 2,
                        100 * i + 1_000 - i * 2,
                    )
                    for i in range(400)
                ],
                closed_loop=False,
            ),
            {},
        ),
    ]


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    found = [
        f
        for trace, options in runs()
        for f in verdict_of(trace, **options).findings
    ]
    doubt = Doubt(
        "0" * 16,
        "g/np8",
        "output_throughput",
        "tok/s",
        905.0,
        ("g/np4", "g/np16"),
        ("a", "b"),
        (283.0, 291.0),
        "same",
    )
    return [*found, *(replace(doubt, again=again).finding() for again in AGAIN)]


def variants(language: str) -> set[str]:
    """`check.NAME.VARIANT`, of every sentence that there is."""
    return {
        key
        for key in LANGUAGES[language]
        if re.fullmatch(r"check\.\w+\.\w+", key)
        and key.rsplit(".")[-1] not in NOT_VARIANTS
    }


NOT_VARIANTS = {"title", "next", "part"}


def fields(text: str) -> list[tuple[str, str | None]]:
    return [
        (name, spec) for _, name, spec, _ in Formatter().parse(text) if name
    ]


def test_the_findings_have_every_sentence_that_there_is(
    findings: list[Finding],
) -> None:
    """So that what holds for them all holds for every sentence."""
    assert {f.name for f in findings} == NAMES
    assert {f"check.{f.name}.{f.variant}" for f in findings} == variants("en")


@pytest.mark.parametrize("package", ["en", "zh_cn", "zh_tw"])
def test_sentences_lie_in_the_file_that_is_called_as_that_of_the_check(
    package: str,
) -> None:
    for room, checks in groupby(CHECKS, lambda check: check.__module__):
        file = room.rpartition(".")[-1]
        words = import_module(f"inferometer.words.{package}.{file}")
        there = {key.split(".")[1] for key in vars(words)[file.upper()]}
        assert there >= {check.__name__ for check in checks}, file


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_is_said_in_every_language(
    language: str, findings: list[Finding]
) -> None:
    for finding in findings:
        said = finding.said(language)
        assert said.sentence, finding
        assert not re.search(r"[{}]|None|nan", said.text + said.next_step), (
            finding
        )
        assert said.sentence[-1] in ".。", finding
        assert bool(said.next_step) == bool(finding.next_step), finding
        assert bool(said.title) == (language != "en"), finding
        assert all(str(part) for part in finding.parts or ())


def test_who_reads_a_doubt_reads_what_to_do(findings: list[Finding]) -> None:
    without = {
        (f.name, f.variant)
        for f in findings
        if f.level > Level.OK and not f.next_step
    }
    assert without == {
        ("interruption", "own_end_few"),
        ("client_delay", "unseen"),
    }
    assert [f for f in findings if f.level == Level.OK and f.next_step] == []


@pytest.mark.parametrize(
    "language", [each for each in LANGUAGES if each != "en"]
)
def test_languages_have_the_same_sentences_of_the_same_values(
    language: str,
) -> None:
    assert variants(language) == variants("en")
    titles = {
        key
        for key in LANGUAGES[language]
        if re.fullmatch(r"check\.\w+\.title", key)
    }
    assert titles == {f"check.{name}.title" for name in NAMES}
    chinese = {
        key: sorted(fields(LANGUAGES[language][key])) for key in variants("en")
    }
    assert chinese == {
        key: sorted(fields(LANGUAGES["zh-CN"][key])) for key in variants("en")
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_a_sentence_has_its_words(
    language: str, findings: list[Finding]
) -> None:
    known = LANGUAGES[language]
    for finding in findings:
        for part in finding.parts or ():
            key = f"check.{finding.name}.part"
            assert (
                f"{key}.{part.rstrip('0123456789')}" in known or key in known
            ), (finding, part)
    kinds = {kind.name for kind in Failure} - {"NONE", "HTTP_STATUS"}
    if language != "en":  # which has the names themselves
        assert {f"check.failures.part.{kind}" for kind in kinds} <= set(known)
    conservation = (
        "sent_gap",
        "recorded_twice",
        "assigned_gap",
        "begun_gap",
        "lost",
    )
    assert {f"check.conservation.part.{name}" for name in conservation} <= set(
        known
    )
    assert f" {MIN_BEYOND} " in known["check.thin_percentiles.found"]


def test_what_a_sentence_says(findings: list[Finding]) -> None:
    by_name = {
        f.name: f.said("zh-CN").text
        for f in findings
        if f.level == Level.INVALID
    }
    by_name |= {
        f.name: f.said("zh-CN").text
        for f in findings
        if (f.name == "preemptions" and f.values.get("preemptions"))
        or "http_429" in f.values
    }
    assert (
        by_name["conservation"]
        == "请求数对不上：计划 50，而发出 40 + 丢弃 0 + 未发 0。"
    )
    assert (
        by_name["preemptions"]
        == "请求被抢占：因 KV 缓存空间不足发生 3 次抢占：被抢占的请求要重新计算已有的内容。"
    )
    assert "2 个请求失败" in by_name["failures"]
    assert "HTTP 429 × 1，HTTP 503 × 1" in by_name["failures"]


def read(
    name: str, sentence: str, values: dict[str, Any], next_step: str = ""
) -> Finding:
    """As a file of an earlier version has it."""
    return Finding(
        name,
        Level.SUSPECT,
        EARLIER,
        values,
        None,
        written=(sentence, next_step),
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"failed": "many"},
        {"failed": None, "share_of_sent": 0.1, "RESET": 1},
    ],
)
def test_a_finding_without_its_figures_stays_as_the_file_has_it(
    values: dict[str, Any],
) -> None:
    said = read("failures", "Some failed.", values, "Look.").said("zh-TW")
    assert (said.text, said.next_step) == ("Some failed.", "Look.")


@pytest.mark.parametrize("name", ["moon_phase", "", "join", "failures.part"])
def test_a_check_that_nobody_knows_stays_as_the_file_has_it(name: str) -> None:
    assert read(name, "The moon is full.", {"user_share": 1}).said(
        "zh-CN"
    ).text == ("The moon is full.")


def test_an_earlier_file_is_said_in_words_where_its_check_has_one_sentence() -> (
    None
):
    earlier = read("run_queue", "It waited.", {"run_queue_share": 0.15}, "Pin.")
    assert (
        earlier.said("zh-CN").text
        == "客户端等待 CPU：客户端有 15.0% 的时间在等待 CPU 核。"
    )
    assert "taskset" in earlier.said("zh-CN").next_step
    assert (
        read("run_queue", "It waited.", {"run_queue_share": 0.15})
        .said("zh-CN")
        .next_step
        == ""
    )
    thin = read("thin_percentiles", "Few.", {"ttft": "p90, p99", "tpot": "p99"})
    assert thin.said("zh-CN").sentence.endswith(
        "来看：TTFT p90, p99，TPOT p99。"
    )
    failed = {
        "failed": 3,
        "share_of_sent": 0.1,
        "RESET": 1,
        "HTTP_STATUS": 2,
        "http_503": 2,
    }
    assert (
        "（连接被重置 1，HTTP 503 × 2）"
        in read("failures", "3.", failed).said("zh-CN").text
    )
    several = read(
        "steady_state", "It grew.", {"first_e2el_ms": 1.0, "last_e2el_ms": 2.0}
    )
    assert several.said("zh-CN").text == "It grew."


def test_english_is_what_the_file_has() -> None:
    assert read(
        "run_queue", "It waited.", {"run_queue_share": 0.15}, "Pin."
    ).sentence == ("It waited.")


def test_a_file_holds_all_that_says_it_again(findings: list[Finding]) -> None:
    for finding in findings:
        held = finding.to_dict()
        again = Words("zh-TW").finding(
            held["name"], held["variant"], held["figures"], held["parts"]
        )
        assert again.text == finding.said("zh-TW").text
        assert held["sentence"] == finding.sentence


def test_what_is_filled_in_is_no_template() -> None:
    hostile = Finding(
        "thin_percentiles",
        Level.NOTE,
        "found",
        {"ttft": "{0.__class__}{parts}"},
        ("ttft",),
    )
    assert hostile.said("zh-CN").text.endswith("TTFT {0.__class__}{parts}。")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("why", "key"),
    [
        ("the server's packets take another way", "ring.route"),
        ("its network interface was deleted", "ring.interface"),
        ("Operation not permitted", "os.EPERM"),
        ("another reason", ""),
    ],
)
def test_why_the_ring_was_left_is_in_every_language(
    why: str, key: str, language: str
) -> None:
    told = Words(language).finding("stamps", "ring_left", {"why": why}, ())
    assert LANGUAGES[language].get(key, why) in told.sentence
