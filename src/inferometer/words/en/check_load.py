"""What the check of the load found, in English."""

from __future__ import annotations

CHECK_LOAD: dict[str, str] = {
    "check.load_reached.fine": "There are enough requests for the planned load.",
    "check.load_reached.found": (
        "A concurrency of {cap} was never reached: there were {planned} requests, and at most "
        "{peak} were in flight."
    ),
    "check.load_reached.next": (
        "Send more requests than the concurrency, several times as many for a steady state."
    ),
}
