"""All words in Simplified Chinese."""

from __future__ import annotations

from inferometer.words.zh_cn.answers import ANSWERS
from inferometer.words.zh_cn.campaigns import CAMPAIGNS
from inferometer.words.zh_cn.console import CONSOLE
from inferometer.words.zh_cn.diagnoses import DIAGNOSES
from inferometer.words.zh_cn.doctor import DOCTOR
from inferometer.words.zh_cn.files import FILES
from inferometer.words.zh_cn.findings import FINDINGS
from inferometer.words.zh_cn.flags import FLAGS
from inferometer.words.zh_cn.imports import IMPORTS
from inferometer.words.zh_cn.libraries import LIBRARIES
from inferometer.words.zh_cn.machine import MACHINE
from inferometer.words.zh_cn.report import REPORT
from inferometer.words.zh_cn.rows import ROWS
from inferometer.words.zh_cn.runs import RUNS
from inferometer.words.zh_cn.servers import SERVERS
from inferometer.words.zh_cn.telemetry import TELEMETRY
from inferometer.words.zh_cn.usage import USAGE
from inferometer.words.zh_cn.verbs import VERBS
from inferometer.words.zh_cn.views import VIEWS
from inferometer.words.zh_cn.vllm import VLLM

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
