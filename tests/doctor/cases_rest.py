"""For each check of containers, variables, client, server, and for what joins several facts."""

from __future__ import annotations

from dataclasses import replace

from inferometer.doctor.served import Process
from inferometer.server.model_list import ModelCard
from inferometer.telemetry.tool import ToolAnswer
from tests.doctor.cases_cards import TOPOLOGY
from tests.doctor.cases_host import PRESSURE, Case, meminfo
from tests.doctor.machines import (
    CLIENT,
    STATUS,
    cards,
    configured,
    cpus,
    given,
    iommu,
    kfd,
    limits,
    served,
)

INSIDE = {"proc/1/cgroup": "0::/system.slice/docker-0.scope\n"}
NVIDIA = cards("nvidia")
NET = {"sys/class/net/eth0/mtu": "1500\n", "sys/class/net/lo/mtu": "1\n"}
LOCKED = limits("Max locked memory", 65536)

CONTAINER: dict[str, list[Case]] = {
    "container.inside": [
        ("info", given(INSIDE), given({"proc/1/cgroup": "0::/init.scope\n"})),
        (
            "info",
            given(
                {
                    ".dockerenv": "",
                    "proc/self/mountinfo": "2 1 0:5 / / rw - overlay overlay rw\n",
                }
            ),
            given(
                {
                    ".dockerenv": "",
                    "proc/self/mountinfo": "2 1 8:1 / / rw - ext4 /dev/vda rw\n",
                }
            ),
        ),
    ],
    "container.pinning": [
        (
            "info",
            given({**INSIDE, **LOCKED, "proc/self/status": STATUS}),
            given(
                {
                    **INSIDE,
                    **LOCKED,
                    "proc/self/status": STATUS.replace("a80425fb", "a80465fb"),
                }
            ),
        )
    ],
    "container.seccomp": [
        (
            "info",
            given({**INSIDE, **cards(), "proc/self/status": STATUS}),
            given(
                {
                    **INSIDE,
                    **cards(),
                    "proc/self/status": STATUS.replace("comp:\t2", "comp:\t0"),
                }
            ),
        )
    ],
    "container.engine": [
        (
            "info",
            given(answers={"docker": ToolAnswer("", "tool_failed", 1)}),
            given(answers={"docker": '{"runc": {}}'}),
        )
    ],
    "container.toolkit": [
        (
            "warn",
            given(NVIDIA, {"docker": '{"runc": {}}'}),
            given(NVIDIA, {"docker": '{"runc": {}, "nvidia": {}}'}),
        ),
        (
            "warn",
            given(NVIDIA, {"docker": "{}"}),
            given({**NVIDIA, "etc/cdi/nvidia.yaml": "x\n"}, {"docker": "{}"}),
        ),
    ],
}

ENVIRONMENT: dict[str, list[Case]] = {
    "environment.visible_devices": [
        (
            "warn",
            given(
                environment={
                    "CUDA_VISIBLE_DEVICES": "0",
                    "HIP_VISIBLE_DEVICES": "0",
                }
            ),
            given(environment={"CUDA_VISIBLE_DEVICES": "0"}),
        )
    ],
    "environment.hidden_devices": [
        (
            "warn",
            given(cards(), environment={"HIP_VISIBLE_DEVICES": "0,1"}),
            given(cards(), environment={"HIP_VISIBLE_DEVICES": "0"}),
        )
    ],
    "environment.gfx_override": [
        (
            "warn",
            given(
                {**cards(), **kfd(120001)},
                environment={"HSA_OVERRIDE_GFX_VERSION": "11.0.0"},
            ),
            given({**cards(), **kfd(120001)}),
        ),
        (
            "info",
            given(
                {**cards(), **kfd(120001)},
                environment={"HSA_OVERRIDE_GFX_VERSION": "12.0.1"},
            ),
            given(),
        ),
    ],
    "environment.built_for": [
        (
            "fail",
            given(
                {**cards(), **kfd(120001)},
                environment={"PYTORCH_ROCM_ARCH": "gfx90a;gfx942"},
            ),
            given(
                {**cards(), **kfd(90402)},
                environment={"PYTORCH_ROCM_ARCH": "gfx90a;gfx942:xnack-"},
            ),
        )
    ],
    "environment.debugging": [
        (
            "warn",
            given(environment={"CUDA_LAUNCH_BLOCKING": "1"}),
            given(environment={"CUDA_LAUNCH_BLOCKING": "0"}),
        ),
        (
            "warn",
            given(
                server=served(
                    process=Process(7, (), {"NCCL_DEBUG": "trace"}, 1, "0")
                )
            ),
            given(
                environment={"NCCL_DEBUG": "TRACE"},
                server=served(
                    process=Process(7, (), {"NCCL_DEBUG": "INFO"}, 1, "0")
                ),
            ),
        ),
    ],
    "environment.interfaces": [
        (
            "warn",
            given(NET, environment={"NCCL_SOCKET_IFNAME": "ib0"}),
            given(NET, environment={"NCCL_SOCKET_IFNAME": "eth,ib0"}),
        )
    ],
    "environment.proxy": [
        (
            "info",
            given(environment={"http_proxy": "http://p:3128"}),
            given(
                environment={
                    "http_proxy": "http://p:3128",
                    "no_proxy": "localhost,.corp",
                }
            ),
        )
    ],
}

PORTS = "proc/sys/net/ipv4/ip_local_port_range"

CLIENT_CASES: dict[str, list[Case]] = {
    "client.descriptors": [
        (
            "warn",
            given(limits("Max open files", 1024, 1024)),
            given(limits("Max open files", 1024, 524288)),
        )
    ],
    "client.ports": [
        (
            "warn",
            given({PORTS: "60000\t60999\n"}),
            given({PORTS: "32768\t60999\n"}),
        )
    ],
    "client.stamps": [
        (
            "warn",
            given(client=replace(CLIENT, kernel_stamps=False)),
            given(client=CLIENT),
        )
    ],
    "client.calibration": [
        (
            "info",
            given(client=replace(CLIENT, calibrated=None)),
            given(client=CLIENT),
        )
    ],
    "client.cores": [
        (
            "warn",
            given({"proc/self/status": "Cpus_allowed_list:\t5\n"}),
            given({"proc/self/status": "Cpus_allowed_list:\t5,7-9\n"}),
        )
    ],
    "client.python": [
        (
            "warn",
            given(client=replace(CLIENT, debug=True)),
            given(client=CLIENT),
        )
    ],
    "client.others": [
        (
            "warn",
            given(client=replace(CLIENT, others=True)),
            given(client=CLIENT),
        )
    ],
}

SERVER: dict[str, list[Case]] = {
    "server.reachable": [
        (
            "fail",
            given(server=served(trouble="Nothing listens on port 8000.")),
            given(server=served()),
        )
    ],
    "server.model": [
        (
            "info",
            given(server=served(models=(ModelCard("a"), ModelCard("b")))),
            given(server=served()),
        )
    ],
    "server.max_model_len": [
        (
            "info",
            given(server=served(models=(ModelCard("m"),))),
            given(server=served()),
        )
    ],
    "server.version": [
        ("info", given(server=served(version=None)), given(server=served()))
    ],
    "server.here": [
        ("info", given(server=served()), given(server=served(process=None)))
    ],
    "server.metrics": [
        (
            "info",
            given(server=replace(served(), counters=None)),
            given(server=served()),
        )
    ],
    "server.idle": [
        (
            "warn",
            given(server=served(gauges={"running": 3.0, "waiting": 1.0})),
            given(server=served(gauges={"running": 0.0, "waiting": 0.0})),
        )
    ],
    "server.cache_use": [
        (
            "warn",
            given(server=served(gauges={"kv_cache_usage": 0.97})),
            given(server=served(gauges={"kv_cache_usage": 0.5})),
        )
    ],
    "server.preemptions": [
        (
            "info",
            given(server=served(counters={"preemptions": 4.0})),
            given(server=served()),
        )
    ],
    "server.prefix_caching": [
        (
            "info",
            given(server=served(settings={"enable_prefix_caching": "True"})),
            given(server=served(settings={"enable_prefix_caching": "False"})),
        ),
        (
            "info",
            given(server=served(words=("vllm", "--enable-prefix-caching"))),
            given(server=served(words=("sglang", "--disable-radix-cache"))),
        ),
    ],
    "server.chunked_prefill": [
        (
            "info",
            given(server=served(settings={"chunked_prefill_size": "8192"})),
            given(server=served(settings={"chunked_prefill_size": "-1"})),
        )
    ],
    "server.eager": [
        (
            "info",
            given(server=served(words=("vllm", "serve", "--enforce-eager"))),
            given(server=served()),
        )
    ],
    "server.descriptors": [
        (
            "warn",
            given(server=served(process=Process(7, ("vllm",), {}, 1024, "0"))),
            given(server=served()),
        )
    ],
    "server.cpus": [
        (
            "info",
            given(cpus(16), server=served()),
            given(cpus(4), server=served()),
        )
    ],
    "server.clock": [
        (
            "warn",
            given(server=served(clock_ahead_s=-40.0)),
            given(server=served(clock_ahead_s=-0.8)),
        )
    ],
}

BEHIND = {**cards(count=2), **configured(2, port_acs=0x1D)}
SWAPPED = meminfo(swap_free=100_000)

JOINED: dict[str, list[Case]] = {
    "joined.collective_hang": [
        (
            "warn",
            given({**BEHIND, **iommu("DMA")}),
            given({**BEHIND, **iommu("identity")}),
        ),
        (
            "warn",
            given({**BEHIND, **iommu("DMA"), **kfd(120001, 2)}),
            given({**BEHIND, **iommu("DMA"), **kfd(90010, 2, link=11)}),
        ),
        (
            "fail",
            given({**BEHIND, **iommu("DMA")}, log=("broadcast-stalled",)),
            given(
                {**cards(count=2), **configured(2), **iommu("DMA")},
                log=("broadcast-stalled",),
            ),
        ),
        (
            "info",
            given(
                {**BEHIND, **iommu("DMA")},
                environment={"NCCL_P2P_DISABLE": "1"},
            ),
            given({**BEHIND, **iommu("identity")}),
        ),
    ],
    "joined.r9700_deadlock": [
        (
            "warn",
            given({**cards(count=2), **kfd(120001, 2)}),
            given(
                {**cards(count=2), **kfd(120001, 2)},
                environment={"NCCL_PROTO": "Simple"},
            ),
        )
    ],
    "joined.r9700_freeze": [
        (
            "warn",
            given({**cards(count=4), **kfd(120001, 4)}),
            given({**cards(count=2), **kfd(120001, 2)}),
        )
    ],
    "joined.parallel_over_narrow": [
        (
            "warn",
            given(cards(count=2, link="8.0x4")),
            given(cards(count=2, link="8.0x8")),
        ),
        (
            "warn",
            given(cards("nvidia", 2, link="8.0x4")),
            given(
                cards("nvidia", 2, link="8.0x4"),
                {"nvidia-smi topo": TOPOLOGY.format("NV4")},
            ),
        ),
    ],
    "joined.memory_stall": [
        (
            "warn",
            given(
                {**SWAPPED, "proc/pressure/memory": PRESSURE.format("20.00")}
            ),
            given({**SWAPPED, "proc/pressure/memory": PRESSURE.format("0.00")}),
        )
    ],
    "joined.client_beside_server": [
        (
            "warn",
            given(
                {"proc/self/status": "Cpus_allowed_list:\t0-3\n"},
                server=served(),
            ),
            given(
                {"proc/self/status": "Cpus_allowed_list:\t4-7\n"},
                server=served(),
            ),
        )
    ],
}
