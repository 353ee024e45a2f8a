"""Words of what `doctor` has read, in English."""

from __future__ import annotations

DOCTOR_FACTS: dict[str, str] = {
    "doctor.fact.unlimited": "unlimited",
    "doctor.fact.yes": "yes",
    "doctor.fact.no": "no",
    "doctor.fact.stamps.kernel": "kernel",
    "doctor.fact.stamps.user": "user",
    "doctor.fact.bits": "{n} bit",
    "doctor.fact.debug": "debug",
    "doctor.fact.load": "{load:g} / {n} CPUs",
    "doctor.fact.quota": "quota={n:g} CPUs",
    "doctor.fact.synchronized": "synchronized",
    "doctor.fact.exit_code": "exit code {n}",
    "doctor.fact.log": "log: {trouble}",
    "doctor.fact.cpus.shared": "{n} CPUs, shared",
    "doctor.fact.cpus.apart": "{n} CPUs, apart",
    "doctor.fact.payload": "{fact} (max {most} B)",
}
