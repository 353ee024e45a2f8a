"""Reasons, precision and notes of points in other languages; what has no words there stays in
English, and says so.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import orjson
import pytest

from inferometer.metrics.calibration import KINDS, Ceiling, Missing, Precision
from inferometer.metrics.finding import Finding, Level
from inferometer.report.figures import Drawing, draw_all, gather
from inferometer.report.page import make_view, render
from inferometer.report.page.columns import columnar
from inferometer.report.sentences import (
    Told,
    notes_of,
    precision_in_words,
    reasons_of,
    tell,
)
from inferometer.results import Collection
from inferometer.words import Said, Words
from tests.report.page_points import point

QUEUED = Finding(
    "run_queue",
    Level.SUSPECT,
    "found",
    {"run_queue_share": 0.15},
    written=("The client waited for a core 15.0% of the time.", "Pin."),
)
THIN = Finding(
    "thin_percentiles",
    Level.NOTE,
    "found",
    {"ttft": "p99"},
    ("ttft",),
    written=("Few samples lie beyond p99 TTFT.", "More prompts."),
)
DIAGNOSIS = "The server ran out of memory: lower its share."
GONE = Said("note.gone")
DOUBTED = point(
    status="SUSPECT",
    reasons=(QUEUED.sentence, DIAGNOSIS),
    findings=(QUEUED, THIN),
    notes=(GONE,),
)

PRECISION = Precision(
    calibrated="2026-11-20T12:00:00+00:00",
    target_ms=0.25,
    ttft_error_p50_ms=0.002,
    ttft_error_p99_ms=0.01,
    itl_error_p50_ms=0.002,
    itl_error_p99_ms=0.0213,
    ceilings={
        "events": Ceiling(12_345.0, "client"),
        "requests": Ceiling(100.0, "time"),
        "streams": Ceiling(0.0, "client"),
    },
    load={"events": 1_000.0, "requests": 5.0, "streams": 2.0},
    stamps={"KERNEL": 10},
    added_delay_p50_ms=0.1,
    added_delay_p99_ms=0.2,
    shared_stamp_share=0.0,
    ambiguity_p99_ms=0.0,
    tls=False,
)


def data(**changed: Any) -> dict[str, Any]:
    """As verdict.json has it."""
    loaded: dict[str, Any] = orjson.loads(
        orjson.dumps(replace(PRECISION, **changed).to_dict())
    )
    return loaded


def test_reasons_are_said_in_the_readers_language_and_what_no_check_said_stays() -> (
    None
):
    queued, diagnosis = reasons_of(DOUBTED, "zh-CN")
    assert (queued.text, queued.original) == (
        "客户端等待 CPU：客户端有 15.0% 的时间在等待 CPU 核。",
        QUEUED.sentence,
    )
    assert "taskset" in queued.next_step
    assert (diagnosis.text, diagnosis.original, diagnosis.next_step) == (
        DIAGNOSIS,
        "",
        "",
    )
    assert [told.text for told in reasons_of(DOUBTED, "en")] == [
        QUEUED.sentence,
        DIAGNOSIS,
    ]


def test_what_is_worth_knowing_is_a_note() -> None:
    gone, thin = notes_of(DOUBTED, "zh-TW")
    assert (gone.text, gone.original) == (
        "其執行目錄已不存在：這裡是其 JSON 檔案的內容。",
        "Its run directory is gone; this comes from its JSON file.",
    )
    assert [told.original for told in notes_of(DOUBTED, "en")] == ["", ""]
    assert (
        thin.text
        == "尾端樣本少：以下百分位數之外的樣本不足 10 個，只能當作個別請求來看：TTFT p99。"
    )


def test_the_page_has_the_sentence_and_the_english_one_beside_it() -> None:
    view = make_view(
        Collection((DOUBTED,)), language="zh-CN", title=None, written="today"
    )
    page = render(view)
    assert f'<bdi title="{QUEUED.sentence}">客户端等待 CPU：' in page
    assert f'<bdi lang="en">{DIAGNOSIS}</bdi>' in page
    assert '<bdi class="next">' in page
    assert (
        "客户端等待 CPU：客户端有 15.0% 的时间在等待 CPU 核。"
        in columnar([DOUBTED], (), Words("zh-CN"))["points"]["sentences"]
    )
    english = render(
        make_view(
            Collection((DOUBTED,)), language="en", title=None, written="today"
        )
    )
    assert f'<bdi lang="en">{QUEUED.sentence}</bdi>' in english
    assert '<bdi class="next" lang="en">Pin.</bdi>' in english


def test_figures_say_the_first_reason() -> None:
    ladder = [
        replace(
            DOUBTED,
            conditions={"concurrency": load, "config": "C", "model": "7B"},
        )
        for load in (1, 2, 4)
    ]
    drawing = next(
        each
        for each in draw_all(gather(ladder), Words("zh-CN"))
        if each.key == "load_curves"
    )
    assert isinstance(drawing, Drawing)
    assert {row["why"] for row in drawing.rows if "why" in row} == {
        "客户端等待 CPU：客户端有 15.0% 的时间在等待 CPU 核。"
    }


def test_precision_in_words() -> None:
    said = precision_in_words(data(), "zh-CN")
    assert said == (
        "这台主机：误差 ±0.021 ms（p99），上限 12,000 事件/s、≥ 100 请求/s、0 路并发；"
        "本次运行分别用到 8.1%、5.0%、–。"
    )
    assert str(precision_in_words(data(tls=True), "zh-TW")).endswith(
        "校準時沒有使用 TLS，而本次執行使用了：實際上限更低。"
    )
    beyond = data(ttft_error_p99_ms=None, itl_error_p99_ms=None)
    assert "在任何负载下误差都超过 ±0.25 ms" in str(
        precision_in_words(beyond, "zh-CN")
    )
    unknown = data(
        calibrated=None,
        target_ms=None,
        ttft_error_p99_ms=None,
        itl_error_p99_ms=None,
        ceilings={},
    )
    assert (
        precision_in_words(unknown, "zh-CN")
        == "本次运行未与主机的校准数据对照。"
    )
    del unknown["missing"]  # as files of earlier versions are
    assert (
        precision_in_words(unknown, "zh-TW")
        == "本次執行未與主機的校準資料對照。"
    )


@pytest.mark.parametrize(
    ("missing", "simplified", "traditional"),
    [
        (
            Missing("none", "inferometer calibrate --workers 2"),
            "这台主机尚未校准",
            "這台主機尚未校準",
        ),
        (
            Missing("off"),
            "校准已关闭（--no-calibration 或",
            "校準已關閉（--no-calibration 或",
        ),
        (
            Missing("other", differs=("workers", "python")),
            "（workers、python）",
            "（workers、python）",
        ),
        (
            Missing("stamps"),
            "数据包环没有看到这台服务器的数据包",
            "封包環沒有看到這台伺服器的封包",
        ),
        (
            Missing("unusable"),
            "保存的校准数据无法使用",
            "儲存的校準資料無法使用",
        ),
    ],
)
def test_why_a_precision_is_not_known_in_words(
    missing: Missing, simplified: str, traditional: str
) -> None:
    unknown = data(calibrated=None, ceilings={}, missing=missing)
    assert simplified in str(precision_in_words(unknown, "zh-CN"))
    assert traditional in str(precision_in_words(unknown, "zh-TW"))
    if missing.reason not in ("off", "stamps"):
        assert f"`{missing.command}`" in str(
            precision_in_words(unknown, "zh-CN")
        )


@pytest.mark.parametrize(
    "damage",
    [
        *(
            {"ceilings": {}},
            {"ceilings": 3},
            {
                "ceilings": {
                    key: {"value": math.inf, "ended_by": "client"}
                    for key in KINDS
                }
            },
        ),
        *(
            {"load": None},
            {"load": dict.fromkeys(KINDS, 10**400)},
            {"ceilings": None},
        ),
        *(
            {"calibrated": None, "missing": each}
            for each in (3, {"reason": "new"}, {"reason": "none", "differs": 1})
        ),
        *(
            {"target_ms": []},
            {"ttft_error_p99_ms": "x"},
            {"ttft_error_p99_ms": 10**400},
        ),
    ],
)
def test_a_precision_of_another_shape_has_no_words(
    damage: dict[str, Any],
) -> None:
    beyond = (
        {"ttft_error_p99_ms": None, "itl_error_p99_ms": None}
        if "target_ms" in damage
        else {}
    )
    assert precision_in_words({**data(), **beyond, **damage}, "zh-CN") is None
    assert precision_in_words({}, "zh-CN") is None


def test_a_file_says_in_english_what_was_said_of_it() -> None:
    assert precision_in_words(data(), "en") == data()["statement"]


def test_what_changes_in_a_note_is_filled_in() -> None:
    def said(note: Said) -> str:
        return notes_of(point(notes=(note,)), "zh-CN")[0].text

    cards = Said("note.cards", {"config": "B", "cards": 4, "gpus": 2})
    assert said(cards) == "硬件配置 B 有 4 张卡；按实际使用的 2 张计算。"
    assert str(cards) == "Configuration B has 4 cards; 2 in use are counted."
    missing = Said(
        "note.missing",
        {"names": [Said("note.missing.send times"), "p99_itl_ms"]},
    )
    assert said(missing) == "文件中没有：发送时刻、p99_itl_ms。"
    assert str(missing) == "The file has no send times, p99_itl_ms."
    hostile = Said(
        "note.cards", {"config": "{cards}", "cards": 1, "gpus": "{gpus}"}
    )
    assert (
        said(hostile)
        == "硬件配置 {cards} 有 1 张卡；按实际使用的 {gpus} 张计算。"
    )


def test_a_figure_that_no_float_holds_leaves_the_english_sentence() -> None:
    wild = Finding(
        "run_queue",
        Level.SUSPECT,
        "found",
        {"run_queue_share": 10**400},
        written=("The client waited.", ""),
    )
    assert tell(wild, "zh-CN") == Told("The client waited.")
