"""What a report answers first, in Simplified Chinese."""

from __future__ import annotations

ANSWERS: dict[str, str] = {
    "page.answer.table": "数值明细",
    "campaign.left": "预计剩余约 {time}，还有 {n} 个测试点（含启动服务器的时间）。",
    "console.ratings": "评级：{ratings}",
    "console.rated.mean": "平均 {latency}",
    "console.rated.p99": "{latency} p99",
    "metric.speed_from_tpot": "单请求输出速度（由 TPOT 换算）",
    "figure.note.speed_of_tpot": (
        "单请求输出速度按 1000 / 平均 TPOT 换算，因为这些文件没有单个请求的速度。"
    ),
    "answer.mean": "平均",
    "answer.interval": "{low} ~ {high}",
    "answer.with_interval": "{figure}（{interval}）",
    "answer.no_interval": "未标出置信区间的数值，其区间未知；重复测量即可得出。",
    "answer.no_interval.same": (
        "未标出置信区间的数值，重复运行的结果完全相同（模拟结果即是如此），因此没有区间。"
    ),
    "answer.drift": (
        "测量期间结果有漂移。比值已扣除漂移，与旁边的平均值直接相除的结果略有出入。"
    ),
    "answer.cell": "{effect}，{verdict}",
    "answer.is.no difference": "无差异",
    "answer.is.undecided": "尚无定论",
    "answer.short": "所用的 {all} 个结果中有 {n} 个未达到设定负载：发送的请求数少于并发上限。",
    "answer.suspect": "所用的 {all} 个结果中有 {n} 个为 SUSPECT，请先查看原因。",
    "answer.temperature": (
        "同一负载下，加速卡最高温度最多相差 {degrees:.0f} °C，差异可能部分来自温度。"
        "请让各方交替测试。"
    ),
    "answer.rehearsal": "这是演练，不反映任何硬件的性能。",
    "answer.simulated": "模拟结果，并非实测：数值由孪生引擎算出。",
    "answer.where": "{who}，{load}",
    "answer.length.title": "输入变长要付出多少代价？",
    "answer.length": "{where}：输入从 {short} 增加到 {long} token，{changes}。",
    "answer.length.change": "{metric}由 {before} 变为 {after} {unit}",
    "answer.left_out": "此处列出 {n} 个负载中的 {shown} 个，图中有全部负载。",
    "answer.over_loads": "{n} 个负载平均",
    "answer.load.concurrency": "并发 {level} 时",
    "answer.load.max_concurrency": "并发 {level} 时",
    "answer.load.num_prompts": "{level} 个请求时",
    "answer.load.request_rate": "{level} req/s 时",
    "answer.link.title": "PCIe 链路变窄要付出多少代价？",
    "answer.link.who": "{model} TP={tp}：{narrow} 对比 {wide}",
    "answer.link.control": "{model} TP={tp}（对照）：{narrow} 对比 {wide}",
    "answer.link.note": "{metric}的变化及其 95% 置信区间；测过 TP=1 的，已扣除 TP=1 的变化。"
    "负载很多，只有不大可能出于偶然的变化才算数。",
    "answer.link.costs": (
        "{model} TP={tp}，{where}：{narrow} 的{metric}比 {wide} 低 {effect}。"
    ),
    "answer.link.slower": (
        "{model} TP={tp}，{where}：{narrow} 比 {wide} 慢，{metric}变化 {effect}。"
    ),
    "answer.link.faster": (
        "{model} TP={tp}，{where}：{narrow} 比 {wide} 快，{metric}变化 {effect}。"
    ),
    "answer.link.no_difference": (
        "{model} TP={tp}，{where}：{narrow} 与 {wide} 没有差异，"
        "{metric}变化 {effect}。"
    ),
    "answer.link.undecided": (
        "{model} TP={tp}，{where}：{narrow} 对比 {wide} 尚无定论，"
        "{metric}变化 {effect}。"
    ),
    "answer.link.undecided.runs": (
        "{model} TP={tp}，{where}：{narrow} 对比 {wide} 尚无定论，{metric}变化 {effect}"
        "；两边交替各测约 {runs} 次可以得出结论。"
    ),
    "answer.link.is_control.costs": (
        "对照：{model} TP=1 不依赖卡间链路，但{where} {narrow} 的{metric}仍比 {wide} 低 {effect}"
        "。这部分不是链路造成的，上面已扣除。"
    ),
    "answer.link.is_control.slower": (
        "对照：{model} TP=1 不依赖卡间链路，但{where} {narrow} 仍比 {wide} 慢，{metric}变化 "
        "{effect}。这部分不是链路造成的，上面已扣除。"
    ),
    "answer.link.is_control.faster": (
        "对照：{model} TP=1 不依赖卡间链路，但{where} {narrow} 仍比 {wide} 快，{metric}变化 "
        "{effect}。这部分不是链路造成的，上面已扣除。"
    ),
    "answer.link.is_control.no_difference": (
        "TP=1（{model}，{narrow} 对比 {wide}，对照）没有差异，符合预期：{where}，"
        "{metric}变化 {effect}。"
    ),
    "answer.link.is_control.undecided": (
        "TP=1（{model}，{narrow} 对比 {wide}，对照）尚无定论：{where}，{metric}变化 {effect}。"
    ),
    "answer.link.is_control.undecided.runs": (
        "TP=1（{model}，{narrow} 对比 {wide}，对照）尚无定论：{where}，{metric}变化 {effect}；"
        "两边交替各测约 {runs} 次可以得出结论。"
    ),
    "answer.cache.title": "前缀缓存能快多少？",
    "answer.cache.metric": "指标",
    "answer.cache.cold": "冷缓存",
    "answer.cache.warm": "热缓存",
    "answer.cache.times": "加速比",
    "answer.times": "{ratio} 倍（{low}–{high}）",
    "answer.times.alone": "{ratio} 倍",
    "answer.cache.hits": "前缀缓存命中率：热缓存 {warm}，冷缓存 {cold}。",
    "answer.cache.no_hits": (
        "前缀缓存命中率：热缓存 {warm}。服务器没有命中任何缓存：请确认已开启前缀缓存，"
        "且缓存容量足以容纳全部提示词。"
    ),
    "answer.cache.untold": "服务器没有提供前缀缓存命中率。",
    "answer.cache.change": "（{from} → {to} {unit}）",
    "answer.cache.faster": (
        "{where}：热缓存对{metric}的加速比为 {times}{change}。"
    ),
    "answer.cache.slower": (
        "{where}：热缓存反而更慢，{metric}的加速比只有 {times}{change}。"
    ),
    "answer.cache.no_difference": (
        "{where}：冷、热缓存的{metric}没有差异，加速比 {times}{change}。"
    ),
    "answer.cache.undecided": (
        "{where}：热缓存对{metric}的加速比为 {times}{change}，尚无定论。"
    ),
    "answer.cache.undecided.runs": (
        "{where}：热缓存对{metric}的加速比为 {times}{change}，尚无定论；"
        "两边交替各再测约 {runs} 次可以得出结论。"
    ),
    "answer.engine.title": "哪个推理引擎最快？",
    "answer.engine.at": "{load}的{metric}",
    "answer.engine.against": "与 {best} 相比（{n} 个负载平均）",
    "answer.engine.apart": "无法比较",
    "answer.engine.slower": (
        "{best} 比 {other} 快：{other} 的输出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.faster": (
        "{other} 比 {best} 快：输出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.no_difference": (
        "{best} 与 {other} 没有差异：输出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.undecided": (
        "{best} 对比 {other} 尚无定论：输出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.undecided.runs": (
        "{best} 对比 {other} 尚无定论：输出吞吐量相差 {effect}（{where}）；"
        "两边交替各测约 {runs} 次可以得出结论。"
    ),
    "answer.engine.not_compared": "{best} 与 {other} 除引擎外还有其他条件不同，未作比较。",
    "answer.scaling.title": "多卡扩展效率如何？",
    "answer.scaling.who": "部署",
    "answer.scaling.gpus": "{gpus} 卡",
    "answer.scaling": (
        "{name}：每卡负载 {load} 时，{gpus} 卡的输出吞吐量达到单卡 {gpus} 倍的 {efficiency}"
        "，即 {gpus} 卡 {several} tok/s，单卡 {one} tok/s。"
    ),
    "answer.scaling.load": "每卡负载",
    "answer.scaling.one": "单卡（tok/s）",
    "answer.scaling.several": "全部卡（tok/s）",
    "answer.scaling.efficiency": "扩展效率（95% 置信区间）",
}
