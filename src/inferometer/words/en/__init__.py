"""All words in English."""

from __future__ import annotations

from inferometer.words.en.answers import ANSWERS
from inferometer.words.en.campaigns import CAMPAIGNS
from inferometer.words.en.check_client import CHECK_CLIENT
from inferometer.words.en.check_load import CHECK_LOAD
from inferometer.words.en.check_machine import CHECK_MACHINE
from inferometer.words.en.check_network import CHECK_NETWORK
from inferometer.words.en.check_outcome import CHECK_OUTCOME
from inferometer.words.en.check_server import CHECK_SERVER
from inferometer.words.en.check_steady import CHECK_STEADY
from inferometer.words.en.check_work import CHECK_WORK
from inferometer.words.en.console import CONSOLE
from inferometer.words.en.diagnoses import DIAGNOSES
from inferometer.words.en.doctor import DOCTOR
from inferometer.words.en.doctor_facts import DOCTOR_FACTS
from inferometer.words.en.files import FILES
from inferometer.words.en.flags import FLAGS
from inferometer.words.en.imports import IMPORTS
from inferometer.words.en.libraries import LIBRARIES
from inferometer.words.en.machine import MACHINE
from inferometer.words.en.points import POINTS
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
