"""What is said of the machine, in Simplified Chinese."""

from __future__ import annotations

MACHINE: dict[str, str] = {
    "machine.reason.no_power_source": "这里没有任何来源能读取该卡的功耗或能耗",
    "machine.reason.counter_frozen": "该卡的能耗计数器不变化，也读不到功耗",
    "machine.reason.counter_reset": "该卡的能耗计数器在运行中被清零",
    "machine.reason.counter_implausible": "该卡的能耗计数器与功耗相差悬殊",
    "machine.reason.window_not_bracketed": "运行之前或之后没有采样",
    "machine.reason.sampling_gap": "采样中断超过 1.5 s",
    "machine.reason.too_few_samples": "运行期间的采样不足两次",
    "machine.reason.window_too_short": (
        "运行太短：按功耗采样至少需要 5 s，按计数器至少需要 10 s"
    ),
    "machine.reason.card_missing": "有被测的卡未能从头到尾被采样",
    "machine.reason.card_unexpected": (
        "卡数多于服务器所用；请用 --cards 或测试计划文件中的 cards 指明"
    ),
    "machine.reason.cards_unknown": (
        "不知道服务器用的是哪些卡；请用 --cards 或测试计划文件中的 cards 指明"
    ),
    "machine.reason.methods_disagree": "该卡的能耗计数器与功耗积分相差超过 5%",
    "machine.reason.clock_mismatch": "采样的时间戳没有递增",
    "machine.reason.source_lost": "运行期间丢失了一张卡",
    "machine.reason.permission": "只有 root 可以读取",
    "machine.reason.partition_scope": "该卡已分区，功耗是所有分区合计的",
    "machine.reason.shared_card": "该卡还有其他程序在用",
    "machine.reason.no_window": "没有请求得到回答",
    "machine.reason.no_idle_baseline": (
        "没有测量空闲功耗：请加 --idle-seconds 10，或在测试计划文件中写 idle_seconds: 10"
    ),
    "machine.reason.idle_not_settled": "空闲功耗尚未稳定：请增加秒数",
    "machine.reason.not_sampled": "没有采样到任何卡",
    "machine.reason.no_tokens": "没有生成这类 token",
    "machine.reason.no_goodput": "没有给出达标的界限（--goodput）",
    "machine.reason.no_source": "这里没有任何来源能读取它",
    "machine.reason.not_reported": "驱动没有给出",
    "machine.reason.unreadable": "无法读取",
    "machine.reason.other": "无法测量（{code}）",
    "console.machine": "机器",
    "console.machine.simulated": "机器（加速卡为模拟）",
    "console.machine.cards": "被测加速卡数：",
    "console.machine.gpu_utilization": "GPU 利用率 (%)：",
    "console.machine.gpu_memory_used": "显存峰值占用 (%)：",
    "console.machine.gpu_temperature": "GPU 最高温度 (°C)：",
    "console.machine.gpu_throttled": "降频时间占比 (%)：",
    "console.machine.average_power": "平均功耗 (W)：",
    "console.machine.peak_power": "峰值功耗 (W)：",
    "console.machine.energy": "能耗 (J)：",
    "console.machine.energy_above_idle": "扣除空闲后的能耗 (J)：",
    "console.machine.tokens_per_joule": "每焦耳输出 token 数 (tok/J)：",
    "console.machine.joules_per_output_token": "每个输出 token 的能耗 (J)：",
    "console.machine.joules_per_good_token": "每个达标输出 token 的能耗 (J)：",
    "console.machine.cpu_utilization": "本机 CPU 利用率 (%)：",
    "console.machine.host_energy": "本机 CPU 能耗 (J)：",
    "console.machine.cpu_utilization.there": "服务器主机 CPU 利用率 (%)：",
    "console.machine.host_energy.there": "服务器主机 CPU 能耗 (J)：",
    "console.machine.monitor": (
        "采样来自 {url}；其时钟减去本机时钟：{ahead:+.2f} ± {uncertainty:.2f} ms。"
    ),
    "console.machine.why": "没有能耗：{why}。",
    "console.cost": "成本（按 {price}）",
    "console.cost.cost_per_million_tokens": "每百万输出 token：",
    "console.cost.cost_per_million_good_tokens": "每百万达标输出 token：",
    "console.cost.tokens_per_currency": "每单位货币的输出 token：",
    "console.cost.why": "没有成本：按用电计价需要能耗，而能耗未知。",
    "link.refused": (
        "{card} 的链路是 x{width}，而声明为 x{declared}：不会以错误的标签测量。"
        "请更换插槽，或按实际情况声明"
    ),
    "monitor.address": (
        "应为 http://HOST:9120 这样的地址，不含用户名和密码；token 取自 INFEROMETER_MONITOR_TOKEN"
    ),
    "monitor.unreached": (
        "{url} 上的监视程序没有正常应答（{why}）："
        "请在那里启动 `inferometer monitor --serve`，或不使用它。"
    ),
    "caution.temperature": (
        "两边的加速卡温度不同：{a} 为 {one:.0f} °C，{b} 为 {other:.0f} °C；"
        "请让两边交替测量"
    ),
    "target.why.not_sampled": "没有对机器采样",
    "target.needs.telemetry": "对机器的采样，而 --no-telemetry 关闭了它",
    "check.samplers.title": "采样",
    "check.samplers.silent": "没有对机器采样。",
    "check.samplers.fine": "所有采样器都正常。",
    "check.samplers.found": (
        "机器的部分数据没有采到：{told}。各项测量值不受影响，只是缺少仅由它们提供的数据。"
    ),
    "check.samplers.next": "在该主机上运行 `inferometer monitor --once` 查看各来源的情况。",
    "check.throttled.title": "降频",
    "check.throttled.silent": "没有卡给出是否降频。",
    "check.throttled.fine": "没有卡长时间降频。",
    "check.throttled.found": "有卡降频：{parts}。",
    "check.throttled.part.thermal_percent": "因温度降频的时间占 {value:.1f}%",
    "check.throttled.part.power_percent": "因功耗上限降频的时间占 {value:.1f}%",
    "check.throttled.next": (
        "温度原因：改善散热，并在相同温度下比较。功耗原因：提高上限，或保持上限并随结果注明。"
    ),
    "check.link_as_declared.title": "PCIe 链路与声明",
    "check.link_as_declared.silent": "没有采样到 PCIe 链路。",
    "check.link_as_declared.known": "{card} 的链路为 x{width}。",
    "check.link_as_declared.fine": "负载下各卡的链路都与声明一致：x{width}。",
    "check.link_as_declared.other": (
        "{card} 的链路是 x{width}，而声明为 x{declared}：结果的标签是错的。"
    ),
    "check.link_as_declared.slower": (
        "负载下 {card} 的链路最高为 {speed_gts:g} GT/s，而声明为 {declared_gts:g} GT/s。"
    ),
    "check.link_as_declared.unverifiable": "这里无法核实 {card} 所声明的链路（{reason}）。",
    "check.link_as_declared.word": (
        "驱动给出的链路与 {card} 的声明一致，但这里无法核实插槽（{reason}）。"
    ),
    "check.link_as_declared.reason.virtual_machine": "这是虚拟机",
    "check.link_as_declared.reason.no_port_above": "看不到它所在的插槽",
    "check.link_as_declared.reason.way_unknown": "/sys 没有给出它在总线上的位置",
    "check.link_as_declared.reason.not_reported": "插槽没有给出链路",
    "check.link_as_declared.narrow": "{card} 可用 x{max_width}，但插槽只提供 x{width}。",
    "check.link_as_declared.next": "检查插槽、转接卡和 BIOS 的通道拆分，或按实际情况声明链路。",
    "check.link_held.title": "PCIe 链路稳定性",
    "check.link_held.silent": "没有采样到 PCIe 链路。",
    "check.link_held.fine": "负载下链路没有降速。",
    "check.link_held.fell": "{card} 的链路在负载下从 {speed_gts:g} 降到 {lowest_gts:g} GT/s。",
    "check.link_held.errors": "PCIe 链路上有数据重传：{parts}。",
    "check.link_held.part.replays": "重传 {value} 次",
    "check.link_held.part.errors": "可纠正错误 {value} 次",
    "check.link_held.next": "重新插卡、不用转接卡，或在 BIOS 中设较低的 PCIe 代数。",
    "check.other_processes.title": "卡上的其他进程",
    "check.other_processes.silent": "没有卡给出使用它的进程。",
    "check.other_processes.fine": "每张卡上最多一个进程在计算。",
    "check.other_processes.several": (
        "{card} 上有 {most} 个进程在计算，是否都属于服务器不得而知。"
    ),
    "check.other_processes.came": (
        "运行期间 {card} 上多了其他进程：由 {before} 个变为 {most} 个。"
    ),
    "check.other_processes.next": "结束卡上的其他程序，然后重新测量。",
    "check.power_cap.title": "功耗上限",
    "check.power_cap.silent": "没有卡给出功耗上限及其默认值。",
    "check.power_cap.fine": "功耗上限均为默认值。",
    "check.power_cap.lower": (
        "{card} 的功耗上限为 {limit_w:.0f} W，默认值为 {default_w:.0f} W。"
    ),
    "check.power_cap.next": "只与相同上限的卡比较，或恢复默认值。",
}
