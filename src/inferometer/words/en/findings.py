"""What checks found, how exact a run was, and notes on points, in English. How keys are made is
told at `Words.finding`.
"""

from __future__ import annotations

_MORE_CLIENT = "Give the client its own cores, more `workers`, or its own host."
_RUN_ON = (
    "Check whether the process was stopped (Ctrl-Z) or the machine was suspended, migrated or "
    "frozen, then run again."
)
_UNBUFFER = (
    "Switch off buffering between client and engine (nginx: proxy_buffering off, or the header "
    "X-Accel-Buffering: no; HTTP/1.1 to the engine), or measure the engine at its own address."
)
_LIMIT = "Find out which parameter limits the output (max_tokens or max_completion_tokens)."
_STEP = (
    "Find out what sends responses to requests that were not made; a gateway that repeats "
    "requests is the most likely cause."
)
_MEMORY = "Check whether memory ran out, then run again."
_SILENT = "The server publishes no counters for this check."
_BUFFERED = (
    "and the client read them without delay: a proxy or gateway buffers the stream, or the server "
    "emits many tokens at once. Throughput and E2EL are valid; TTFT, TPOT and ITL are not those of "
    "the engine."
)
_NOT_SETTLED = "The run never reached a steady state: mean E2EL"
_FIFTHS = "from {first_e2el_ms:.0f} ms in the first fifth to {last_e2el_ms:.0f} ms in the last"
_CACHED = (
    "{share:.1%} of the prompt tokens came from the server's prefix cache, of at most "
    "{possible_share:.1%}"
)
_OUTPUTS = "Outputs averaged {actual_mean:.1f} tokens"
_NEIGHBOURS = (
    "{metric} is {share:.2f} × what the points beside it suggest "
    "({neighbours}: {suggested:,.6g} {unit})"
)

FINDINGS: dict[str, str] = {
    "check.join": "; ",
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
    "check.failures.next.limit": _LIMIT,
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
    "check.answers_in_step.part.surplus": "bytes after a complete response: {value} times",
    "check.answers_in_step.part.caught": (
        "responses to other requests, which count as failed: {value}"
    ),
    "check.answers_in_step.part.too_early": (
        "responses within {limit_us:.0f} µs of their request, which no server can give: {value}"
    ),
    "check.answers_in_step.next": _STEP,
    "check.stamps.fine": "Arrivals were stamped by the kernel.",
    "check.stamps.none": "There was no event to stamp.",
    "check.stamps.mixed": (
        "{user} of {total} arrivals were stamped in user space, the others by the kernel: two "
        "kinds of clock readings."
    ),
    "check.stamps.mixed.next": "Find out why the kernel left out stamps on this host.",
    "check.stamps.busy": (
        "Arrivals were stamped in user space, after the read, and the client was busy "
        "{busy_share:.0%} of the time: client delay is counted as server latency."
    ),
    "check.stamps.busy.next": f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}",
    "check.stamps.waited": (
        "Arrivals were stamped in user space, after the read, and the client waited for a core "
        "{busy_share:.0%} of the time: client delay is counted as server latency."
    ),
    "check.stamps.waited.next": (
        f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}"
    ),
    "check.stamps.unknown": (
        "Arrivals were stamped in user space, after the read, and it is unknown how busy the "
        "client was: client delay is counted as server latency."
    ),
    "check.stamps.unknown.next": (
        f"Measure from a Linux host, which has kernel stamps. {_MORE_CLIENT}"
    ),
    "check.stamps.idle": (
        "Arrivals were stamped in user space, after the read; the client had time to spare."
    ),
    "check.stamps.idle.next": (
        "For exact tail latencies, measure from a Linux host, which has kernel stamps."
    ),
    "check.client_delay.none": "No event was read.",
    "check.client_delay.packets": (
        "The kernel stamped every packet, whenever the client read it, so no latency contains "
        "the client's delay."
    ),
    "check.client_delay.kernel": (
        "The client read {p99_ms:.2f} ms (p99) after arrival; the kernel stamps arrivals, so no "
        "latency contains this delay."
    ),
    "check.client_delay.unseen": (
        "The client stamped arrivals itself, so how late it read them cannot be seen."
    ),
    "check.client_delay.unrelated": (
        "The client read {p99_ms:.2f} ms (p99) after arrival, and every latency contains this "
        "delay."
    ),
    "check.client_delay.found": (
        "The client read {p99_ms:.2f} ms (p99) after arrival, and every latency contains this "
        "delay: {share_of_latency:.0%} of the median {latency}."
    ),
    "check.client_delay.found.next": _MORE_CLIENT,
    "check.shared_stamps.fine": (
        "{shared_stamp_share:.1%} of the events share a stamp with a later one, within tolerance."
    ),
    "check.shared_stamps.found": (
        "Several events arrived in one read and share its stamp: {uncertain_event_share:.1%} of "
        "them may have come earlier by more than {tolerated_share:.0%} of the median ITL, "
        "{uncertain_first_share:.1%} of the first events by more than {tolerated_share:.0%} of the "
        "median TTFT."
    ),
    "check.shared_stamps.found.next": _MORE_CLIENT,
    "check.shared_stamps.blocks": (
        f"Events arrive in blocks of about {{block_events:.0f}}, {{block_pause_ms:.0f}} ms apart, "
        f"{_BUFFERED}"
    ),
    "check.shared_stamps.blocks.next": _UNBUFFER,
    "check.shared_stamps.whole": f"Whole answers arrive at once, {_BUFFERED}",
    "check.shared_stamps.whole.next": _UNBUFFER,
    "check.schedule_lag.closed": "Closed loop: there is no schedule to lag behind.",
    "check.schedule_lag.fine": "Requests were sent {p99_ms:.2f} ms (p99) after they were due.",
    "check.schedule_lag.cap": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due because all {cap} slots were "
        "busy; TTFT excludes this wait, 'TTFT from the due time' includes it."
    ),
    "check.schedule_lag.cap.next": "Raise load.max_concurrency, or lower load.request_rate.",
    "check.schedule_lag.behind": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due: the client could not keep "
        "up with the schedule."
    ),
    "check.schedule_lag.behind.next": _MORE_CLIENT,
    "check.schedule_lag.late": (
        "Requests were sent {p99_ms:.2f} ms (p99) after they were due: arrivals deviate from the "
        "plan."
    ),
    "check.schedule_lag.late.next": _MORE_CLIENT,
    "check.client_stalls.fine": "The client ran all the time.",
    "check.client_stalls.found": (
        "{stalled_workers} of {workers} workers stopped for up to {stalled_s:.1f} s "
        "({share:.1%} of the run, at most {longest_s:.1f} s at once) and sent nothing meanwhile."
    ),
    "check.client_stalls.next": _RUN_ON,
    "check.slots_filled.none": "No slot of a closed loop had to be filled again.",
    "check.slots_filled.fine": (
        "Free slots got their next request within {wait_p99_ms:.2f} ms (p99)."
    ),
    "check.slots_filled.found": (
        "Free slots waited {idle_share:.1%} of the time for their next request (at most "
        "{wait_max_ms:.0f} ms): the load was lower than requested, and throughput is too low by "
        "about as much."
    ),
    "check.slots_filled.next": _MORE_CLIENT,
    "check.slots_filled.next.stalled": _RUN_ON,
    "check.run_queue.unknown": (
        "The system does not report how long the client waited for a core."
    ),
    "check.run_queue.found": "The client waited for a core {run_queue_share:.1%} of the time.",
    "check.run_queue.next": (
        "Another program, perhaps the server, uses its cores: separate them (taskset), or allow a "
        "real-time priority."
    ),
    "check.client_cpu.unknown": "No worker reported its CPU time.",
    "check.client_cpu.found": "The client's busiest loop used {cpu_share:.0%} of a core.",
    "check.client_cpu.next": _MORE_CLIENT,
    "check.clock_step.fine": "The system clock ran steadily.",
    "check.clock_step.found": (
        "The system clock was set during the run, by {clock_step_ms:.1f} ms: latencies at that "
        "moment are off by as much."
    ),
    "check.clock_step.next": "Run again while nothing sets the clock.",
    "check.backlog.fine": "All responses were decoded from memory.",
    "check.backlog.found": (
        "The client was never idle enough to decode: {spilled_bytes:,} bytes waited in a temporary "
        "file; times are not affected."
    ),
    "check.backlog.next": "Use more `workers`.",
    "check.beyond_calibration.none": (
        "The load was not compared with a calibration of this host."
    ),
    "check.beyond_calibration.fine": (
        "The peak load was {most_used:.0%} of what this host's client can take."
    ),
    "check.beyond_calibration.beyond": (
        "The peak load exceeded what this host's client can take within {target_ms:g} ms of error: "
        "{parts}."
    ),
    "check.beyond_calibration.beyond.next": (
        f"{_MORE_CLIENT} If it was busy during calibration: `inferometer calibrate`."
    ),
    "check.beyond_calibration.untried": (
        "The peak load exceeded what this host was calibrated for: {parts}."
    ),
    "check.beyond_calibration.untried.next": (
        "`inferometer calibrate` takes longer than a quick calibration and tries higher loads."
    ),
    "check.beyond_calibration.part.events": "{events:,.0f} of {events_limit} events/s",
    "check.beyond_calibration.part.requests": "{requests:,.0f} of {requests_limit} requests/s",
    "check.beyond_calibration.part.streams": "{streams:,.0f} of {streams_limit} streams",
    "check.repeated_rows.fine": "No row of the data set is repeated.",
    "check.repeated_rows.found": (
        "{repeated} requests repeat rows of the data set, which has too few; a prefix cache may "
        "have answered them faster."
    ),
    "check.repeated_rows.next": (
        "Send each row once with --no-oversample, or use --oversample if the repeats are intended."
    ),
    "check.row_fields.fine": "Nothing that rows of a data set ask for was left out.",
    "check.row_fields.found": (
        "Rows of the data set ask for things that were not sent, or not with the row's value: "
        "{fields}."
    ),
    "check.row_fields.next": (
        "If they matter, use a backend that supports them, give values that servers accept, and "
        "put images into a field 'images'; otherwise ignore this."
    ),
    "check.input_length.unknown": (
        "The server does not report prompt lengths; the requested ones are used."
    ),
    "check.input_length.found": (
        "Prompts averaged {actual_mean:.1f} tokens by the server's count; {asked_mean:.1f} were "
        "requested ({deviation:.1%} off)."
    ),
    "check.input_length.next": (
        "Send token ids (completions endpoint), or give the server's own tokenizer; a chat "
        "template adds its tokens."
    ),
    "check.output_length.unknown": (
        "Output lengths cannot be checked: tokens were not counted, or no limit was set."
    ),
    "check.output_length.fine": f"{_OUTPUTS}; {{asked_mean:.1f}} were requested.",
    "check.output_length.at_most": f"{_OUTPUTS}; the limit was {{asked_mean:.1f}} on average.",
    "check.output_length.beyond": (
        f"{_OUTPUTS}; the limit was {{asked_mean:.1f}}: the server exceeds it."
    ),
    "check.output_length.beyond.next": _LIMIT,
    "check.output_length.short": (
        f"{_OUTPUTS}; {{asked_mean:.1f}} were requested with EOS ignored: the server stops early."
    ),
    "check.output_length.short.next": (
        "Check that the server supports ignore_eos and that input + output fit its max_model_len."
    ),
    "check.cached_tokens.unknown": "The server does not report cached tokens.",
    "check.cached_tokens.fine": (
        "{unexpected_share_of_prompt:.1%} of the prompt tokens came from the prefix cache without "
        "being meant to."
    ),
    "check.cached_tokens.found": (
        "{unexpected_share_of_prompt:.1%} of the prompt tokens came from the server's prefix "
        "cache, which the run does not intend: TTFT is too low."
    ),
    "check.cached_tokens.next": (
        "Use a new `seed`, restart the server, or switch off its prefix cache."
    ),
    "check.token_source.fine": "Output tokens are the server's own count.",
    "check.token_source.found": (
        "Output tokens were not all counted by the server ({parts}): TPOT and tokens/s depend on "
        "that."
    ),
    "check.token_source.part.TOKENIZER": "by a local tokenizer over the text: {value} requests",
    "check.token_source.part.EVENTS": (
        "one per streamed event, which may hold several tokens: {value} requests"
    ),
    "check.token_source.part.NONE": "not counted: {value} requests",
    "check.token_source.next": "Make the server send usage, or give a tokenizer.",
    "check.token_counts.unknown": "The server counted no answer with text.",
    "check.token_counts.fine": "Counts of tokens and events do not contradict each other.",
    "check.token_counts.below_events": (
        "The server counted {tokens:,} tokens in {events:,} events with text ({answers:,} answers, "
        "{share:.1%}): it counts too few, or streams less than one token at a time. Output "
        "throughput and TPOT depend on its count."
    ),
    "check.token_counts.below_events.next": (
        "Find out what the server's usage counts; workload.tokenizer does not replace it, another "
        "server.backend may."
    ),
    "check.token_counts.beyond_text": (
        "The server counted {tokens:,} tokens for {text_bytes:,} bytes of text in {events:,} "
        "events ({answers:,} answers, {share:.1%}): most of them were not streamed. TPOT divides "
        "by tokens that did not arrive in its time."
    ),
    "check.token_counts.beyond_text.next": (
        "Check whether the model reasons without streaming it; have the reasoning streamed, or "
        "listed separately in usage."
    ),
    "check.token_counts.held_back": (
        "The first event of {answers:,} answers ({share:.1%}) holds {first_share:.0%} of their "
        "text, which is several tokens: the server streams a few at a time, or held them back, as "
        "parsers of tool calls and reasoning do. TPOT counts them as if they had come later, and "
        "is too low."
    ),
    "check.token_counts.held_back.next": (
        "Make the server report the tokens of each event (continuous usage, or token ids) or "
        "stream one at a time, or switch off the parser."
    ),
    "check.hidden_tokens.fine": "The server reports no tokens that it did not stream.",
    "check.hidden_tokens.found": (
        "{hidden:,} of {tokens:,} output tokens ({share:.1%}) were not streamed, by the server's "
        "own count (hidden reasoning): throughput counts them, TTFT contains their time, TPOT and "
        "ITL cover the others."
    ),
    "check.hidden_tokens.next": "Compare with other servers by E2EL and throughput.",
    "check.unread_output.fine": "Everything that was streamed was understood.",
    "check.unread_output.found": (
        "Besides {events:,} output events, {unread:,} frames hold something in unknown fields "
        "({fields}): if that is output, TTFT and TPOT do not include it."
    ),
    "check.unread_output.next": "Look at one answer of the server with curl to see what it is.",
    "check.foreign_frames.fine": "Every frame of the streams belongs to an answer.",
    "check.foreign_frames.found": (
        "{ignored:,} frames in {answers:,} answers are not part of the answer (pings, accounting "
        "of a gateway, the whole answer repeated); they count neither as output nor as failures."
    ),
    "check.foreign_frames.next": "To avoid them, measure the engine at its own address.",
    "check.open_after_done.fine": "Response bodies end with their answers.",
    "check.open_after_done.found": (
        "The server left {open_after:,} of {answers:,} responses open after their end marker "
        "([DONE]): the client closed these connections and sent the next requests on others."
    ),
    "check.open_after_done.next": (
        "Find out what keeps responses open (probably a gateway's idle time): clients that wait "
        "for the end lose that time."
    ),
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
        "KV cache memory ran out, and requests were preempted {preemptions} times. A preempted "
        "request computes again what it had."
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
    "check.thin_percentiles.fine": "Every percentile has at least 10 samples beyond it.",
    "check.thin_percentiles.found": (
        "Fewer than 10 samples lie beyond {parts}: read these percentiles as single requests."
    ),
    "check.thin_percentiles.part.ttft": "TTFT {value}",
    "check.thin_percentiles.part.tpot": "TPOT {value}",
    "check.thin_percentiles.part.itl": "ITL {value}",
    "check.thin_percentiles.part.e2el": "E2EL {value}",
    "check.thin_percentiles.next": "Send more prompts (1,000 for a p99).",
    "check.load_reached.fine": "There are enough requests for the planned load.",
    "check.load_reached.found": (
        "A concurrency of {cap} was never reached: there were {planned} requests, and at most "
        "{peak} were in flight."
    ),
    "check.load_reached.next": (
        "Send more requests than the concurrency, several times as many for a steady state."
    ),
    "check.neighbours.once": (
        f"{_NEIGHBOURS}: {{values}} {{unit}}; it was not measured again."
    ),
    "check.neighbours.once.next": "Run the campaign again: it measures this point once more.",
    "check.neighbours.twice": f"{_NEIGHBOURS}; it was measured twice: {{values}} {{unit}}.",
    "check.neighbours.twice.next": (
        "Check what the server does at this load (batch sizes, preemptions, its log). If the "
        "curve really has this shape, the figures are valid."
    ),
    "check.neighbours.invalid": (
        f"{_NEIGHBOURS}: {{values}} {{unit}}; the second measurement was INVALID."
    ),
    "check.neighbours.invalid.next": (
        "Fix what made the second result INVALID, delete the point's JSON file, and run the "
        "campaign again."
    ),
    "precision.unknown": "This run was not compared with a calibration of its host.",
    "precision.missing.none": (
        "This host is not calibrated: `{command}` measures its error and the load it can take."
    ),
    "precision.missing.off": (
        "Calibration was switched off (--no-calibration, or INFEROMETER_CALIBRATION=off): this run "
        "was not compared with a calibration of its host."
    ),
    "precision.missing.other": (
        "This host is calibrated only for other settings or versions ({differs}): `{command}` "
        "calibrates it for these."
    ),
    "precision.missing.unusable": (
        "The stored calibration of this host cannot be used: `{command}` makes a new one."
    ),
    "precision.host": (
        "This host: ±{error:.3f} ms (p99), ceiling {events} events/s, {requests} requests/s, "
        "{streams} streams"
    ),
    "precision.host.beyond": (
        "This host: beyond ±{target:g} ms at any load, ceiling {events} events/s, {requests} "
        "requests/s, {streams} streams"
    ),
    "precision.used": "{host}; this run used {used}.",
    "precision.alone": "{host}.",
    "precision.tls": (
        " It was calibrated without TLS, which this run used: the ceilings are lower."
    ),
    "note.gone": "Its run directory is gone; this comes from its JSON file.",
    "note.allowed": "It was allowed to count although it is INVALID.",
    "note.replaced": (
        "An earlier result was replaced: its {metric} of {values} {unit} contradicted its "
        "neighbours, which suggest {suggested} {unit}; measured again, the point fits."
    ),
    "note.missing": "The file has no {names}.",
    "note.missing.version of the tool": "version of the tool",
    "note.missing.model": "model",
    "note.missing.request rate or concurrency": "request rate or concurrency",
    "note.missing.values of single requests": "values of single requests",
    "note.missing.send times": "send times",
    "note.missing.times of single events": "times of single events",
    "note.file_name": (
        "The file's name and the file disagree on the number of requests; nothing else was taken "
        "from the name."
    ),
    "note.rehearsal_directory": (
        "It is in the directory of a rehearsal; it may say nothing about a real server."
    ),
    "note.input_len": (
        "Its prompt length is the measured mean, {tokens:.6g} tokens: the requested length is not "
        "known."
    ),
    "note.output_len": (
        "Its output length is the measured mean, {tokens:.6g} tokens: the requested length is not "
        "known."
    ),
    "note.rehearsal_embedded": (
        "It is a rehearsal on the embedded engine; it says nothing about a real server."
    ),
    "note.simulated": (
        "simulated: the server is Inferometer's own embedded engine, or a twin of it; its results "
        "say nothing about a real server."
    ),
    "note.rehearsal_quick": "It is a quick rehearsal, with few requests.",
    "note.cards": "Configuration {config} has {cards} cards; {gpus} in use are counted.",
}
