"""What is wrong with a run and its files, in Simplified Chinese."""

from __future__ import annotations

RUNS: dict[str, str] = {
    "measure.either": "spec 与 {names} 只能给出其一。",
    "measure.backend": "backend {name!r}：应为 {known} 之一。",
    "measure.directory": "无法写入 {path}：那是一个目录；请换一个文件名",
    "measure.no_room": (
        "无法写入 {path}：磁盘只剩 {free:.1f} MB，而结果可能需要 {needed:.1f} MB；请腾出空间，或换"
        "一个目录"
    ),
    "measure.worker_died": "一个 worker 进程在准备时退出：请检查内存是否耗尽。",
    "measure.characters": "路径、主机或请求 ID 前缀中含有 HTTP 不允许的字符。",
    "measure.header": "server.headers {name}：该请求头由测量设置；请去掉。",
    "measure.no_address": "主机名没有对应的地址",
    "measure.closes_unused": "服务器会关闭未使用的连接",
    "measure.no_more": "{seconds:g} s 内没有更多连接",
    "run_directory.none": "{path} 不是运行目录：其中没有 {name}",
    "run_directory.newer": (
        "{path} 中的运行由更新版本的 Inferometer 写成（schema {version}；当前版本最高读到 {most}"
        "）：请升级 Inferometer 后再读取"
    ),
    "run_directory.unread": "无法读取 {path} 中的运行（{why}）：请从备份恢复，或重新测量",
    "run_directory.changed": "{name} 在写入之后被改动过",
    "run_directory.no_column": "没有 {name!r} 这一列",
    "plain.not": "它不是普通文件，而是链接、管道或设备",
    "plain.too_large": "它有 {size:,} 字节，超过上限 {most:,}",
    "plain.too_deep": "它的嵌套比任何结果都深",
    "unread.aiperf": "{path} 中没有关于请求的数值；请给出 profile_export_aiperf.json",
    "unread.no_figures": "{path} 中没有关于请求的数值",
    "unread.guidellm_csv": (
        "此 GuideLLM CSV 中有一行的单元格数与表头不同（GuideLLM 只按第一个测试写表头）；"
        "请改用 JSON 文件"
    ),
    "unread.guidellm_yaml": "这不是可读取的 GuideLLM YAML 报告；请改用 JSON 文件",
    "unread.inference_perf": (
        "{path} 中是服务器或会话报告的内容；请给出旁边的 stage_N_lifecycle_metrics.json"
    ),
    "unread.llmperf": "它不是 JSON；不需要逐个请求的数据时请移走它",
    "unread.mlperf_detail": "{path} 属于旁边的 {summary}；请给出后者",
    "unread.mlperf_unfinished": "LoadGen 的运行没有结束",
    "server.no_list_of_models": "{path} 的应答中没有模型列表",
    "server.no_connection": "没有连接",
    "report.rows": "工作表 {name} 只有 {n:,} 行中的前 {most:,} 行；--parquet 可写出全部。",
    "report.no_excel": "写 Excel 文件需要 xlsxwriter：pip install 'inferometer[excel]'。",
    "report.figure_form": "图只能写成 {forms}，不能写成 {name}",
    "yaml.control": "字符串中不能有控制字符（例如 \\e）。",
    "yaml.nothing": "这不是 YAML。",
    "dialect.vllm.events": "max_output_tokens_per_s 按整秒计事件数；我们的按任意一秒计 token 数。",
    "dialect.vllm.concurrent": (
        "max_concurrent_requests 在请求涉及的每一秒都计一次；我们的是精确值。"
    ),
    "dialect.guidellm.with_ttft": (
        "time_per_output_token_ms 包含 TTFT：（最后一个 token − 发出）/ token 数。"
    ),
    "dialect.guidellm.per_token": "inter_token_latency_ms 即我们的 TPOT；各请求按其 token 数加权。",
    "dialect.guidellm.to_the_end": "request_latency 以秒计，算到响应结束，而不是最后一个 token。",
    "dialect.guidellm.percentiles": "分位数取样本中的值，不插值。",
    "dialect.aiperf.per_chunk": (
        "inter_token_latency 即我们的 TPOT；inter_chunk_latency 即我们的 ITL。"
    ),
    "dialect.aiperf.per_user": (
        "output_token_throughput_per_user 是 1000 / TPOT 的平均，而不是 1000 / TPOT 的平均值。"
    ),
    "dialect.aiperf.effective": "effective_latency 从计划时刻算起。",
    "dialect.mlperf.due": "所有延迟都从计划时刻算起：客户端发送滞后也算在服务器头上。",
    "dialect.mlperf.percentiles": "分位数取下标 ⌊n · p⌋ 处的值，不插值。",
    "dialect.mlperf.samples": "每秒样本数为 (n − 1) 除以最后一个请求完成的时刻。",
    "metadata.reserved": "output.metadata {key} 会覆盖结果自己的 '{key}'；请换一个名称。",
    "run_directory.too_large": "{name} 大于 {mb} MiB",
    "run_directory.too_many_rows": "{name} 有 {rows} 行，至多 {most} 行",
    "wish.like": "应为{what}",
    "wish.like.name": "字母、数字和 . _ + -，至多 64 个字符",
    "wish.like.variable": "环境变量名",
    "unread.no_table": "其中没有结果表",
    "demo.no_truth": "引擎的记录中没有这些请求：请检查引擎是否做了记录，以及请求 ID 的前缀。",
}
