"""What is said of a point beside its checks: neighbours that it contradicts, how exact the run was,
notes; in English.
"""

from __future__ import annotations

_NEIGHBOURS = (
    "{metric} is {share:.2f} × what the points beside it suggest "
    "({neighbours}: {suggested:,.6g} {unit})"
)

POINTS: dict[str, str] = {
    "check.join": "; ",
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
    "precision.missing.stamps": (
        "The packet ring did not show this server's packets, so this run took the stamps of its "
        "reads, and this host's calibration, which is of the ring, does not apply. Measure with "
        "INFEROMETER_ARRIVALS=read: such runs are compared with a calibration of reads."
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
    "note.negative": "The file has negative values of {names}: they count as missing.",
    "note.none_completed": (
        "The file contradicts itself: no request completed, yet it has {names}. Do not use "
        "these figures."
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
    "note.rehearsal_simulated": (
        "It is simulated, not measured: a twin computed it in virtual time."
    ),
    "note.twin_unfitted": (
        "No profile was fitted to this machine: its 90% intervals are as wide as the twin's "
        "errors on cards that nobody fitted."
    ),
    "note.twin_extrapolated": (
        "It is extrapolated: the fitted profile does not cover its {names}."
    ),
    "note.unverified": (
        "Nobody has verified {rates} of the twin's {card}: figures of this card are no better than "
        "these numbers."
    ),
    "note.left_out": (
        "Campaign {campaign} has more groups, which were neither simulated nor measured, because "
        "there is no twin of {engine}: {groups}."
    ),
    "note.rehearsal_twin": (
        "The twin ran at {speed:g} times its speed: its latencies are 1/{speed:g} of, and its "
        "rates {speed:g} times, what it would show in real time."
    ),
    "note.simulated": (
        "simulated: the server is Inferometer's own embedded engine, or a twin of it; its results "
        "say nothing about a real server."
    ),
    "note.rehearsal_quick": "It is a quick rehearsal, with few requests.",
    "note.cards": "Configuration {config} has {cards} cards; {gpus} in use are counted.",
}
