"""What checks of what became of requests found, in Simplified Chinese."""

from __future__ import annotations

CHECK_OUTCOME: dict[str, str] = {
    "check.something_measured.title": "没有结果",
    "check.something_measured.fine": "{ok} 个请求得到了回答。",
    "check.something_measured.found": (
        "计划的 {planned:,} 个请求没有一个得到回答（已发出 {sent:,} 个）。"
    ),
    "check.something_measured.found.next": "先查看失败原因，再单独试发一个请求。",
    "check.something_measured.lost": (
        "没有留下任何结果：计划的 {planned:,} 个请求中已有 {answers_lost:,} 个得到回答，但保存记录"
        "的 worker 异常退出了。"
    ),
    "check.something_measured.lost.next": "检查是否内存不足，然后重新运行。",
    "check.conservation.title": "请求数对不上",
    "check.conservation.fine": "计划的 {planned} 个请求都有着落。",
    "check.conservation.found": "{parts}。",
    "check.conservation.part.planned_gap": (
        "计划 {planned}，而发出 {sent} + 丢弃 {dropped} + 未发 {unsent}"
    ),
    "check.conservation.part.sent_gap": "发出 {sent}，而成功 {ok} + 失败 {failed} + 中断 {cut_off}",
    "check.conservation.part.recorded_twice": "{value:,} 个请求被重复记录",
    "check.conservation.part.assigned_gap": "分配给各 worker 的请求数与记录相差 {value:+,}",
    "check.conservation.part.begun_gap": "各 worker 开始发送的请求数与记录相差 {value:+,}",
    "check.conservation.part.lost": (
        "{value:,} 个请求所属的 worker 异常退出，这些请求只能计为未完成或未发出，实际情况不明"
    ),
    "check.conservation.next": "记录已损坏，或有 worker 丢失了它负责的请求：请重新运行。",
    "check.failures.title": "请求失败",
    "check.failures.fine": "没有请求失败。",
    "check.failures.found": (
        "{failed:,} 个请求失败，占已发出请求的 {share_of_sent:.1%}（{parts}）；延迟只统计其余请求。"
    ),
    "check.failures.said": (
        "{failed:,} 个请求失败，占已发出请求的 {share_of_sent:.1%}（{parts}）；延迟只统计其余请求。"
        "原因：{reasons}。"
    ),
    "check.failures.said_more": (
        "{failed:,} 个请求失败，占已发出请求的 {share_of_sent:.1%}（{parts}）；延迟只统计其余请求。"
        "原因：{reasons}；另有 {other_reasons} 种原因。"
    ),
    "check.failures.part.CONNECT_REFUSED": "连接被拒绝 {value:,}",
    "check.failures.part.CONNECT_TIMEOUT": "连接超时 {value:,}",
    "check.failures.part.CONNECT_ERROR": "连接出错 {value:,}",
    "check.failures.part.TLS": "TLS 出错 {value:,}",
    "check.failures.part.RESET": "连接被重置 {value:,}",
    "check.failures.part.CLOSED_EARLY": "响应中途断开 {value:,}",
    "check.failures.part.BAD_FRAMING": "响应不是 HTTP {value:,}",
    "check.failures.part.BAD_EVENT": "事件无法解析 {value:,}",
    "check.failures.part.STREAM_ERROR": "流中返回错误 {value:,}",
    "check.failures.part.NO_FINISH": "流没有结束标志 {value:,}",
    "check.failures.part.NO_OUTPUT": "没有任何输出 {value:,}",
    "check.failures.part.CONTENT_TYPE": "响应被压缩 {value:,}",
    "check.failures.part.FIRST_TOKEN_TIMEOUT": "等待首 token 超时 {value:,}",
    "check.failures.part.IDLE_TIMEOUT": "输出停顿超时 {value:,}",
    "check.failures.part.TOTAL_TIMEOUT": "总时间超时 {value:,}",
    "check.failures.part.OUT_OF_STEP": "响应属于别的请求 {value:,}",
    "check.failures.part.RUNAWAY": "输出远超上限 {value:,}",
    "check.failures.part.OVERSIZED": "单行或单个事件过大 {value:,}",
    "check.failures.part": "{name} {value:,}",
    "check.failures.part.http_": "HTTP {code} × {value:,}",
    "check.failures.next.request": "按服务器指出的问题修改请求；降低负载没有用。",
    "check.failures.next.key": "检查 OPENAI_API_KEY（或 server.headers 中的密钥）及其权限。",
    "check.failures.next.load": (
        "降低负载（load.max_concurrency、load.request_rate），或放宽服务器、网关的限制。"
    ),
    "check.failures.next.redirect": "直接填写服务器重定向到的地址。",
    "check.failures.next.log": "查看服务器日志。",
    "check.failures.next.connect": "检查服务器是否在运行，以及它和沿途设备最多接受多少连接。",
    "check.failures.next.tls": "检查服务器的证书和 TLS 设置。",
    "check.failures.next.cut": "查看服务器和前置网关的日志，找出是谁提前结束了响应。",
    "check.failures.next.wire": (
        "确认 server.backend 与服务器的接口格式一致，并检查前置网关改动了什么。"
    ),
    "check.failures.next.compression": "关闭网关或服务器的压缩：压缩后的事件无法逐个计时。",
    "check.failures.next.first_token": (
        "降低负载，或调大 timeouts.first_token_s。"
    ),
    "check.failures.next.idle": ("查看服务器日志，或调大 timeouts.idle_s。"),
    "check.failures.next.total": ("降低负载，或调大 timeouts.total_s。"),
    "check.failures.next.limit": (
        "查明服务器用哪个参数限制输出长度（max_tokens 或 max_completion_tokens）。"
    ),
    "check.failures.next.step": "找出是谁发来了没有请求过的响应，很可能是会重发请求的网关。",
    "check.interruption.title": "运行未完整",
    "check.interruption.fine": "运行自行结束。",
    "check.interruption.lost": (
        "一个 worker 异常退出，{lost:,} 个请求的记录随之丢失；数值只来自其余请求。"
    ),
    "check.interruption.lost.next": "检查是否内存不足，然后重新运行。",
    "check.interruption.own_end": (
        "到设定的运行时间为止，{unsent:,} 个请求尚未发出，{unfinished:,} 个仍在进行（占已发出请求的"
        " {share_of_sent:.2%}）；后者未计入延迟，而最慢的请求往往就在其中。"
    ),
    "check.interruption.own_end.next": "延长运行时间，减少被截断的请求。",
    "check.interruption.own_end_few": (
        "到设定的运行时间为止，{unsent:,} 个请求尚未发出，{unfinished:,} 个仍在进行（占已发出请求的"
        " {share_of_sent:.2%}）。"
    ),
    "check.interruption.after_the_last": (
        "所有计入测量的请求都已结束，但运行在其他请求（如预热）还未结束时被中断。"
    ),
    "check.interruption.after_the_last.next": (
        "让运行自行结束；如果预热请求卡住，请查看服务器日志。"
    ),
    "check.interruption.cut": (
        "运行被提前中断：{unsent:,} 个请求未发出，{cancelled:,} 个被取消，{unfinished:,} 个未完成；"
        "它们都未计入延迟和吞吐量，而最慢的请求往往就在其中。"
    ),
    "check.interruption.cut.next": "让运行自行结束；如果耗时太长，就减少请求数。",
    "check.dropped_arrivals.title": "请求被丢弃",
    "check.dropped_arrivals.fine": "没有请求被丢弃。",
    "check.dropped_arrivals.found": (
        "{dropped:,} 个请求在到达并发上限时被丢弃（占计划的 {share_of_planned:.1%}）：服务器承受的"
        "负载低于计划。"
    ),
    "check.dropped_arrivals.next": "提高并发上限，或降低请求速率。",
    "check.order_of_times.title": "时间顺序颠倒",
    "check.order_of_times.fine": "时间顺序正确：发送、首次输出、最后一次输出。",
    "check.order_of_times.found": (
        "{backwards:,} 个成功的请求，其输出早于发送，或最后一次输出早于首次输出。"
    ),
    "check.order_of_times.next": (
        "很可能是运行期间系统时间被调整过：查看有关系统时间的检查，然后重新运行。"
    ),
    "check.answers_in_step.title": "响应与请求错位",
    "check.answers_in_step.fine": "每个响应都属于它的请求。",
    "check.answers_in_step.found": "服务器发来了没有请求过的响应：{parts}。",
    "check.answers_in_step.part.surplus": "完整响应之后又有数据 {value:,} 次",
    "check.answers_in_step.part.caught": "{value:,} 个响应属于别的请求，计为失败",
    "check.answers_in_step.part.too_early": (
        "{value:,} 个响应在请求发出后 {limit_us:.0f} µs 内就开始，任何服务器都做不到"
    ),
    "check.answers_in_step.next": "找出是谁发来了没有请求过的响应，很可能是会重发请求的网关。",
}
