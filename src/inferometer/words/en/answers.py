"""What a report answers first, in English."""

from __future__ import annotations

ANSWERS: dict[str, str] = {
    "page.answer.table": "The figures",
    "campaign.left": "Left: about {time} for {n} points, server starts included.",
    "console.ratings": "Ratings: {ratings}",
    "console.rated.mean": "{latency} mean",
    "console.rated.p99": "{latency} p99",
    "metric.speed_from_tpot": "Output speed per query, from TPOT",
    "figure.note.speed_of_tpot": (
        "Output speed per query: 1000 / mean TPOT, because these files have no speed of single "
        "requests."
    ),
    "answer.mean": "mean",
    "answer.interval": "{low} … {high}",
    "answer.with_interval": "{figure} ({interval})",
    "answer.no_interval": (
        "Where no interval is given, it is unknown; repeated runs would tell it."
    ),
    "answer.no_interval.same": (
        "Where no interval is given, repeated runs are equal to the last digit, as those of a "
        "simulation are."
    ),
    "answer.drift": (
        "Results drifted while they were measured. Ratios leave this drift out: they are not "
        "exactly the quotients of the means beside them."
    ),
    "answer.cell": "{effect}, {verdict}",
    "answer.is.no difference": "no difference",
    "answer.is.undecided": "undecided",
    "answer.short": (
        "Load not reached by {n} of the {all} results used: fewer requests were sent than the "
        "concurrency limit."
    ),
    "answer.suspect": "SUSPECT: {n} of the {all} results used. Read their reasons first.",
    "answer.temperature": (
        "At the same load, the accelerators' peak temperatures were up to {degrees:.0f} °C "
        "apart; part of the difference may be heat. Let the sides take turns."
    ),
    "answer.rehearsal": "This was a rehearsal: it says nothing about hardware.",
    "answer.simulated": "Simulated, not measured: a twin computed these figures.",
    "answer.where": "{who} {load}",
    "answer.length.title": "What do longer prompts cost?",
    "answer.length": "{where}: from {short} to {long} input tokens, {changes}.",
    "answer.length.change": "{metric} goes from {before} to {after} {unit}",
    "answer.left_out": "{shown} of {n} loads are listed; the figure shows all of them.",
    "answer.over_loads": "on average over {n} loads",
    "answer.load.concurrency": "at concurrency {level}",
    "answer.load.max_concurrency": "at concurrency {level}",
    "answer.load.num_prompts": "at {level} requests",
    "answer.load.request_rate": "at {level} req/s",
    "answer.link.title": "What does the narrower PCIe link cost?",
    "answer.link.who": "{model} TP={tp}: {narrow} against {wide}",
    "answer.link.control": "{model} TP={tp} (control): {narrow} against {wide}",
    "answer.link.note": (
        "Change of {metric} with its 95% interval, less the change at TP=1 where that was "
        "measured. An effect counts only if chance would hardly produce it at any of these loads."
    ),
    "answer.link.costs": (
        "{narrow} costs {effect} of {metric} against {wide} {where}, "
        "{model} with TP={tp}."
    ),
    "answer.link.slower": (
        "{narrow} is slower than {wide} {where}, {model} with TP={tp}: {metric} {effect}"
        "."
    ),
    "answer.link.faster": (
        "{narrow} is faster than {wide} {where}, {model} with TP={tp}: {metric} {effect}"
        "."
    ),
    "answer.link.no_difference": (
        "No difference found between {narrow} and {wide} {where}, {model} with TP={tp}: "
        "{metric} {effect}."
    ),
    "answer.link.undecided": (
        "Undecided {where}, {model} with TP={tp}, {narrow} against {wide}: {metric} {effect}"
        "."
    ),
    "answer.link.undecided.runs": (
        "Undecided {where}, {model} with TP={tp}, {narrow} against {wide}: {metric} {effect}"
        "; about {runs} runs of each side, in turns, would decide."
    ),
    "answer.link.is_control.costs": (
        "Control: {model} with TP=1 needs no link, and still {narrow} is {effect} "
        "below {wide} in {metric} {where}. That much is not the link; it is subtracted above."
    ),
    "answer.link.is_control.slower": (
        "Control: {model} with TP=1 needs no link, and still {narrow} is slower than {wide} "
        "{where}: {metric} {effect}. That much is not the link; it is subtracted "
        "above."
    ),
    "answer.link.is_control.faster": (
        "Control: {model} with TP=1 needs no link, and still {narrow} is faster than {wide} "
        "{where}: {metric} {effect}. That much is not the link; it is subtracted "
        "above."
    ),
    "answer.link.is_control.no_difference": (
        "Nothing at TP=1, as expected ({model}, {narrow} against {wide}, control): no difference "
        "found {where}, {metric} {effect}."
    ),
    "answer.link.is_control.undecided": (
        "Control at TP=1 ({model}, {narrow} against {wide}): undecided {where}, {metric} {effect}."
    ),
    "answer.link.is_control.undecided.runs": (
        "Control at TP=1 ({model}, {narrow} against {wide}): undecided {where}, {metric} {effect}; "
        "about {runs} runs of each side, in turns, would decide."
    ),
    "answer.cache.title": "What does the prefix cache save?",
    "answer.cache.metric": "Metric",
    "answer.cache.cold": "Cold",
    "answer.cache.warm": "Warm",
    "answer.cache.times": "Speed-up",
    "answer.times": "{ratio}× ({low}–{high})",
    "answer.times.alone": "{ratio}×",
    "answer.cache.hits": "Prefix cache hit rate: {warm} warm, {cold} cold.",
    "answer.cache.no_hits": (
        "Prefix cache hit rate: {warm} warm. The server found nothing in its cache: check that "
        "prefix caching is on and that the cache holds all prompts."
    ),
    "answer.cache.untold": "The server does not report its prefix cache hit rate.",
    "answer.cache.change": " ({from} → {to} {unit})",
    "answer.cache.faster": "{where}: warm, {metric} is {times} as fast{change}.",
    "answer.cache.slower": (
        "{where}: warm, {metric} is slower: {times} as fast{change}."
    ),
    "answer.cache.no_difference": (
        "{where}: no difference found in {metric} between cold and warm, {times}{change}."
    ),
    "answer.cache.undecided": (
        "{where}: undecided, warm {metric} is {times} as fast{change}."
    ),
    "answer.cache.undecided.runs": (
        "{where}: undecided, warm {metric} is {times} as fast{change}; about {runs} "
        "more runs of each, in turns, would decide."
    ),
    "answer.engine.title": "Which engine is fastest?",
    "answer.engine.at": "{metric} {load}",
    "answer.engine.against": "Against {best}, mean over {n} loads",
    "answer.engine.apart": "not comparable",
    "answer.engine.slower": (
        "{best} is faster than {other}: {other} has {effect} output throughput "
        "{where}."
    ),
    "answer.engine.faster": (
        "{other} is faster than {best}: it has {effect} output throughput {where}."
    ),
    "answer.engine.no_difference": (
        "No difference found between {best} and {other}: output throughput {effect} "
        "{where}."
    ),
    "answer.engine.undecided": (
        "{best} against {other}: undecided, output throughput {effect} {where}."
    ),
    "answer.engine.undecided.runs": (
        "{best} against {other}: undecided, output throughput {effect} {where}; "
        "about {runs} runs of each, in turns, would decide."
    ),
    "answer.engine.not_compared": (
        "{best} and {other} differ in more than the engine: they are not compared."
    ),
    "answer.scaling.title": "How well does it scale?",
    "answer.scaling.who": "Deployment",
    "answer.scaling.gpus": "{gpus} GPUs",
    "answer.scaling": (
        "{name}: {gpus} GPUs deliver {efficiency} of {gpus} times one GPU's output throughput at a "
        "load of {load} per GPU, {several} tok/s against {one} tok/s of one."
    ),
    "answer.scaling.load": "Load per GPU",
    "answer.scaling.one": "1 GPU (tok/s)",
    "answer.scaling.several": "All GPUs (tok/s)",
    "answer.scaling.efficiency": "Efficiency (95% interval)",
}
