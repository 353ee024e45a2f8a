"""Checks of a running server, by what it says of itself and what this host knows of its process."""

from __future__ import annotations

from inferometer.doctor.check_client import cpus_of
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, Unread, seen, skipped
from inferometer.doctor.served import Process, Served

MIN_FILES = 4096
MAX_CLOCK_OFFSET_S = 2.0
"""Its answers tell the time to a second."""
MAX_CACHE_USE = 0.9
EAGER = ("--enforce-eager", "--disable-cuda-graph")


def answering(machine: Machine) -> Served | Unread:
    """The server, or why there is none to look at."""
    if machine.server is None:
        return "no_server"
    return "server_silent" if machine.server.trouble else machine.server


def local(machine: Machine) -> Process | Unread:
    """Its process, if that is one of this host."""
    if machine.server is None:
        return "no_server"
    return machine.server.process or "server_elsewhere"


def reachable(machine: Machine) -> Seen:
    if machine.server is None:
        return skipped("no_server")
    if machine.server.trouble:
        return seen("fail", machine.server.trouble, machine.server.url)
    return seen("ok", "HTTP", machine.server.url)


def model(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    names = [card.id for card in server.models]
    if not names:
        return skipped("not_reported", "/v1/models")
    return seen("ok" if len(names) == 1 else "info", names[:8], "/v1/models")


def length(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    limits = {each.max_model_len for each in server.models} - {None}
    if not limits:
        return seen("info", "–", "/v1/models")
    facts = [f"max_model_len={each}" for each in limits]
    return seen("ok", facts, "/v1/models")


def version(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    if server.version is None:
        return seen("info", "–", "/version")
    return seen("ok", server.version, "/version")


def here(machine: Machine) -> Seen:
    """Client and server share a host: they share its processors."""
    if machine.server is None:
        return skipped("no_server")
    process = machine.server.process
    told = f"pid {process.pid}" if process else "–"
    return seen("info" if process else "ok", told, "listen")


def counters(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    if server.counters is None:
        return seen("info", "–", "/metrics")
    return seen("ok", server.counters.engine, "/metrics")


def idle(machine: Machine) -> Seen:
    """Whether others use it now."""
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    busy = server.counters.in_flight if server.counters else None
    if busy is None:
        return skipped("not_reported", "/metrics")
    return seen("warn" if busy else "ok", f"{busy:g}", "/metrics")


def cache_use(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    use = (
        server.counters.gauges.get("kv_cache_usage")
        if server.counters
        else None
    )
    if use is None:
        return skipped("not_reported", "/metrics")
    return seen(
        "warn" if use > MAX_CACHE_USE else "ok", f"{use:.0%}", "/metrics"
    )


def preemptions(machine: Machine) -> Seen:
    """Since its start."""
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    count = (
        server.counters.counters.get("preemptions") if server.counters else None
    )
    if count is None:
        return skipped("not_reported", "/metrics")
    return seen("info" if count else "ok", f"{count:g}", "/metrics")


def prefix_caching(machine: Machine) -> Seen:
    """By its page, else by its command line."""
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    told = server.settings.get("enable_prefix_caching")
    if told is None and "disable_radix_cache" in server.settings:
        told = str(server.settings["disable_radix_cache"] != "True")
    return _switch(
        server,
        told,
        ("--enable-prefix-caching",),
        ("--no-enable-prefix-caching", "--disable-radix-cache"),
    )


def chunked_prefill(machine: Machine) -> Seen:
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    size = server.settings.get("chunked_prefill_size")
    told = None if size is None else str(size != "-1")
    return _switch(
        server,
        told,
        ("--enable-chunked-prefill",),
        ("--no-enable-chunked-prefill",),
    )


def _switch(
    server: Served,
    told: str | None,
    on: tuple[str, ...],
    off: tuple[str, ...],
) -> Seen:
    if told is not None:
        return seen("info" if told == "True" else "ok", told, "/metrics")
    for names, word, status in ((on, "True", "info"), (off, "False", "ok")):
        if server.flag(*names) is not None:
            as_status: Status = "info" if status == "info" else "ok"
            return seen(as_status, word, "cmdline")
    return skipped("not_reported", "/metrics")


def eager(machine: Machine) -> Seen:
    """Without graphs each step costs more of the processor."""
    process = local(machine)
    if not isinstance(process, Process):
        return skipped(process)
    if not any(process.words):
        return skipped("permission", "cmdline")
    found = [word for word in EAGER if word in process.words]
    return seen("info" if found else "ok", found or "–", "cmdline")


def descriptors(machine: Machine) -> Seen:
    process = local(machine)
    if not isinstance(process, Process):
        return skipped(process)
    limit = process.open_files
    if limit is None:
        return skipped("permission", "limits")
    return seen("warn" if limit < MIN_FILES else "ok", f"{limit}", "limits")


def cpus(machine: Machine) -> Seen:
    """Which processors it may use."""
    process = local(machine)
    if not isinstance(process, Process):
        return skipped(process)
    count = cpus_of(process.cpus) if process.cpus else None
    if count is None:
        return skipped("permission", "status")
    pinned = count < len(machine.cpus)
    facts = f"{process.cpus} ({count}/{len(machine.cpus)})"
    return seen("info" if pinned else "ok", facts, "Cpus_allowed_list")


def clock(machine: Machine) -> Seen:
    """Its clock against ours; only a hint, and no number of ours needs it."""
    server = answering(machine)
    if not isinstance(server, Served):
        return skipped(server)
    ahead = server.clock_ahead_s
    if ahead is None:
        return skipped("not_reported", "Date")
    off = abs(ahead) > MAX_CLOCK_OFFSET_S
    return seen("warn" if off else "ok", f"{ahead:+.0f} s", "Date")
