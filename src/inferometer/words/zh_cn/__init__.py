"""All words in Simplified Chinese."""

from __future__ import annotations

from inferometer.words.zh_cn.answers import ANSWERS
from inferometer.words.zh_cn.campaigns import CAMPAIGNS
from inferometer.words.zh_cn.check_client import CHECK_CLIENT
from inferometer.words.zh_cn.check_load import CHECK_LOAD
from inferometer.words.zh_cn.check_machine import CHECK_MACHINE
from inferometer.words.zh_cn.check_network import CHECK_NETWORK
from inferometer.words.zh_cn.check_outcome import CHECK_OUTCOME
from inferometer.words.zh_cn.check_server import CHECK_SERVER
from inferometer.words.zh_cn.check_steady import CHECK_STEADY
from inferometer.words.zh_cn.check_work import CHECK_WORK
from inferometer.words.zh_cn.console import CONSOLE
from inferometer.words.zh_cn.diagnoses import DIAGNOSES
from inferometer.words.zh_cn.doctor import DOCTOR
from inferometer.words.zh_cn.doctor_facts import DOCTOR_FACTS
from inferometer.words.zh_cn.files import FILES
from inferometer.words.zh_cn.flags import FLAGS
from inferometer.words.zh_cn.imports import IMPORTS
from inferometer.words.zh_cn.libraries import LIBRARIES
from inferometer.words.zh_cn.machine import MACHINE
from inferometer.words.zh_cn.points import POINTS
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
