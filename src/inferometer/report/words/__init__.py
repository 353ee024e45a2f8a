"""The words that readers see, in each language: a literal dictionary a language. Knows no page, no
figure and no number.

The field's abbreviations (TTFT, TPOT, ITL, E2EL, TP, tok/s, p99) stay as they are in every
language. `{name}` in a word is filled in by who shows it (`str.format`; what is filled in is never
itself taken for a template). Keys begin with the room they are of: `figure.`, `page.`; those of
`metric.` and `condition.` are shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inferometer.report.words.en import EN
from inferometer.report.words.zh_cn import ZH_CN
from inferometer.report.words.zh_tw import ZH_TW
from inferometer.results.columns import METRICS, PERCENTILE, metric

LANGUAGES: dict[str, Mapping[str, str]] = {"en": EN, "zh-CN": ZH_CN, "zh-TW": ZH_TW}
"""By BCP 47 tag, as `--lang` and HTML's `lang` take it."""

LATENCIES = {"ttft": "TTFT", "tpot": "TPOT", "itl": "ITL", "e2el": "E2EL"}


def words(language: str) -> Mapping[str, str]:
    """Every word by its key. Raises KeyError for a language that is not in LANGUAGES."""
    return LANGUAGES[language]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, a key of LANGUAGES."""

    language: str = "en"

    def text(self, key: str, /, **values: object) -> str:
        """The word of this key, filled in. Raises KeyError for a key that there is not."""
        return LANGUAGES[self.language][key].format(**values)

    def metric(self, name: str) -> str:
        """What a metric is called, without its unit; a name that nobody knows stays as it is."""
        if name in METRICS and f"metric.{name}" in EN:
            return self.text(f"metric.{name}")
        statistic, _, latency = name.removesuffix("_ms").rpartition("_")
        if latency not in LATENCIES or metric(name) is None:
            return name
        if PERCENTILE.fullmatch(name):
            return self.text("metric.percentile", percentile=statistic, latency=LATENCIES[latency])
        return self.text(f"metric.{statistic}", latency=LATENCIES[latency])

    def metric_with_unit(self, name: str) -> str:
        """As an axis shows it."""
        column = metric(name)
        return self.with_unit(self.metric(name), column.unit if column else "")

    def with_unit(self, label: str, unit: str) -> str:
        """A label and, where there is one, its unit."""
        return self.text("metric.with_unit", label=label, unit=unit) if unit else label

    def condition(self, name: str) -> str:
        """What a condition is called; a name that nobody knows stays as it is."""
        return self.text(f"condition.{name}") if f"condition.{name}" in EN else name
