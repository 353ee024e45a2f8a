"""All words in English."""

from __future__ import annotations

from inferometer.words.en.answers import ANSWERS
from inferometer.words.en.campaigns import CAMPAIGNS
from inferometer.words.en.console import CONSOLE
from inferometer.words.en.diagnoses import DIAGNOSES
from inferometer.words.en.doctor import DOCTOR
from inferometer.words.en.files import FILES
from inferometer.words.en.findings import FINDINGS
from inferometer.words.en.flags import FLAGS
from inferometer.words.en.imports import IMPORTS
from inferometer.words.en.libraries import LIBRARIES
from inferometer.words.en.machine import MACHINE
from inferometer.words.en.report import REPORT
from inferometer.words.en.rows import ROWS
from inferometer.words.en.runs import RUNS
from inferometer.words.en.servers import SERVERS
from inferometer.words.en.telemetry import TELEMETRY
from inferometer.words.en.usage import USAGE
from inferometer.words.en.verbs import VERBS
from inferometer.words.en.views import VIEWS
from inferometer.words.en.vllm import VLLM

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
