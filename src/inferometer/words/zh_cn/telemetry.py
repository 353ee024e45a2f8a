"""`monitor` 显示的内容（简体中文）。"""

from __future__ import annotations

TELEMETRY: dict[str, str] = {
    "monitor.card": "加速卡",
    "monitor.name": "型号",
    "monitor.gpu_utilization": "GPU%",
    "monitor.memory": "GiB",
    "monitor.power": "W",
    "monitor.temperature": "°C",
    "monitor.gpu_clock": "MHz",
    "monitor.link": "PCIe",
    "monitor.no_cards": (
        "没有发现加速卡：PCI 总线上没有已知厂商的设备，厂商工具也都没有响应。如果在容器里运行，请把"
        "设备和 /sys 传进容器。"
    ),
    "monitor.host": (
        "主机：负载 {load}，可用内存 {available} / {total} GiB；最近 10 秒内等待 CPU 的时间占 {cpu}"
        "%，等待内存的占 {memory}%。"
    ),
    "monitor.contradiction": (
        "{card}：插槽报告 {slot}，驱动报告 {vendor}，两者不一致；表中取较小者。"
    ),
    "monitor.narrow": "{card}：到处理器的路径比插槽更窄：{narrowest}。",
    "monitor.unverifiable.virtual_machine": "{card}：当前是虚拟机，无法核实插槽的链路。",
    "monitor.unverifiable.no_port_above": "{card}：看不到所在的插槽（板载，或直通给了虚拟机）。",
    "monitor.unverifiable.way_unknown": (
        "{card}：/sys 没有给出它在总线上的位置，插槽的链路未知。"
    ),
    "monitor.unverifiable.not_reported": "{card}：插槽没有报告链路，可能处于休眠状态。",
    "monitor.tool.tool_missing": "没有安装 {tool}，或不在 PATH 中：只能由它提供的数据缺失。",
    "monitor.tool.tool_failed": "{tool} 执行失败：只能由它提供的数据缺失。",
    "monitor.tool.tool_timeout": "{tool} 没有按时响应：只能由它提供的数据缺失。",
    "monitor.tool.unknown_format": "{tool} 的输出无法识别：只能由它提供的数据缺失。",
    "monitor.power_unread": "{card}：读不到功耗（{reason}）。",
    "monitor.reason.no_source": "没有可用的数据来源",
    "monitor.reason.not_reported": "驱动没有提供",
    "monitor.reason.permission": "当前用户没有读取权限",
    "monitor.reason.unreadable": "文件无法读取",
    "monitor.reason.not_a_number": "不是数字",
    "monitor.reason.unknown_format": "格式未知",
    "monitor.reason.unit_unknown": "单位未知",
    "monitor.rates": (
        "CPU {cpu}%，最忙的核 {core}%；"
        "网络接收 {received} MB/s，发送 {sent} MB/s；CPU 封装功耗 {power} W。"
    ),
    "monitor.server": (
        "服务器（{engine}）：运行中 {running}，排队 {waiting}，KV cache {kv}%，"
        "输出 {tokens} tokens/s。"
    ),
    "monitor.no_page": "服务器：从 {url}/metrics 读不到指标。",
    "monitor.and_others": ("{card} 和另外 {more} 张卡"),
    "monitor.other_file": (
        "{path} 已存在且内容不是样本，未追加：请换一个文件名。"
    ),
    "monitor.large_file": ("{path} 超过 1 GiB：请写入新文件。"),
    "monitor.reason.card_lost": ("卡已丢失：从总线上掉线，或需要复位"),
    "monitor.reason.not_due": ("读取间隔比采样间隔长"),
    "monitor.reason.tool_missing": ("没有安装对应的工具"),
    "monitor.reason.tool_failed": ("对应的工具执行失败"),
    "monitor.reason.tool_timeout": ("对应的工具没有按时响应"),
    "progress.cards": (
        "{n} 张卡：GPU {utilization}%，显存 {memory} GiB，功耗 {power} W，最高 {temperature} °C"
    ),
    "progress.cards.one": (
        "1 张卡：GPU {utilization}%，显存 {memory} GiB，功耗 {power} W，{temperature} °C"
    ),
    "progress.more": "另有 {n} 张卡",
    "progress.more.one": "另有 1 张卡",
    "progress.host": (
        "主机：CPU {cpu}%，最忙的核 {core}%，可用内存 {available} / {total} GiB"
    ),
    "progress.server": (
        "服务器：运行中 {running}，排队 {waiting}，KV cache {kv}%"
    ),
}
