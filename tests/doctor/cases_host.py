"""For each check of the host: what it finds, what has to trigger it, what must not."""

from __future__ import annotations

from inferometer.telemetry.tool import ToolAnswer
from tests.doctor.machines import (
    CPU,
    Given,
    cards,
    config,
    configured,
    cpus,
    given,
    iommu,
    limits,
    nodes,
    place,
    room,
)

Case = tuple[str, Given, Given]
"""The status, what triggers it, what must not."""

CLOCK = "sys/devices/system/clocksource/clocksource0"
PAGES = "sys/kernel/mm/transparent_hugepage"
ASPM = "sys/module/pcie_aspm/parameters/policy"
PRESSURE = "some avg10={} avg60=0.00 avg300=0.00 total=1\n"
MEMORY = (
    "MemTotal: 1000000 kB\nMemAvailable: {} kB\nSwapTotal: 800000 kB\nSwapFree: {} kB\n"
    "HugePages_Total: {}\nHugePages_Free: {}\nHugepagesize: 2048 kB\n"
)


def meminfo(
    available: int = 900_000, swap_free: int = 800_000, pages: int = 0
) -> dict[str, str]:
    text = MEMORY.format(available, swap_free, pages, pages)
    return {"proc/meminfo": text}


def stat(steal: int) -> dict[str, str]:
    return {"proc/stat": f"cpu  1000 0 500 8000 500 0 0 {steal} 0 0\n"}


def mounted(kind: str) -> dict[str, str]:
    line = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    return {
        "proc/self/mountinfo": f"{line}30 22 0:9 / /data rw - {kind} x rw\n"
    }


def kernel_log(line: str) -> Given:
    return given(answers={"dmesg": f"[    0.1] Linux version 6.8\n{line}\n"})


def aer(kind: str, count: int) -> Given:
    name = "COR" if kind == "correctable" else kind.upper()
    files = {f"aer_dev_{kind}": f"RxErr 0\nTOTAL_ERR_{name} {count}"}
    return given(cards(more=files))


HOST: dict[str, list[Case]] = {
    "host.cpu.governor": [
        (
            "warn",
            given(cpus(2, cpufreq__scaling_governor="powersave")),
            given(cpus(2, cpufreq__scaling_governor="performance")),
        )
    ],
    "host.cpu.energy_preference": [
        (
            "warn",
            given(cpus(1, cpufreq__energy_performance_preference="power")),
            given(
                cpus(1, cpufreq__energy_performance_preference="performance")
            ),
        )
    ],
    "host.cpu.frequency_cap": [
        (
            "warn",
            given(
                cpus(
                    1,
                    cpufreq__cpuinfo_max_freq="3700000",
                    cpufreq__scaling_max_freq="2000000",
                )
            ),
            given(
                cpus(
                    1,
                    cpufreq__cpuinfo_max_freq="3700000",
                    cpufreq__scaling_max_freq="3700000",
                )
            ),
        )
    ],
    "host.cpu.boost": [
        (
            "info",
            given({f"{CPU}/intel_pstate/no_turbo": "1\n"}),
            given({f"{CPU}/intel_pstate/no_turbo": "0\n"}),
        ),
        (
            "info",
            given({f"{CPU}/cpufreq/boost": "0\n"}),
            given({f"{CPU}/cpufreq/boost": "1\n"}),
        ),
    ],
    "host.cpu.smt": [
        (
            "info",
            given({f"{CPU}/smt/active": "1\n"}),
            given({f"{CPU}/smt/active": "0\n"}),
        )
    ],
    "host.cpu.offline": [
        (
            "info",
            given({**cpus(2), f"{CPU}/offline": "2-3\n"}),
            given({**cpus(2), f"{CPU}/offline": "\n"}),
        )
    ],
    "host.cpu.load": [
        (
            "warn",
            given({**cpus(4), "proc/loadavg": "3.50 1 1 1/2 3\n"}),
            given({**cpus(4), "proc/loadavg": "1.50 1 1 1/2 3\n"}),
        )
    ],
    "host.cpu.pressure": [
        (
            "warn",
            given({"proc/pressure/cpu": PRESSURE.format("60.00")}),
            given({"proc/pressure/cpu": PRESSURE.format("1.00")}),
        )
    ],
    "host.cpu.steal": [("warn", given(stat(900)), given(stat(3)))],
    "host.cpu.quota": [
        (
            "warn",
            given(
                {
                    "sys/fs/cgroup/cpu.max": "200000 100000\n",
                    "sys/fs/cgroup/cpu.stat": "nr_throttled 40\n",
                }
            ),
            given({"sys/fs/cgroup/cpu.max": "max 100000\n"}),
        ),
        (
            "info",
            given(
                {
                    "proc/self/cgroup": "0::/user.slice\n",
                    "sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n",
                }
            ),
            given(
                {
                    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                }
            ),
        ),
    ],
    "host.cpu.thermal": [
        (
            "warn",
            given(cpus(1, thermal_throttle__package_throttle_count="12")),
            given(cpus(1, thermal_throttle__package_throttle_count="0")),
        )
    ],
    "host.numa.balancing": [
        (
            "warn",
            given({**nodes(2), "proc/sys/kernel/numa_balancing": "1\n"}),
            given({**nodes(1), "proc/sys/kernel/numa_balancing": "1\n"}),
        )
    ],
    "host.memory.available": [
        ("warn", given(meminfo(50_000)), given(meminfo())),
        ("fail", given(meminfo(5_000)), given(meminfo(200_000))),
    ],
    "host.memory.swap": [
        (
            "warn",
            given(meminfo(swap_free=100_000)),
            given(meminfo(swap_free=700_000)),
        )
    ],
    "host.memory.pressure": [
        (
            "warn",
            given({"proc/pressure/memory": PRESSURE.format("9.00")}),
            given({"proc/pressure/memory": PRESSURE.format("0.00")}),
        )
    ],
    "host.memory.oom_kills": [
        (
            "warn",
            given({"proc/vmstat": "pswpin 0\noom_kill 2\n"}),
            given({"proc/vmstat": "pswpin 0\noom_kill 0\n"}),
        )
    ],
    "host.memory.huge_pages": [
        ("warn", given(meminfo(pages=200)), given(meminfo(pages=10)))
    ],
    "host.memory.transparent_pages": [
        (
            "warn",
            given(
                {
                    f"{PAGES}/enabled": "[always] madvise never\n",
                    f"{PAGES}/defrag": "[always] defer madvise never\n",
                }
            ),
            given(
                {
                    f"{PAGES}/enabled": "[always] madvise never\n",
                    f"{PAGES}/defrag": "always defer [madvise] never\n",
                }
            ),
        )
    ],
    "host.memory.group": [
        (
            "warn",
            given(
                {
                    "sys/fs/cgroup/memory.max": f"{2**30}\n",
                    "sys/fs/cgroup/memory.current": f"{2**30 - 1}\n",
                }
            ),
            given({"sys/fs/cgroup/memory.max": "max\n"}),
        ),
        (
            "warn",
            given(
                {
                    "sys/fs/cgroup/memory.max": "max\n",
                    "sys/fs/cgroup/memory.events": "low 0\noom_kill 3\n",
                }
            ),
            given(
                {
                    "sys/fs/cgroup/memory/memory.limit_in_bytes": (
                        "9223372036854771712\n"
                    ),
                    **meminfo(),
                }
            ),
        ),
    ],
    "host.memory.shared": [
        (
            "warn",
            given(rooms={"shm": room(0.06, 0.06)}),
            given(rooms={"shm": room(60, 60)}),
        )
    ],
    "host.limits.memlock": [
        (
            "warn",
            given({**cards(), **limits("Max locked memory", 65536)}),
            given({**cards(), **limits("Max locked memory", "unlimited")}),
        ),
        (
            "info",
            given(limits("Max locked memory", 65536)),
            given(limits("Max locked memory", "unlimited")),
        ),
    ],
    "host.limits.processes": [
        (
            "warn",
            given(limits("Max processes", 1024)),
            given(limits("Max processes", 127_000)),
        )
    ],
    "host.clock.source": [
        (
            "warn",
            given(
                {
                    f"{CLOCK}/current_clocksource": "hpet\n",
                    f"{CLOCK}/available_clocksource": "tsc hpet acpi_pm\n",
                }
            ),
            given({f"{CLOCK}/current_clocksource": "tsc\n"}),
        )
    ],
    "host.clock.synchronized": [
        (
            "warn",
            given(answers={"timedatectl": "NTP=yes\nNTPSynchronized=no\n"}),
            given(answers={"timedatectl": "NTPSynchronized=yes\n"}),
        ),
        (
            "warn",
            given(answers={"chronyc": "Leap status     : Not synchronised\n"}),
            given(answers={"chronyc": "Leap status     : Normal\n"}),
        ),
    ],
    "host.disk.results": [
        (
            "warn",
            given(rooms={"results": room(0.5)}),
            given(rooms={"results": room(50)}),
        ),
        (
            "fail",
            given(rooms={"results": room(0.01)}),
            given(rooms={"results": room(1.01)}),
        ),
    ],
    "host.disk.cache": [
        (
            "warn",
            given(rooms={"cache": room(3)}),
            given(rooms={"cache": room(300)}),
        )
    ],
    "host.disk.network": [
        (
            "warn",
            given(mounted("nfs4"), rooms={"cache": room(300)}),
            given(mounted("xfs"), rooms={"cache": room(300)}),
        )
    ],
    "host.kernel.machine_checks": [
        (
            "warn",
            kernel_log("[  9.1] mce: [Hardware Error]: Machine check events"),
            kernel_log("[  9.1] mce: CPU0: Thermal monitoring enabled"),
        )
    ],
    "host.kernel.killed": [
        (
            "warn",
            kernel_log("[ 99.1] Out of memory: Killed process 42 (python)"),
            kernel_log("[ 99.1] systemd[1]: Started OOM killer"),
        )
    ],
    "host.virtual": [
        (
            "info",
            given({"proc/cpuinfo": "flags\t\t: fpu hypervisor vme\n"}),
            given({"proc/cpuinfo": "flags\t\t: fpu vme\n"}),
        )
    ],
    "host.locale": [
        (
            "info",
            given(environment={"LANG": "C"}),
            given(environment={"LANG": "zh_CN.UTF-8"}),
        )
    ],
}

DOWNSTREAM = f"sys/devices/{place(0)}".rpartition("/")[0]

PCIE: dict[str, list[Case]] = {
    "pcie.iommu": [
        (
            "info",
            given({**cards(), **iommu("DMA-FQ")}),
            given({**cards(), **iommu("identity")}),
        )
    ],
    "pcie.acs": [
        (
            "info",
            given({**cards(count=2), **configured(2, port_acs=0x1D)}),
            given({**cards(count=2), **configured(2, port_acs=0x11)}),
        ),
        (
            "info",
            given(
                cards(count=2),
                {
                    "lspci": (
                        "0000:00:01.0 PCI bridge: x\n"
                        "\t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+\n"
                        "\n0000:10:00.0 VGA: y\n"
                    )
                },
            ),
            given(
                cards(count=2),
                {
                    "lspci": (
                        "00:01.0 PCI bridge: x\n"
                        "\t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir- CmpltRedir-\n"
                    )
                },
            ),
        ),
    ],
    "pcie.aspm.policy": [
        (
            "warn",
            given({ASPM: "default performance [powersave] powersupersave\n"}),
            given({ASPM: "[default] performance powersave powersupersave\n"}),
        )
    ],
    "pcie.aspm.links": [
        (
            "info",
            given({**cards(), **configured(asleep=True)}),
            given({**cards(), **configured()}),
        )
    ],
    "pcie.payload": [
        (
            "info",
            given({**cards(), **configured(payload=128, able=512)}),
            given({**cards(), **configured(payload=256)}),
        ),
        (
            "info",
            given({**cards(), **configured(payload=128)}),
            given(
                {
                    **cards(),
                    **configured(payload=128, able=512),
                    f"{DOWNSTREAM}/config": config(able=128),
                }
            ),
        ),
    ],
    "pcie.relaxed_ordering": [
        (
            "info",
            given({**cards(), **configured(relaxed=False)}),
            given({**cards(), **configured()}),
        )
    ],
    "pcie.errors": [
        ("warn", aer("correctable", 5), aer("correctable", 0)),
        ("warn", aer("nonfatal", 1), aer("nonfatal", 0)),
        ("fail", aer("fatal", 1), aer("fatal", 0)),
    ],
    "pcie.kernel_log": [
        (
            "warn",
            kernel_log("pcieport 0000:00:01.1: AER: Corrected error received"),
            kernel_log("pcieport 0000:00:01.1: AER: enabled with IRQ 30"),
        ),
        (
            "warn",
            given(
                {
                    "var/log/kern.log": "kernel: PCIe Bus Error: severity=Corrected\n"
                },
                {"dmesg": ToolAnswer("", "tool_failed", 1)},
            ),
            given({"var/log/dmesg": "all is well\n"}),
        ),
    ],
}
