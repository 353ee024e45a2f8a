"""What the page's overview and its further figures say, in Simplified Chinese."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "概览",
    "page.overview.hint": "六项指标随负载的变化；“数据浏览”中的筛选条件在此同样生效。",
    "page.folders.hint": "勾选文件夹即可选择要看的实验：图表和测试点表只显示选中的部分。",
    "page.folders": "实验（文件夹）",
    "page.folders.all": "全选",
    "page.folders.none": "全不选",
    "page.js.folders": "已选 {shown} / {all}",
    "page.unfiltered": "本图由多个测试点相互比较得出，始终基于全部测试点，不受筛选影响。",
    "page.condition.folder": "文件夹",
    "answer.saturation.title": "吞吐量在何处饱和？",
    "answer.saturation": "{name} {load}达到饱和（{interval}），输出吞吐量 {throughput} tok/s。",
    "answer.saturation.linear": (
        "{name} {load}达到饱和（{interval}），输出吞吐量 {throughput} tok/s；负载不超过 {linear} "
        "时，吞吐量随负载成比例增长。"
    ),
    "answer.saturation.growing": (
        "{name} 在测得的最高负载内未饱和：{highest}输出吞吐量 {throughput} tok/s（饱和点：{interva"
        "l}）。"
    ),
    "answer.saturation.growing.untold": (
        "{name} 在测得的最高负载内未饱和：{highest}输出吞吐量 {throughput} tok/s。"
    ),
    "answer.saturation.untold": "无法给出区间",
    "answer.saturation.low_high": "{low} ~ {high}",
    "answer.saturation.low": "大于 {low}",
    "answer.saturation.high": "不超过 {high}",
    "answer.saturation.curve": "曲线",
    "answer.saturation.linear_to": "{load}：线性增长至",
    "answer.saturation.from": "{load}：饱和起点",
    "answer.saturation.interval": "95% 置信区间",
    "answer.saturation.falls": "{load}：下降起点",
    "answer.saturation.not_reached": "未达到",
    "answer.saturation.note": (
        "饱和：吞吐量与最高值相差不超过 5%，且负载再提高到 1.5 倍以上也不再增长。线性：不低于按"
        "最低负载推算值的 90%。置信区间依据重复测量、各次运行自身的区间，或大量负载点的离散程度"
        "；三者皆无时无法给出。"
    ),
    "figure.overview": "负载概览",
    "figure.saturation": "吞吐量的饱和点",
    "figure.series.gpu_utilization": "GPU 利用率",
    "figure.series.memory_used_bytes": "显存占用",
    "figure.series.power_w": "功耗",
    "figure.series.temperature_c": "温度",
    "figure.series.gpu_clock_mhz": "GPU 频率",
    "figure.energy": "能效：每焦耳 token 数随负载的变化，功率与吞吐量的关系",
    "figure.nothing.energy": "没有能耗数据有效的测试点。",
    "figure.note.simulated": "模拟值，并非实测：{all} 个测试点中有 {n} 个的功率由内置引擎算出。",
    "figure.note.no_energy": "{all} 个测试点中有 {n} 个没有有效的能耗数据，图中留空。",
    "figure.efficiency": "效率图：配置 × 负载",
    "figure.spread": "各配置的延迟分布",
    "figure.simulated": "模拟结果，并非实测：{all} 个测试点中的 {n} 个。",
    "figure.simulated.all": "模拟结果，并非实测。",
    "figure.twin_speed.all": (
        "在快于实时的孪生引擎上演练：延迟偏短、吞吐偏高，倍数见各测试点的说明。"
    ),
    "figure.twin_speed": (
        "在快于实时的孪生引擎上演练：{all} 个测试点中的 {n} 个。它们的延迟偏短、吞吐偏高，倍数见"
        "各测试点的说明。"
    ),
    "figure.capacity": "各部署与目标（模拟结果，并非实测）",
    "figure.capacity.note": (
        "{load}。线段：90% 区间；虚线：目标。功率从未按实测拟合。"
    ),
    "figure.capacity.watts": "所有卡的功率（W，未拟合）",
    "figure.capacity.cost": "每小时成本",
    "figure.dates": "随日期的变化",
    "figure.nothing.saturation": "没有任何一条曲线有四个及以上的负载级别。",
    "figure.nothing.configurations": "没有在多个负载下测过的两种及以上配置。",
    "figure.nothing.percentiles": "没有记录任何延迟的 p99。",
    "figure.nothing.dates": "没有任何配置在同一负载下、在两天内测过。",
    "figure.note.saturation": "竖线：从该负载起达到饱和。横条：该负载的 95% 置信区间（能给出时）。",
    "figure.note.configurations": "共 {n} 种配置，此处显示 {shown} 种。",
    "figure.note.spread": "负载：{load}。粗条：中位数至 p90；细线：至 p99；圆点：均值。",
    "figure.note.dates": "每条曲线对应同一配置、同一负载；其间推理引擎与软件栈的版本可能有变化。",
    "figure.tooltip.saturated": "饱和起点",
    "figure.tooltip.plateau": "平台吞吐量（tok/s）",
    "page.top": "最佳配置",
    "page.top.hint": (
        "每种配置在满足限值的测试点中的最佳者。未测量的指标视为不满足限值；INVALID 的测试点不参"
        "与排名。"
    ),
    "page.top.rank": "排名依据",
    "page.top.statistic": "限值针对",
    "page.js.stat.mean": "均值",
    "page.js.stat.median": "中位数",
    "page.js.stat.p90": "p90",
    "page.js.stat.p95": "p95",
    "page.js.stat.p99": "p99",
    "page.js.list": "、",
    "page.js.top.against": "与第一名相比",
    "page.js.top.overlap": "{text}（区间重叠）",
    "page.js.top.without": "没有测试点满足限值的配置：{n} 种（{names}）。",
    "page.ratings.lower": (
        "{metric}：低于 {excellent} 为优秀，低于 {good} 为良好，{fair} 及以下为一般。"
    ),
    "page.ratings.higher": (
        "{metric}：高于 {excellent} 为优秀，高于 {good} 为良好，{fair} 及以上为一般。"
    ),
    "ratings.unread": (
        "评级文件 {path} 无法按 YAML 读取。请每个指标写一行，例如：mean_ttft_ms: [100, 200, 500"
        "]。"
    ),
    "ratings.unreadable": "无法读取评级文件 {path}（{cause}）。",
    "ratings.no_table": (
        "评级文件 {path} 为空、过大，或没有任何指标。请每个指标写一行，例如：mean_ttft_ms: [100"
        ", 200, 500]。"
    ),
    "ratings.unknown": (
        "{metric} 无法评级：它不是有高低优劣之分的指标。请使用 mean_ttft_ms、output_throughput "
        "这类名称。"
    ),
    "ratings.limits.lower": "{metric} 需要三个由小到大的限值：[优秀, 良好, 一般]。",
    "ratings.limits.higher": "{metric} 需要三个由大到小的限值：[优秀, 良好, 一般]。",
}
