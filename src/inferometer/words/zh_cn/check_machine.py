"""What checks of the machine found, in Simplified Chinese."""

from __future__ import annotations

CHECK_MACHINE: dict[str, str] = {
    "check.samplers.title": "采样",
    "check.samplers.silent": "没有对机器采样。",
    "check.samplers.fine": "所有采样器都正常。",
    "check.samplers.faults": (
        "机器的部分数据没有采到：{parts}。各项测量值不受影响，只是缺少仅由它们提供的数据。"
    ),
    "check.samplers.part.hung": "{value} 直到结束都没有响应",
    "check.samplers.part.failed": "采样器 {value} 出错",
    "check.samplers.part.lost": "采样进程提前退出（{value}）",
    "check.samplers.part.tool_failed": "{value} 的工具执行失败",
    "check.samplers.part.tool_timeout": "{value} 的工具没有按时响应",
    "check.samplers.part.unknown_format": "{value} 的工具输出无法识别",
    "check.samplers.next": "在该主机上运行 `inferometer monitor --once` 查看各来源的情况。",
    "check.throttled.title": "降频",
    "check.throttled.silent": "没有卡给出是否降频。",
    "check.throttled.fine": "没有卡长时间降频。",
    "check.throttled.found": "有卡降频：{parts}。",
    "check.throttled.part.thermal_percent": "因温度降频的时间占 {value:.1f}%",
    "check.throttled.part.power_percent": "因功耗或供电降频的时间占 {value:.1f}%",
    "check.throttled.next": (
        "温度原因：改善散热，并在相同温度下比较。功耗或供电原因：提高上限，或保持上限并随结果注明；"
        "功耗没到上限时检查电源。"
    ),
    "check.link_as_declared.title": "PCIe 链路与声明",
    "check.link_as_declared.silent": "没有采样到 PCIe 链路。",
    "check.link_as_declared.known": "{card} 的链路为 x{width}。",
    "check.link_as_declared.fine": "负载下各卡的链路与声明没有矛盾。",
    "check.link_as_declared.other": (
        "{card} 的链路是 x{width}，而声明为 x{declared}：结果的标签是错的。"
    ),
    "check.link_as_declared.faster": (
        "{card} 的链路跑到了 {speed_gts:g} GT/s，而声明为 {declared_gts:g} GT/s：结果的标签是错的。"
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
