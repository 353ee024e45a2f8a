"""When requests are to be sent, as a pure value: a table of due times and a cap. Knows numpy only; has no clock."""

from inferometer.arrival.plan import LoadPlan, Share, plan_load, stripe

__all__ = ["LoadPlan", "Share", "plan_load", "stripe"]
