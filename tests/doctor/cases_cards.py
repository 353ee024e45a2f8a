"""For each check of cards and links: what it finds, what has to trigger it, what must not."""

from __future__ import annotations

from inferometer.telemetry.tool import ToolAnswer
from tests.doctor.cases_host import Case, kernel_log
from tests.doctor.machines import (
    GIB,
    STATUS,
    Given,
    address,
    cards,
    given,
    kfd,
    node,
    nodes,
    place,
    smi,
)

NVIDIA = cards("nvidia")
TWO = cards("nvidia", 2)
MONITOR = "hwmon__hwmon3__"


def amd(**files: str) -> Given:
    """A card with these files of its monitor, and others."""
    named = {f"{MONITOR}name": "amdgpu"}
    return given(cards(more={**named, **files}))


def nvidia(*rows: dict[str, str], **answers: str) -> Given:
    files = cards("nvidia", max(len(rows), 1))
    return given(files, {"nvidia-smi": smi(*(rows or ({},))), **answers})


def bound(driver: str) -> dict[str, str]:
    way = f"sys/devices/{place(0)}"
    return {f"{way}/driver": f"-> sys/bus/pci/drivers/{driver}"}


def apps(*pids: int) -> Given:
    rows = "".join(f"0000{address()}, {pid}, 900\n" for pid in pids)
    told = f"gpu_bus_id, pid, used_gpu_memory [MiB]\n{rows}"
    return given(NVIDIA, {"nvidia-smi apps": told, "nvidia-smi": smi({})})


TOPOLOGY = (
    "\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \t{0}\t0-31\nGPU1\t{0}\t X \t0-31\n"
)
DEV = {"dev/null": ""}
OPEN = {"dev/kfd": node(0o666), "dev/dri/renderD128": node(0o666)}
XID = "NVRM: Xid (PCI:0000:9b:00): {}, pid=20, name=python, Timeout"

CARDS: dict[str, list[Case]] = {
    "gpu.visible": [("info", given(), given(cards()))],
    "gpu.driver": [
        (
            "fail",
            given({**NVIDIA, "sys/module/ext4/x": "\n"}),
            given({**NVIDIA, "sys/module/nvidia/version": "590.48.01\n"}),
        ),
        (
            "warn",
            given({**NVIDIA, **bound("vfio-pci")}),
            given({**cards("hygon"), "sys/module/hycu/version": "6.2.17\n"}),
        ),
        (
            "fail",
            given({**NVIDIA, **bound("nouveau")}),
            given({**cards(), "proc/modules": "amdgpu 12 0 - Live 0x0\n"}),
        ),
    ],
    "gpu.driver.library": [
        (
            "fail",
            given(
                NVIDIA,
                {
                    "nvidia-smi": ToolAnswer(
                        "Failed to initialize NVML: Driver/library version mismatch\n",
                        "tool_failed",
                        18,
                    )
                },
            ),
            nvidia(),
        )
    ],
    "gpu.lost": [
        (
            "fail",
            given(
                NVIDIA,
                {
                    "nvidia-smi": (
                        "Unable to determine the device handle for GPU0000:10:00.0: "
                        "Unknown Error\n"
                    )
                },
            ),
            nvidia(),
        ),
        (
            "fail",
            given(TWO, {"nvidia-smi": smi({})}),
            given(TWO, {"nvidia-smi": smi({}, {})}),
        ),
    ],
    "gpu.device_files": [
        (
            "fail",
            given({**cards(), **DEV}, nodes={}),
            given({**cards(), **DEV}, nodes=OPEN),
        ),
        (
            "fail",
            given({**cards(), **DEV}, nodes={"dev/dri/renderD128": node()}),
            given(
                {**cards("hygon"), **DEV},
                nodes={"dev/mkfd": node(), "dev/dri/renderD128": node()},
            ),
        ),
    ],
    "gpu.permission": [
        (
            "fail",
            given(
                {**cards(), "proc/self/status": STATUS},
                nodes={"dev/kfd": node(0o660, 992)},
            ),
            given({**cards(), "proc/self/status": STATUS}, nodes=OPEN),
        ),
        (
            "fail",
            given(
                {**cards(), "proc/self/status": STATUS},
                nodes={**OPEN, "dev/dri/renderD128": node(0o640, 1000)},
            ),
            given(
                {**cards(), "proc/self/status": STATUS},
                nodes={"dev/kfd": node(0o660, 1000)},
            ),
        ),
    ],
    "gpu.render_order": [
        (
            "info",
            given(
                {
                    **cards("hygon"),
                    "sys/class/drm/card0/device/vendor": "0x1a03\n",
                }
            ),
            given(
                {
                    **cards("hygon"),
                    "sys/class/drm/card0/device/vendor": "0x1d94\n",
                }
            ),
        )
    ],
    "gpu.persistence": [
        ("warn", nvidia({"persistence": "Disabled"}), nvidia())
    ],
    "gpu.ecc.mode": [
        ("info", nvidia({"ecc": "Disabled"}), nvidia()),
        ("warn", nvidia({"ecc": "Disabled"}, {}), nvidia({}, {})),
    ],
    "gpu.ecc.errors": [
        ("fail", nvidia({"errors": "3"}), nvidia()),
        (
            "fail",
            amd(ras__umc_err_count="ue: 2\nce: 9"),
            amd(ras__umc_err_count="ue: 0\nce: 9"),
        ),
    ],
    "gpu.ecc.pending": [("fail", nvidia({"pending": "Yes"}), nvidia())],
    "gpu.kernel_log": [
        ("fail", kernel_log(XID.format(119)), kernel_log("NVRM: loading")),
        ("warn", kernel_log(XID.format(31)), kernel_log("nvidia: enabled")),
        (
            "fail",
            kernel_log("amdgpu 0000:03:00.0: ring gfx_0.0.0 timeout, signaled"),
            kernel_log("amdgpu 0000:03:00.0: amdgpu: ring gfx uses VM"),
        ),
    ],
    "gpu.partition": [
        ("info", nvidia({"mig": "Enabled"}), nvidia()),
        (
            "info",
            amd(current_compute_partition="DPX"),
            amd(current_compute_partition="SPX"),
        ),
    ],
    "gpu.mixed": [
        (
            "warn",
            given({**TWO, f"sys/devices/{place(0)}/device": "0x2330\n"}),
            given(TWO),
        )
    ],
    "gpu.numa": [
        (
            "info",
            given({**cards(numa_node="-1"), **nodes(2)}),
            given({**cards(numa_node="1"), **nodes(2)}),
        )
    ],
    "gpu.memory.used": [
        (
            "info",
            amd(
                mem_info_vram_total=f"{32 * GIB}",
                mem_info_vram_used=f"{9 * GIB}",
            ),
            amd(
                mem_info_vram_total=f"{32 * GIB}",
                mem_info_vram_used=f"{GIB // 9}",
            ),
        )
    ],
    "gpu.memory.bar": [
        (
            "warn",
            amd(
                mem_info_vram_total=f"{32 * GIB}",
                mem_info_vis_vram_total=f"{GIB // 4}",
            ),
            amd(
                mem_info_vram_total=f"{32 * GIB}",
                mem_info_vis_vram_total=f"{32 * GIB}",
            ),
        )
    ],
    "gpu.processes": [
        ("warn", apps(71, 72), apps()),
        (
            "info",
            given({**cards(), "sys/class/kfd/kfd/proc/71/pasid": "1\n"}),
            given({**cards(), "sys/class/kfd/kfd/proc/x": "\n"}),
        ),
    ],
    "gpu.power.cap": [
        (
            "warn",
            amd(
                **{
                    f"{MONITOR}power1_cap": "200000000",
                    f"{MONITOR}power1_cap_default": "300000000",
                }
            ),
            amd(
                **{
                    f"{MONITOR}power1_cap": "300000000",
                    f"{MONITOR}power1_cap_default": "300000000",
                }
            ),
        )
    ],
    "gpu.throttled": [
        ("warn", nvidia({"reasons": "0x0000000000000048"}), nvidia()),
        (
            "warn",
            nvidia({"reasons": "0x0000000000000020"}),
            nvidia({"reasons": "0x0000000000000004"}),
        ),
    ],
    "gpu.temperature": [
        (
            "warn",
            amd(
                **{
                    f"{MONITOR}temp1_label": "edge",
                    f"{MONITOR}temp1_input": "60000",
                    f"{MONITOR}temp2_label": "junction",
                    f"{MONITOR}temp2_input": "95000",
                }
            ),
            amd(
                **{
                    f"{MONITOR}temp1_label": "edge",
                    f"{MONITOR}temp1_input": "60000",
                    f"{MONITOR}temp2_label": "junction",
                    f"{MONITOR}temp2_input": "80000",
                }
            ),
        )
    ],
    "gpu.clock.stuck": [
        (
            "warn",
            amd(
                gpu_busy_percent="99",
                pp_dpm_sclk="0: 500Mhz\n1: 2350Mhz *",
                **{
                    f"{MONITOR}freq1_label": "sclk",
                    f"{MONITOR}freq1_input": "41000000",
                },
            ),
            amd(
                gpu_busy_percent="3",
                pp_dpm_sclk="0: 500Mhz\n1: 2350Mhz *",
                **{
                    f"{MONITOR}freq1_label": "sclk",
                    f"{MONITOR}freq1_input": "41000000",
                },
            ),
        )
    ],
    "gpu.link.width": [
        ("warn", given(cards(link="16.0x8")), given(cards())),
    ],
    "gpu.link.speed": [
        ("info", given(cards(link="2.5x16")), given(cards())),
        (
            "warn",
            given(cards(link="8.0x16", gpu_busy_percent="97")),
            given(cards(gpu_busy_percent="97")),
        ),
    ],
    "gpu.link.narrowest": [
        ("warn", given(cards(above="8.0x4")), given(cards()))
    ],
    "gpu.link.contradiction": [
        (
            "warn",
            given(cards(pp_dpm_pcie="0: 2.5GT/s, x8\n1: 16.0GT/s, x8 *")),
            given(cards(pp_dpm_pcie="0: 2.5GT/s, x16\n1: 16.0GT/s, x16 *")),
        )
    ],
    "gpu.link.unverifiable": [
        (
            "info",
            given(
                {**cards(), "proc/cpuinfo": "flags\t\t: fpu hypervisor vme\n"}
            ),
            given(cards()),
        )
    ],
    "gpu.link.replays": [
        ("info", amd(pcie_replay_count="12"), amd(pcie_replay_count="0"))
    ],
    "gpu.link.peers": [
        (
            "info",
            given({**cards(count=2), **kfd(120001, 2)}),
            given({**cards(count=2), **kfd(90010, 2, link=11)}),
        ),
        (
            "info",
            given(TWO, {"nvidia-smi topo": TOPOLOGY.format("PHB")}),
            given(TWO, {"nvidia-smi topo": TOPOLOGY.format("NV18")}),
        ),
    ],
}
