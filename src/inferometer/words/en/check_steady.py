"""What checks of the steady state found, in English."""

from __future__ import annotations

_NOT_SETTLED = "The run never reached a steady state: mean E2EL"
_FIFTHS = "from {first_e2el_ms:.0f} ms in the first fifth to {last_e2el_ms:.0f} ms in the last"

CHECK_STEADY: dict[str, str] = {
    "check.steady_state.fine": "The run was steady from {start_s:.1f} to {end_s:.1f} s.",
    "check.steady_state.varying": (
        "The load changes all the time by plan, so there is no steady state."
    ),
    "check.steady_state.short": (
        "The run has no steady state: it was over before as many requests had ended as there were "
        "in flight at once."
    ),
    "check.steady_state.short.next": (
        "Send more prompts, at least three for each concurrent request."
    ),
    "check.steady_state.few": (
        "{answered} answered requests are too few to see whether the run was steady."
    ),
    "check.steady_state.few.next": "Send more prompts: at least {needed} have to be answered.",
    "check.steady_state.grew": (
        f"{_NOT_SETTLED} grew {_FIFTHS}; averages depend on the length of the run."
    ),
    "check.steady_state.grew.next": (
        "Lower the rate to what the server can sustain, or treat this as an overload test."
    ),
    "check.steady_state.fell": f"{_NOT_SETTLED} fell {_FIFTHS}.",
    "check.steady_state.fell.next": "Warm up (load.num_warmups) and run longer.",
    "check.slots_busy.none": "Every request had its own slot.",
    "check.slots_busy.fine": "The slots were in use {busy_share:.0%} of the time.",
    "check.slots_busy.found": (
        "The slots were in use {busy_share:.0%} of the time, because the last requests did not "
        "fill them: output throughput is {output_throughput:,.1f} tok/s over the whole run and "
        "{steady_output_throughput:,.1f} tok/s in its steady state."
    ),
    "check.slots_busy.next": (
        "Make load.num_prompts a multiple of load.max_concurrency, and a larger one."
    ),
}
