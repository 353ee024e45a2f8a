"""All words in Simplified Chinese."""

from __future__ import annotations

from inferometer.words.zh_cn.answers import ANSWERS
from inferometer.words.zh_cn.console import CONSOLE
from inferometer.words.zh_cn.diagnoses import DIAGNOSES
from inferometer.words.zh_cn.findings import FINDINGS
from inferometer.words.zh_cn.imports import IMPORTS
from inferometer.words.zh_cn.report import REPORT
from inferometer.words.zh_cn.telemetry import TELEMETRY
from inferometer.words.zh_cn.vllm import VLLM

ZH_CN: dict[str, str] = {
    **REPORT,
    **ANSWERS,
    **FINDINGS,
    **IMPORTS,
    **CONSOLE,
    **DIAGNOSES,
    **TELEMETRY,
    **VLLM,
}
