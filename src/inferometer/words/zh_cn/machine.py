"""What is said of the machine, in Simplified Chinese."""

from __future__ import annotations

MACHINE: dict[str, str] = {
    "machine.reason.no_power_source": "这里没有任何来源能读取该卡的功耗或能耗",
    "machine.reason.counter_frozen": "该卡的能耗计数器不变化，也读不到功耗",
    "machine.reason.counter_reset": "该卡的能耗计数器在运行中被清零",
    "machine.reason.counter_implausible": "该卡的能耗计数器与功耗相差悬殊",
    "machine.reason.window_not_bracketed": "运行之前或之后没有采样",
    "machine.reason.sampling_gap": "采样中断超过 1.5 s",
    "machine.reason.too_few_samples": "运行期间的采样太少",
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
    "machine.reason.too_uncertain": (
        "按现有采样，能耗误差可能超过 0.5%；请延长测试时间（增大 --num-prompts），"
        "没有能耗计数器的卡需要数分钟"
    ),
    "machine.reason.clock_mismatch": "采样的时间戳没有递增",
    "machine.reason.source_lost": "运行期间丢失了一张卡",
    "machine.reason.permission": "只有 root 可以读取",
    "machine.reason.partition_scope": "只有整张卡的功耗，而部署只用了其中一部分",
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
    "monitor.why.address": "不是 http 地址",
    "monitor.why.stamps": "时间戳自相矛盾",
    "monitor.why.json": "回答不是 JSON",
    "monitor.why.sample": "回答不是采样数据",
    "monitor.unreached": (
        "{url} 上的监视程序没有正常应答（{why}）："
        "请在那里启动 `inferometer monitor --serve`，或不使用它。"
    ),
    "caution.no_currency": "价格没有注明币种：只有币种相同时成本才可比较",
    "caution.unknown_currency": "未注明的币种",
    "caution.currencies": (
        "价格的货币不同（{which}），不作换算：成本不参与对比"
    ),
    "caution.temperature": (
        "两边的加速卡温度不同：{a} 为 {one:.0f} °C，{b} 为 {other:.0f} °C；"
        "请让两边交替测量"
    ),
    "target.why.not_sampled": "没有对机器采样",
    "target.needs.telemetry": "对机器的采样，而 --no-telemetry 关闭了它",
}
