"""Every sentence of a check has its words in every language of the report, filled in with the
figures of real findings.
"""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter
from typing import Any

import pytest

from inferometer.clock import MS
from inferometer.metrics import Finding, Level
from inferometer.metrics.distribution import MIN_BEYOND
from inferometer.metrics.verdict import CHECKS
from inferometer.report.words import LANGUAGES
from inferometer.report.words.sentences import SENTENCES, key_of, tell
from inferometer.store.campaign.doubt import AGAIN, Doubt
from inferometer.trace import Failure, Outcome, TokenSource, Trace
from inferometer.trace.server_counters import MetricsReading, ServerCounters
from tests.metrics.calibrations import calibration
from tests.metrics.test_check_server import AFTER_S, BEFORE_S, STARTED_S, counted
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
    http = [failed(0, Failure.HTTP_STATUS, status=status) for status in (429, 503)]
    other, anew = (
        MetricsReading("vLLM", AFTER_S, started_s, {}, {}, {})
        for started_s in (STARTED_S + 50, BEFORE_S + 50)
    )
    return [
        (build(run()), {"planned": 50}),
        (
            build([failed(0, Failure.HTTP_STATUS, status=400, detail="HTTP 400: no")]),
            {"diagnosis": "Cause: x."},
        ),
        (build([failed(0, kind) for kind in Failure if kind != Failure.NONE]), {}),
        (
            build(
                [*run(), *http, answered(0, first_ms=-5), request(outcome=Outcome.DROPPED)],
                workers=busy(**worker),
            ),
            {},
        ),
        (build([*run(), request(None, outcome=Outcome.UNFINISHED)]), {}),
        (build([*run(97), CUT, CUT, CUT]), {"ends_by_time": True}),
        (build([*run(), CUT]), {}),
        (build([*run(39), answered(**USER)]), {}),
        (build(run(**late), workers=busy(cpu_ns=950 * MS)), {}),
        (build(run(**USER)), {}),
        (build(run(**ambiguous(*range(1, 11), ms=9.0))), {}),
        (build(lagging(5000), closed_loop=False), {"max_in_flight": 39}),
        (build(lagging(5000), closed_loop=False), {}),
        (build(lagging(6), closed_loop=False), {}),
        (build(run()), {"max_in_flight": 512}),
        (build(run()), {"calibration": calibration(events=1)}),
        (build(run()), {"calibration": calibration(events=1, ended_by="time")}),
        (
            build(
                run(asked_prompt_tokens=100, prompt_tokens=200, output_tokens=5, cached_tokens=90)
            ),
            {},
        ),
        (build([*run(30), *(answered(token_source=source) for source in TokenSource)]), {}),
        (build(served()), {"server": ServerCounters(counted().before, None)}),
        (build(served()), {"server": ServerCounters(counted().before, other)}),
        (build(served()), {"server": ServerCounters(counted().before, anew)}),
        (
            build(served()),
            {
                "server": counted(
                    {"preemptions": 3, "prefix_hits": 1_000, "requests": 30}, before={"running": 2}
                )
            },
        ),
        (
            build(served()),
            {"server": counted({"rejections": 4, "queue_s": 0.9}, after={"running": 2})},
        ),
        (build(served()), {"server": counted(), "expected_cached_tokens": 1024}),
        (build(served(cached_tokens=0)), {"warm": True}),
        (build(served(cached_tokens=40)), {"warm": True}),
        (build(served()), {"warm": True}),
        (build(served()), {"warm": True, "rehearsal": True}),
        (open_loop(1.2, 600), {}),
        (build([request(None, outcome=Outcome.UNFINISHED)], workers=busy(answered=1)), {}),
        (build([*run(headers_ms=400), answered(headers_ms=0.001)], workers=busy(surplus=1)), {}),
        (build([request(0, *[50.0 + 200 * (i // 8) for i in range(64)])]), {}),
        (build([request(0, *[400.0] * 64)]), {}),
        (build(run(), workers=busy(stalled_ns=900 * MS, longest_stall_ns=900 * MS)), {}),
        (build(slots(2, 8, answer_ms=100, wait_ms=50)), {}),
        (build(run(output_tokens=1)), {}),
        (build(run(output_tokens=400, text_bytes=80)), {}),
        (build(run(output_tokens=400, text_bytes=2_000, first_text_bytes=1_000)), {}),
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
        (
            build(
                [
                    request(100.0 * i, 100 * i + 900 - i * 2, 100 * i + 1_000 - i * 2)
                    for i in range(400)
                ],
                closed_loop=False,
            ),
            {},
        ),
    ]


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    found = [f for trace, options in runs() for f in verdict_of(trace, **options).findings]
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
    doubts = [replace(doubt, again=again).finding() for again in AGAIN]
    return [*(f for f in found if f.level > Level.OK), *doubts]


def sentences(language: str) -> dict[str, str]:
    """Those of checks, without titles, next steps and parts."""
    told = SENTENCES[language].items()
    return {
        key: word
        for key, word in told
        if key.split(".")[1] in NAMES and not {"title", "next", "part"} & set(key.split("."))
    }


def parts(language: str) -> set[str]:
    return {key for key in SENTENCES[language] if ".part." in key}


def test_every_language_has_the_same_sentences_filled_in_with_the_same() -> None:
    def fields(language: str) -> dict[str, list[Any]]:
        words = SENTENCES[language].items()
        return {
            key: sorted((name, spec) for _, name, spec, _ in Formatter().parse(word) if name)
            for key, word in words
        }

    assert set(SENTENCES) == set(LANGUAGES) - {"en"}
    first, *others = (fields(language) for language in SENTENCES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", SENTENCES)
def test_every_check_has_its_title_and_its_sentences(
    language: str, findings: list[Finding]
) -> None:
    assert {f.name for f in findings} == NAMES
    assert {key for key in SENTENCES[language] if key.endswith(".title")} == {
        f"check.{name}.title" for name in NAMES
    }
    assert {key_of(f) for f in findings} == set(sentences(language))


@pytest.mark.parametrize("language", SENTENCES)
def test_every_finding_is_said_with_its_figures_and_its_next_step(
    language: str, findings: list[Finding]
) -> None:
    for finding in findings:
        told = tell(finding, language)
        assert told.original == finding.sentence, finding
        assert told.text.startswith(SENTENCES[language][f"check.{finding.name}.title"])
        assert not re.search(r"[{}]|None|nan", told.text)
        assert bool(told.next_step) == bool(finding.next_step), finding


@pytest.mark.parametrize("language", SENTENCES)
def test_every_part_of_a_sentence_is_a_figure_that_a_check_has(
    language: str, findings: list[Finding]
) -> None:
    figures = {
        f"check.{f.name}.part.{name.rstrip('0123456789')}" for f in findings for name in f.figures
    }
    conservation = {"sent_gap", "recorded_twice", "assigned_gap", "begun_gap", "lost"}
    assert parts(language) - figures <= {f"check.conservation.part.{name}" for name in conservation}
    kinds = {kind.name for kind in Failure} - {"NONE", "HTTP_STATUS"}
    assert {f"check.failures.part.{kind}" for kind in kinds} <= parts(language)
    assert f" {MIN_BEYOND} " in SENTENCES[language]["check.thin_percentiles"]


def test_what_a_sentence_says(findings: list[Finding]) -> None:
    by_name = {f.name: tell(f, "zh-CN").text for f in findings if f.level == Level.INVALID}
    by_name |= {
        f.name: tell(f, "zh-CN").text for f in findings if f.name in ("preemptions", "failures")
    }
    assert by_name["conservation"] == "请求数对不上：计划数与“发出 + 丢弃 + 未发”之和相差 +10。"
    assert (
        by_name["preemptions"]
        == "请求被抢占：因 KV 缓存空间不足发生 3 次抢占：被抢占的请求要重新计算已有的内容。"
    )
    assert "2 个请求失败" in by_name["failures"]
    assert "HTTP 429 × 1，HTTP 503 × 1" in by_name["failures"]


@pytest.mark.parametrize(
    "figures", [{}, {"failed": "many"}, {"failed": None, "share_of_sent": 0.1, "RESET": 1}]
)
def test_a_finding_without_its_figures_stays_as_the_file_has_it(figures: dict[str, Any]) -> None:
    told = tell(Finding("failures", Level.SUSPECT, "Some failed.", figures, "Look."), "zh-TW")
    assert (told.text, told.original, told.next_step) == ("Some failed.", "", "Look.")


@pytest.mark.parametrize("name", ["moon_phase", "", "join", "failures.part"])
def test_a_check_that_nobody_knows_stays_as_the_file_has_it(name: str) -> None:
    assert (
        tell(Finding(name, Level.INVALID, "The moon is full.", {"user_share": 1}), "zh-CN").text
        == "The moon is full."
    )


def test_english_is_what_the_file_has(findings: list[Finding]) -> None:
    assert [tell(f, "en").text for f in findings] == [f.sentence for f in findings]
    assert [tell(f, "en").next_step for f in findings] == [f.next_step for f in findings]


def test_what_is_filled_in_is_no_template() -> None:
    hostile = Finding("thin_percentiles", Level.NOTE, "Few.", {"ttft": "{0.__class__}{parts}"})
    assert tell(hostile, "zh-CN").text.endswith("TTFT {0.__class__}{parts}。")
