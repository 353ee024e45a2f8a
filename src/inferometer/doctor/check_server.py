"""Checks of a running server, by what it says of itself and what this host knows of its process."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from inferometer.doctor.check_client import cpus_of
from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import Seen, Status, Unread, seen, skipped
from inferometer.doctor.served import Process, Served

MIN_FILES = 4096
MAX_CLOCK_OFFSET_S = 2.0
"""Its answers tell the time to a second."""
MAX_CACHE_USE = 0.9
EAGER = ("--enforce-eager", "--disable-cuda-graph")


def _of_server(check: Callable[[Served], Seen]) -> Callable[[Machine], Seen]:
    """A check of a server that answers; skipped with the reason where none does."""

    @wraps(check)
    def of_machine(machine: Machine) -> Seen:
        if machine.server is None:
            return skipped("no_server")
        if machine.server.trouble:
            return skipped("server_silent")
        return check(machine.server)

    return of_machine


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


@_of_server
def model(server: Served) -> Seen:
    names = [card.id for card in server.models]
    if not names:
        return skipped("not_reported", "/v1/models")
    return seen("ok" if len(names) == 1 else "info", names[:8], "/v1/models")


@_of_server
def length(server: Served) -> Seen:
    limits = {each.max_model_len for each in server.models} - {None}
    if not limits:
        return seen("info", "–", "/v1/models")
    facts = [f"max_model_len={each}" for each in limits]
    return seen("ok", facts, "/v1/models")


@_of_server
def version(server: Served) -> Seen:
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


@_of_server
def counters(server: Served) -> Seen:
    if server.counters is None:
        return seen("info", "–", "/metrics")
    return seen("ok", server.counters.engine, "/metrics")


@_of_server
def idle(server: Served) -> Seen:
    """Whether others use it now."""
    busy = server.counters.in_flight if server.counters else None
    if busy is None:
        return skipped("not_reported", "/metrics")
    return seen("warn" if busy else "ok", f"{busy:g}", "/metrics")


@_of_server
def cache_use(server: Served) -> Seen:
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


@_of_server
def preemptions(server: Served) -> Seen:
    """Since its start."""
    count = (
        server.counters.counters.get("preemptions") if server.counters else None
    )
    if count is None:
        return skipped("not_reported", "/metrics")
    return seen("info" if count else "ok", f"{count:g}", "/metrics")


@_of_server
def prefix_caching(server: Served) -> Seen:
    """By its page, else by its command line."""
    told = server.settings.get("enable_prefix_caching")
    if told is None and "disable_radix_cache" in server.settings:
        told = str(server.settings["disable_radix_cache"] != "True")
    return _switch(
        server,
        told,
        ("--enable-prefix-caching",),
        ("--no-enable-prefix-caching", "--disable-radix-cache"),
    )


@_of_server
def chunked_prefill(server: Served) -> Seen:
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


@_of_server
def clock(server: Served) -> Seen:
    """Its clock against ours; only a hint, and no number of ours needs it."""
    ahead = server.clock_ahead_s
    if ahead is None:
        return skipped("not_reported", "Date")
    off = abs(ahead) > MAX_CLOCK_OFFSET_S
    return seen("warn" if off else "ok", f"{ahead:+.0f} s", "Date")
