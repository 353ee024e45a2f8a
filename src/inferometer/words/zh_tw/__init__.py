"""All words in Traditional Chinese (Taiwan)."""

from __future__ import annotations

from inferometer.words.zh_tw.answers import ANSWERS
from inferometer.words.zh_tw.campaigns import CAMPAIGNS
from inferometer.words.zh_tw.check_client import CHECK_CLIENT
from inferometer.words.zh_tw.check_load import CHECK_LOAD
from inferometer.words.zh_tw.check_machine import CHECK_MACHINE
from inferometer.words.zh_tw.check_network import CHECK_NETWORK
from inferometer.words.zh_tw.check_outcome import CHECK_OUTCOME
from inferometer.words.zh_tw.check_server import CHECK_SERVER
from inferometer.words.zh_tw.check_steady import CHECK_STEADY
from inferometer.words.zh_tw.check_work import CHECK_WORK
from inferometer.words.zh_tw.console import CONSOLE
from inferometer.words.zh_tw.diagnoses import DIAGNOSES
from inferometer.words.zh_tw.doctor import DOCTOR
from inferometer.words.zh_tw.doctor_facts import DOCTOR_FACTS
from inferometer.words.zh_tw.files import FILES
from inferometer.words.zh_tw.flags import FLAGS
from inferometer.words.zh_tw.imports import IMPORTS
from inferometer.words.zh_tw.libraries import LIBRARIES
from inferometer.words.zh_tw.machine import MACHINE
from inferometer.words.zh_tw.points import POINTS
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
    **CHECK_OUTCOME,
    **CHECK_CLIENT,
    **CHECK_NETWORK,
    **CHECK_WORK,
    **CHECK_SERVER,
    **CHECK_STEADY,
    **CHECK_LOAD,
    **CHECK_MACHINE,
    **POINTS,
    **IMPORTS,
    **CONSOLE,
    **VERBS,
    **SERVERS,
    **DIAGNOSES,
    **TELEMETRY,
    **DOCTOR,
    **DOCTOR_FACTS,
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
