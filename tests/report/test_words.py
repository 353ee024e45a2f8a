"""The words of reports: every language has every word, with the same things filled in, and the
field's abbreviations.
"""

from __future__ import annotations

import re
from string import Formatter

import pytest

from inferometer.report.tables.columns import with_unit
from inferometer.vocabulary import CONDITIONS, METRICS
from inferometer.words import LANGUAGES, Words, words

EN = LANGUAGES["en"]
OTHERS = [language for language in LANGUAGES if language != "en"]
ROOMS = {
    *(
        "figure",
        "page",
        "table",
        "metric",
        "statistic",
        "condition",
        "target",
        "scaling",
        "lengths",
    ),
    *("link", "list", "check", "precision", "note", "unit", "calibration", "diagnosis", "console"),
    "percent",
    "monitor",
    "flags",
    "vllm",
    "server",
    "cure",
    "campaign",
    "problem",
    "plan",
    "load",
    "prompts",
    "repeats",
    "sentences",
    "answer",
    "bench",
}
ABBREVIATION = re.compile(r"TTFT|TPOT|ITL|E2EL|tok/s|req/s|GPU|PCIe|SUSPECT|INVALID|VALID")


def plain(language: str) -> dict[str, str]:
    """All words but those of findings, which tests/metrics/test_findings_in_words.py looks at."""
    return {k: text for k, text in LANGUAGES[language].items() if not k.startswith("check.")}


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
        if set(ABBREVIATION.findall(text)) & kept - set(ABBREVIATION.findall(plain(language)[key]))
    }
    assert lost == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_say_whose_they_are_and_words_are_not_empty(language: str) -> None:
    assert {key.split(".")[0] for key in LANGUAGES[language]} <= ROOMS
    assert [key for key, text in LANGUAGES[language].items() if not text.strip()] == []


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
        key for key, text in LANGUAGES["zh-CN"].items() if set(text) & (traditional - simplified)
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_and_condition_has_a_name(language: str) -> None:
    said = Words(language)
    assert [name for name in METRICS if said.metric(name) == name] == []
    assert [name for name in CONDITIONS if f"condition.{name}" not in LANGUAGES[language]] == []


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
