"""What is asked: data sets become requests, before the clock starts. Knows numpy; not of servers (what it asks of one is handed
in), wire formats or arrival times."""

from inferometer.workload.random import Workload, random_workload
from inferometer.workload.tokens import LocalCounter, ServerCounter, TokenCounter, TokenIds, WordCounter, find_counting

__all__ = [
    "LocalCounter",
    "ServerCounter",
    "TokenCounter",
    "TokenIds",
    "WordCounter",
    "Workload",
    "find_counting",
    "random_workload",
]
