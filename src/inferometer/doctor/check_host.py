"""Checks of processors, clocks and limits of the host."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from inferometer.doctor.machine import Machine
from inferometer.doctor.seen import UNLIMITED, Seen, Status, seen, skipped
from inferometer.telemetry.tool import ToolAnswer
from inferometer.words import Said

CPU = "sys/devices/system/cpu"
GOVERNOR = "cpufreq/scaling_governor"
STEADY_CLOCKS = {"tsc", "arch_sys_counter", "kvm-clock", "timebase", "tod"}
HYPERVISOR_CLOCKS = ("hyperv_clocksource", "xen")
MAX_LOAD_PER_CPU = 0.7
MAX_STEAL_SHARE = 0.02
MAX_CPU_PRESSURE = 25.0
"""Percent of the last 10 s in which some task waited."""
MIN_PROCESSES = 4096
MAX_NAMED = 4


def counted(values: Iterable[str]) -> tuple[str, ...]:
    """`performance ×32`, the most frequent first."""
    return tuple(
        f"{value} ×{n}" for value, n in Counter(values).most_common(MAX_NAMED)
    )


def _of_cpus(machine: Machine, file: str) -> Mapping[str, str]:
    """A file of each processor that has it."""
    words = {
        cpu: machine.tree.word(f"{CPU}/{cpu}/{file}") for cpu in machine.cpus
    }
    return {cpu: word for cpu, word in words.items() if word is not None}


def _absent(machine: Machine, source: str) -> Seen:
    return skipped(
        "virtual_machine" if machine.virtual else "no_source", source
    )


def governor(machine: Machine) -> Seen:
    return _for_performance(machine, GOVERNOR, "warn")


def energy_preference(machine: Machine) -> Seen:
    governors = set(_of_cpus(machine, GOVERNOR).values())
    status: Status = "info" if governors == {"performance"} else "warn"
    file = "cpufreq/energy_performance_preference"
    return _for_performance(machine, file, status)


def _for_performance(machine: Machine, file: str, otherwise: Status) -> Seen:
    """Whether all processors are set to it; `otherwise`: how bad it is if not."""
    source = f"{CPU}/cpu*/{file}"
    words = _of_cpus(machine, file)
    if not words:
        return _absent(machine, source)
    if set(words.values()) == {"performance"}:
        return seen("ok", counted(words.values()), source)
    fix = f"echo performance | sudo tee /{source}"
    return seen(otherwise, counted(words.values()), source, commands=[fix])


def boost(machine: Machine) -> Seen:
    """`no_turbo` says the opposite of `boost`."""
    for path, off in (
        (f"{CPU}/intel_pstate/no_turbo", "1"),
        (f"{CPU}/cpufreq/boost", "0"),
    ):
        word = machine.tree.word(path)
        if word is not None:
            return seen("info" if word == off else "ok", word, path)
    return _absent(machine, f"{CPU}/cpufreq/boost")


def frequency_cap(machine: Machine) -> Seen:
    source = f"{CPU}/cpu*/cpufreq/scaling_max_freq"
    most = _of_cpus(machine, "cpufreq/cpuinfo_max_freq")
    caps = _of_cpus(machine, "cpufreq/scaling_max_freq")
    both = {
        cpu: (int(caps[cpu]), int(most[cpu]))
        for cpu in caps.keys() & most.keys()
        if caps[cpu].isdigit() and most[cpu].isdigit()
    }
    if not both:
        return _absent(machine, source)
    capped = [
        f"{cap // 1000}/{top // 1000} MHz"
        for cap, top in both.values()
        if cap < top
    ]
    if not capped:
        tops = (f"{top // 1000} MHz" for _, top in both.values())
        return seen("ok", counted(tops), source)
    top = max(top for _, top in both.values())
    fix = f"echo {top} | sudo tee /{source}"
    return seen("warn", counted(capped), source, commands=[fix])


def smt(machine: Machine) -> Seen:
    source = f"{CPU}/smt/active"
    word = machine.tree.word(source)
    if word not in ("0", "1"):
        return skipped("no_source", source)
    return seen("info" if word == "1" else "ok", f"active={word}", source)


def offline(machine: Machine) -> Seen:
    source = f"{CPU}/offline"
    if not machine.cpus:
        return skipped("no_source", source)
    present = machine.tree.word(f"{CPU}/present")
    word = machine.tree.word(source)
    if not word:
        return seen("ok", f"present={present}", source)
    return seen("info", f"offline={word}", source)


def load(machine: Machine) -> Seen:
    source = "proc/loadavg"
    words = (machine.tree.word(source) or "").split()
    cpus = len(machine.cpus)
    try:
        average = float(words[0])
    except (IndexError, ValueError):
        return skipped("no_source", source)
    if not cpus:
        return skipped("no_source", CPU)
    busy = average / cpus > MAX_LOAD_PER_CPU
    told = Said("doctor.fact.load", {"load": average, "n": cpus})
    return seen("warn" if busy else "ok", told, source)


def steal(machine: Machine) -> Seen:
    source = "proc/stat"
    line = (machine.tree.word(source) or "").split("\n")[0].split()
    ticks = [int(each) for each in line[1:9] if each.isdigit()]
    if line[:1] != ["cpu"] or len(ticks) < 8 or not sum(ticks):
        return skipped("no_source", source)
    share = ticks[7] / sum(ticks)
    status: Status = "warn" if share > MAX_STEAL_SHARE else "ok"
    return seen(status, f"steal={share:.2%}", source)


def cpu_pressure(machine: Machine) -> Seen:
    return pressure(machine, "cpu", MAX_CPU_PRESSURE)


def pressure(machine: Machine, what: str, most: float) -> Seen:
    """Percent of the last 10 s in which some task waited for it."""
    source = f"proc/pressure/{what}"
    text = machine.tree.word(source) or ""
    found = re.search(r"^some avg10=(\d+\.\d+)", text, re.M)
    if not found:
        return skipped("no_source", source)
    status: Status = "warn" if float(found[1]) > most else "ok"
    return seen(status, f"some avg10={found[1]}%", source)


def thermal(machine: Machine) -> Seen:
    source = f"{CPU}/cpu*/thermal_throttle/package_throttle_count"
    words = _of_cpus(machine, "thermal_throttle/package_throttle_count")
    counts = [int(each) for each in words.values() if each.isdigit()]
    if not counts:
        return _absent(machine, source)
    return seen("warn" if max(counts) else "ok", f"{max(counts)}", source)


def numa_balancing(machine: Machine) -> Seen:
    source = "proc/sys/kernel/numa_balancing"
    word = machine.tree.word(source)
    if word is None:
        return skipped("no_source", source)
    facts = (f"numa_balancing={word}", f"nodes={machine.nodes_numa}")
    if word == "0" or machine.nodes_numa < 2:
        return seen("ok", facts, source)
    fix = "sudo sysctl kernel.numa_balancing=0"
    return seen("warn", facts, source, commands=[fix])


def clock_source(machine: Machine) -> Seen:
    base = "sys/devices/system/clocksource/clocksource0"
    source = f"{base}/current_clocksource"
    word = machine.tree.word(source)
    if word is None:
        return skipped("no_source", source)
    steady = word in STEADY_CLOCKS or word.startswith(HYPERVISOR_CLOCKS)
    if steady:
        return seen("ok", word, source)
    there = (machine.tree.word(f"{base}/available_clocksource") or "").split()
    fixes = [f"echo tsc | sudo tee /{source}"] if "tsc" in there else []
    facts = (word, f"available={' '.join(there)}")
    return seen("warn", facts, source, commands=fixes)


def _found(line: str, answer: ToolAnswer | None) -> re.Match[str] | None:
    return re.search(line, answer.text, re.M) if answer else None


def synchronized(machine: Machine) -> Seen:
    """By whichever daemon says so."""
    daemon = machine.answers.get("timedatectl")
    told = _found(r"^NTPSynchronized=(\w+)", daemon)
    if told and told[1] == "yes":
        return seen("ok", told[0], "timedatectl")
    leap = _found(r"^Leap status\s*: (.+)$", machine.answers.get("chronyc"))
    if leap:
        status: Status = "ok" if leap[1] == "Normal" else "warn"
        return seen(status, f"Leap status: {leap[1]}", "chronyc tracking")
    if told:
        return seen(
            "warn",
            told[0],
            "timedatectl",
            commands=["sudo timedatectl set-ntp true"],
        )
    if "run/systemd/timesync/synchronized" in _timesync(machine):
        done = Said("doctor.fact.synchronized")
        return seen("ok", done, "run/systemd/timesync")
    if not machine.answers:
        return skipped("another_machine", "timedatectl")
    missing = daemon is None or daemon.state == "tool_missing"
    return skipped(
        "tool_missing" if missing else "tool_failed", "timedatectl, chronyc"
    )


def _timesync(machine: Machine) -> tuple[str, ...]:
    base = "run/systemd/timesync"
    return tuple(f"{base}/{name}" for name in machine.tree.names(base))


def cpu_quota(machine: Machine) -> Seen:
    """Of the control group that this process is in, of either version."""
    group = _own_group(machine, "")
    paths = (f"sys/fs/cgroup{group}/cpu.max", "sys/fs/cgroup/cpu.max")
    for path in paths:
        words = (machine.tree.word(path) or "").split()
        if len(words) == 2:
            return _quota(machine, path, words[0], words[1])
    base = "sys/fs/cgroup/cpu"
    quota = machine.tree.word(f"{base}/cpu.cfs_quota_us")
    period = machine.tree.word(f"{base}/cpu.cfs_period_us")
    if quota is None or period is None:
        return skipped("no_source", paths[1])
    return _quota(machine, f"{base}/cpu.cfs_quota_us", quota, period)


def _quota(machine: Machine, path: str, quota: str, period: str) -> Seen:
    if not quota.isdigit() or not period.isdigit() or not int(period):
        return seen("ok", f"quota={quota}", path)
    stat = machine.tree.word(path.rpartition("/")[0] + "/cpu.stat") or ""
    held = re.search(r"^nr_throttled (\d+)", stat, re.M)
    throttled = int(held[1]) if held else 0
    facts = (
        Said("doctor.fact.quota", {"n": int(quota) / int(period)}),
        f"nr_throttled={throttled}",
    )
    return seen("warn" if throttled else "info", facts, path)


def _own_group(machine: Machine, controller: str) -> str:
    """Path of this process's control group below that of the controller ('' for version 2)."""
    text = machine.tree.word("proc/self/cgroup") or ""
    found = re.search(rf"^\d+:{controller}:(/\S*)", text, re.M)
    return "" if not found or ".." in found[1] else found[1].rstrip("/")


def memory_locking(machine: Machine) -> Seen:
    source = "proc/self/limits"
    limit = machine.limit("Max locked memory")
    if limit is None:
        return skipped("no_source", source)
    if limit == -1:
        return seen("ok", UNLIMITED, source)
    status: Status = "warn" if machine.cards else "info"
    fix = machine.raise_limit("Max locked memory", -1)
    return seen(status, f"{limit // 1024} KiB", source, commands=[fix])


def processes(machine: Machine) -> Seen:
    source = "proc/self/limits"
    limit = machine.limit("Max processes")
    if limit is None:
        return skipped("no_source", source)
    few = 0 <= limit < MIN_PROCESSES
    told = UNLIMITED if limit == -1 else str(limit)
    fixes = [machine.raise_limit("Max processes", MIN_PROCESSES)] if few else []
    return seen("warn" if few else "ok", told, source, commands=fixes)


def virtualization(machine: Machine) -> Seen:
    source = "proc/cpuinfo"
    if machine.tree.word(source) is None:
        return skipped("no_source", source)
    if machine.virtual:
        return seen("info", "hypervisor", source)
    return seen("ok", "flags: –", source)


def locale(machine: Machine) -> Seen:
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    name = next((each for each in names if machine.environment.get(each)), None)
    if name is None:
        return seen("info", "LANG: –", "LANG")
    utf8 = re.search(r"utf-?8$", machine.environment[name], re.I)
    told = f"{name}: {'UTF-8' if utf8 else '≠ UTF-8'}"
    return seen("ok" if utf8 else "info", told, name)
