"""What the verbs print besides their reports, in English."""

from __future__ import annotations

VERBS: dict[str, str] = {
    "progress.figures": "{in_flight} in flight  TTFT {ttft} ms  TPOT {tpot} ms  {rate} tok/s",
    "progress.failed": "  {n} failed",
    "progress.dropped": "  {n} dropped",
    "progress.stopping": "stopping: press Ctrl-C again to discard the run  ",
    "progress.requests": "{done}/{total} requests",
    "progress.connecting": "connecting",
    "progress.reading": "Reading",
    "progress.drawing": "Drawing",
    "progress.calibrating": "  {load} {unit}: {exact}",
    "progress.unanswered": "no request was answered",
    "progress.starting": "  still starting, {seconds:.0f} of at most {timeout:g} s. {last}",
    "run.campaign": "Campaign {name}: {n} points, results in {directory}/",
    "run.campaign.one": "Campaign {name}: 1 point, results in {directory}/",
    "run.stopped": "stopped; run the same command again to continue from here.",
    "run.listed": "{names} and {n} more",
    "run.unread": "cannot be read",
    "run.unchecked": "not checked; confirmed by: {who}: {what}",
    "run.vouched.file": "campaign file",
    "run.vouched.operator at a terminal": "operator at a terminal",
    "run.vouched.operator, no terminal": "operator, no terminal",
    "run.no_locks": (
        "The file system of {directory} has no locks: make sure that no other run uses it."
    ),
    "run.again": "{point} is measured again: {why}.",
    "run.again.more": "So are {n} more points, whose files are missing or have changed too.",
    "run.other_server": (
        "{group} has another server than before: its doubtful points are not compared with it."
    ),
    "run.doubt_stays": "The doubtful points of {group} cannot be measured again: {why}",
    "run.lost.hardware": "It needs hardware {name} too, which was not confirmed.",
    "run.lost.turns": "It takes turns with {group}: measured alone, it would not be interleaved.",
    "run.calibrating": (
        "Calibrating this host before the first point, so that every result states its precision. "
        "This takes about {seconds} s, once for this host and these settings; --no-calibration "
        "skips it."
    ),
    "run.that_is": "That is: {command}",
    "bench.was": "(it was {status})",
    "bench.not_updated": "{error}. It is as it was before this host was calibrated.",
    "bench.left_out.interrupted": "interrupted",
    "bench.ignored": "{flag} has no effect here and is ignored.",
    "bench.address.used": "the server's address comes from {variable}: {url}",
    "bench.address.unused": "{variable} ({other}) is not used, because the flags set {url}",
    "plan.campaign": "Campaign:",
    "plan.results": "Results:",
    "plan.order": "Order:",
    "plan.servers": "Servers:",
    "plan.hardware": "Hardware:",
    "plan.head.group": "Group",
    "plan.head.server": "Server",
    "plan.head.points": "Points",
    "plan.head.done": "Done",
    "plan.head.requests": "Requests",
    "plan.head.tokens_in": "Tok in",
    "plan.head.tokens_out": "Tok out",
    "plan.head.left": "Left",
    "plan.all": "all",
    "plan.on": "{server} on {hardware}",
    "plan.group": "{group}: {model}{served}, TP={tp}{limit}, {where}",
    "plan.group.served": " served as {name}",
    "plan.group.limit": ", max_model_len {limit}",
    "plan.group.embedded": "on the embedded engine",
    "plan.group.twin": "on the embedded engine, which simulates {what} at {speed} times its speed",
    "plan.group.at": "at {url} ({kind})",
    "plan.item.points": "points",
    "plan.item.hardware": "hardware",
    "plan.item.do": "do",
    "plan.item.compose": "compose",
    "plan.item.command": "command",
    "plan.item.listens": "listens",
    "plan.item.launch": "launch",
    "plan.item.note": "note",
    "plan.compose": "service {service} of {file}",
    "plan.together": "{groups}, both up at the same time, take turns point by point: {points}",
    "plan.order.block": "{group} ({n} points)",
    "plan.order.block.one": "{group} (1 point)",
    "plan.starts": "{n} server starts for what is left: {groups}",
    "plan.starts.one": "1 server start for what is left: {groups}",
    "plan.by_hand": "a person has to start one {n} times, on request",
    "plan.hardware.sequence": (
        "{names}. If a person has to change the machine, the run waits for confirmation."
    ),
    "plan.left.measured": "Left: a guess for each point, corrected by what finished ones took.",
    "plan.left.embedded": "Left: a guess from the embedded engine's settings.",
    "plan.left.guess": (
        "Left: a guess (35 ms a token for each stream, 5,000 prompt tokens/s, 4 min for a server "
        "to start), corrected as points are finished."
    ),
    "plan.todo": "to do",
    "plan.again": "to do again: {why}",
    "plan.was": "it was {status}",
    "hardware.gpus": "{n} GPUs",
    "hardware.gpus.one": "1 GPU",
    "hardware.bandwidth": "{gb_s:g} GB/s each",
    "environment.replaces": "{name}={text} is set and replaces a setting of this campaign.",
    "environment.none_listed": (
        "{variables}: this campaign lists no num_prompts, so they have no effect."
    ),
    "environment.narrowed": "Narrowed by {variables}: {left:,} of {points:,} points.",
    "environment.narrowed.some": "Narrowed by {variables}.",
    "environment.beyond": (
        "NUM_PROMPTS_END={last} is beyond this campaign, whose num_prompts end at {largest:,}."
    ),
    "environment.address": "{variable}={address} replaces the address of {servers}.",
    "report.points": "{n:,} points in {path} ({mb:.1f} MB)",
    "report.points.one": "1 point in {path} ({mb:.1f} MB)",
    "report.figures": "{n} files in {path}",
    "report.figures.one": "1 file in {path}",
    "report.figures.none": (
        "0 files in {path}: these results are not enough for any figure; the report says what each "
        "needs"
    ),
    "report.more_problems": "{n} more such lines are in the report.",
    "report.one_for_two": (
        "{name} is the file of two outputs, and the second would overwrite the first: use two "
        "names."
    ),
    "terminal.concurrency": "load",
    "terminal.request_rate": "req/s",
    "terminal.num_prompts": "requests",
    "terminal.max_concurrency": "cap",
    "terminal.repeat": "repeat",
    "terminal.verdict": "verdict",
    "terminal.points": "points",
    "terminal.doubtful": "doubtful",
    "terminal.all": "all",
    "terminal.courses": "From the lowest load to the highest",
    "terminal.input_len": "{value} in",
    "terminal.output_len": "{value} out",
    "terminal.prefix_len": "{value} shared",
    "terminal.pcie_width": "{value} lanes",
    "calibrate.load": "load asked for",
    "calibrate.given": "given",
    "calibrate.ttft": "TTFT error",
    "calibrate.itl": "ITL error",
    "calibrate.delay": "added delay",
    "calibrate.late": "sent late",
    "calibrate.within": "within",
    "calibrate.beyond": "beyond",
    "calibrate.failed": "{level}, {n} failed",
    "calibrate.host": "Host:",
    "calibrate.error": "Error:",
    "calibrate.client_delay": "Delay:",
    "calibrate.ceiling": "Ceiling:",
    "calibrate.host.is": (
        "{hostname}, {cpus} cores ({cpu}), {kernel}, {python}; workers: {workers}, {scheduling}; "
        "arrivals stamped by: {stamps}"
    ),
    "calibrate.error.is": (
        "TTFT {ttft} ms, ITL {itl} ms (p50 / p99, the worst of all loads within {target:g} ms)"
    ),
    "calibrate.delay.is": "the client read {delay} ms after arrival (p50 / p99, the same loads)",
    "calibrate.bounds": "lower bounds: client and server shared this host's cores",
    "calibrate.busy": (
        "the load average was {load:.1f} before it: on an idle host they may be higher"
    ),
    "calibrate.ceiling.client": "{ceiling}",
    "calibrate.ceiling.server": "{ceiling} (the server gave no more)",
    "calibrate.ceiling.search": "{ceiling} (more were not tried)",
    "calibrate.ceiling.time": "{ceiling} (there was no time to try more)",
    "calibrate.not_stored": (
        "{why} The calibration is not stored: run it again while the host is idle."
    ),
    "calibrate.stopped": "stopped; nothing was stored.",
    "calibrate.not_finite": "--target-ms is {value}, but must be a finite number.",
    "collect.files": "{n} files in {path}",
    "collect.more": "{n} more results are left out.",
    "collect.more.one": "1 more result is left out.",
    "merge.conflicts": "Measured more than once:",
    "merge.left_out": "Left out:",
    "merge.renamed": "Renamed:",
    "merge.damaged": "Damaged:",
    "merge.points": "{n} points with a result that counts",
    "merge.points.one": "1 point with a result that counts",
    "merge.files": "{n} files without a campaign",
    "merge.files.one": "1 file without a campaign",
    "merge.into": "{what}, in {path}",
    "merge.both": "{points} and {files}",
    "demo.truth": "Truth:",
    "demo.means": (
        "the engine recorded a mean TTFT of {true:.3f} ms, measured were {measured:.3f} ms;"
    ),
    "twin.kind.cards": "cards",
    "twin.kind.models": "models",
    "twin.kind.stacks": "stacks",
    "twin.kind.hosts": "hosts",
    "twin.kind.links": "links",
    "twin.no_profile": "There is no profile {name} among the {kind}{near}: choose one of {known}.",
    "twin.no_link": "There are no figures of a link between {cards} cards: set tp to 1, {known}.",
    "twin.no_memory": "vLLM would not start: “{said}”",
    "twin.too_small": "{name} is {value}: set at least 1.",
    "twin.no_share": "{name} is {value}: set a number above 0 and up to 1.",
    "twin.not_positive": "{name} is {value}: set a finite number above 0.",
    "twin.too_long": (
        "max_model_len is {asked}, but the "
        "model has at most {most}: set at most {most}."
    ),
    "twin.no_factor": "There is no factor {name}: choose among {known}.",
    "twin.not_fitted": (
        "The fitted profile is about the {what} {fitted}, not {asked}: set {fitted}, or fit a "
        "profile to results of {asked}."
    ),
    "twin.other_engine": (
        "The fitted profile of {card} is about the engine {fitted}, but model {model} runs on "
        "{asked}: fit a profile to results of that, or leave --fitted out."
    ),
    "twin.not_modelled": (
        "it does not model {flags}. Leave that out of the command, or measure the real server."
    ),
    "twin.no_engine": "there is no twin of {engine}, only of vLLM and SGLang.",
    "twin.no_model": "there is no profile of the model {model}.",
    "twin.no_number": "{name} is {value}: set a whole number.",
    "twin.set_times": (
        "A twin cannot take the place of the server of {groups}, so tokens come at set times: {why}"
    ),
    "twin.unused": (
        "--fitted: no twin would use the profile of {card} with {stack}: name that card as `twin` "
        "in the campaign, or leave the profile out."
    ),
    "twin.two_fits": (
        "{one} and {other} are profiles of the same card and kind of engine ({card}): give one of "
        "them, or fit one profile to the results of both."
    ),
    "twin.no_twin": (
        "--fitted is about twins: add --embedded, use `inferometer simulate`, or leave it out."
    ),
    "twin.no_fit": "This is no profile that `inferometer fit` wrote: fit one, or leave it out.",
    "twin.in_file": "{path}: {what}",
    "twin.unread": "{path} cannot be read ({cause}): give the file that `inferometer fit` wrote.",
    "twin.never_done": (
        "The twin cannot serve a request of {tokens} tokens: set a larger max_model_len or more "
        "KV blocks, or leave such requests out."
    ),
    "simulate.no_card": (
        "Nothing names a card to simulate for group {group}: add `twin: CARD` to the campaign or "
        "to its hardware, or --set twin=CARD. Cards: {known}."
    ),
    "simulate.no_model": (
        "There is no profile of the model {model} of group {group}: leave the group out, or name "
        "a model of the same precision whose name begins with one of {known}."
    ),
    "simulate.command": (
        "A twin cannot have the settings in the server command of group {group}: {why}"
    ),
    "simulate.left_out": "Left out of the simulation: {groups}; {why}",
    "simulate.nothing": (
        "No group is left to simulate: {why} Measure the real servers, or rehearse the campaign "
        "with `run --embedded`."
    ),
    "simulate.again": (
        "group {group}: {n} points are simulated again, because {parts} changed."
    ),
    "simulate.again.one": (
        "group {group}: 1 point is simulated again, because {parts} changed."
    ),
    "simulate.part.twin": "the twin itself",
    "simulate.part.card": "the card's profile",
    "simulate.part.model": "the model's profile",
    "simulate.part.stack": "the engine's profile",
    "simulate.part.host": "the host's profile",
    "simulate.part.link": "the link's profile",
    "simulate.part.fitted": "the fitted profile",
    "simulate.unfitted": (
        "No profile was fitted to {n} of {all} points: their 90% intervals are as wide as the "
        "twin's errors on cards that nobody fitted (TTFT a factor of 1.8, TPOT and throughput "
        "28%). Fit one with `inferometer fit`, and give it with --fitted."
    ),
    "simulate.extrapolated": (
        "{n} of {all} points are extrapolated: the fitted profile does not cover their {names}."
    ),
    "simulate.intervals": "Simulated values with 90% intervals of the twin's error:",
    "simulate.speed": (
        "Simulated, not measured: {virtual} s of the servers' time took {took} s here, {speed} "
        "times as fast as real time."
    ),
    "fit.many": "{n} factors are too many for one fit: choose at most {most}.",
    "fit.no_ladder": (
        "--ladder-step is about prompts that points share: leave it out, or set --prompts shared."
    ),
    "fit.left_out": "{point} is left out: {why}",
    "fit.more.one": "1 further point is left out.",
    "fit.more": "{n} further points are left out.",
    "fit.nothing": (
        "No point can be fitted, for the reasons above: a fit needs measured results with model, "
        "lengths, num_prompts and latencies."
    ),
    "fit.simulated": "it is simulated, not measured.",
    "fit.invalid": "its verdict is INVALID.",
    "fit.no_model": "there is no profile of the model {model}; choose one with --model-profile.",
    "fit.unnamed": "its file does not name the model; choose one with --model-profile.",
    "fit.failed": "{percent:.0f}% of its requests failed; measure it again.",
    "fit.rate_missed": "its client could not keep up with the rate that was asked for.",
    "fit.other_load": "a fit does not repeat its load ({name}: {value}).",
    "fit.other_card": (
        "it was measured on {measured}, and --twin is {card}; fit it with --twin {known}."
    ),
    "fit.no_engine": "it was measured on {engine}; twins are of vLLM and SGLang only.",
    "fit.other_stack": (
        "it was measured with {engine}, which --stack {stack} does not describe; choose the stack "
        "that does."
    ),
    "fit.apart": "no twin models how its cards share the work ({name}: {value}).",
    "fit.not_modelled": "no twin models its settings {flags}.",
    "fit.several": (
        "The results have several values of {names}, and one profile is fitted to all of them. Fit "
        "them apart if these machines differ in speed."
    ),
    "fit.no_tp": "it does not say on how many cards it ran; set --tp.",
    "fit.no_condition": "it has no usable {name}.",
    "fit.no_value": "it has none of {names}.",
    "fit.round": "Round {n}: the error is {error:.3f} times the expected one.",
    "fit.simulated.note": "The twin’s values are simulated, with 90% intervals.",
    "fit.head.factor": "factor",
    "fit.head.value": "times the profile (90% interval)",
    "fit.head.point": "point",
    "fit.head.twin": "twin (90% interval)",
    "fit.unidentified": (
        "{name} is not determined by these results: its interval is that of the profile. Add "
        "results that depend on it."
    ),
    "fit.alike": (
        "{name} and {others} change these results in the same way: only their combination is "
        "determined."
    ),
    "fit.error": (
        "{name}: error {percent:.1f}% beyond chance (root mean square, each of {n} points left out)"
    ),
    "fit.scarce": (
        "Fewer than {least} different loads do not tell how wrong the twin is at others: intervals "
        "have at least the errors that are expected of it. Add results of other loads."
    ),
    "fit.contradict": (
        "The results contradict each other: {of} {load} was measured {n} times, with {name} from "
        "{low:,.1f} to {high:,.1f}. Give those of one server, whose prefix cache was warm in all "
        "or in none."
    ),
    "fit.misfit": (
        "The twin does not describe these results: the error of {name} is {times:.0f} times the "
        "expected one. Check --stack, --host-profile and the settings of the server that was "
        "measured; do not plan with this profile."
    ),
    "fit.no_length": (
        "With the model's own maximum length {said} Set --max-model-len to that of the server "
        "that was measured."
    ),
    "fit.written": "Profile: {path}",
    "capacity.one_load": "Give either --request-rate or --max-concurrency.",
    "capacity.rate": "--request-rate is {value}: set a number above 0 and below 1,000,000.",
    "capacity.metric": "The twin has no {name}: set a target for one of {known}.",
    "capacity.prefix": (
        "--prefix-len is {prefix}, but --input-len, which counts these tokens too, is {prompt}: "
        "set --input-len to the length of the whole prompt."
    ),
    "capacity.target": (
        "A target is about the one load that is asked for: write it without `any`, `every` and "
        "`if`, such as '{target}'."
    ),
    "capacity.tp_left_out": (
        "--tp {tp} needs more cards than --max-cards {cards} allows, and is left out."
    ),
    "capacity.tp_none": (
        "--tp {tp} needs more cards than --max-cards {cards} allows: set --max-cards to {least} or "
        "more, or a smaller --tp."
    ),
    "capacity.unused_fit": (
        "--fitted: the profile of {card} is about --stack {stack} and --host-profile {host}, and "
        "no deployment here is: give those, or leave the profile out."
    ),
    "capacity.price": "{text} is no price: write CARD=PER_HOUR, such as r9700=0.60.",
    "capacity.price_of_others": (
        "--price names {names}, but --card only {cards}: name the card as --card does, or leave "
        "the price out."
    ),
    "capacity.no_length": (
        "The model's own maximum length was used: set --max-model-len to the longest prompt and "
        "answer that you serve."
    ),
    "capacity.figure": "{path}: a figure is written as .svg or .png.",
    "capacity.load.rate": (
        "{rate:g} requests/s, {input} tokens in, {output} out"
    ),
    "capacity.load.users": (
        "{users} requests at once, {input} tokens in, {output} out"
    ),
    "capacity.drawn": "Figure: {path}",
    "capacity.not_drawn": "No deployment starts: there is no figure.",
    "capacity.no_value": (
        "nobody knows whether it meets the target on {names}, which the simulated load does not "
        "have, as answers of one token have no TPOT."
    ),
    "capacity.outgrown": (
        "requests come faster than it serves them: more and more would wait."
    ),
    "capacity.growing": (
        "requests at once and their latency still grow when the simulated load ends: it serves "
        "this load for a while only."
    ),
    "capacity.near_limit": (
        "an engine that is {percent:.0f}% slower, which is within the twin's error, would miss a "
        "target at this load."
    ),
    "capacity.short": (
        "no more than {n} requests are simulated, too few to show {users} at once on one replica: "
        "it would do worse. Ask about the share of one of several replicas."
    ),
    "capacity.simulated": (
        "Simulated, not measured: values with 90% intervals. Power was never fitted."
    ),
    "capacity.head.deployment": "replicas × card",
    "capacity.head.cards": "cards",
    "capacity.head.status": "targets",
    "capacity.head.picture": "interval against",
    "capacity.head.fits": "fit at once",
    "capacity.head.kv": "KV %",
    "capacity.head.hits": "prefix hits %",
    "capacity.head.kwh": "kWh/M tok",
    "capacity.head.misses_from": "a target is missed from",
    "capacity.head.kv_half": "KV half in use from",
    "capacity.head.kv_full": "KV full from",
    "capacity.limits": (
        "Limits of each deployment, in {unit} of all replicas, to 10%:"
    ),
    "capacity.at_once": "requests at once",
    "capacity.head.w": "W of the cards (unfitted)",
    "capacity.head.hour": "cost/h",
    "capacity.head.per_million": "cost/M tok",
    "capacity.status.meets": "meets",
    "capacity.status.unsure": "unsure",
    "capacity.status.misses": "misses",
    "capacity.status.refused": "does not start",
    "capacity.unfitted": " (unfitted)",
    "capacity.extrapolated": " (extrapolated)",
    "capacity.none": (
        "No deployment meets the targets: allow more cards, other cards, or looser targets."
    ),
    "capacity.none_starts": (
        "No deployment starts: change what is named above, or allow other cards."
    ),
    "capacity.measure": "To be sure, measure one replica of {name} with its share of the load:",
    "twin.timing": "{flags}: a twin has its own timing. Leave out either this or --twin.",
    "twin.without": "{flags}: only a twin has this. Add --twin CARD, or leave it out.",
    "twin.unverified": (
        "Unverified for {card}: {rates}. Predictions for this card are no better than these "
        "numbers: measure it, then fit a profile with `inferometer fit`."
    ),
    "twin.experts": (
        "Untested for {models}: the kernels of experts are not modelled. Of gpt-oss-20b on two "
        "R9700, TTFT was predicted 28% too short and TPOT 13% off. Trust these numbers only "
        "with a profile that was fitted to a model with experts."
    ),
    "twin.notice": (
        "Simulated, not measured: {what}, {blocks} KV blocks "
        "({tokens} tokens). {n} numbers of its profiles are unverified: {names}."
    ),
    "demo.errors": "p99 of the error: TTFT {ttft:.3f} ms, ITL {itl:.3f} ms (over {events} events).",
    "output.lost": "the output could not be written ({cause}): redirect it elsewhere.",
    "output.lost.saved": (
        "the output could not be written ({cause}): redirect it elsewhere. The results are saved."
    ),
    "main.stopped": "stopped before it had finished.",
    "main.nowhere": "the current directory no longer exists: change to another one.",
    "main.cards": "{help}; the cards are {cards}",
    "main.usage": "{error}: see {help}.",
    "rows.unfit": "rows left out ({n}): {counts}",
    "rows.sent": "sent with the prompts: {counts}",
    "rows.pictures": "pictures sent: {n}",
    "rows.pictures.url": (
        "pictures sent: {n}, {by_url} of them as addresses, which the server fetches"
    ),
    "rows.elsewhere": "picture files read from outside the data set's folder: {n}",
    "rows.left_out": "not sent: {counts}",
    "rows.more": "and {n} more",
    "rows.join": "; ",
    "hardware.is": "{name}: {facts}",
    "unchecked.hardware": "hardware {hardware}",
    "unchecked.tp": "tensor parallelism {tp}",
    "unchecked.health": "that it can serve, although its /health reports otherwise",
    "unchecked.model": "model {model}",
    "unchecked.model.why": "model {model} ({why})",
    "unchecked.folder": "that {served} is {model}: the server loaded it from a folder",
    "unchecked.max_model_len": "max_model_len {limit}",
    "sentence": "{what}.",
    "server.other_model": "{url} serves {models}, not {model}",
    "server.other_root": "{url} serves {root} under the name {served}, not {model}",
    "server.unhealthy": (
        "{url} answers, but its /health reports that it cannot serve: check its log."
    ),
    "server.restarted": "The server at {url} was restarted after it was confirmed.",
    "server.wrong_start": (
        "The server that was started is not the required one: {why} Compare the recipe's command, "
        "served_model and max_model_len."
    ),
    "server.not_ready_in_time": (
        "The server was not ready within {timeout:g} s (start_timeout_s of its recipe): {why}"
    ),
    "and": "{first} and {second}",
    "compare.metric": "Metric",
    "compare.effect": "Effect",
    "compare.interval": "95% interval",
    "compare.points": "{signs}",
    "compare.verdict": "Verdict",
    "compare.point": "Point",
    "compare.a": "A",
    "compare.b": "B",
    "compare.load": "Load",
    "compare.shown": "Shown",
    "compare.control": "Control",
    "compare.faster": "faster",
    "compare.slower": "slower",
    "compare.no difference": "no difference",
    "compare.undecided": "undecided",
    "compare.undecided.runs": "undecided ({n})",
    "compare.unknown": "not known",
    "compare.none": "none",
    "compare.side": "{side}: {name}, {n} results of {tools}",
    "compare.side.one": "{side}: {name}, 1 result of {tools}",
    "compare.differ": "They differ in: {what}.",
    "compare.alike": "No recorded condition differs.",
    "compare.untold": "Recorded on one side only: {what}.",
    "compare.alone": "Without a partner: {what}.",
    "compare.alone.side": "{n} results of {side} ({ids})",
    "compare.alone.side.one": "1 result of {side} ({ids})",
    "compare.against": "{b} against {a}",
    "compare.b_against_a": "B against A",
    "compare.over": "B against A, mean over {n} points",
    "compare.mean": "mean",
    "compare.links": "{metric}: {model} TP={tp}, {narrow} against {wide}",
    "compare.links.control": "{metric}: {model} TP={tp}, {narrow} against {wide}, control",
    "compare.rows": "{n} rows of single points",
    "compare.rows.one": "1 row of single points",
    "compare.hidden": "{rows} not shown: --points shows all.",
    "compare.signs": "{signs}: points that are faster, slower, without a difference, undecided.",
    "compare.more_runs": (
        "(n): about n more runs of each side, taken in turns (A B B A), would decide."
    ),
    "compare.chance": (
        "An interval beyond {delta} may yet be undecided: of {n} rows, some lie there by chance, "
        "so that each must lie farther out to be believed."
    ),
    "compare.chance.one": (
        "An interval beyond {delta} may yet be undecided: of 1 row, some lie there by chance, so "
        "that each must lie farther out to be believed."
    ),
    "compare.note": "Note: {warning}.",
    "compare.sum.slower": "B is slower by more than {delta}: {what}.",
    "compare.sum.faster": "B is faster by more than {delta}: {what}.",
    "compare.sum.no difference": "No difference beyond {delta}: {what}.",
    "compare.sum.undecided": "Undecided: {what}.",
    "compare.cell": "{metric} ({percent})",
    "caution.no_result": "there is no result in {side}",
    "caution.the_results": "the results",
    "caution.all_invalid": (
        "every result in {side} is INVALID ({which}): measure again, or use them nevertheless by "
        "--allow-invalid"
    ),
    "caution.suspect": "SUSPECT in {side}: {which}",
    "caution.invalid.used": "INVALID in {side}, used nevertheless: {which}",
    "caution.invalid.left_out": "INVALID in {side}, left out: {which}",
    "caution.rehearsed": (
        "rehearsed in {side}: {n} of {of} points are of a quick run, the embedded engine or a "
        "twin, and say nothing about hardware"
    ),
    "caution.rehearsed.all": (
        "rehearsed in {side}: all points are of a quick run, the embedded engine or a twin, and "
        "say nothing about hardware"
    ),
    "caution.nothing_in_common": (
        "{a} and {b} have no point in common: the first points of each differ in {what}"
    ),
    "caution.nothing_in_common.unknown": (
        "{a} and {b} have no point in common: nothing is known of their settings"
    ),
    "caution.same": "{n} results are in both {a} and {b}, and held against themselves",
    "caution.same.one": "1 result is in both {a} and {b}, and held against itself",
    "caution.input_len": (
        "not a fair comparison: prompts had other lengths at {n} points, such as {one:.0f} and "
        "{other:.0f} tokens on average"
    ),
    "caution.input_len.one": (
        "not a fair comparison: prompts had other lengths at 1 point, such as {one:.0f} and "
        "{other:.0f} tokens on average"
    ),
    "caution.output_len": (
        "not a fair comparison: outputs had other lengths at {n} points, such as {one:.0f} and "
        "{other:.0f} tokens on average"
    ),
    "caution.output_len.one": (
        "not a fair comparison: outputs had other lengths at 1 point, such as {one:.0f} and "
        "{other:.0f} tokens on average"
    ),
    "caution.nowhere": "not on both sides: {metrics}",
    "caution.somewhere": "{metric} is not on both sides at {n} of {of} points",
    "caution.no_interval": (
        "{rows} of {of} rows have no interval and stay undecided: a single run that is short, or "
        "whose file has no single requests (vLLM writes them with --save-detailed), does not tell "
        "how exact it is; repeats do"
    ),
    "caution.turns.all": (
        "all points were {why}, so the intervals allow for {drift:.3g}% of that (--drift); three "
        "or more runs of each, taken in turns (A B B A), need no allowance"
    ),
    "caution.turns.some": (
        "{share:.0%} of the points were {why}, so the intervals allow for {drift:.3g}% of that "
        "(--drift); three or more runs of each, taken in turns (A B B A), need no allowance"
    ),
    "caution.design.one after the other": (
        "measured one side after the other, or at unknown times: drift of the machine looks like "
        "an effect"
    ),
    "caution.design.single runs": (
        "measured once on each side: how far two runs of the same thing differ is not known"
    ),
    "caution.design.in turns": (
        "measured in fewer than three turns: a drift that bends looks like an effect"
    ),
    "caution.named": "{ids}: {reason}",
    "caution.named.some": "{ids}: {reason} ({n} of {of}; others differ)",
    "caution.unfair": "not a fair comparison: {why} ({what})",
    "unfair.dataset": "prompts are made of other things",
    "unfair.input_len": "prompts have other lengths",
    "unfair.output_len": "outputs have other lengths",
    "unfair.prefix_len": "the shared prefix has another length",
    "unfair.cache": "the prefix cache is in another state",
    "unfair.load": "the load is another",
    "unfair.num_prompts": "runs have other lengths",
    "unfair.tool": "tools define their metrics differently",
    "unfair.rehearsal": "one side is a rehearsal",
    "compare.no_metric": (
        "there is no metric {name!r}: they are called as in vLLM's result files, such as "
        "p99_ttft_ms"
    ),
    "compare.neither": (
        "{name} is neither good nor bad when it is higher: choose another with --metric"
    ),
    "compare.no_pair": "no pair has {metrics} on both sides: choose others with --metric",
    "compare.no_point": "no point has {metrics} on both sides: choose others with --metric",
    "compare.several": (
        "{side} has several values of {condition} under the same settings ({values}): choose one "
        "with --where {choice}"
    ),
    "compare.two_sides": "compare needs two sides, A and B, or --by CONDITION=A,B: {n} given",
    "compare.nowhere": "no point has {name}={value}: there are {there}",
    "compare.none_of_side": "no result in {side} has {name}={value}: there are {there}",
    "compare.nowhere.unread": "no point has {name}={value}: there are {there} ({problem})",
    "compare.no_points": "no points at all",
    "compare.two_values": "--by needs two values, such as --by {name}=A,B, not {n}",
    "compare.not_a_share": "{flag} {text} is not a fraction: write it as 2% or 0.02",
    "compare.not_a_condition": (
        "{flag} {text} is not CONDITION=VALUE: write it as {flag} {example}"
    ),
    "compare.no_condition": "{flag} {text}: there is no condition {name!r}{near}",
    "pcie.no_model": (
        "no model was measured with the same tensor parallelism and load at {condition} {narrow} "
        "and at {condition} {wide}"
    ),
    "pcie.no_control": "{name} has no control",
    "pcie.other_control": "{name} has no control of its own; that of {model} stands in",
    "pcie.not_both": "{metric} is not on both sides",
    "pcie.ladder": "{model} TP={tp} ({narrow} against {wide})",
    "pcie.one_width": (
        "two widths of the PCIe link are needed, and the results tell only x{width}: name the "
        "sides, such as --by config=B,C"
    ),
    "pcie.no_width": (
        "two widths of the PCIe link are needed, and the results tell none: name the sides, such "
        "as --by config=B,C"
    ),
    "pcie.answer": "{who}: {verdict}, {effect} ({bounds}){ladder}{beside}.",
    "pcie.who": "{model} TP={tp}, {narrow} against {wide}, {metric}",
    "pcie.who.control": (
        "{model} TP={tp}, {narrow} against {wide}, {metric} (control: it should show nothing)"
    ),
    "pcie.no_interval": "interval not known",
    "pcie.levels": ", {first} at {from_level:g} and {last} at {to_level:g}",
    "pcie.beside": "; the control (TP=1) shows {control}, which is taken away",
    "near": " (did you mean {name!r}?)",
    "near.all": ": there are {names}",
    "main.language": "'{lang}' is not one of {known}.",
    "run.other_version": "It was measured with {what} of the server.",
    "plan.item.image": "image",
    "plan.image": "{image}",
    "plan.image.floats": "{image} (this tag floats: name a version before you publish)",
    "plan.group.limit.least": ", max_model_len {limit} or more",
    "compare.unrecorded": "not recorded",
    "compare.cache_hits": "Prompt tokens from the prefix cache: A {a}, B {b}.",
    "compare.speed_ups": "B is so many times as fast as A: {what}.",
    "compare.levels": "{n} of {of} loads are listed; --points lists all.",
    "presets.none": "there is no preset {name!r}{near}: `inferometer presets` lists them.",
    "console.repeats.which": "{n} ({why})",
    "terminal.hits": "hit %",
    "rows.sound": "sound sent: {n}",
    "rows.film": "film sent: {n}",
    "caution.independent": (
        "{n} intervals of means at single points follow from the standard deviation and the number "
        "of requests, as if requests did not depend on each other; those of one run do, so the "
        "truth may lie further off: repeats tell"
    ),
    "caution.independent.one": (
        "1 interval of means at single points follow from the standard deviation and the number of "
        "requests, as if requests did not depend on each other; those of one run do, so the truth "
        "may lie further off: repeats tell"
    ),
    "server.other_limit": (
        "{url} serves {served} with max_model_len {found}, not {limit} as required{accepts}"
    ),
    "monitor.token_required": (
        "--host is reachable from other hosts, so a token is required: put one in {variable}."
    ),
    "monitor.serve_alone": "--serve only shows samples over HTTP: leave out {flags}.",
    "monitor.no_port": (
        "cannot listen on {host}, port {port} ({why}): choose another --port."
    ),
    "monitor.serving": (
        "Samples are served on {url}{path}; read them with `--monitor {url}`. Ctrl-C ends it."
    ),
}
