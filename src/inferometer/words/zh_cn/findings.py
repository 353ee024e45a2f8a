"""What checks found, how exact a run was, and notes on points, in Simplified Chinese."""

from __future__ import annotations

FINDINGS: dict[str, str] = {
    "check.join": "，",
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
    "check.stamps.title": "时间戳来源",
    "check.stamps.fine": "到达时间由内核记录。",
    "check.stamps.none": "没有需要记录时间的事件。",
    "check.stamps.mixed": (
        "{user_share:.1%} 的到达时间由用户态记录，其余由内核记录：混用了两种时钟读数。"
    ),
    "check.stamps.mixed.next": "查明这台主机的内核为何漏掉部分时间戳。",
    "check.stamps.busy": (
        "到达时间由用户态在读取之后记录，而客户端有 {busy_share:.0%} 的时间在忙：客户端的滞后会被算"
        "成服务器的延迟。"
    ),
    "check.stamps.busy.next": (
        "改用支持内核时间戳的 Linux 主机测量。让客户端独占若干 CPU 核，增加 worker（`workers`），或"
        "改用单独的主机。"
    ),
    "check.stamps.waited": (
        "到达时间由用户态在读取之后记录，而客户端有 {busy_share:.0%} 的时间在等待 CPU 核：客户端的"
        "滞后会被算成服务器的延迟。"
    ),
    "check.stamps.waited.next": (
        "改用支持内核时间戳的 Linux 主机测量。让客户端独占若干 CPU 核，增加 worker（`workers`），或"
        "改用单独的主机。"
    ),
    "check.stamps.unknown": (
        "到达时间由用户态在读取之后记录，而客户端有多忙无从得知：客户端的滞后会被算成服务器的延迟。"
    ),
    "check.stamps.unknown.next": (
        "改用支持内核时间戳的 Linux 主机测量。让客户端独占若干 CPU 核，增加 worker（`workers`），或"
        "改用单独的主机。"
    ),
    "check.stamps.idle": "到达时间由用户态在读取之后记录；客户端当时尚有余力。",
    "check.stamps.idle.next": "要得到准确的尾部延迟，请用支持内核时间戳的 Linux 主机测量。",
    "check.client_delay.title": "客户端延迟",
    "check.client_delay.none": "没有读取任何事件。",
    "check.client_delay.packets": (
        "每个数据包的到达时间由内核记录，与客户端何时读取无关，延迟数据不含客户端的耽搁。"
    ),
    "check.client_delay.kernel": (
        "数据到达后，客户端过了 {p99_ms:.2f} ms（p99）才读取；到达时间由内核记录，因此延迟不含这段"
        "时间。"
    ),
    "check.client_delay.unseen": "到达时间由客户端自行记录，因此看不出它读取得有多晚。",
    "check.client_delay.unrelated": (
        "数据到达后，客户端过了 {p99_ms:.2f} ms（p99）才读取，所有延迟都含有这段时间。"
    ),
    "check.client_delay.found": (
        "数据到达后，客户端过了 {p99_ms:.2f} ms（p99）才读取，所有延迟都含有这段时间：它相当于 ITL"
        "、TTFT 两个中位数中较小者的 {share_of_latency:.0%}。"
    ),
    "check.client_delay.found.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.shared_stamps.title": "共用时间戳",
    "check.shared_stamps.fine": (
        "{shared_stamp_share:.1%} 的事件与后面的事件共用时间戳，在容许范围内。"
    ),
    "check.shared_stamps.found": (
        "多个事件在同一次读取中到达，共用一个时间戳：{uncertain_event_share:.1%} 的事件和 "
        "{uncertain_first_share:.1%} 的首个事件，实际到达可能明显早于记录的时间（与 ITL、TTFT 的中"
        "位数相比）。"
    ),
    "check.shared_stamps.found.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.shared_stamps.blocks": (
        "事件约 {block_events:.0f} 个一批到达，每批相隔 {block_pause_ms:,.0f} ms，而客户端读取及时"
        "：中间的代理或网关缓冲了数据流，或服务器自己一次吐出多个 token。吞吐量和 E2EL 可信；TTFT、"
        "TPOT、ITL 不是推理引擎的。"
    ),
    "check.shared_stamps.blocks.next": (
        "关闭客户端与推理引擎之间的缓冲（nginx：proxy_buffering off，或响应头 X-Accel-Buffering: no"
        "；到引擎用 HTTP/1.1），或直接用引擎自己的地址测量。"
    ),
    "check.shared_stamps.whole": (
        "{block_share:.0%} 的回答是整段一次到达的，而客户端读取及时：中间的代理或网关缓冲了数据流，"
        "或服务器自己一次吐出多个 token。吞吐量和 E2EL 可信；TTFT、TPOT、ITL 不是推理引擎的。"
    ),
    "check.shared_stamps.whole.next": (
        "关闭客户端与推理引擎之间的缓冲（nginx：proxy_buffering off，或响应头 X-Accel-Buffering: no"
        "；到引擎用 HTTP/1.1），或直接用引擎自己的地址测量。"
    ),
    "check.schedule_lag.title": "发送滞后",
    "check.schedule_lag.closed": "闭环负载：没有时间表，也就没有滞后。",
    "check.schedule_lag.fine": "请求比计划晚 {p99_ms:.2f} ms（p99）发出。",
    "check.schedule_lag.cap": (
        "请求比计划晚 {p99_ms:,.2f} ms（p99）发出，因为 {cap:,} 个并发名额已占满：TTFT 不含这段等待"
        "，从计划时刻算起的 TTFT 则包含。"
    ),
    "check.schedule_lag.cap.next": "提高 load.max_concurrency，或降低 load.request_rate。",
    "check.schedule_lag.behind": "请求比计划晚 {p99_ms:,.2f} ms（p99）发出：客户端跟不上计划。",
    "check.schedule_lag.behind.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.schedule_lag.late": (
        "请求比计划晚 {p99_ms:,.2f} ms（p99）发出：实际的到达过程与计划略有出入。"
    ),
    "check.schedule_lag.late.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.client_stalls.title": "客户端停顿",
    "check.client_stalls.fine": "客户端一直在运行。",
    "check.client_stalls.found": (
        "{workers:,} 个 worker 中有 {stalled_workers:,} 个停住了，最多共 {stalled_s:,.1f} s（占运行"
        "时间的 {share:.1%}，一次最长 {longest_s:,.1f} s），其间没有发送请求。"
    ),
    "check.client_stalls.next": (
        "检查进程是否被暂停（Ctrl-Z），主机是否休眠、迁移或被冻结，然后重新运行。"
    ),
    "check.slots_filled.title": "空闲并发未及时补上",
    "check.slots_filled.none": "闭环中没有需要再次补上的并发名额。",
    "check.slots_filled.fine": "空出的并发名额在 {wait_p99_ms:.2f} ms（p99）内得到下一个请求。",
    "check.slots_filled.found": (
        "空出的并发名额有 {idle_share:.1%} 的时间在等下一个请求（最长 {wait_max_ms:,.0f} ms）：负载"
        "低于设定值，吞吐量也大约偏低这么多。"
    ),
    "check.slots_filled.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.slots_filled.next.stalled": (
        "检查进程是否被暂停（Ctrl-Z），主机是否休眠、迁移或被冻结，然后重新运行。"
    ),
    "check.run_queue.title": "客户端等待 CPU",
    "check.run_queue.unknown": "系统没有提供客户端等待 CPU 核的时间。",
    "check.run_queue.found": "客户端有 {run_queue_share:.1%} 的时间在等待 CPU 核。",
    "check.run_queue.next": (
        "其他程序（可能就是服务器）占用了客户端的 CPU 核：用 taskset 把两者分开，"
        "或允许它使用实时优先级。"
    ),
    "check.client_cpu.title": "客户端 CPU 占用",
    "check.client_cpu.unknown": "没有 worker 报告 CPU 时间。",
    "check.client_cpu.found": "客户端最忙的事件循环占用了一个 CPU 核的 {cpu_share:.0%}。",
    "check.client_cpu.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。"
    ),
    "check.clock_step.title": "系统时间被调整",
    "check.clock_step.fine": "系统时钟运行平稳。",
    "check.clock_step.found": (
        "运行期间系统时间被调整了 {clock_step_ms:.1f} ms：当时的延迟也会偏差这么多。"
    ),
    "check.clock_step.next": "确保没有程序调整时钟，然后重新运行。",
    "check.backlog.title": "解码积压",
    "check.backlog.fine": "所有响应都在内存中解码。",
    "check.backlog.found": (
        "客户端一直没有空闲来解码，{spilled_bytes:,} 字节暂存在临时文件中；计时不受影响。"
    ),
    "check.backlog.next": "增加 worker（`workers`）就能跟上。",
    "check.beyond_calibration.title": "超出校准范围",
    "check.beyond_calibration.none": "没有与这台主机的校准数据对照。",
    "check.beyond_calibration.fine": "峰值负载是这台主机的客户端所能承受的 {most_used:.0%}。",
    "check.beyond_calibration.beyond": (
        "峰值负载超出了这台主机的客户端在误差 {target_ms:g} ms 以内所能承受的上限（负载 / 上限："
        "{parts}）。"
    ),
    "check.beyond_calibration.beyond.next": (
        "让客户端独占若干 CPU 核，增加 worker（`workers`），或改用单独的主机。如果校准时主机正忙，"
        "请重新运行 `inferometer calibrate`。"
    ),
    "check.beyond_calibration.untried": (
        "峰值负载超出了这台主机校准过的范围（负载 / 已校准：{parts}）。"
    ),
    "check.beyond_calibration.untried.next": (
        "`inferometer calibrate` 比快速校准耗时更长，但能测到更高的负载。"
    ),
    "check.beyond_calibration.part.events": "{events:,.0f} / {events_limit} 事件/s",
    "check.beyond_calibration.part.requests": "{requests:,.0f} / {requests_limit} 请求/s",
    "check.beyond_calibration.part.streams": "{streams:,.0f} / {streams_limit} 路并发",
    "check.repeated_rows.title": "重复的数据行",
    "check.repeated_rows.fine": "数据集的各行没有重复使用。",
    "check.repeated_rows.found": (
        "数据集行数不足，有 {repeated} 个请求重复使用了数据行；前缀缓存可能使它们更快。"
    ),
    "check.repeated_rows.next": (
        "用 --no-oversample 让每行只发送一次；如果确实需要重复，请用 --oversample。"
    ),
    "check.row_fields.title": "数据行中未发送的内容",
    "check.row_fields.fine": "数据集各行要求的内容都已发送。",
    "check.row_fields.found": "数据集有些行要求的内容没有发送，或没有按行内的取值发送：{fields}。",
    "check.row_fields.next": (
        "如果它们有影响，请改用支持这些字段的 server.backend，写成服务器接受的值，并把图片放在 "
        "images 字段里；否则可忽略。"
    ),
    "check.input_length.title": "输入长度不符",
    "check.input_length.unknown": "服务器没有报告输入长度；以要求的长度为准。",
    "check.input_length.found": (
        "按服务器的计数，输入平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token（偏差 "
        "{deviation:.1%}）。"
    ),
    "check.input_length.next": (
        "发送 token id（completions 接口），或指定服务器所用的 tokenizer；聊天模板会额外增加 token"
        "。"
    ),
    "check.output_length.title": "输出长度不符",
    "check.output_length.unknown": "无法检查输出长度：没有 token 计数，或没有设上限。",
    "check.output_length.fine": (
        "输出平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token。"
    ),
    "check.output_length.at_most": (
        "输出平均 {actual_mean:,.1f} token，上限平均为 {asked_mean:,.1f} token。"
    ),
    "check.output_length.beyond": (
        "输出平均 {actual_mean:,.1f} token，上限是 {asked_mean:,.1f} token：服务器超出了上限。"
    ),
    "check.output_length.beyond.next": (
        "查明服务器用哪个参数限制输出长度（max_tokens 或 max_completion_tokens）。"
    ),
    "check.output_length.short": (
        "已要求忽略 EOS，输出应为 {asked_mean:,.1f} token，实际平均 {actual_mean:,.1f} token：服务"
        "器提前停止了。"
    ),
    "check.output_length.short.next": (
        "确认服务器支持 ignore_eos，且输入 + 输出不超过 max_model_len。"
    ),
    "check.cached_tokens.title": "意外命中前缀缓存",
    "check.cached_tokens.unknown": "服务器没有报告缓存命中的 token 数。",
    "check.cached_tokens.fine": "{unexpected_share_of_prompt:.1%} 的输入 token 意外命中前缀缓存。",
    "check.cached_tokens.found": (
        "{unexpected_share_of_prompt:.1%} 的输入 token 来自服务器的前缀缓存，这并非测试本意：TTFT "
        "会显得过低。"
    ),
    "check.cached_tokens.next": "换一个 `seed`，或重启服务器，或关闭它的前缀缓存。",
    "check.token_source.title": "token 计数来源",
    "check.token_source.fine": "输出 token 由服务器自己计数。",
    "check.token_source.found": (
        "输出 token 并非全部由服务器计数（{parts}）：TPOT 和 tok/s 由此推算，可能不准。"
    ),
    "check.token_source.part.TOKENIZER": "由本地 tokenizer 按文本计数的请求 {value:,} 个",
    "check.token_source.part.EVENTS": (
        "按流式事件计数（一个事件可能含多个 token）的请求 {value:,} 个"
    ),
    "check.token_source.part.NONE": "无法计数的请求 {value:,} 个",
    "check.token_source.next": "让服务器返回 usage，或提供 tokenizer。",
    "check.token_counts.title": "token 计数与事件矛盾",
    "check.token_counts.unknown": "服务器没有为任何带文本的回答计数。",
    "check.token_counts.fine": "token 数与事件数没有矛盾。",
    "check.token_counts.below_events": (
        "服务器计 {tokens:,} 个 token，而带文本的事件有 {events:,} 个（{answers:,} 个回答，"
        "{share:.1%}）：它少计了，或者一次流出的不足一个 token。输出吞吐量和 TPOT 以它的计数为准。"
    ),
    "check.token_counts.below_events.next": (
        "查明服务器的 usage 计的是什么；workload.tokenizer 不会取代它，换一个 server.backend 或许可"
        "以。"
    ),
    "check.token_counts.beyond_text": (
        "服务器计 {tokens:,} 个 token，而 {events:,} 个事件总共只有 {text_bytes:,} 字节文本（"
        "{answers:,} 个回答，{share:.1%}）：大部分 token 没有流出。TPOT 除以了不在这段时间内到达的 "
        "token。"
    ),
    "check.token_counts.beyond_text.next": (
        "检查模型是否在后台推理；让推理过程流式输出，或让 usage 单独列出它。"
    ),
    "check.token_counts.held_back": (
        "{answers:,} 个回答（{share:.1%}）的首个事件就含有 {first_share:.0%} 的文本，即多个 token："
        "服务器一次流出几个 token，或先扣住了 token（工具调用和推理的解析器会这样做）。TPOT 把它们"
        "当成了之后才到达的，因此偏低。"
    ),
    "check.token_counts.held_back.next": (
        "让服务器给出每个事件的 token 数（continuous usage 或 token id）、逐个流出 token，或关闭解"
        "析器。"
    ),
    "check.hidden_tokens.title": "未流出的 token",
    "check.hidden_tokens.fine": "服务器没有报告未流出的 token。",
    "check.hidden_tokens.found": (
        "按服务器自己的计数，{tokens:,} 个输出 token 中有 {hidden:,} 个（{share:.1%}）没有流出（隐"
        "藏的推理）：吞吐量计入它们，TTFT 含有它们的时间，TPOT 和 ITL 只看其余的 token。"
    ),
    "check.hidden_tokens.next": "与其他服务器比较时，以 E2EL 和吞吐量为准。",
    "check.unread_output.title": "未识别的字段",
    "check.unread_output.fine": "流出的内容全部识别。",
    "check.unread_output.found": (
        "除 {events:,} 个输出事件外，还有 {unread:,} 帧在未识别的字段里带有内容（{fields}）：如果那"
        "是输出，TTFT 和 TPOT 就没有算上它。"
    ),
    "check.unread_output.next": "用 curl 查看服务器的一次回答，弄清那是什么。",
    "check.foreign_frames.title": "与回答无关的帧",
    "check.foreign_frames.fine": "流中的每一帧都属于回答。",
    "check.foreign_frames.found": (
        "{answers:,} 个回答中有 {ignored:,} 帧与回答无关（ping、网关的附加信息、把整个回答再发一遍"
        "）：既不算输出，也不算失败。"
    ),
    "check.foreign_frames.next": "如果不想要它们，请直接用推理引擎自己的地址测量。",
    "check.open_after_done.title": "结束后连接未关",
    "check.open_after_done.fine": "响应随回答一起结束。",
    "check.open_after_done.found": (
        "{answers:,} 个回答中有 {open_after:,} 个在结束标志（[DONE]）之后响应仍未关闭：此时不再等待"
        "，下一个请求改用另一个连接。"
    ),
    "check.open_after_done.next": (
        "查明是谁让响应保持打开（多半是网关的空闲时间）：等待响应关闭的客户端会损失这段时间。"
    ),
    "check.server_restarted.title": "服务器进程",
    "check.server_restarted.silent": "服务器没有公布这项检查所需的计数器。",
    "check.server_restarted.fine": "运行前后是同一个服务器进程。",
    "check.server_restarted.gone": "运行前还能读取的服务器指标页，运行后读不到了。",
    "check.server_restarted.gone.next": "检查服务器是否仍在运行。",
    "check.server_restarted.restarted": "服务器在运行期间重启过：进程换了，或计数器从头开始。",
    "check.server_restarted.restarted.next": "在服务器日志中查明原因，然后重新测量。",
    "check.server_restarted.another": (
        "运行前后应答的不是同一个进程，因此它们的计数器不能说明问题。"
    ),
    "check.server_restarted.another.next": "如果前面有负载均衡，请直接用某个副本的地址测量。",
    "check.preemptions.title": "请求被抢占",
    "check.preemptions.silent": "服务器没有公布这项检查所需的计数器。",
    "check.preemptions.fine": "没有请求被抢占。",
    "check.preemptions.found": (
        "因 KV 缓存空间不足发生 {preemptions:,} 次抢占：被抢占的请求要重新计算已有的内容。"
    ),
    "check.preemptions.next": "减少并发数、缩短请求，或给服务器的 KV 缓存更多显存。",
    "check.prefix_hits.title": "前缀缓存命中",
    "check.prefix_hits.silent": "服务器没有公布这项检查所需的计数器。",
    "check.prefix_hits.none": (
        "按测试计划，输入的开头可能相同，但服务器的前缀缓存没有命中任何 token。"
    ),
    "check.prefix_hits.none.next": (
        "如果本应启用前缀缓存，请在启动服务器时打开它，并确认容量足够；否则可忽略。"
    ),
    "check.prefix_hits.counted": "按服务器的计数，{hit_share:.1%} 的输入 token 命中前缀缓存。",
    "check.prefix_hits.fine": "{unexpected_share:.1%} 的输入 token 意外命中服务器的前缀缓存。",
    "check.prefix_hits.found": (
        "服务器的前缀缓存命中了 {unexpected_share:.1%} 的输入 token，这并非测试本意：TTFT 会显得过"
        "低。"
    ),
    "check.prefix_hits.found.next": (
        "换一个 `seed`，或重启服务器，或关闭它的前缀缓存；并确认没有别人发送同样的提示词。"
    ),
    "check.warm_cache.title": "热缓存",
    "check.warm_cache.not_asked": "本次运行不要求热缓存。",
    "check.warm_cache.rehearsal": (
        "内置引擎没有前缀缓存：演练中的热缓存测试点与冷缓存一样，每个输入都要重新计算。"
    ),
    "check.warm_cache.rehearsal.next": "要比较冷、热缓存，请测试真实的服务器。",
    "check.warm_cache.unknown": (
        "无法确认输入是否在服务器的前缀缓存中：回答里没有缓存命中数，服务器也没有公布相应的计数。"
    ),
    "check.warm_cache.unknown.next": (
        "让服务器报告命中数：vLLM 加 --enable-prompt-tokens-details，SGLang 加 "
        "--enable-cache-report 或 --enable-metrics；TGI 无法报告。"
    ),
    "check.warm_cache.cold": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}：这是冷缓存的"
        "结果，不是热缓存的结果。"
    ),
    "check.warm_cache.cold.next": (
        "启动服务器时打开前缀缓存，并保证它能容纳全部输入；先用同样的命令和 `seed` 加 "
        "workload.cache cold 发送一遍，再测热缓存。比缓存块（16 到 256 个 token）还短的输入不会进入"
        "缓存。"
    ),
    "check.warm_cache.partly": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}：缓存只有一部"
        "分是热的，结果冷热混杂。"
    ),
    "check.warm_cache.partly.next": "保证缓存能容纳全部输入，冷、热两次测试之间不要运行其他请求。",
    "check.warm_cache.fine": (
        "{share:.1%} 的输入 token 来自服务器的前缀缓存，最多可达 {possible_share:.1%}。"
    ),
    "check.other_clients.title": "服务器同时有其他请求",
    "check.other_clients.silent": "服务器没有公布这项检查所需的计数器。",
    "check.other_clients.fine": "服务器没有处理别人的请求。",
    "check.other_clients.found": "按服务器自己的计数：{parts}。",
    "check.other_clients.little": (
        "按服务器自己的计数：{parts}，相当于本次测试工作量的 {foreign_share:.1%}。"
    ),
    "check.other_clients.part.in_flight_before": "开始之前已有 {value:,.0f} 个请求在处理",
    "check.other_clients.part.foreign_requests": (
        "完成的请求比本次测试的 {ours} 个多 {value:,.0f} 个"
    ),
    "check.other_clients.part.foreign_share": "多出的工作量相当于本次测试的 {value:.1%}",
    "check.other_clients.part.in_flight_after": "结束之后仍有 {value:,.0f} 个请求在处理",
    "check.other_clients.next": (
        "不要让别人使用（包括会生成 token 的健康检查），或等服务器空闲后重新测量。"
    ),
    "check.queueing.title": "服务器排队",
    "check.queueing.silent": "服务器没有公布这项检查所需的计数器。",
    "check.queueing.fine": "请求在服务器的队列中平均等待 {mean_queue_ms:.1f} ms。",
    "check.queueing.found": "负载超过了服务器能同时处理的量：{parts}。",
    "check.queueing.part.mean_queue_ms": (
        "请求平均排队 {mean_queue_ms:,.0f} ms（TTFT 平均 {mean_ttft_ms:,.0f} ms）"
    ),
    "check.queueing.part.rejections": "因队列已满拒绝了 {value:,.0f} 个请求",
    "check.queueing.next": (
        "如果要看的正是排队，就没有问题；要看服务器本身的延迟，请减少并发数或降低请求速率。"
    ),
    "check.several_addresses.title": "服务器有多个地址",
    "check.several_addresses.fine": "所有连接都到同一个地址。",
    "check.several_addresses.found": (
        "服务器的主机名有 {addresses:,} 个可连接的地址，连接轮流分配到这些地址：各项数值是它们合计"
        "的结果，服务器计数器只来自其中一个。"
    ),
    "check.several_addresses.next": "只想测其中一个时，把它的地址填到 server.base_url。",
    "check.steady_state.title": "没有稳态",
    "check.steady_state.fine": "{start_s:.1f} s 到 {end_s:.1f} s 之间为稳态。",
    "check.steady_state.varying": "按计划负载一直在变化，因此没有稳态。",
    "check.steady_state.short": "没有稳态：结束的请求数还没有达到同时进行的请求数，运行就结束了。",
    "check.steady_state.short.next": "增加请求数（每路并发至少三个）。",
    "check.steady_state.few": "得到回答的请求只有 {answered} 个，无法判断运行是否达到稳态。",
    "check.steady_state.few.next": "增加请求数：至少要有 {needed} 个得到回答。",
    "check.steady_state.grew": (
        "E2EL 平均值从最初五分之一的 {first_e2el_ms:,.0f} ms 升到最后五分之一的 "
        "{last_e2el_ms:,.0f} ms，始终没有稳定下来；各项平均值取决于运行了多久。"
    ),
    "check.steady_state.grew.next": (
        "把请求速率降到服务器能持续承受的程度，或把它当作过载测试来看。"
    ),
    "check.steady_state.fell": (
        "E2EL 平均值从最初五分之一的 {first_e2el_ms:,.0f} ms 降到最后五分之一的 "
        "{last_e2el_ms:,.0f} ms，始终没有稳定下来。"
    ),
    "check.steady_state.fell.next": "先预热（load.num_warmups），并延长运行时间。",
    "check.slots_busy.title": "并发没有占满",
    "check.slots_busy.none": "每个请求都有自己的并发名额。",
    "check.slots_busy.fine": "并发名额平均使用了 {busy_share:.0%}。",
    "check.slots_busy.found": (
        "并发名额平均只用了 {busy_share:.0%}，因为最后的请求不足以占满：输出吞吐量按整个运行是 "
        "{output_throughput:,.1f} tok/s，按稳态是 {steady_output_throughput:,.1f} tok/s。"
    ),
    "check.slots_busy.next": "让 load.num_prompts 是 load.max_concurrency 的整数倍，并且更多一些。",
    "check.thin_percentiles.title": "尾部样本少",
    "check.thin_percentiles.fine": "每个分位数之外都至少有 10 个样本。",
    "check.thin_percentiles.found": (
        "以下分位数之外的样本不足 10 个，只能当作个别请求来看：{parts}。"
    ),
    "check.thin_percentiles.part.ttft": "TTFT {value}",
    "check.thin_percentiles.part.tpot": "TPOT {value}",
    "check.thin_percentiles.part.itl": "ITL {value}",
    "check.thin_percentiles.part.e2el": "E2EL {value}",
    "check.thin_percentiles.next": "增加请求数，尾部才可信（p99 约需 1,000 个请求）。",
    "check.load_reached.title": "未达到设定的并发数",
    "check.load_reached.fine": "请求数足以达到计划的负载。",
    "check.load_reached.found": (
        "并发数从未达到 {cap:,}：只有 {planned:,} 个请求，同时进行的最多 {peak:,} 个。"
    ),
    "check.load_reached.next": "请求数应多于并发数；要达到稳态，应为其数倍。",
    "check.neighbours.title": "与相邻测试点矛盾",
    "check.neighbours.once": (
        "{metric} 实测 {values} {unit}，是相邻测试点（{neighbours}）所预示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；尚未重测。"
    ),
    "check.neighbours.once.next": "再次运行该测试任务：这样的测试点会重测一次。",
    "check.neighbours.twice": (
        "{metric} 测了两次，分别为 {values} {unit}，是相邻测试点（{neighbours}）所预示的 "
        "{suggested:,.6g} {unit} 的 {share:.2f} 倍。"
    ),
    "check.neighbours.twice.next": (
        "查看服务器在这一负载下的行为（批大小、抢占、日志）；如果曲线确实是这种形状，数值仍然可用。"
    ),
    "check.neighbours.invalid": (
        "{metric} 实测 {values} {unit}，是相邻测试点（{neighbours}）所预示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；重测的结果为 INVALID。"
    ),
    "check.neighbours.invalid.next": (
        "排除导致第二次结果 INVALID 的原因，删除该测试点的 JSON 文件，再运行该测试任务。"
    ),
    "precision.unknown": "本次运行未与主机的校准数据对照。",
    "precision.missing.none": (
        "这台主机尚未校准：运行 `{command}` 可以测出它的误差，以及它能承受的负载。"
    ),
    "precision.missing.off": (
        "校准已关闭（--no-calibration 或 INFEROMETER_CALIBRATION=off）：本次运行未与主机的校准数据"
        "对照。"
    ),
    "precision.missing.other": (
        "这台主机现有的校准只适用于其他设置或版本（{differs}）：运行 `{command}` 可按当前设置重新校"
        "准。"
    ),
    "precision.missing.unusable": "这台主机保存的校准数据无法使用：运行 `{command}` 可重新校准。",
    "precision.host": (
        "这台主机：误差 ±{error:.3f} ms（p99），上限 {events} 事件/s、{requests} 请求/s、{streams} "
        "路并发"
    ),
    "precision.host.beyond": (
        "这台主机：在任何负载下误差都超过 ±{target:g} ms，上限 {events} 事件/s、{requests} 请求/s、"
        "{streams} 路并发"
    ),
    "precision.used": "{host}；本次运行分别用到 {used}。",
    "precision.alone": "{host}。",
    "precision.tls": "校准时没有使用 TLS，而本次运行使用了：实际上限更低。",
    "note.gone": "其运行目录已不存在：这里是其 JSON 文件的内容。",
    "note.allowed": "判定为 INVALID，按 --allow-invalid 计入。",
    "note.replaced": (
        "先前的结果已被替换：其 {metric} 为 {values} {unit}，而相邻测试点预示 {suggested} {unit}；"
        "重测后与相邻测试点相符。"
    ),
    "note.missing": "文件中没有：{names}。",
    "note.missing.version of the tool": "工具版本",
    "note.missing.model": "模型",
    "note.missing.request rate or concurrency": "请求速率或并发数",
    "note.missing.values of single requests": "逐请求的数值",
    "note.missing.send times": "发送时刻",
    "note.missing.times of single events": "逐事件的时刻",
    "note.file_name": "文件名中的请求数与文件内容不符：没有采用文件名中的其他信息。",
    "note.rehearsal_directory": "它位于演练的目录中：可能不反映真实的服务器。",
    "note.input_len": "输入长度取实测平均值 {tokens:.6g} token：没有资料说明要求的长度。",
    "note.output_len": "输出长度取实测平均值 {tokens:.6g} token：没有资料说明要求的长度。",
    "note.rehearsal_embedded": "这是用内置引擎进行的演练：不反映真实的服务器。",
    "note.simulated": (
        "模拟结果：服务器是 Inferometer 的内置引擎或孪生引擎，结果不反映真实的服务器。"
    ),
    "note.rehearsal_quick": "这是请求很少的快速演练。",
    "note.cards": "硬件配置 {config} 有 {cards} 张卡；按实际使用的 {gpus} 张计算。",
}
