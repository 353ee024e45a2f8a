"""The words of page, figures and tables in English."""

from __future__ import annotations

REPORT: dict[str, str] = {
    "figure.pcie": "Throughput and latency against concurrency",
    "figure.load_curves": "Load curves with percentiles",
    "figure.pareto": "Throughput per GPU against throughput per user",
    "figure.axis.concurrency": "Concurrency (requests)",
    "figure.axis.request_rate": "Request rate (req/s)",
    "figure.axis.per_user": "Throughput per user: 1000 / median TPOT (tok/s)",
    "figure.name.tp": "TP{value}",
    "figure.name.dp": "DP{value}",
    "figure.name.gpus": "{value} GPU",
    "figure.name.pcie_generation": "PCIe {value}.0",
    "figure.name.pcie_width": "x{value}",
    "figure.name.input_len": "{value} in",
    "figure.name.output_len": "{value} out",
    "figure.name.prefix_len": "{value} shared",
    "figure.cache.cold": "cold",
    "figure.cache.warm": "warm",
    "figure.all_points": "all points",
    "list": ", ",
    "figure.none": "–",
    "figure.mark.SUSPECT": "○ SUSPECT",
    "figure.mark.INVALID": "× INVALID, not joined and not counted",
    "figure.tooltip.curve": "Curve",
    "figure.tooltip.interval": "Interval, 95 %",
    "figure.tooltip.n": "n",
    "figure.tooltip.verdict": "Verdict",
    "figure.tooltip.point": "Point",
    "figure.tooltip.load": "Load",
    "figure.nothing.config": "No point names a hardware configuration.",
    "figure.nothing.other_conditions": (
        "These points differ in more than configuration, model and TP: {conditions}."
    ),
    "figure.nothing.levels": "There are no two points of one curve at different levels of load.",
    "figure.nothing.metrics": "None of its metrics was recorded.",
    "figure.nothing.pareto": (
        "No point has both a TPOT and a throughput per GPU (the number of GPUs has to be known)."
    ),
    "figure.note.not_measured": "{metric} was not recorded by any of these points.",
    "figure.note.left_out": "{n} points without {condition} are left out.",
    "figure.note.pareto": "Dashed: the front, which no point beats in both.",
    "figure.production": "Throughput, TTFT and TPOT over input length and load",
    "figure.prefix_cache": "Prefix cache: cold and warm",
    "figure.link_effect": "What the narrower link costs",
    "figure.scaling": "Scaling efficiency",
    "figure.requests": "Requests: TTFT, decode speed, total time",
    "figure.histograms": "Latency histograms",
    "figure.cdfs": "Cumulative distributions of latency",
    "figure.timeline": "Timeline of requests",
    "figure.over_time": "The run over time",
    "figure.axis.input_len": "Input length (tokens)",
    "figure.axis.output_tokens": "Output length (tokens)",
    "figure.axis.load_per_gpu": "Concurrency per GPU (requests)",
    "figure.axis.time": "Time since start (s)",
    "figure.name.concurrency": "{value} at once",
    "figure.name.request_rate": "{value} req/s",
    "figure.name.control": "{name} (control)",
    "figure.name.scaling": "{name} · {gpus} GPUs",
    "figure.tooltip.repeats": "Points",
    "figure.tooltip.low": "95 % interval from",
    "figure.tooltip.high": "95 % interval to",
    "figure.tooltip.from": "From",
    "figure.tooltip.to": "To",
    "figure.tooltip.value": "Value",
    "figure.tooltip.percentile": "Percentile",
    "figure.tooltip.request": "Request",
    "figure.tooltip.part": "Phase",
    "figure.tooltip.outcome": "Outcome",
    "figure.tooltip.card": "Card",
    "figure.tooltip.of_one": "Output throughput of one GPU (tok/s)",
    "figure.share": "Share of values (%)",
    "figure.share_of": "{metric}: share of values (%)",
    "figure.share_up_to": "{metric}: share at or below (%)",
    "figure.decode_speed": "Decode speed of a request",
    "figure.mean": "mean",
    "figure.total_time": "Total time, E2EL",
    "figure.scaling_efficiency": "Scaling efficiency, T(n) / (n × T(1))",
    "figure.change_of": "{metric}: change",
    "figure.in_flight": "Requests in flight",
    "figure.timeline.panel": "Requests, in the order of sending",
    "figure.part.first": "until the first token (waiting and prefill)",
    "figure.part.decode": "decode",
    "figure.part.failed": "failed or not finished",
    "figure.nothing.input_lengths": "There are no points of two or more input lengths.",
    "figure.nothing.lengths_apart": (
        "There are several input lengths, but no two among points that agree in all else; "
        "these differ too: {conditions}."
    ),
    "figure.nothing.cache": "No point was measured both with a cold and with a warm prefix cache.",
    "figure.nothing.runs": "No run directory is there: single requests are not known.",
    "figure.nothing.runs_invalid": "Every run whose single requests are known is INVALID.",
    "figure.nothing.runs_unread": "No run directory could be read: single requests are not known.",
    "figure.nothing.latencies": "No request was answered in full, so there is no latency.",
    "figure.nothing.sent": "No request was sent.",
    "figure.note.maps": "Maps of {shown} of {n} deployments.",
    "figure.note.thin": "Hollow: fewer than 10 values lie beyond this percentile.",
    "figure.note.deep": (
        "{latencies}: the lowest values stand at the left edge, whatever they are below it."
    ),
    "figure.note.sampled": (
        "{shown} of {n} requests are shown, evenly chosen in the order of sending."
    ),
    "figure.note.runs": (
        "{shown} of {n} runs: of each curve the one with the highest load, as far as there is room."
    ),
    "figure.note.one_length": (
        "All outputs have {tokens} tokens, so total time over output length is not drawn."
    ),
    "figure.note.one_run": "Run {name}, the only one of {n} runs that is drawn here.",
    "figure.note.rules": "Dashed: p99 of TTFT, mean of decode speed.",
    "figure.note.curves": "The {shown} longest of {n} curves.",
    "figure.note.run": "Run: {name}.",
    "figure.note.steps": "Means of {width} s.",
    "figure.note.steady": "Shaded: the steady state.",
    "figure.note.scaling": (
        "Dashed: 100 %, where n cards do n times what one does at the same load per card."
    ),
    "figure.sides": "{narrow} against {wide}",
    "figure.note.far": "Beyond the axis: changes many times as large as the others.",
    "figure.note.link": "Dashed: no effect. Hollow: no effect is claimed there.",
    "metric.request_throughput": "Request throughput",
    "metric.output_throughput": "Output throughput",
    "metric.total_token_throughput": "Total token throughput",
    "metric.request_goodput": "Goodput",
    "metric.output_throughput_per_gpu": "Output throughput per GPU",
    "metric.output_throughput_per_request": "Output speed per query",
    "metric.max_output_tokens_per_s": "Peak output throughput",
    "metric.max_concurrent_requests": "Peak concurrency",
    "metric.duration": "Duration",
    "metric.completed": "Completed requests",
    "metric.failed": "Failed requests",
    "metric.total_input_tokens": "Input tokens",
    "metric.total_output_tokens": "Output tokens",
    "metric.mean_decode_speed": "Mean decode speed",
    "metric.cached_share": "Prompt tokens from the prefix cache",
    "metric.external_cache_hit_rate": "External cache hit rate",
    "metric.cost_per_million_tokens": "Cost per million output tokens",
    "statistic.mean": "Mean {latency}",
    "statistic.median": "Median {latency}",
    "statistic.std": "Standard deviation of {latency}",
    "statistic.percentile": "{percentile} {latency}",
    "statistic.with_unit": "{label} ({unit})",
    "condition.campaign": "campaign",
    "condition.group": "test",
    "condition.label": "label",
    "condition.tag": "tag",
    "condition.origin": "origin",
    "condition.card": "card",
    "condition.stack": "stack",
    "condition.dp": "DP",
    "condition.scenario": "scenario",
    "condition.dtype": "number format",
    "condition.config": "configuration",
    "condition.gpus": "GPUs",
    "condition.pcie_generation": "PCIe generation",
    "condition.pcie_width": "PCIe lanes",
    "condition.model": "model",
    "condition.model_id": "model name",
    "condition.arrivals": "arrivals",
    "condition.rehearsal": "rehearsal",
    "condition.tool": "tool",
    "condition.tp": "TP",
    "condition.engine": "engine",
    "condition.engine_version": "engine version",
    "condition.address": "server address",
    "condition.backend": "backend",
    "condition.dataset": "dataset",
    "condition.input_len": "input length",
    "condition.output_len": "output length",
    "condition.prefix_len": "shared prefix",
    "condition.cache": "prefix cache",
    "condition.num_prompts": "requests",
    "condition.max_concurrency": "concurrency limit",
    "condition.request_rate": "request rate",
    "condition.burstiness": "burstiness",
    "condition.concurrency": "concurrency",
    "condition.seed": "seed",
    "condition.repeat": "repeat",
    "condition.cost_per_hour": "cost per hour",
    "condition.date": "date",
    "condition.host": "client host",
    "page.condition.series": "series",
    "page.condition.status": "verdict",
    "page.condition.source": "source",
    "page.language": "English",
    "page.title": "Inferometer report",
    "page.skip": "Skip to the explorer",
    "page.dark": "Dark",
    "page.print": "Print",
    "page.written": "Written {time}",
    "page.problems_found": "Files that could not be read, and are missing here: {n}",
    "page.summary": "Summary",
    "page.nothing": "There is no point to show.",
    "page.no_date": "on a day that no file tells",
    "page.dates": "{first} to {last}",
    "page.sentence.points": "Points: {n}. Measured by {tools}, {dates}.",
    "page.sentence.all_valid": (
        "All judged points ({n}) are VALID: no check found a reason for doubt."
    ),
    "page.sentence.verdicts": (
        "Judged points: {n}, of which {valid} VALID, {suspect} SUSPECT (read their reasons), "
        "{invalid} INVALID (do not use their figures)."
    ),
    "page.sentence.unjudged": (
        "Points of a tool that gives no verdict: {n}. How far they may be believed is not known."
    ),
    "page.sentence.best": "Best {label}: {value} ({where}).",
    "page.sentence.rehearsal": (
        "Points of a rehearsal (a quick run, or the embedded engine in place of a server): {n}. "
        "They say nothing about hardware."
    ),
    "page.reasons": "Reasons for doubt, and at how many points",
    "page.comma": ", ",
    "page.colon": "{label}: {text}",
    "page.more": "and {n} more",
    "page.n_points": "{n} of {all} points",
    "page.status.VALID": "VALID",
    "page.status.SUSPECT": "SUSPECT",
    "page.status.INVALID": "INVALID",
    "page.best": "Best points",
    "page.best.metric": "Metric",
    "page.best.value": "Value",
    "page.best.interval": "95 % interval",
    "page.best.where": "Where",
    "page.at": "{label} at {load} {value}",
    "page.aims": "Targets",
    "page.aims.target": "Target",
    "page.aims.deployment": "Deployment",
    "page.aims.at": "At",
    "page.aims.result": "Result",
    "page.aims.reached": "reached",
    "page.aims.missed": "missed",
    "page.aims.not_checked": "not checked",
    "target.on_gpus": "{name} on {gpus} GPUs",
    "target.load_per_gpu": "load {load} a GPU",
    "target.why.best": "the best of all loads does not reach it",
    "target.why.this_load": "this load does not reach it",
    "target.why.suspect": "it is SUSPECT",
    "target.why.invalid": "it is INVALID: {why}",
    "target.why.untold": "its figures must not be used",
    "target.why.not_measured": "it was not measured",
    "target.why.no_requests": (
        "it was not measured, and the file has no single requests to compute it from: "
        "measure with --metric-percentiles {percentile}, or keep the requests (--save-detailed)"
    ),
    "target.why.nothing_has": "it was not measured: nothing here has {where}",
    "target.why.no_points": "it was not measured: there are no points",
    "target.why.nothing": "it was not measured: {why}",
    "target.why.not_yet": "nothing measures {metric} yet",
    "target.why.rehearsal": "these points are a rehearsal",
    "scaling.nothing.untold": (
        "No point tells its number of GPUs, its load and its output throughput."
    ),
    "scaling.nothing.single": "There is no point on a single GPU.",
    "scaling.nothing.several": "There is no point on several GPUs.",
    "scaling.nothing.loads": (
        "The points on one GPU and on several have no load per GPU in common ({one}; {several})."
    ),
    "scaling.nothing.apart": (
        "The points on one GPU and on several differ in more than the number of GPUs: {conditions}."
    ),
    "link.nothing.untold": "No point tells the width of its PCIe link.",
    "link.nothing.one": "All points have a link of one width, x{width}.",
    "link.nothing.apart": (
        "No model was measured with the same TP and load at both x{narrow} and x{wide}."
    ),
    "link.nothing.metrics": (
        "The points at x{narrow} and x{wide} have none of these metrics on both sides: {metrics}."
    ),
    "link.nothing.invalid": "Every point is INVALID.",
    "page.ratings": "Ratings",
    "page.ratings.limits": (
        "Mean TTFT: excellent below 100 ms, good below 200, fair up to 500."
        " Mean TPOT: excellent below 50 ms, good below 100, fair up to 200."
    ),
    "page.rating.excellent": "excellent",
    "page.rating.good": "good",
    "page.rating.fair": "fair",
    "page.rating.needs work": "needs work",
    "page.explorer": "Explorer",
    "page.explorer.hint": (
        "Choose what to see; the address of this page keeps the choice, so that a view can "
        "be saved and shared."
    ),
    "page.axis.x": "Across (x)",
    "page.axis.y": "Up (y)",
    "page.axis.color": "Colour",
    "page.axis.facet": "A chart for each",
    "page.log": "logarithmic",
    "page.lines": "Lines",
    "page.intervals": "Intervals",
    "page.reset": "Reset",
    "page.points": "Points",
    "page.all_columns": "All columns",
    "page.more_rows": "Show more",
    "page.figures": "Figures",
    "page.absent": "Figures that these results do not fill",
    "page.how": "How it was measured",
    "page.precision": "Precision",
    "page.precision.stamps": "The kernel stamped the arrival of {share} of {events} events.",
    "page.precision.delay": (
        "What the client added to an arrival, p99, in the worst of all runs ({n}): {worst} ms."
    ),
    "page.precision.shared": "Events that share a stamp with another: {worst} in the worst run.",
    "page.precision.unknown": "Points of which no file tells how exactly times were read: {n}.",
    "page.environment": "Environment",
    "page.fact.hardware": "Hardware, as declared",
    "page.fact.engine": "Engine",
    "page.fact.engine_version": "Engine version",
    "page.fact.server_command": "Server's command",
    "page.fact.host": "Client host",
    "page.fact.os": "Operating system",
    "page.fact.kernel": "Kernel",
    "page.fact.cpu": "CPU",
    "page.fact.memory": "Memory",
    "page.fact.clock_source": "Clock source",
    "page.fact.container": "Inside",
    "page.fact.python": "Python",
    "page.fact.inferometer": "Inferometer",
    "page.method": "What the numbers are",
    "page.method.timing.name": "Timing",
    "page.method.timing": (
        "Arrivals are stamped by the kernel where it can, so that a busy client does not bend "
        "latencies. Prompts "
        "are new in every run unless the prefix cache is what is studied."
    ),
    "page.method.ttft.name": "TTFT",
    "page.method.ttft": (
        "Time to first token: arrival of the first output less the moment the request was sent."
    ),
    "page.method.tpot.name": "TPOT",
    "page.method.tpot": (
        "Time per output token after the first: (last output − first output) / (output tokens − 1)."
    ),
    "page.method.itl.name": "ITL",
    "page.method.itl": (
        "Inter-token latency: gaps between successive output events, of all requests together."
    ),
    "page.method.e2el.name": "E2EL",
    "page.method.e2el": "End-to-end latency: last output less the moment the request was sent.",
    "page.method.throughput.name": "Throughput",
    "page.method.throughput": (
        "Requests, output tokens, or all tokens, over the time from the first request sent "
        "to the last one ended."
    ),
    "page.method.percentiles.name": "Percentiles",
    "page.method.percentiles": "Linear interpolation between samples. Missing is a gap, never 0.",
    "page.method.intervals.name": "Intervals",
    "page.method.intervals": (
        "Where a value lies with the confidence that is named, for requests that depend on "
        "each other."
    ),
    "page.method.verdict.name": "Verdict",
    "page.method.verdict": (
        "VALID: no check found a reason for doubt. SUSPECT (hollow mark): the figures may be "
        "used by who has "
        "read the reasons. INVALID (cross): they may not."
    ),
    "page.method.others.name": "Other tools",
    "page.method.others": (
        "Figures that another tool computed are its own, by its own definitions; what was "
        "computed here from its "
        "single requests follows those above."
    ),
    "page.notes": "Notes",
    "page.problems": "What could not be read",
    "page.footer": "Inferometer {version}. This file is complete in itself and fetches nothing.",
    "page.noscript": "Charts and the table of points need JavaScript.",
    "page.js.with_unit": "{label} ({unit})",
    "page.js.none": "none",
    "page.js.conditions": "Conditions",
    "page.js.metrics": "Metrics",
    "page.js.point": "Point",
    "page.js.absent": "not told",
    "page.js.every": "all",
    "page.js.from": "from",
    "page.js.to": "to",
    "page.js.rows": "{shown} of {all} rows are shown",
    "page.js.shown": "Points shown: {shown} of {all}.",
    "page.js.missing": "Not drawn, for a value is missing or has no logarithm: {missing}.",
    "page.js.chart": "{y} against {x}, {n} points; the table below has the same figures",
    "page.js.interval": "{confidence} % interval",
    "page.js.verdict": "Verdict",
    "page.js.no_verdict": "no verdict",
}
