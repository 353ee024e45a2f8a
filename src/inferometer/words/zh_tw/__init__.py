"""All words in Traditional Chinese (Taiwan)."""

from __future__ import annotations

from inferometer.words.zh_tw.answers import ANSWERS
from inferometer.words.zh_tw.campaigns import CAMPAIGNS
from inferometer.words.zh_tw.console import CONSOLE
from inferometer.words.zh_tw.diagnoses import DIAGNOSES
from inferometer.words.zh_tw.doctor import DOCTOR
from inferometer.words.zh_tw.files import FILES
from inferometer.words.zh_tw.findings import FINDINGS
from inferometer.words.zh_tw.flags import FLAGS
from inferometer.words.zh_tw.imports import IMPORTS
from inferometer.words.zh_tw.libraries import LIBRARIES
from inferometer.words.zh_tw.machine import MACHINE
from inferometer.words.zh_tw.report import REPORT
from inferometer.words.zh_tw.rows import ROWS
from inferometer.words.zh_tw.runs import RUNS
from inferometer.words.zh_tw.servers import SERVERS
from inferometer.words.zh_tw.telemetry import TELEMETRY
from inferometer.words.zh_tw.usage import USAGE
from inferometer.words.zh_tw.verbs import VERBS
from inferometer.words.zh_tw.views import VIEWS
from inferometer.words.zh_tw.vllm import VLLM

WORDS: dict[str, str] = {
    **REPORT,
    **ANSWERS,
    **VIEWS,
    **FINDINGS,
    **IMPORTS,
    **CONSOLE,
    **VERBS,
    **SERVERS,
    **DIAGNOSES,
    **TELEMETRY,
    **DOCTOR,
    **LIBRARIES,
    **MACHINE,
    **VLLM,
    **FILES,
    **USAGE,
    **FLAGS,
    **CAMPAIGNS,
    **ROWS,
    **RUNS,
}
