"""What the page's overview and its further figures say, in English."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "Overview",
    "page.overview.hint": (
        "Six metrics over the load. The filters of the explorer apply here, too."
    ),
    "page.folders.hint": (
        "Tick folders to choose experiments: charts, figures and the table of points show only "
        "these."
    ),
    "page.folders": "Experiments (folders)",
    "page.folders.all": "All",
    "page.folders.none": "None",
    "page.js.folders": "{shown} of {all}",
    "page.unfiltered": (
        "This figure compares points with each other. It is of all points, whatever is "
        "filtered."
    ),
    "page.condition.folder": "folder",
    "answer.saturation.title": "Where does throughput saturate?",
    "answer.saturation": (
        "{name} saturates {load} ({interval}): {throughput} tok/s of output throughput."
    ),
    "answer.saturation.linear": (
        "{name} saturates {load} ({interval}): {throughput} tok/s of output throughput. Up to a "
        "load of {linear} it grows in proportion."
    ),
    "answer.saturation.growing": (
        "{name} does not saturate up to the highest load: {throughput} tok/s of output throughput "
        "{highest} (saturation: {interval})."
    ),
    "answer.saturation.growing.untold": (
        "{name} does not saturate up to the highest load: {throughput} tok/s of output throughput "
        "{highest}."
    ),
    "answer.saturation.untold": "interval cannot be told",
    "answer.saturation.low_high": "{low} … {high}",
    "answer.saturation.low": "above {low}",
    "answer.saturation.high": "{high} or below",
    "answer.saturation.curve": "Curve",
    "answer.saturation.linear_to": "{load}: linear up to",
    "answer.saturation.from": "{load}: saturated from",
    "answer.saturation.interval": "95% interval",
    "answer.saturation.falls": "{load}: falls from",
    "answer.saturation.not_reached": "not reached",
    "answer.saturation.note": (
        "Saturated: within 5% of the highest throughput, and no more at a load at least 1.5 "
        "times as high. Linear: at least 90% of what the lowest load promises. The interval "
        "is from repeats, from the runs' own intervals, or from how many loads scatter; where "
        "none of these is there, it cannot be told."
    ),
    "figure.overview": "Overview over the load",
    "figure.saturation": "Where throughput saturates",
    "figure.series.gpu_utilization": "GPU utilization",
    "figure.series.memory_used_bytes": "GPU memory in use",
    "figure.series.power_w": "Power",
    "figure.series.temperature_c": "Temperature",
    "figure.series.gpu_clock_mhz": "GPU clock",
    "figure.energy": "Energy: tokens per joule over the load, power against throughput",
    "figure.nothing.energy": "There are no points with valid energy.",
    "figure.note.simulated": (
        "Simulated, not measured: the power of {n} of {all} points comes from the embedded engine."
    ),
    "figure.note.no_energy": "{n} of {all} points have no valid energy; they are gaps.",
    "figure.efficiency": "Efficiency map: configuration by load",
    "figure.spread": "Latency by configuration",
    "figure.simulated": "Simulated, not measured: {n} of {all} points.",
    "figure.simulated.all": "Simulated, not measured.",
    "figure.twin_speed.all": (
        "Rehearsed on a twin that ran faster than real time. Latencies are too short and rates too "
        "high by that factor; the notes of each point say which."
    ),
    "figure.twin_speed": (
        "Rehearsed on a twin that ran faster than real time: {n} of {all} points. Their "
        "latencies are too short and their rates too high by that factor; the notes of each "
        "point say which."
    ),
    "figure.capacity": (
        "Deployments against the targets (simulated, not measured)"
    ),
    "figure.capacity.note": (
        "{load}. Lines: 90% intervals; dashed: the target. Power was never fitted to a "
        "measurement."
    ),
    "figure.capacity.watts": "Power of all cards (W, unfitted)",
    "figure.capacity.cost": "Cost per hour",
    "figure.dates": "Change over dates",
    "figure.nothing.saturation": "No curve has four levels of load or more.",
    "figure.nothing.configurations": "There are no two configurations at several loads.",
    "figure.nothing.percentiles": "No p99 of a latency was recorded.",
    "figure.nothing.dates": "No configuration was measured at one load on two days.",
    "figure.note.saturation": (
        "Upright stroke: saturated from this load on. Bar: the 95% interval of that load, "
        "where it can be told."
    ),
    "figure.note.configurations": "{shown} of {n} configurations are shown.",
    "figure.note.spread": "Load: {load}. Thick: median to p90; thin: to p99. Dot: mean.",
    "figure.note.dates": (
        "Each curve is of one configuration at one load; versions of the engine and the stack "
        "may change along it."
    ),
    "figure.tooltip.saturated": "Saturated from",
    "figure.tooltip.plateau": "Plateau (tok/s)",
    "page.top": "Top configurations",
    "page.top.hint": (
        "The best point of each configuration, among those within the limits. What was not "
        "measured is not within a limit. INVALID points are left out."
    ),
    "page.top.rank": "Rank by",
    "page.top.statistic": "Limits apply to",
    "page.js.stat.mean": "mean",
    "page.js.stat.median": "median",
    "page.js.stat.p90": "p90",
    "page.js.stat.p95": "p95",
    "page.js.stat.p99": "p99",
    "page.js.list": ", ",
    "page.js.top.against": "Against the first",
    "page.js.top.overlap": "{text} (intervals overlap)",
    "page.js.top.without": "Configurations without a point within the limits: {n} ({names}).",
    "page.ratings.lower": (
        "{metric}: excellent below {excellent}, good below {good}, fair up to {fair}."
    ),
    "page.ratings.higher": (
        "{metric}: excellent above {excellent}, good above {good}, fair from {fair} on."
    ),
    "ratings.unread": (
        "The ratings file {path} cannot be read as YAML. Write a line per metric: "
        "mean_ttft_ms: [100, 200, 500]."
    ),
    "ratings.unreadable": "The ratings file {path} cannot be read ({cause}).",
    "ratings.no_table": (
        "The ratings file {path} is empty or too large, or has no metrics. Write a line per "
        "metric: mean_ttft_ms: [100, 200, 500]."
    ),
    "ratings.unknown": (
        "{metric} cannot be rated: it is no metric that is better high or low. Use a name such "
        "as mean_ttft_ms or output_throughput."
    ),
    "ratings.limits.lower": "{metric} needs three rising limits: [excellent, good, fair].",
    "ratings.limits.higher": "{metric} needs three falling limits: [excellent, good, fair].",
}
