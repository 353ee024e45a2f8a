"""What checks of the server found, in English."""

from __future__ import annotations

_SILENT = "The server publishes no counters for this check."
_CACHED = (
    "{share:.1%} of the prompt tokens came from the server's prefix cache, of at most "
    "{possible_share:.1%}"
)

CHECK_SERVER: dict[str, str] = {
    "check.server_restarted.silent": _SILENT,
    "check.server_restarted.fine": "The same server process answered before and after the run.",
    "check.server_restarted.gone": (
        "The server's metrics page was there before the run and could not be read after it."
    ),
    "check.server_restarted.gone.next": "Check whether the server still runs.",
    "check.server_restarted.restarted": (
        "The server was restarted during the run: its process is a new one, or its counters "
        "started again."
    ),
    "check.server_restarted.restarted.next": (
        "Find the reason in the server's log, and measure again."
    ),
    "check.server_restarted.another": (
        "Different processes answered for the server before and after the run, so their counters "
        "cannot be compared."
    ),
    "check.server_restarted.another.next": (
        "Behind a load balancer, measure one replica at its own address to have them."
    ),
    "check.preemptions.silent": _SILENT,
    "check.preemptions.fine": "No request was preempted.",
    "check.preemptions.found": (
        "KV cache memory ran out. Preemptions: {preemptions:,}. A preempted request computes "
        "again what it had."
    ),
    "check.preemptions.next": (
        "Use a lower concurrency or shorter requests, or give the server more memory for its KV "
        "cache."
    ),
    "check.prefix_hits.silent": _SILENT,
    "check.prefix_hits.none": (
        "Prompts of this plan may begin alike, but the server's prefix cache had no hits."
    ),
    "check.prefix_hits.none.next": (
        "If the cache is meant to be on, start the server with it and make it large enough; "
        "otherwise ignore this."
    ),
    "check.prefix_hits.counted": (
        "The server counts {hit_share:.1%} of the prompt tokens as hits of its prefix cache."
    ),
    "check.prefix_hits.fine": (
        "{unexpected_share:.1%} of the prompt tokens hit the server's prefix cache without being "
        "meant to."
    ),
    "check.prefix_hits.found": (
        "{unexpected_share:.1%} of the prompt tokens hit the server's prefix cache, which the run "
        "does not intend: TTFT is too low."
    ),
    "check.prefix_hits.found.next": (
        "Use a new `seed`, restart the server, or switch off its prefix cache; check that nobody "
        "else sends these prompts."
    ),
    "check.warm_cache.not_asked": "The run does not ask for a warm prefix cache.",
    "check.warm_cache.rehearsal": (
        "The embedded engine has no prefix cache: in a rehearsal, warm prompts are computed like "
        "cold ones."
    ),
    "check.warm_cache.rehearsal.next": "Measure a real server to compare the two.",
    "check.warm_cache.unknown": (
        "It is unknown whether the prompts were in the server's prefix cache: neither its answers "
        "nor its counters report hits."
    ),
    "check.warm_cache.unknown.next": (
        "Make the server report hits: vLLM with --enable-prompt-tokens-details, SGLang with "
        "--enable-cache-report or --enable-metrics; TGI cannot."
    ),
    "check.warm_cache.cold": f"{_CACHED}: this is a cold cache, not a warm one.",
    "check.warm_cache.cold.next": (
        "Start the server with its prefix cache on, and large enough for all prompts; then send "
        "them cold first: the same command and `seed` with workload.cache cold. Prompts shorter "
        "than a cache block (16 to 256 tokens) cannot be cached."
    ),
    "check.warm_cache.partly": f"{_CACHED}: the figures are those of a partly cold cache.",
    "check.warm_cache.partly.next": (
        "Make the cache large enough for all prompts, and run nothing else between the cold and "
        "the warm run."
    ),
    "check.warm_cache.fine": f"{_CACHED}.",
    "check.other_clients.silent": _SILENT,
    "check.other_clients.fine": "The server worked for no other client.",
    "check.other_clients.found": (
        "Another client used the server, by the server's own counters: {parts}."
    ),
    "check.other_clients.little": (
        "Another client used the server, by the server's own counters: {parts}. That is "
        "{foreign_share:.1%} of the work of this run."
    ),
    "check.other_clients.part.in_flight_before": "{value:.0f} requests in flight before the run",
    "check.other_clients.part.foreign_requests": (
        "{value:.0f} finished in addition to the {ours} of this run"
    ),
    "check.other_clients.part.foreign_share": "{value:.1%} more tokens than those of this run",
    "check.other_clients.part.in_flight_after": (
        "{value:.0f} requests in flight after all of this run had ended"
    ),
    "check.other_clients.next": (
        "Keep other clients away, including health checks that generate tokens, or wait until the "
        "server is idle; then measure again."
    ),
    "check.queueing.silent": _SILENT,
    "check.queueing.fine": (
        "Requests waited {mean_queue_ms:.1f} ms in the server's queue on average."
    ),
    "check.queueing.found": "The load was more than the server processes at once: {parts}.",
    "check.queueing.part.mean_queue_ms": (
        "requests waited {mean_queue_ms:.0f} ms in its queue on average, of a mean TTFT of "
        "{mean_ttft_ms:.0f} ms"
    ),
    "check.queueing.part.rejections": (
        "it refused {value:.0f} requests because its queue was full (those of this run are among "
        "the failures)"
    ),
    "check.queueing.next": (
        "If the queue is what you want to see, nothing is wrong; for the server's own latency, use "
        "a lower concurrency or request rate."
    ),
    "check.several_addresses.fine": "All connections went to one address.",
    "check.several_addresses.found": (
        "The server's name has {addresses} addresses that accept connections, and connections were "
        "distributed over them in turn: the figures cover all of them, the server's counters only "
        "one."
    ),
    "check.several_addresses.next": "To measure one of them, give its address as server.base_url.",
}
