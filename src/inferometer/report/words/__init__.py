"""The words that readers see, in each language: a literal dictionary a language. Knows no page, no figure and no number.

The field's abbreviations (TTFT, TPOT, ITL, E2EL, TP, p99) stay as they are in every language. A word that a language lacks is
English. `{name}` in a word is filled in by who shows it (`str.format`).
"""

from __future__ import annotations

from collections.abc import Mapping

from inferometer.report.words.en import EN
from inferometer.report.words.zh_cn import ZH_CN
from inferometer.report.words.zh_tw import ZH_TW

LANGUAGES: dict[str, Mapping[str, str]] = {"en": EN, "zh-CN": ZH_CN, "zh-TW": ZH_TW}
"""By BCP 47 tag, as `--lang` and HTML's `lang` take it."""


def words(language: str) -> Mapping[str, str]:
    """Every word by its key (`page.…`, `figure.…`). Raises KeyError for a language that is not in LANGUAGES."""
    return {**EN, **LANGUAGES[language]}
