"""When requests are to be sent: a table of due times and a cap. Knows only numpy; has no clock."""

from inferometer.arrival.plan import (
    LoadPlan,
    Shard,
    conversations_of,
    plan_load,
    stripe,
)
from inferometer.arrival.profile import RateProfile, ramp, stepped

__all__ = [
    "LoadPlan",
    "RateProfile",
    "Shard",
    "conversations_of",
    "plan_load",
    "ramp",
    "stepped",
    "stripe",
]
