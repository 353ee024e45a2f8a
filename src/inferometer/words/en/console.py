"""What the console says, in English."""

from __future__ import annotations

CONSOLE: dict[str, str] = {
    "unit.events": "events/s",
    "unit.requests": "requests/s",
    "unit.streams": "streams",
    "calibration.unfit.busy": (
        "This host was busy while it was calibrated: other programs used {others:.0%} of its "
        "cores, and the calibration waited for a core {waited:.0%} of the time."
    ),
    "calibration.unfit.ceiling": (
        "Even at the smallest load that was tried ({loads}), this host's client exceeded ±"
        "{target:g} ms or sent too late: the host was probably busy."
    ),
    "console.thin": (
        "Fewer than {fewest} samples lie beyond {percentiles}: read these as single requests."
    ),
    "console.client": "The Client",
    "console.client.stamps": "Arrivals stamped by:",
    "console.client.delay": "Client-added delay p50/p99/max (ms):",
    "console.client.shared": "Events sharing a stamp (%):",
    "console.client.lag": "Schedule lag p50/p99/max (ms):",
    "console.client.slot_time": "Slot time p50/p99/max (ms):",
    "console.client.departure": "Send to departure p50/p99/max (ms):",
    "console.client.sending": "First to last byte p50/p99/max (ms):",
    "console.client.rtt": "Network round trip (ms):",
    "console.client.workers": "Workers:",
    "console.client.cpu": "CPU use, busiest worker (%):",
    "console.client.waited": "Waited for a core, worst worker (ms):",
    "console.server": "The Server",
    "console.server.hit_rate": "Prefix cache hit rate (%):",
    "console.server.external_hit_rate": "External cache hit rate (%):",
    "console.server.lmcache_hit_rate": "LMCache hit rate (%):",
    "console.server.preemptions": "Preemptions:",
    "console.server.queue": "Mean time in its queue (ms):",
    "console.intervals": "95% Intervals",
    "console.steady": "Steady State",
    "console.steady.span": "From – to (s):",
    "console.request_throughput": "Throughput of requests (req/s):",
    "console.request_goodput": "Goodput of requests (req/s):",
    "console.output_throughput": "Throughput of output (tok/s):",
    "console.mean": "{latency}, mean (ms):",
    "console.p99": "{latency}, P99 (ms):",
    "console.stamp.KERNEL": "kernel at read",
    "console.stamp.USER": "client",
    "console.stamp.TAP": "packet ring",
    "console.stamp.no_ring": "{stamps} (no packet ring: {why})",
    "ring.route": "the server's packets take another way",
    "ring.interface": "its network interface was deleted",
    "ring.no_linux": "not Linux",
    "ring.bits": "not a 64-bit system",
    "ring.right": "CAP_NET_RAW is missing",
    "console.verdict": "Verdict: {status}",
    "console.verdict.VALID": "VALID",
    "console.verdict.SUSPECT": "SUSPECT",
    "console.verdict.INVALID": "INVALID",
    "console.verdict.changed": (
        "Verdict: {status}, now that this host is calibrated (it was {before})"
    ),
    "console.verdict.fine": "All {checks} checks passed.",
    "console.level.note": "note",
    "console.level.suspect": "suspect",
    "console.level.invalid": "invalid",
    "console.next": "Next: ",
    "console.repeats.mean": "Mean",
    "console.repeats.interval": "95% interval",
    "console.repeats.range": "Min – max",
    "console.targets": "Targets:",
    "console.reached": "reached",
    "console.missed": "MISSED",
    "console.not_checked": "not checked",
    "console.target.at": "{deployment} at {place}",
    "console.target.found": "{value} ({where})",
    "console.target.why": "{found}: {why}",
    "console.repeats.title": "{runs} Repeats",
    "console.repeats.some": "{runs} of {asked}",
    "console.repeats.line": "{name}  {runs} repeats: {figures}",
    "console.repeats.few": (
        " The intervals are those of {runs} runs: {few} or more would narrow them."
    ),
    "console.repeats.left_out": "Left out: {runs}.",
    "console.dialect": "As {tool} defines it",
    "repeats.differ": (
        "Run-to-run variation: {label} varies {times:.1f} times as much between runs as the runs' "
        "own intervals explain. Something changes between runs: quote the interval over repeats."
    ),
    "repeats.differ.more": (
        "Run-to-run variation: {label} varies {times:.1f} times as much between runs as the runs' "
        "own intervals explain, and so do others ({more}). Something changes between runs: quote "
        "the interval over repeats."
    ),
    "repeats.short": (
        "The runs are too short for intervals of their own: whether they differ by more than "
        "chance is unknown."
    ),
    "repeats.agree": "The runs agree: they differ by no more than their own intervals explain.",
    "repeats.equal": (
        "The runs are equal because they are simulated: they do not show how much a server varies "
        "between runs."
    ),
    "server.sentence": "{what}: {cure}.",
    "server.no_connection_in_time": "{url} did not accept a connection in time",
    "server.no_answer_in_time": (
        "{url} accepted the connection but did not answer {asked} within {timeout:g} s"
    ),
    "server.not_http": (
        "{url} closed the connection or did not send HTTP in reply to {asked}"
    ),
    "server.too_large": "{url} answers {asked} with more than {mib:g} MiB",
    "server.untrusted": "The TLS certificate of {url} is not trusted ({why})",
    "server.no_tls": "{url} failed the TLS handshake",
    "server.unknown_host": "The host of {url} is unknown",
    "server.nothing_listens": "Nothing listens on {url}",
    "server.unreachable": "{url} cannot be reached ({why})",
    "server.proxy": (
        "; the proxy of {variable} is not used, because it would be measured too (to measure "
        "anyway, forward a port, such as ssh -L 8000:{target} GATEWAY, and set server.base_url "
        "{local})"
    ),
    "server.key_refused": "{url} rejects the API key ({status} on {path})",
    "server.key_wanted": "{url} requires an API key ({status} on {path})",
    "server.answers": "{url} answers {status} on {path} ({said})",
    "server.not_ready": "{url} is not ready yet ({said})",
    "server.redirects_nowhere": (
        "{url} redirects {path} to an invalid address ({location})"
    ),
    "server.redirects_to_itself": "{url} redirects {path} to itself",
    "server.redirects": (
        "{url} redirects {path}; redirects are not followed, because each request would pay "
        "for them"
    ),
    "server.redirects_to_login": (
        "{url} redirects {path}; redirects are not followed, because each request would pay "
        "for them; it leads to a login page"
    ),
    "cure.network": "check the address, the network and the firewall",
    "cure.wait_or_log": "wait until the server is ready and idle, or check its log",
    "cure.port_or_tls": (
        "check the port, use https:// if the server uses TLS, and check its log"
    ),
    "cure.inference_server": "check that server.base_url is the inference server",
    "cure.insecure": "set server.insecure to accept it, or SSL_CERT_FILE to its authority",
    "cure.plain_http": "use http:// if it uses plain HTTP, else check its TLS configuration",
    "cure.host": "check the spelling of the host, or use its address",
    "cure.start_server": "start the server, or check host and port",
    "cure.check_key": "check OPENAI_API_KEY, or server.headers",
    "cure.give_key": "set OPENAI_API_KEY, or server.headers 'Authorization=Bearer KEY'",
    "cure.or_model": "{cure}; if the key may not list models, set server.served_model",
    "cure.model_and_endpoint": "check server.served_model, server.endpoint, server.backend and "
    "server.base_url",
    "cure.endpoint": (
        "set server.endpoint {endpoint}, if server.base_url contains the API's version, or {cure}"
    ),
    "cure.wait_for_health": "wait until the model is loaded and /health answers 200",
    "cure.server_log": "check the server's log",
    "cure.setup": "check its configuration",
    "cure.gateway_setup": "check the configuration of the server or its gateway",
    "cure.base_url": "set server.base_url {moved}",
    "cure.login": "set a key (OPENAI_API_KEY, or server.headers), or use the API's address",
    "cure.model": "set server.served_model, so that the list of models is not needed",
    "cure.flags": "set {flags}",
    "server.past_proxy": "{what}{proxy}",
    "sentences": "{first} {second}",
    "campaign.cost": "{cost} per million output tokens at {price}",
    "campaign.failed": "FAILED",
    "campaign.lost": "Group {group} cannot continue: {reason}",
    "campaign.died": "The server died while {point} was measured: the point is measured once more.",
    "campaign.state.VALID": "valid",
    "campaign.state.SUSPECT": "suspect",
    "campaign.state.INVALID": "invalid",
    "campaign.state.failed": "failed",
    "campaign.state.not run": "not run",
    "campaign.count": "{n} points: {counts}; this run took {time}.",
    "campaign.count.one": "1 point: {counts}; this run took {time}.",
    "campaign.trouble": "It could not go on: {reason}.",
    "campaign.resume": "Run the same command again to continue from here.",
    "campaign.together": "{first} ... {last}: {n} points",
    "campaign.servers.unneeded": "servers: not needed: all points were done before",
    "campaign.servers": "servers: {served} of {asked} groups had their server to the end",
    "campaign.servers.some": (
        "servers: {served} of {asked} groups had their server to the end; {unneeded} needed none"
    ),
    "campaign.ended": "campaign: {how}",
    "campaign.ended.interrupted": "was interrupted",
    "campaign.ended.trouble": "broke off",
    "campaign.ended.lost": "{lost} of {asked} groups could not be measured to the end",
    "campaign.ended.only": "the only group could not be measured to the end",
    "campaign.ended.whole": "ran to its end",
    "campaign.results": "results: {have} of {n} points have a usable result with complete files",
    "campaign.recorded": "configuration, servers and times: recorded in {place}",
    "campaign.recorded.until": "configuration, servers and times: recorded in {place} until then",
    "campaign.recorded.unserved": "configuration and times: recorded in {place}",
    "campaign.recorded.unserved.until": "configuration and times: recorded in {place} until then",
    "campaign.recheck": "{n} points contradicted their neighbours ({counts}).",
    "campaign.recheck.one": "1 point contradicted its neighbours ({counts}).",
    "campaign.recheck.resolved": "resolved",
    "campaign.recheck.confirmed": "confirmed",
    "campaign.recheck.waiting": "not measured again",
    "console.more": "and {n} more",
    "campaign.repeats": "Repeats: mean, and its 95% interval",
    "problem.nothing": (
        "There are no results in {paths}: give a result directory such as bench_results/pcie, a "
        "run directory, or JSON files of vllm bench serve or another tool."
    ),
    "problem.nothing.because": "There are no results in {paths}: {problem}.",
    "problem.nothing.one": (
        "There are no results in {paths}: {problem} (1 more file could not be read)."
    ),
    "problem.nothing.more": (
        "There are no results in {paths}: {problem} ({n} more files could not be read)."
    ),
    "problem.no_path": "no path at all",
    "plan.server": "Server:",
    "plan.load": "Load:",
    "plan.prompts": "Prompts:",
    "plan.rows": "Rows:",
    "plan.limit": "Limit:",
    "plan.note": "Note:",
    "plan.saved": "Saved:",
    "load.requests": "{n} requests, {pace}",
    "load.requests.warm": "{n} requests after {warmups} warm-ups, {pace}",
    "load.requests.timed": "{n} requests or {seconds:g} s, whichever comes first, {pace}",
    "load.requests.timed.warm": (
        "{n} requests or {seconds:g} s, whichever comes first after {warmups} warm-ups, {pace}"
    ),
    "load.closed": "closed loop of {cap}",
    "load.all": "all at once",
    "load.cap": "{pace}, at most {cap} in flight",
    "load.cap.drop": "{pace}, at most {cap} in flight, the others dropped",
    "load.replay": "at their recorded times, {speed:g} times as fast",
    "load.ramp": "{start:g} to {end:g} requests/s ({strategy} ramp, burstiness {burstiness:g})",
    "load.step": "{rate:g} requests/s for {seconds:g} s",
    "load.steps": "{steps} (steps, burstiness {burstiness:g})",
    "load.rate": "{rate:g} requests/s (burstiness {burstiness:g})",
    "prompts.lengths": "{input} in, {output} out",
    "prompts.means": "{what}, {input} in, {output} out on average",
    "prompts.means.unknown": (
        "{what}, input length known only to the server, {output} out on average"
    ),
    "prompts.of": "{kind} of {path}",
    "prompts.again": "{lengths}, {n} different ones, repeated",
    "prompts.seed": "{prompts}, seed {seed}; {counting}",
    "condition.values": "{condition} ({values})",
    "campaign.group": "Group {group}",
    "campaign.groups": "Groups {group}, in turns",
    "campaign.block": "{who}: {what} ({points}).",
    "campaign.todo": "{n} points to measure",
    "campaign.todo.one": "1 point to measure",
    "campaign.done": "{n} done before",
    "campaign.span": "{first} to {last}",
    "plan.repeats": "{path} (all repeats; each has files of its own)",
    "campaign.load_not_reached": (
        "Load not reached by {points}: fewer requests were sent than the concurrency limit."
    ),
    "campaign.with_charts": "With charts: {command}",
    "campaign.targets_rehearsal": (
        "The campaign's targets are not for a rehearsal; --assert checks any."
    ),
    "plan.repeat": "Repeats:",
    "plan.repeat.own": "{n}, each with prompts and warm-ups of its own",
    "bench.stopped": "stopped before there was anything to report.",
}
