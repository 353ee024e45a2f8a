"""关于其他工具的结果文件的说明（简体中文）。"""

from __future__ import annotations

IMPORTS: dict[str, str] = {
    "note.rate_not_reached": (
        "要求的速率为 {asked:.4g} 个请求/秒，工具实际只发出 {sent:.4g} 个/秒：实际负载以发出"
        "的为准。"
    ),
    "note.offline_throughput": (
        "这是不经过服务器的离线测试（{command}），各项数值都不是在线服务的指标。"
    ),
    "note.offline_latency": (
        "这是不经过服务器的离线测试（{command}），E2EL 是整个批次的耗时。"
    ),
    "note.one_batch": (
        "整个批次由一次调用发出（{command}），没有单个请求的数据。"
    ),
    "note.llama_bench": (
        "这是 llama.cpp 引擎的离线测试，单序列、不经过服务器，速率不是在线服务的指标。"
    ),
    "note.loadgen_verdict": "LoadGen 自己判定该次运行为 {verdict}，依据的是它自己的限值。",
    "note.loadgen_verdict.limits": (
        "LoadGen 自己判定该次运行为 {verdict}，其限值为 p99 TTFT {ttft:g} ms、p99 TPOT "
        "{tpot:g} ms。"
    ),
    "note.means_of_runs": "数值是多次运行的平均值；百分位数是各次百分位数的平均。",
    "note.cancelled": "该工具说明这次运行被取消：数值只来自其中一部分。",
    "note.own_tokenizer": "token 数由该工具自带的分词器统计。",
    "note.arrays": "各请求的数组长度不一致（{which}）：没有据此计算任何数值。",
    "note.other_requests": (
        "文件自相矛盾：逐条记录中有 {n} 个请求完成，汇总却写 {completed:.0f} 个。"
        "没有据此计算任何数值。"
    ),
    "note.sample": "文件只抽样保存了 {completed:.0f} 个请求中的 {n} 个：没有据此计算任何数值。",
    "note.contradiction": "{condition}：{by}写的是 {value}，{other}写的是 {rest}，以{by}为准。",
    "note.cut_row": "此行之后的一行不完整，没有采用。",
    "note.rows_long": "第 {rows} 行的单元格比表头多，没有采用。",
    "note.rows_sums": "第 {rows} 行是对其他行的汇总，没有采用。",
    "note.rows_empty": "第 {rows} 行没有数值，没有采用。",
    "note.rows_unnamed": (
        "第 {rows} 行没有写明模型、显卡或引擎，而其他行写明了，没有采用。如果是合并单元格，"
        "请把每个单元格都填上。"
    ),
    "note.told_twice": "同一数值出现两次且不一致，没有采用：{names}。",
    "note.by_names": "这个文件不是已知工具写的：只采用名称已写明含义和单位的数值。",
    "note.not_taken": "含义或单位不明确的数值没有采用：{names}。",
    "note.by.file": "文件内容",
    "note.by.config.json": " config.json ",
    "note.by.name": "文件名",
    "note.by.folder": "文件夹名",
    "note.other_meaning": "{names}：该工具的定义与此处不同，未采用其数值。",
    "note.own_figures": "按该工具自己的名称和定义：{figures}。",
    "note.cut_off": "运行结束时有 {n} 个请求被中断，未计入任何数值。",
    "note.csv_verdict": "表格中的判定为 {verdict}；原始运行数据不在此处，无法核实。",
}
