"""The words of reports: every language has every word, with the same things filled in, and the
field's abbreviations.
"""

from __future__ import annotations

import copy
import json
import pickle
import re
from functools import cache
from string import Formatter

import orjson
import pytest

from inferometer.cli.help_words import help_words
from inferometer.report.tables.columns import with_unit
from inferometer.vocabulary import CONDITIONS, METRICS
from inferometer.words import (
    LANGUAGES,
    Said,
    Words,
    in_words,
    sentence_of,
    speak,
    words,
)

EN = LANGUAGES["en"]
OTHERS = [language for language in LANGUAGES if language != "en"]
ROOMS = {
    "address",
    "and",
    "answer",
    "archive",
    "axis",
    "believed",
    "bench",
    "binding",
    "calibrate",
    "calibration",
    "campaign",
    "campaign_check",
    "campaign_file",
    "capacity",
    "caution",
    "check",
    "check_run",
    "collect",
    "combos",
    "command",
    "compare",
    "compose",
    "condition",
    "config",
    "console",
    "counting",
    "cure",
    "damage",
    "dataset",
    "demo",
    "diagnosis",
    "dialect",
    "doctor",
    "earlier",
    "engine",
    "environment",
    "extra_body",
    "figure",
    "fit",
    "flag",
    "flags",
    "gather",
    "goodput",
    "group",
    "hardware",
    "header",
    "help",
    "ledger",
    "levels",
    "library",
    "limits",
    "link",
    "list",
    "load",
    "lock",
    "machine",
    "main",
    "markdown",
    "measure",
    "merge",
    "metadata",
    "metric",
    "model",
    "monitor",
    "near",
    "note",
    "operator",
    "os",
    "output",
    "page",
    "pcie",
    "percent",
    "plain",
    "plan",
    "port",
    "precision",
    "presets",
    "price",
    "problem",
    "progress",
    "prompts",
    "rate",
    "ratings",
    "recheck",
    "repeats",
    "report",
    "ring",
    "rows",
    "run",
    "run_directory",
    "save",
    "scaling",
    "scenario",
    "sentence",
    "sentences",
    "server",
    "simulate",
    "statistic",
    "step",
    "steps",
    "target",
    "terminal",
    "tokenizer",
    "trial",
    "twin",
    "unchecked",
    "unfair",
    "unfit",
    "unit",
    "unread",
    "vllm",
    "wire",
    "wish",
    "write",
    "xinference",
    "yaml",
}
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
SAME = {
    "check.thin_percentiles.part.itl",
    "check.thin_percentiles.part.tpot",
    "check.thin_percentiles.part.ttft",
    "condition.tag",
    "doctor.title.pcie.iommu",
    "figure.name.pcie_generation",
    "figure.name.request_rate",
    "monitor.gpu_clock",
    "monitor.gpu_utilization",
    "monitor.link",
    "monitor.memory",
    "page.fact.cpu",
    "page.fact.inferometer",
    "page.fact.python",
    "page.method.itl.name",
    "page.method.tpot.name",
    "page.method.ttft.name",
    "plan.item.compose",
    "terminal.request_rate",
    "unchecked.max_model_len",
}
"""Terms and names, which are the same in every language."""
MAINLAND = re.compile(
    "默認|數據|信息|網絡|支持|運行|文件|內存|硬件|軟件|加載|屏幕|視頻|鏈接|配置|應答|重定向|服務器|緩存"
    "|接口|端口|(?<!處理)程序|用戶(?!端)|保存|打印|字符|返回"
)
"""Words of the mainland in Traditional characters."""
ABBREVIATION = re.compile(
    r"TTFT|TPOT|ITL|E2EL|tok/s|req/s|GPU|PCIe|SUSPECT|INVALID|VALID"
)


@cache
def plain(language: str) -> dict[str, str]:
    """All words but those of findings, which tests/metrics/test_findings_in_words.py looks at."""
    return {
        k: text
        for k, text in LANGUAGES[language].items()
        if not k.startswith("check.")
    }


def fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in Formatter().parse(text)} - {None}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_word(language: str) -> None:
    assert set(plain(language)) == set(plain("en"))


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_is_filled_in_everywhere(language: str) -> None:
    assert {key: fields(text) for key, text in plain(language).items()} == {
        key: fields(text) for key, text in plain("en").items()
    }


@pytest.mark.parametrize("language", OTHERS)
def test_latencies_and_units_keep_their_names(language: str) -> None:
    """GPU and the verdicts may be said in Chinese; what measures may not."""
    kept = {"TTFT", "TPOT", "ITL", "E2EL", "tok/s", "req/s", "PCIe"}
    lost = {
        key: set(ABBREVIATION.findall(text))
        & kept - set(ABBREVIATION.findall(plain(language)[key]))
        for key, text in plain("en").items()
        if set(ABBREVIATION.findall(text))
        & kept - set(ABBREVIATION.findall(plain(language)[key]))
    }
    assert lost == {}


def bare(text: str) -> str:
    """Without what is filled in, and without commands."""
    return re.sub(
        r"\{[^}]*\}|`[^`]*`|vllm bench \w+|systemctl start docker", "", text
    )


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    words = LANGUAGES[language]
    assert [
        key for key, text in words.items() if ENGLISH.search(bare(text))
    ] == []
    same = {key for key, text in words.items() if text == EN.get(key)}
    assert {
        key for key in same if re.search("[A-Za-z]{3}", bare(words[key]))
    } == SAME


def test_taipei_does_not_speak_as_shanghai() -> None:
    words = {**LANGUAGES["zh-TW"], **help_words("zh-TW")}
    assert [key for key, text in words.items() if MAINLAND.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_say_whose_they_are_and_words_are_not_empty(language: str) -> None:
    assert {key.split(".")[0] for key in LANGUAGES[language]} <= ROOMS
    assert [
        key for key, text in LANGUAGES[language].items() if not text.strip()
    ] == []


def test_simplified_and_traditional_are_not_mixed() -> None:
    """Characters that only one of the two scripts has."""
    simplified, traditional = (
        set("输吞请并发缓热链扩这没个对应数线击响迟类载"),
        set("輸請並發緩熱鏈擴這沒個對應數線擊響遲類載"),
    )
    assert [
        key
        for key, text in LANGUAGES["zh-TW"].items()
        if set(text) & (simplified - traditional) - set("吞")
    ] == []
    assert [
        key
        for key, text in LANGUAGES["zh-CN"].items()
        if set(text) & (traditional - simplified)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_and_condition_has_a_name(language: str) -> None:
    said = Words(language)
    assert [name for name in METRICS if said.metric(name) == name] == []
    assert [
        name
        for name in CONDITIONS
        if f"condition.{name}" not in LANGUAGES[language]
    ] == []


def test_metrics_are_called_as_elsewhere() -> None:
    said = Words("en")
    assert with_unit("output_throughput", said) == "Output throughput (tok/s)"
    assert with_unit("p99_ttft_ms", said) == "p99 TTFT (ms)"
    assert said.metric("median_itl_ms") == "Median ITL"
    assert said.metric("p99.9_e2el_ms") == "p99.9 E2EL"
    assert with_unit("p95_ttft_ms", Words("zh-CN")) == "TTFT p95（ms）"
    assert Words("zh-TW").metric("mean_tpot_ms") == "平均 TPOT"


def test_what_nobody_knows_stays_as_it_is() -> None:
    assert Words().metric("energy_j") == "energy_j"
    assert Words().metric("p101_ttft_ms") == "p101_ttft_ms"
    assert Words().condition("moon") == "moon"
    with pytest.raises(KeyError):
        Words().text("figure.moon")
    with pytest.raises(KeyError):
        words("tlh")


def test_what_is_filled_in_is_no_template() -> None:
    assert (
        Words().text("figure.name.control", name="{0.__class__} {key}")
        == "{0.__class__} {key} (control)"
    )


def test_a_sentence_is_a_text_that_knows_itself() -> None:
    said = Said("damage.unread", {"name": "run.json", "why": Said("os.EACCES")})
    assert said == "run.json cannot be read (Permission denied)"
    assert Words("zh-CN").say(said) == "无法读取 run.json（没有权限）"
    assert (
        orjson.loads(orjson.dumps([said]))
        == [said]
        == json.loads(json.dumps([said]))
    )
    for copied in (copy.deepcopy(said), pickle.loads(pickle.dumps(said))):
        assert Words("zh-TW").say(copied) == "無法讀取 run.json（沒有權限）"


def test_an_error_has_its_sentence_in_every_language() -> None:
    error = ValueError(Said("header.twice", {"name": "X-Team"}))
    assert str(error) == "server.headers X-Team is given twice; give it once."
    assert isinstance(sentence_of(error), Said)
    speak("zh-CN")
    try:
        assert (
            in_words(error) == "server.headers X-Team 给出了两次；请只给一次。"
        )
        assert (
            in_words(ValueError("of another program")) == "of another program"
        )
    finally:
        speak("en")
