"""All words in Traditional Chinese (Taiwan)."""

from __future__ import annotations

from inferometer.words.zh_tw.answers import ANSWERS
from inferometer.words.zh_tw.console import CONSOLE
from inferometer.words.zh_tw.diagnoses import DIAGNOSES
from inferometer.words.zh_tw.findings import FINDINGS
from inferometer.words.zh_tw.imports import IMPORTS
from inferometer.words.zh_tw.report import REPORT
from inferometer.words.zh_tw.telemetry import TELEMETRY
from inferometer.words.zh_tw.vllm import VLLM

ZH_TW: dict[str, str] = {
    **REPORT,
    **ANSWERS,
    **FINDINGS,
    **IMPORTS,
    **CONSOLE,
    **DIAGNOSES,
    **TELEMETRY,
    **VLLM,
}
