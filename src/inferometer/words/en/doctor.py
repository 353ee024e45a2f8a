"""What `doctor` says: titles of checks, and what helps, in English."""

from __future__ import annotations

DOCTOR: dict[str, str] = {
    "doctor.group.host": "Host",
    "doctor.group.pcie": "PCIe bus",
    "doctor.group.gpu": "Cards and their links",
    "doctor.group.container": "Containers",
    "doctor.group.environment": "Environment variables",
    "doctor.group.client": "Client",
    "doctor.group.server": "Server",
    "doctor.group.joined": "Findings of several facts",
    "doctor.group.log": "Log of the server",
    "doctor.status.ok": "ok",
    "doctor.status.info": "info",
    "doctor.status.warn": "warn",
    "doctor.status.fail": "fail",
    "doctor.status.skipped": "skip",
    "doctor.line": "{title}: {evidence}",
    "doctor.reason.no_source": "Nothing to read here",
    "doctor.reason.permission": "Only root may read it",
    "doctor.reason.unreadable": "It cannot be read",
    "doctor.reason.not_reported": "It is not reported",
    "doctor.reason.virtual_machine": "Not visible in a virtual machine",
    "doctor.reason.another_machine": "The files are of another machine",
    "doctor.reason.no_cards": "No accelerator is seen",
    "doctor.reason.one_card": "There is one accelerator only",
    "doctor.reason.other_vendor": "Not for cards of this vendor",
    "doctor.reason.not_a_container": "This is no container",
    "doctor.reason.no_server": "No server was named (`inferometer doctor -h` says how)",
    "doctor.reason.server_silent": "The server does not answer",
    "doctor.reason.server_elsewhere": "Its process cannot be seen from here",
    "doctor.reason.tool_missing": "The tool is not installed",
    "doctor.reason.tool_failed": "The tool failed",
    "doctor.reason.tool_timeout": "The tool did not answer in time",
    "doctor.reason.one_node": "There is one NUMA node only",
    "doctor.summary": (
        "{fail} failed, {warn} warnings, {info} notes, {ok} ok, {skipped} skipped."
    ),
    "doctor.hint.fix": (
        "`inferometer doctor --fix` prints the commands that help; it runs none."
    ),
    "doctor.hint.all": "`--all` shows the evidence of every check.",
    "doctor.fix.none": "Nothing found that a command would change.",
    "doctor.fix.head": (
        "Commands that would help. None was run: read each one first."
    ),
    "doctor.log.line": "line {number}: {line}",
    "doctor.log.line.unknown": "near the end: {line}",
    "doctor.log.again": "{n} lines of this kind.",
    "doctor.log.clean": "Nothing known is wrong in {lines} lines.",
    "doctor.log.empty": "The log is empty: name the file that the server writes to.",
    "doctor.log.unread": "{mib} MiB in the middle were not read.",
    "doctor.log.unjudged": (
        "{n} lines were not looked at: the log has too many different ones."
    ),
    "doctor.log.cannot": (
        "{path} cannot be read: {why}. Name a readable log file."
    ),
    "doctor.expect.too_long": (
        "{name}: the file is longer than {most} bytes, which no machine needs."
    ),
    "doctor.expect.no_mapping": (
        "{name}:1: a machine is a mapping with the keys name, host and cards; `inferometer "
        "doctor --expect-template` prints one."
    ),
    "doctor.expect.comment": (
        "What this machine is: edit it to what it should be."
    ),
    "doctor.expect.suffix": (
        "--report wants a file that ends in .html or .md, not {path}."
    ),
    "doctor.expect.written": "The page is in {path}.",
    "doctor.sheet.title": "Acceptance sheet",
    "doctor.sheet.item": "Item",
    "doctor.sheet.expected": "Expected",
    "doctor.sheet.found": "Found",
    "doctor.sheet.outcome": "Result",
    "doctor.sheet.pass": "pass",
    "doctor.sheet.fail": "FAIL",
    "doctor.sheet.unread": "not verified",
    "doctor.sheet.line": "{title}: expected {expected}, found {found}",
    "doctor.sheet.noted": "{found} ({note})",
    "doctor.sheet.yes": "yes",
    "doctor.sheet.no": "no",
    "doctor.sheet.unreadable": "cannot be read here",
    "doctor.sheet.idle": "slower now, and able to: look again under load",
    "doctor.sheet.outcome.pass": "Passed: the machine is what was expected.",
    "doctor.sheet.outcome.fail": (
        "Not passed: the machine is not what was expected."
    ),
    "doctor.sheet.outcome.unread": (
        "Not verified: nothing contradicts, but not every line could be checked."
    ),
    "doctor.sheet.by": "Checked by",
    "doctor.sheet.on": "Date",
    "doctor.page.checks": "Checks of the machine",
    "doctor.page.status": "Status",
    "doctor.page.check": "Check",
    "doctor.page.evidence": "Evidence",
    "doctor.page.advice": "What helps",
    "doctor.page.name": "Name",
    "doctor.item.host.cpu": "Processor",
    "doctor.item.host.cpus": "Logical CPUs",
    "doctor.item.host.memory_gib": "Memory, at least (GiB)",
    "doctor.item.host.numa_nodes": "NUMA nodes",
    "doctor.item.host.kernel": "Kernel",
    "doctor.item.host.governor": "CPU frequency governor",
    "doctor.item.host.numa_balancing": "NUMA balancing",
    "doctor.item.host.smt": "SMT",
    "doctor.item.host.iommu": "IOMMU mode",
    "doctor.item.host.clock_source": "Clock source",
    "doctor.item.cards.count": "Cards",
    "doctor.item.cards.vendor": "Vendor of the cards",
    "doctor.item.cards.name": "Name of the cards",
    "doctor.item.cards.memory_gib": "Memory of each card, at least (GiB)",
    "doctor.item.cards.power_limit_w": "Power limit (W)",
    "doctor.item.cards.driver": "Driver",
    "doctor.item.cards.architecture": "Architecture",
    "doctor.item.cards.direct_links": "NVLink or XGMI",
    "doctor.item.cards.link.generation": "PCIe generation",
    "doctor.item.cards.link.width": "PCIe lanes",
    "doctor.cleanup.process": "process {name}: {detail}, whose parent is gone",
    "doctor.cleanup.folder": "temporary folder {name} ({detail})",
    "doctor.cleanup.containers": (
        "containers of the compose project {name}: {detail}"
    ),
    "doctor.cleanup.results": (
        "results that could not be saved where they belong, kept: {name}"
    ),
    "doctor.cleanup.none": "Nothing of a killed run is left on this host.",
    "doctor.cleanup.ask": "Remove them?",
    "doctor.cleanup.how": (
        "Nothing was removed: `inferometer cleanup --yes` removes all but what is kept."
    ),
    "doctor.cleanup.stays": (
        "Not removed: {what}. Remove it by hand, as its owner."
    ),
    "doctor.cleanup.done": "{n} things were removed.",
    "doctor.cleanup.done.one": "1 thing was removed.",
    "doctor.setup.optional": " (optional)",
    "doctor.setup.ask": "Run the commands without sudo now?",
    "doctor.setup.how": (
        "Nothing was installed: `inferometer setup --yes` runs the commands that change only "
        "its own environment."
    ),
    "doctor.setup.failed": (
        "{command} ended with {code}. Read its output above."
    ),
    "doctor.need.stamps": (
        "Time stamps by the kernel: exact arrival times (needs Linux)"
    ),
    "doctor.need.descriptors": (
        "File descriptors: one for each request in flight"
    ),
    "doctor.need.calibration": (
        "Calibration: how exact the client is on this host"
    ),
    "doctor.need.extra.tokenizers": (
        "tokenizers: prompts of exact length for servers that cannot count tokens"
    ),
    "doctor.need.extra.datasets": "datasets: data sets of the Hugging Face hub",
    "doctor.need.extra.excel": "xlsxwriter: tables for Excel",
    "doctor.need.tool.nvidia": "nvidia-smi: comes with NVIDIA's driver",
    "doctor.need.tool.amd": "amd-smi or rocm-smi: comes with ROCm",
    "doctor.need.tool.hygon": (
        "hy-smi: comes with Hygon's driver (/opt/hyhal) or DTK"
    ),
    "doctor.need.tool.intel": (
        "xpu-smi: from Intel's repository for data centre GPUs"
    ),
    "doctor.need.tool.ascend": "npu-smi: comes with Ascend's driver",
    "doctor.need.tool.mthreads": (
        "mthreads-gmi: comes with Moore Threads' driver"
    ),
    "doctor.need.docker": (
        "Docker with compose: for campaigns whose servers run in containers"
    ),
    "doctor.need.numactl": (
        "numactl: binds a server to the processors near its cards"
    ),
    "doctor.title.host.cpu.governor": "CPU frequency governor",
    "doctor.advice.host.cpu.governor": (
        "The CPU changes its clock while requests run, which makes latencies lower and "
        "uneven. Set the governor to performance."
    ),
    "doctor.title.host.cpu.energy_preference": "CPU energy preference",
    "doctor.advice.host.cpu.energy_preference": (
        "The CPU saves energy before it raises its clock. Set the preference to performance."
    ),
    "doctor.title.host.cpu.frequency_cap": "CPU frequency cap",
    "doctor.advice.host.cpu.frequency_cap": (
        "The CPU may not use its full clock. Raise scaling_max_freq to cpuinfo_max_freq."
    ),
    "doctor.title.host.cpu.boost": "CPU boost",
    "doctor.advice.host.cpu.boost": (
        "Boost is off: latencies are steadier and the CPU is slower. Compare only with "
        "machines set the same way."
    ),
    "doctor.title.host.cpu.smt": "SMT (Hyper-Threading)",
    "doctor.advice.host.cpu.smt": (
        "Two CPUs share each core. Do not run the client on the sibling of a core that the "
        "server uses."
    ),
    "doctor.title.host.cpu.offline": "Offline CPUs",
    "doctor.advice.host.cpu.offline": (
        "Some CPUs are switched off. Compare only with machines that have as many."
    ),
    "doctor.title.host.cpu.load": "Load",
    "doctor.advice.host.cpu.load": (
        "Other programs keep the CPUs busy, so the client may stamp late and the server may "
        "wait. End them before measuring."
    ),
    "doctor.title.host.cpu.pressure": "CPU pressure",
    "doctor.advice.host.cpu.pressure": (
        "Tasks wait for a CPU. End other programs, or give client and server more cores."
    ),
    "doctor.title.host.cpu.steal": "Stolen CPU time",
    "doctor.advice.host.cpu.steal": (
        "The hypervisor gave the CPUs of this virtual machine to others. Use reserved CPUs, "
        "or measure on the host itself."
    ),
    "doctor.title.host.cpu.quota": "CPU quota of the control group",
    "doctor.advice.host.cpu.quota": (
        "The control group limits CPU time; a throttled client stamps late. Raise the quota "
        "(`--cpus` of Docker), or pin to whole cores."
    ),
    "doctor.title.host.cpu.thermal": "CPU thermal throttling",
    "doctor.advice.host.cpu.thermal": (
        "The CPU has slowed down because of heat since the last boot. Check fans, air flow "
        "and power settings."
    ),
    "doctor.title.host.numa.balancing": "NUMA balancing",
    "doctor.advice.host.numa.balancing": (
        "The kernel moves pages between NUMA nodes while the server runs, which causes "
        "stalls and jitter. Set it to 0."
    ),
    "doctor.title.host.memory.available": "Available memory",
    "doctor.advice.host.memory.available": (
        "Little memory is left: a server or client may be killed, or swap. End other "
        "programs."
    ),
    "doctor.title.host.memory.swap": "Swap",
    "doctor.advice.host.memory.swap": (
        "Memory has been swapped out; a page that comes back from disk stalls whoever needs "
        "it. Free memory, then empty the swap."
    ),
    "doctor.title.host.memory.pressure": "Memory pressure",
    "doctor.advice.host.memory.pressure": (
        "Tasks wait for memory. Free memory or lower what the server holds on the host."
    ),
    "doctor.title.host.memory.oom_kills": "Processes killed for memory",
    "doctor.advice.host.memory.oom_kills": (
        "The kernel has killed processes since the last boot because memory ran out. The "
        "kernel's log names them."
    ),
    "doctor.title.host.memory.huge_pages": "Reserved huge pages",
    "doctor.advice.host.memory.huge_pages": (
        "Huge pages are reserved and unused, so nothing else can use that memory. Release "
        "them unless a program needs them."
    ),
    "doctor.title.host.memory.transparent_pages": "Transparent huge pages",
    "doctor.advice.host.memory.transparent_pages": (
        "The kernel compacts memory at every allocation, which stalls programs. Set defrag "
        "to madvise."
    ),
    "doctor.title.host.memory.group": "Memory limit of the control group",
    "doctor.advice.host.memory.group": (
        "The control group limits memory. If the model is loaded through the page cache, "
        "give the container more."
    ),
    "doctor.title.host.memory.shared": "Shared memory (/dev/shm)",
    "doctor.advice.host.memory.shared": (
        "Engines with several cards exchange data through /dev/shm and fail if it is small. "
        "Enlarge it to 16 GiB."
    ),
    "doctor.advice.host.memory.shared.container": (
        "A container gets 64 MiB of /dev/shm by default; engines with several cards need "
        "more. Start it with `--ipc=host` or `--shm-size=16g`."
    ),
    "doctor.title.host.limits.memlock": "Limit of locked memory",
    "doctor.advice.host.limits.memlock": (
        "Pinned buffers and RDMA need locked memory. Start the server without this limit."
    ),
    "doctor.title.host.limits.processes": "Limit of processes",
    "doctor.advice.host.limits.processes": (
        "Engines start many threads. Raise the limit."
    ),
    "doctor.title.host.clock.source": "Clock source",
    "doctor.advice.host.clock.source": (
        "Reading this clock takes microseconds, which every time stamp pays. Use tsc; if the "
        "kernel rejected it, look for `clocksource` in dmesg."
    ),
    "doctor.title.host.clock.synchronized": "Clock synchronization",
    "doctor.advice.host.clock.synchronized": (
        "The clock is not synchronized. Latencies are not affected; comparing times with "
        "logs of other machines is. Turn on NTP."
    ),
    "doctor.title.host.disk.results": "Disk for results",
    "doctor.advice.host.disk.results": (
        "Little room is left where the results go. Free some, or choose another directory."
    ),
    "doctor.title.host.disk.cache": "Disk for models",
    "doctor.advice.host.disk.cache": (
        "Little room is left where models are downloaded to. Free some, or point HF_HOME "
        "elsewhere."
    ),
    "doctor.title.host.disk.network": "File system of the models",
    "doctor.advice.host.disk.network": (
        "Models are on a network file system, so servers start slowly. Copy them to a local "
        "disk."
    ),
    "doctor.title.host.kernel.machine_checks": (
        "Machine checks in the kernel's log"
    ),
    "doctor.advice.host.kernel.machine_checks": (
        "Processor or memory reported hardware errors. Read them with `rasdaemon` or "
        "`mcelog`, and have the part replaced if they repeat."
    ),
    "doctor.title.host.kernel.killed": (
        "Out-of-memory kills in the kernel's log"
    ),
    "doctor.advice.host.kernel.killed": (
        "The kernel ended a process because memory ran out. Give the server more memory, or "
        "load with fewer workers."
    ),
    "doctor.title.host.virtual": "Virtual machine",
    "doctor.advice.host.virtual": (
        "This is a virtual machine: slots of cards cannot be verified, and neighbours may "
        "slow it down."
    ),
    "doctor.title.host.locale": "Locale",
    "doctor.advice.host.locale": (
        "The locale is not UTF-8, so names beyond ASCII are shown as question marks. Set "
        "LANG, for instance to C.UTF-8."
    ),
    "doctor.title.pcie.iommu": "IOMMU",
    "doctor.advice.pcie.iommu": (
        "The IOMMU translates the cards' memory accesses, which costs bandwidth between "
        "cards. Boot with iommu=pt."
    ),
    "doctor.title.pcie.acs": "PCIe access control (ACS)",
    "doctor.advice.pcie.acs": (
        "Ports above the cards send traffic between cards to the root. Switch the "
        "redirection off unless virtual machines need it."
    ),
    "doctor.title.pcie.aspm.policy": "PCIe power saving (ASPM)",
    "doctor.advice.pcie.aspm.policy": (
        "Links sleep when idle and wake up late. Set the policy to performance."
    ),
    "doctor.title.pcie.aspm.links": "Sleep of the cards' links",
    "doctor.advice.pcie.aspm.links": (
        "The cards' links may sleep when idle, which adds microseconds to the first "
        "transfer. It can be switched off in the firmware setup."
    ),
    "doctor.title.pcie.payload": "PCIe payload size",
    "doctor.advice.pcie.payload": (
        "Cards send smaller packets than the way to the processor allows, which costs "
        "bandwidth. Boot with pci=pcie_bus_perf."
    ),
    "doctor.title.pcie.relaxed_ordering": "PCIe relaxed ordering",
    "doctor.advice.pcie.relaxed_ordering": (
        "Cards send in strict order, which costs bandwidth on some platforms. Switch relaxed "
        "ordering on in the firmware setup."
    ),
    "doctor.title.pcie.errors": "PCIe errors (AER)",
    "doctor.advice.pcie.errors": (
        "Links on the way to the cards have counted errors. Reseat card and riser, or force "
        "a lower PCIe generation."
    ),
    "doctor.title.pcie.kernel_log": "PCIe errors in the kernel's log",
    "doctor.advice.pcie.kernel_log": (
        "The kernel reported errors of the PCIe bus. Reseat card and riser, or force a lower "
        "PCIe generation."
    ),
    "doctor.title.gpu.visible": "Accelerators",
    "doctor.advice.gpu.visible": (
        "No accelerator is seen on this host. That is fine for a client; on a server check "
        "seating, power and firmware (Above 4G Decoding)."
    ),
    "doctor.advice.gpu.visible.container": (
        "No accelerator is seen in this container. That is fine for a client; for a server "
        "pass the devices and /sys into the container."
    ),
    "doctor.title.gpu.driver": "Driver of the cards",
    "doctor.advice.gpu.driver": (
        "The vendor's kernel module is not loaded. Load it, or install the driver."
    ),
    "doctor.advice.gpu.driver.handed_over": (
        "A card is reserved for virtual machines (vfio-pci), so engines on this host cannot "
        "use it."
    ),
    "doctor.advice.gpu.driver.nouveau": (
        "The nouveau driver holds the card, and engines cannot use it. Blacklist nouveau, "
        "install NVIDIA's driver, and reboot."
    ),
    "doctor.title.gpu.driver.library": "Driver and its library (NVIDIA)",
    "doctor.advice.gpu.driver.library": (
        "The loaded driver and its library are of different versions. Reboot, or reload the "
        "driver's modules."
    ),
    "doctor.title.gpu.lost": "Cards that do not answer (NVIDIA)",
    "doctor.advice.gpu.lost": (
        "A card is on the bus, and its driver cannot reach it. Check power and seating, then "
        "reboot."
    ),
    "doctor.title.gpu.device_files": "Device files of the cards",
    "doctor.advice.gpu.device_files": (
        "Files in /dev that engines open are missing. Load the driver's modules (for NVIDIA "
        "also nvidia-uvm)."
    ),
    "doctor.advice.gpu.device_files.container": (
        "Files in /dev that engines open are missing in this container. Pass them: "
        "`--device=/dev/kfd --device=/dev/dri` (AMD, Hygon), `--gpus all` (NVIDIA)."
    ),
    "doctor.title.gpu.permission": "Permission to use the cards",
    "doctor.advice.gpu.permission": (
        "This user may not open the cards' device files. Join the groups that own them, and "
        "log in again."
    ),
    "doctor.advice.gpu.permission.container": (
        "This user may not open the cards' device files. In a container, add the groups by "
        "number: names may mean other groups there."
    ),
    "doctor.title.gpu.render_order": "Numbering in /dev/dri (Hygon)",
    "doctor.advice.gpu.render_order": (
        "The board's own display chip takes a number in /dev/dri, so numbers of DCUs have a "
        "gap. Choose DCUs by HIP_VISIBLE_DEVICES, not by these numbers."
    ),
    "doctor.title.gpu.persistence": "Persistence mode (NVIDIA)",
    "doctor.advice.gpu.persistence": (
        "The driver unloads when nothing uses the card: starts are slow, and settings such "
        "as power caps are lost. Switch persistence on."
    ),
    "doctor.title.gpu.ecc.mode": "ECC mode (NVIDIA)",
    "doctor.advice.gpu.ecc.mode": (
        "ECC is off, or not the same on all cards; it costs a little memory and bandwidth. "
        "Compare only cards set the same way."
    ),
    "doctor.title.gpu.ecc.errors": "Uncorrected memory errors",
    "doctor.advice.gpu.ecc.errors": (
        "A card's memory has errors that could not be corrected: results may be wrong. Reset "
        "the card; replace it if they return."
    ),
    "doctor.title.gpu.ecc.pending": "Pending memory repair (NVIDIA)",
    "doctor.advice.gpu.ecc.pending": (
        "A memory row waits to be replaced, which takes a reset of the card. End all "
        "programs on it, then reset it."
    ),
    "doctor.title.gpu.kernel_log": "Cards in the kernel's log",
    "doctor.advice.gpu.kernel_log": (
        "The kernel reported an error of a card. Look its number up in NVIDIA's list of "
        "Xids, and update the driver."
    ),
    "doctor.advice.gpu.kernel_log.lost": (
        "A card fell off the bus (Xid 79). Check power, cables, seating and temperature, "
        "then reboot."
    ),
    "doctor.advice.gpu.kernel_log.reset": (
        "A card's memory had an error that takes a reset to repair. End all programs on it "
        "and reset it; replace it if this repeats."
    ),
    "doctor.advice.gpu.kernel_log.firmware": (
        "The card's firmware (GSP) did not answer in time (Xid 119, 120). Update the driver; "
        "where it allows it, switch the GSP off."
    ),
    "doctor.advice.gpu.kernel_log.amd": (
        "The amdgpu driver reported a ring time-out, a reset or bad memory pages. Update "
        "driver and firmware, and look at temperature and power."
    ),
    "doctor.advice.gpu.kernel_log.program": (
        "A program did something that the card refused (Xid 13, 31, 43, 45). That is the "
        "program's fault first, and not the card's: update the engine."
    ),
    "doctor.title.gpu.partition": "Partitions of the cards",
    "doctor.advice.gpu.partition": (
        "Cards are partitioned (MIG, or AMD's compute partitions): power and link belong to "
        "the whole card."
    ),
    "doctor.title.gpu.mixed": "Kinds of cards",
    "doctor.advice.gpu.mixed": (
        "The cards are of several kinds; under tensor parallelism the slowest decides. "
        "Choose cards of one kind with CUDA_VISIBLE_DEVICES or HIP_VISIBLE_DEVICES."
    ),
    "doctor.title.gpu.numa": "NUMA nodes of the cards",
    "doctor.advice.gpu.numa": (
        "The firmware does not say on which NUMA node a card is, so nothing can be bound "
        "near it. Update the firmware, or look in the board's manual."
    ),
    "doctor.title.gpu.memory.used": "Card memory in use",
    "doctor.advice.gpu.memory.used": (
        "Card memory is in use, by the server under test or by another program. Before a "
        "server starts, end what else holds it."
    ),
    "doctor.title.gpu.memory.bar": "Resizable BAR",
    "doctor.advice.gpu.memory.bar": (
        "The processor reaches only a part of the card's memory, which slows loading and "
        "transfers between cards. Switch on Resizable BAR and Above 4G Decoding in the "
        "firmware setup."
    ),
    "doctor.title.gpu.processes": "Programs on the cards",
    "doctor.advice.gpu.processes": (
        "Programs run on the cards. If they are not the server under test, they disturb it: "
        "end them."
    ),
    "doctor.title.gpu.power.cap": "Power cap of the cards",
    "doctor.advice.gpu.power.cap": (
        "A card may use less power than its default. Raise the cap, or state it with the "
        "result."
    ),
    "doctor.title.gpu.throttled": "Throttling (NVIDIA)",
    "doctor.advice.gpu.throttled": (
        "A card has slowed down because of heat or power. Check air flow, fans, cables and "
        "power supply."
    ),
    "doctor.title.gpu.temperature": "Temperature of the cards",
    "doctor.advice.gpu.temperature": (
        "A card is hot, or its hotspot is far above its edge. Check air flow, fans and "
        "thermal paste."
    ),
    "doctor.title.gpu.clock.stuck": "Clock of busy cards",
    "doctor.advice.gpu.clock.stuck": (
        "A busy card runs at a fraction of its clock. Update the driver, or switch the "
        "machine off and on."
    ),
    "doctor.title.gpu.link.width": "PCIe lanes",
    "doctor.advice.gpu.link.width": (
        "A card uses fewer PCIe lanes than it could. Check slot, riser, bifurcation in the "
        "firmware setup, and seating."
    ),
    "doctor.title.gpu.link.speed": "PCIe speed",
    "doctor.advice.gpu.link.speed": (
        "A PCIe link is slower than it could be. The card is idle, so that may be power "
        "saving: look again under load."
    ),
    "doctor.advice.gpu.link.speed.busy": (
        "A PCIe link is slower than it could be while the card is busy. Check riser and "
        "slot, and the PCIe generation in the firmware setup."
    ),
    "doctor.title.gpu.link.narrowest": "Way from slot to processor",
    "doctor.advice.gpu.link.narrowest": (
        "A link above the slot is slower than the slot: a slot of the chipset or a shared "
        "switch. Use a slot of the processor."
    ),
    "doctor.title.gpu.link.contradiction": "Slot and driver agree on the link",
    "doctor.advice.gpu.link.contradiction": (
        "Slot and driver name different links. Take the smaller, and look again under load."
    ),
    "doctor.title.gpu.link.unverifiable": "Slot can be seen",
    "doctor.advice.gpu.link.unverifiable": (
        "The slot of a card cannot be seen from here, so its link is only the driver's word. "
        "Run this on the physical host."
    ),
    "doctor.title.gpu.link.replays": "PCIe replays",
    "doctor.advice.gpu.link.replays": (
        "Packets were sent again since the last boot. If the count grows under load, reseat "
        "card and riser."
    ),
    "doctor.title.gpu.link.peers": "Links between cards",
    "doctor.advice.gpu.link.peers": (
        "Cards reach each other through PCIe only. Tensor parallelism then depends on slots; "
        "replicas on single cards often serve more."
    ),
    "doctor.title.container.inside": "Container",
    "doctor.advice.container.inside": (
        "This runs in a container: limits and devices are those of the container."
    ),
    "doctor.title.container.pinning": "Pinned memory in the container",
    "doctor.advice.container.pinning": (
        "The container may not pin memory, which RDMA and some engines need. Add the "
        "capability IPC_LOCK and lift the limit."
    ),
    "doctor.title.container.seccomp": "System call filter of the container",
    "doctor.advice.container.seccomp": (
        "The container filters system calls; AMD asks for none. Start it with "
        "`--security-opt seccomp=unconfined`."
    ),
    "doctor.title.container.engine": "Docker",
    "doctor.advice.container.engine": (
        "Docker is installed and does not answer this user. It is needed only for servers in "
        "containers: start it, or join the group docker."
    ),
    "doctor.title.container.toolkit": "NVIDIA container toolkit",
    "doctor.advice.container.toolkit": (
        "Docker cannot hand NVIDIA cards to containers. Install the NVIDIA container toolkit "
        "and configure Docker."
    ),
    "doctor.title.environment.visible_devices": "Variables that choose cards",
    "doctor.advice.environment.visible_devices": (
        "Several variables choose cards, and each chooses among what the others left. Keep "
        "one (vLLM on ROCm reads CUDA_VISIBLE_DEVICES)."
    ),
    "doctor.title.environment.hidden_devices": "Chosen cards exist",
    "doctor.advice.environment.hidden_devices": (
        "A variable names a card that is not there, so engines see fewer cards or none. "
        "Correct it."
    ),
    "doctor.title.environment.gfx_override": (
        "Override of the architecture (AMD)"
    ),
    "doctor.advice.environment.gfx_override": (
        "HSA_OVERRIDE_GFX_VERSION makes engines run code for another architecture, which "
        "crashes or computes wrongly. Unset it, and use an image built for the card."
    ),
    "doctor.title.environment.built_for": (
        "PyTorch is built for the cards (AMD)"
    ),
    "doctor.advice.environment.built_for": (
        "PyTorch was built for other architectures than the card's. Use an image that names "
        "the card's."
    ),
    "doctor.title.environment.debugging": "Debugging variables",
    "doctor.advice.environment.debugging": (
        "Variables for debugging are set and slow the engine down. Unset them before "
        "measuring."
    ),
    "doctor.title.environment.interfaces": "Network interface of NCCL",
    "doctor.advice.environment.interfaces": (
        "A variable names a network interface that is not there, so multi-node start-up "
        "hangs. Correct it."
    ),
    "doctor.title.environment.proxy": "HTTP proxy",
    "doctor.advice.environment.proxy": (
        "A proxy is set, and local addresses are not excepted. This client uses none; curl "
        "and other clients would send local requests through it."
    ),
    "doctor.title.client.descriptors": "Limit of open files",
    "doctor.advice.client.descriptors": (
        "Each request in flight needs a file descriptor. Raise the limit to four times the "
        "concurrency."
    ),
    "doctor.title.client.ports": "Local ports",
    "doctor.advice.client.ports": (
        "Few local ports are left for connections to one address. Widen the range."
    ),
    "doctor.title.client.stamps": "Time stamps by the kernel",
    "doctor.advice.client.stamps": (
        "The kernel does not stamp arrivals, so a busy client would count its own delay as "
        "the server's. Measure on Linux."
    ),
    "doctor.title.client.calibration": "Calibration of this host",
    "doctor.advice.client.calibration": (
        "How exact the client is on this host is not known yet. `bench` calibrates when "
        "needed; the full calibration takes some minutes."
    ),
    "doctor.title.client.cores": "Cores for the client",
    "doctor.advice.client.cores": (
        "The client has a single core to share with the system. Give it two or more."
    ),
    "doctor.title.client.python": "Python",
    "doctor.advice.client.python": (
        "This Python is built for debugging or for 32 bits: the client is slower and stamps "
        "in user space. Use a usual 64-bit build."
    ),
    "doctor.title.client.others": "Other measurements",
    "doctor.advice.client.others": (
        "Another measurement seems to run on this host; both would disturb each other. Wait "
        "for it to end."
    ),
    "doctor.title.server.reachable": "Server answers",
    "doctor.advice.server.reachable": (
        "The server does not answer as it should. Check that it runs, its address and port, "
        "and its log (`inferometer doctor --log FILE`)."
    ),
    "doctor.title.server.model": "Models of the server",
    "doctor.advice.server.model": (
        "The server lists several models. Name the one to measure."
    ),
    "doctor.title.server.max_model_len": "Context length",
    "doctor.advice.server.max_model_len": (
        "The server does not say its context length, so requests that are too long are found "
        "only when they fail."
    ),
    "doctor.title.server.version": "Engine version",
    "doctor.advice.server.version": (
        "The server does not say its version. State it with the result."
    ),
    "doctor.title.server.here": "Server on this host",
    "doctor.advice.server.here": (
        "Server and client share this host's processors. Bind them to different cores, or "
        "measure from a second machine."
    ),
    "doctor.title.server.metrics": "Counters of the server",
    "doctor.advice.server.metrics": (
        "The server has no page of metrics that is known, so its own counts cannot be "
        "compared. For SGLang add `--enable-metrics`."
    ),
    "doctor.title.server.idle": "Server is idle",
    "doctor.advice.server.idle": (
        "The server works on requests of others now. Wait, or measure a server of your own."
    ),
    "doctor.title.server.cache_use": "KV cache in use",
    "doctor.advice.server.cache_use": (
        "The KV cache is nearly full, so requests wait or are preempted. Lower the load, or "
        "give the cache more memory."
    ),
    "doctor.title.server.preemptions": "Preemptions since start",
    "doctor.advice.server.preemptions": (
        "The server has preempted requests since it started: at some load its KV cache was "
        "full."
    ),
    "doctor.title.server.prefix_caching": "Prefix caching",
    "doctor.advice.server.prefix_caching": (
        "Prefix caching is on: repeated prompts make TTFT look too good. Use different "
        "prompts at every point, or switch it off."
    ),
    "doctor.title.server.chunked_prefill": "Chunked prefill",
    "doctor.advice.server.chunked_prefill": (
        "Chunked prefill is on: long prompts are worked on between output tokens, which "
        "trades TTFT against ITL. State it with the result."
    ),
    "doctor.title.server.eager": "Graphs of the server",
    "doctor.advice.server.eager": (
        "The server runs without CUDA or HIP graphs, which costs processor time at every "
        "step. Leave `--enforce-eager` out, or state it with the result."
    ),
    "doctor.title.server.descriptors": "Server's limit of open files",
    "doctor.advice.server.descriptors": (
        "The server may run out of file descriptors under load. Start it with `ulimit -n "
        "65536`."
    ),
    "doctor.title.server.cpus": "Cores of the server",
    "doctor.advice.server.cpus": (
        "The server is bound to some of the cores. Check that they are those near its cards."
    ),
    "doctor.title.server.clock": "Clock of the server",
    "doctor.advice.server.clock": (
        "Server and client tell different times. Latencies are measured on the client's "
        "clock alone; for comparing logs, turn on NTP on both."
    ),
    "doctor.title.joined.collective_hang": "All-reduce through IOMMU and ACS",
    "doctor.advice.joined.collective_hang": (
        "Cards without NVLink or XGMI reach each other through an IOMMU that translates and "
        "ports that redirect: all-reduce may hang at TP > 1 with the cards at 100%. Boot "
        "with iommu=pt, switch ACS off on these ports, or set NCCL_P2P_DISABLE=1."
    ),
    "doctor.advice.joined.collective_hang.avoided": (
        "The machine could make all-reduce hang; NCCL_P2P_DISABLE=1 avoids it and costs "
        "bandwidth between cards."
    ),
    "doctor.title.joined.r9700_deadlock": "R9700 with TP ≥ 2",
    "doctor.advice.joined.r9700_deadlock": (
        "Two or more R9700 (gfx1201) deadlock in all-reduce unless NCCL_PROTO=Simple is set "
        "for the server."
    ),
    "doctor.title.joined.r9700_freeze": "Four or more R9700 with P2P",
    "doctor.advice.joined.r9700_freeze": (
        "Four or more R9700 (gfx1201) that talk to each other directly have frozen whole "
        "machines. Set NCCL_P2P_DISABLE=1 for the server."
    ),
    "doctor.title.joined.parallel_over_narrow": (
        "Tensor parallelism through narrow slots"
    ),
    "doctor.advice.joined.parallel_over_narrow": (
        "Cards without NVLink or XGMI are in slots of at most four lanes: with TP > 1, "
        "prefill is slow. Use wider slots, or replicas on single cards."
    ),
    "doctor.title.joined.memory_stall": "Stalls through memory",
    "doctor.advice.joined.memory_stall": (
        "Memory is swapped out and tasks wait for memory now: server or client will stall. "
        "Free memory before measuring."
    ),
    "doctor.title.joined.client_beside_server": (
        "Client and server on the same cores"
    ),
    "doctor.advice.joined.client_beside_server": (
        "Client and server share few cores and neither is pinned, so client delay will show "
        "up as the server's. Pin both, or measure from a second machine."
    ),
}
