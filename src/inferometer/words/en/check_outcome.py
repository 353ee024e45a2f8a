"""What checks of what became of requests found, in English."""

from __future__ import annotations

LIMIT = "Find out which parameter limits the output (max_tokens or max_completion_tokens)."
_STEP = (
    "Find out what sends responses to requests that were not made; a gateway that repeats "
    "requests is the most likely cause."
)
_MEMORY = "Check whether memory ran out, then run again."

CHECK_OUTCOME: dict[str, str] = {
    "check.something_measured.fine": "{ok} requests were answered.",
    "check.something_measured.found": (
        "Nothing was measured: none of the {planned} planned requests was answered "
        "({sent} were sent)."
    ),
    "check.something_measured.found.next": "Look at the failures, then try a single request.",
    "check.something_measured.lost": (
        "No results are left: {answers_lost} of {planned} planned requests had been answered when "
        "the worker that kept their record died."
    ),
    "check.something_measured.lost.next": _MEMORY,
    "check.conservation.fine": "All {planned} planned requests are accounted for.",
    "check.conservation.found": "Requests do not add up: {parts}.",
    "check.conservation.part.planned_gap": (
        "planned {planned}, but sent {sent} + dropped {dropped} + unsent {unsent}"
    ),
    "check.conservation.part.sent_gap": (
        "sent {sent}, but ok {ok} + failed {failed} + cut off {cut_off}"
    ),
    "check.conservation.part.recorded_twice": "{value} recorded twice",
    "check.conservation.part.assigned_gap": (
        "the workers were given {value:+} compared with those recorded"
    ),
    "check.conservation.part.begun_gap": (
        "the workers began to send {value:+} compared with those recorded as sent"
    ),
    "check.conservation.part.lost": (
        "{value} of a worker that died are counted as unfinished or unsent; what became of them "
        "is unknown"
    ),
    "check.conservation.next": "The record is damaged or a worker lost its share: run again.",
    "check.failures.fine": "No request failed.",
    "check.failures.found": (
        "{failed} of {sent} requests failed ({share_of_sent:.1%}: {parts}); latencies cover only "
        "the others."
    ),
    "check.failures.said": (
        "{failed} of {sent} requests failed ({share_of_sent:.1%}: {parts}); latencies cover only "
        "the others. Reasons: {reasons}."
    ),
    "check.failures.said_more": (
        "{failed} of {sent} requests failed ({share_of_sent:.1%}: {parts}); latencies cover only "
        "the others. Reasons: {reasons}; {other_reasons} other reasons."
    ),
    "check.failures.part": "{value} {name}",
    "check.failures.part.http_": "{value} HTTP {code}",
    "check.failures.next.request": (
        "Change what the server objects to; lowering the load does not help."
    ),
    "check.failures.next.key": (
        "Check OPENAI_API_KEY, or the server.headers that hold the key, and the key's permissions."
    ),
    "check.failures.next.load": (
        "Lower the load (load.max_concurrency, load.request_rate), or raise the limits of the "
        "server or gateway."
    ),
    "check.failures.next.redirect": "Use the address that the server redirects to.",
    "check.failures.next.log": "Read the server's log.",
    "check.failures.next.connect": (
        "Check that the server runs, and how many connections it and the systems in between accept."
    ),
    "check.failures.next.tls": "Check the server's certificate and TLS settings.",
    "check.failures.next.cut": (
        "Read the logs of the server and of its gateways to find out what ends responses early."
    ),
    "check.failures.next.wire": (
        "Check that server.backend matches the server's wire format, and what a gateway in front "
        "of it changes."
    ),
    "check.failures.next.compression": (
        "Switch off compression in the gateway or server: compressed events cannot be timed one "
        "by one."
    ),
    "check.failures.next.first_token": (
        "Lower the load, or raise timeouts.first_token_s."
    ),
    "check.failures.next.idle": (
        "Read the server's log, or raise timeouts.idle_s."
    ),
    "check.failures.next.total": ("Lower the load, or raise timeouts.total_s."),
    "check.failures.next.limit": LIMIT,
    "check.failures.next.step": _STEP,
    "check.interruption.fine": "The run completed.",
    "check.interruption.lost": (
        "A worker died, and the record of {lost} requests was lost with it; the figures cover the "
        "others."
    ),
    "check.interruption.lost.next": _MEMORY,
    "check.interruption.own_end": (
        "The time of the run was over before {unsent} of {planned} requests were sent; "
        "{unfinished} were still running ({share_of_sent:.1%} of those sent) and are missing from "
        "the latencies, the slowest first."
    ),
    "check.interruption.own_end.next": "Run longer, so that fewer requests are cut off.",
    "check.interruption.own_end_few": (
        "The time of the run was over before {unsent} of {planned} requests were sent; "
        "{unfinished} were still running ({share_of_sent:.2%} of those sent)."
    ),
    "check.interruption.after_the_last": (
        "The run was interrupted while something other than its measured requests was running."
    ),
    "check.interruption.after_the_last.next": (
        "Let the run end by itself; if a warm-up hangs, look at the server's log."
    ),
    "check.interruption.cut": (
        "The run was cut short: {unsent} of {planned} requests were never sent; {running} were "
        "still running and are missing from the latencies, the slowest first, and from the "
        "throughput."
    ),
    "check.interruption.cut.next": (
        "Let it run to its end; send fewer prompts if it takes too long."
    ),
    "check.dropped_arrivals.fine": "No arrival was dropped.",
    "check.dropped_arrivals.found": (
        "{dropped} of {planned} arrivals were dropped at the in-flight cap: the server saw less "
        "load than planned."
    ),
    "check.dropped_arrivals.next": "Raise the cap or lower the request rate.",
    "check.order_of_times.fine": "Times are in order: sent, first output, last output.",
    "check.order_of_times.found": (
        "{backwards} answered requests have output before they were sent, or a last event before "
        "the first."
    ),
    "check.order_of_times.next": (
        "The system clock was probably set during the run: see the check of the clock, and run "
        "again."
    ),
    "check.answers_in_step.fine": "Every response belongs to its request.",
    "check.answers_in_step.found": (
        "The server sent responses to requests that were not made: {parts}."
    ),
    "check.answers_in_step.part.surplus": "responses followed by surplus bytes: {value}",
    "check.answers_in_step.part.caught": (
        "responses to other requests, which count as failed: {value}"
    ),
    "check.answers_in_step.part.too_early": (
        "responses within {limit_us:.0f} µs of their request, which no server can give: {value}"
    ),
    "check.answers_in_step.next": _STEP,
}
