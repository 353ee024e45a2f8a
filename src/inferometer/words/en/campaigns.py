"""Points of campaigns, ledgers, archives and merged results, in English."""

from __future__ import annotations

CAMPAIGNS: dict[str, str] = {
    "recheck.invalid": (
        "{point} was INVALID when it was measured again: its first result stays, and is SUSPECT."
    ),
    "recheck.same": "{point} does not fit again, and is SUSPECT: {why}",
    "recheck.fits": (
        "{point} fits now: {metric} {value} {unit}, {before} before. The earlier result is kept in "
        "superseded/."
    ),
    "recheck.neighbours_fit": "{point} fits its neighbours after they were measured again.",
    "recheck.all": "{n} points do not fit their neighbours: they are measured again.",
    "recheck.all.one": "1 point does not fit its neighbours: it is measured again.",
    "recheck.some": (
        "{n} points do not fit their neighbours: the host was disturbed while they were measured, "
        "or their ladders are not smooth. The {chosen} that fit least are measured again; the "
        "others are SUSPECT."
    ),
    "recheck.none": (
        "{n} points do not fit their neighbours, and are SUSPECT; the maximum number was measured "
        "again before."
    ),
    "recheck.none.one": (
        "1 point does not fit its neighbours, and is SUSPECT; the maximum number was measured "
        "again before."
    ),
    "recheck.more": "    and {n} more",
    "recheck.point": (
        "    {point}: {metric} {value} {unit}; its neighbours {neighbours} suggest {suggested}"
    ),
    "recheck.point.one": (
        "    {point}: {metric} {value} {unit}; its neighbour {neighbours} suggests {suggested}"
    ),
    "group.not_stopped": (
        "The server of {group} could not be stopped and may still be running: {why}"
    ),
    "lock.at_work": (
        "{who} is running a campaign in {directory}: wait until it has finished, or stop it."
    ),
    "lock.at_work.maybe": (
        "{who} is running a campaign in {directory}: wait until it has finished, or stop it; if "
        "that process is now another program, remove {path}."
    ),
    "lock.holder": "process {process} on {host}",
    "lock.holder.unknown": "another process",
    "archive.foreign": (
        "{path} holds {what}: it was not made by `inferometer collect`, and is not used."
    ),
    "archive.too_many": "more files than any campaign has",
    "archive.neither": "{name!r}, which is neither a file nor a folder",
    "archive.name": "the name {name!r}",
    "gather.damaged": (
        "{point} will be left out by `inferometer merge`: {damage}; `inferometer run` measures it "
        "again."
    ),
    "gather.damaged.earlier": (
        "An earlier result of {point} will be left out by `inferometer merge`: {damage}."
    ),
    "gather.unfinished": (
        "{point} is left out, because it is not saved completely: collect again in a moment, or "
        "first run the campaign again if it is not running."
    ),
    "gather.control_characters": "{path} has a name with control characters, and is left out.",
    "merge.conflict": (
        "{point} was measured both in {one} ({one_file}) and in {other} ({other_file}): the later "
        "one counts, the other is in superseded/."
    ),
    "merge.is_renamed": "{name} of {source} is {now}.",
    "merge.damaged_result": "{point} of {source}: {damage}.",
    "earlier.measured_otherwise": "{n} results of an earlier version are not used: {why}.",
    "earlier.measured_otherwise.one": "1 result of an earlier version is not used: {why}.",
    "earlier.before.2": (
        "warm-ups that are no multiple of max_concurrency reached into the measured requests, "
        "which lowered throughput"
    ),
    "earlier.before.3": "tools, pictures and request fields in the rows of a file were not sent",
    "calibration.foreign": (
        "The calibration in {path} is of another version or host, so it is not used."
    ),
    "calibration.changed": "The calibration in {path} was changed: it is not used.",
    "calibration.unread": "The calibration in {path} cannot be read ({why}): it is not used.",
    "calibration.damaged": "The calibration in {path} is damaged: it is not used.",
    "calibration.impossible": "This host could not be calibrated: {why}",
    "calibration.null_server": "The null server has ended, or hangs: its standard error shows why.",
    "calibration.no_loopback": "The null server cannot listen on the loopback ({why}).",
    "binding.gateway": (
        "{address} is the address of a gateway. The server listens on its own port ({port} by "
        "default): have the gateway forward to it."
    ),
    "binding.loopback": (
        "On {host} only programs of the same host reach the server. In a container with a "
        "published port, bind 0.0.0.0."
    ),
    "binding.everywhere": (
        "It binds {everywhere}, all network interfaces, so that clients reach it as {host}. Let "
        "only trusted hosts reach it."
    ),
    "combos.unknown": "{name}: holds {keys}, which no combos.yaml of run_sweep.py has.",
    "combos.model": "{name}: wants the name of a model under model.",
    "combos.pairs": (
        "{name}: wants a list of pairs under {field}, such as [[256, 256], [1024, 512]]."
    ),
    "combos.pair": "{name}: wants two whole numbers in each pair of {field}, not {pair}.",
    "goodput.none": "A goodput needs at least one KEY:VALUE in ms, for example ttft:100.",
    "goodput.pair": (
        "'{pair}' is not KEY:VALUE; write a goodput like ttft:100 tpot:50 e2el:1000 (ms)."
    ),
    "goodput.key": "'{key}' cannot be limited by a goodput; choose from {known}.",
    "goodput.twice": "'{key}' is limited twice in the goodput; keep one of the two.",
    "goodput.value": (
        "'{value}' is no limit for '{key}'; write a positive number of ms, for example {key}:100."
    ),
    "pcie.not_told": "unknown",
    "pcie.other_software": "{name} has another {condition}: {narrow} against {wide}",
    "engine.port": "port is {port}, but must be from 0 to 65535 (0: any free port).",
    "engine.no_model": "The model name is empty: set one.",
    "engine.no_backend": "{name!r} is not a backend: choose from {known}.",
    "engine.same_path": "{one} and {other} have the same path, {path}: choose one of them.",
    "engine.impossible_fault": (
        "{fault} is not possible with {backends}: choose another fault or backend."
    ),
    "engine.truth_lost": "The true times cannot be written to {path} ({why}) and are lost.",
    "engine.no_fault": (
        "{entry!r} is not a fault: write name[:share][#request[+]][@event], such as reset:0.02@5."
    ),
    "engine.unknown_fault": "There is no fault {name!r}: choose from {known}.",
    "engine.fault_share": "{entry!r}: the share of requests must be above 0 and at most 1.",
    "dialect.none": "There is no dialect {name!r}; there are {known}.",
    "engine.not_finite": "{name} is {value}, but must be a finite number of at least 0.",
    "engine.below_one": "{name} is {value}, but must be at least 1.",
    "engine.truth_folder": (
        "The true times cannot be written to {folder}: choose a file in a writable folder."
    ),
    "engine.cannot_listen": (
        "The engine cannot listen on {host}:{port} ({why}): choose another port or host."
    ),
}
