"""What the console says, in Simplified Chinese."""

from __future__ import annotations

CONSOLE: dict[str, str] = {
    "unit.events": "事件/s",
    "unit.requests": "请求/s",
    "unit.streams": "路并发",
    "calibration.unfit.busy": (
        "校准时这台主机正忙：其他程序占用了 {others:.0%} 的 CPU 核，校准有 {waited:.0%} 的时间在等"
        "待 CPU 核。"
    ),
    "calibration.unfit.ceiling": (
        "即使在最小的负载下（{loads}），这台主机的客户端误差也超过 ±{target:g} ms，或发送太晚：主机"
        "当时很可能正忙。"
    ),
    "console.thin": "* 该分位数之外的样本不足 {fewest} 个：只能当作个别请求来看",
    "console.client": "客户端",
    "console.client.stamps": "到达时间的记录者：",
    "console.client.delay": "客户端附加延迟 p50/p99/max (ms)：",
    "console.client.shared": "共用时间戳的事件 (%)：",
    "console.client.lag": "发送滞后 p50/p99/max (ms)：",
    "console.client.workers": "worker 数：",
    "console.client.cpu": "最忙的 worker 的 CPU 占用 (%)：",
    "console.client.waited": "等待 CPU 核最久的 worker (ms)：",
    "console.server": "服务器",
    "console.server.hit_rate": "前缀缓存命中率 (%)：",
    "console.server.preemptions": "抢占次数：",
    "console.server.queue": "平均排队时间 (ms)：",
    "console.intervals": "95% 置信区间",
    "console.steady": "稳态",
    "console.steady.span": "从 – 到 (s)：",
    "console.request_throughput": "请求吞吐量 (req/s)：",
    "console.request_goodput": "有效吞吐量 goodput (req/s)：",
    "console.output_throughput": "输出吞吐量 (tok/s)：",
    "console.mean": "{latency} 平均值 (ms)：",
    "console.p99": "{latency} P99 (ms)：",
    "console.stamp.KERNEL": "内核",
    "console.stamp.USER": "用户态",
    "console.stamp.TAP": "抓包",
    "console.verdict": "判定：{status}",
    "console.verdict.VALID": "VALID（可信）",
    "console.verdict.SUSPECT": "SUSPECT（存疑）",
    "console.verdict.INVALID": "INVALID（无效）",
    "console.verdict.changed": "判定：{status}（主机校准之后；此前为 {before}）",
    "console.verdict.fine": "{checks} 项检查全部通过。",
    "console.level.note": "注意",
    "console.level.suspect": "存疑",
    "console.level.invalid": "无效",
    "console.next": "建议：",
    "console.repeats.mean": "平均值",
    "console.repeats.interval": "95% 置信区间",
    "console.repeats.range": "最小 – 最大",
    "console.targets": "目标：",
    "console.reached": "达标",
    "console.missed": "未达标",
    "console.not_checked": "未检查",
    "console.problems.more": "（另有 {n} 个文件无法读取）",
    "console.problems.more.one": "（另有 1 个文件无法读取）",
    "percent": "{percent}%",
    "console.target.at": "{deployment}，{place}",
    "console.target.found": "{value}（{where}）",
    "console.target.why": "{found}：{why}",
    "console.repeats.title": "重复 {runs} 次",
    "console.repeats.some": "{runs} / {asked}",
    "console.repeats.line": "{name}  重复 {runs} 次：{figures}",
    "console.repeats.few": "区间只来自 {runs} 次运行：{few} 次或更多会使区间变窄。",
    "console.repeats.left_out": "未计入：{runs}。",
    "console.dialect": "按 {tool} 的定义",
    "repeats.differ": (
        "各次运行不一致：{label} 在各次运行之间的变化是各自区间所能解释的 {times:.1f} 倍。运行之间"
        "有某种变化：请引用重复运行的区间。"
    ),
    "repeats.differ.more": (
        "各次运行不一致：{label} 在各次运行之间的变化是各自区间所能解释的 {times:.1f} 倍，另有 "
        "{more} 项数值也是如此。运行之间有某种变化：请引用重复运行的区间。"
    ),
    "repeats.short": "各次运行太短，没有各自的区间：它们的差异是否超出偶然，无从判断。",
    "repeats.agree": "各次运行一致：它们的差异没有超出各自区间所能解释的范围。",
}
