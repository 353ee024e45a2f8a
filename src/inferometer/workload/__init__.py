"""What is asked: data sets become requests, before the clock starts. Knows numpy; not of servers
(what it asks of one is handed in), wire formats or arrival times.
"""

from inferometer.workload.build import build_workload
from inferometer.workload.random import random_workload
from inferometer.workload.row_fields import rows_in_words, unsent_in_words
from inferometer.workload.tokens import (
    LocalCounter,
    ServerCounter,
    TokenCounter,
    TokenIds,
    WordCounter,
    find_counting,
)
from inferometer.workload.workload import TooFewRowsError, Workload

__all__ = [
    "LocalCounter",
    "ServerCounter",
    "TokenCounter",
    "TokenIds",
    "TooFewRowsError",
    "WordCounter",
    "Workload",
    "build_workload",
    "find_counting",
    "random_workload",
    "rows_in_words",
    "unsent_in_words",
]
