"""What checks of the client found, in Simplified Chinese."""

from __future__ import annotations

from inferometer.words.zh_cn.check_network import FULL_QUEUE

CHECK_CLIENT: dict[str, str] = {
    "check.stamps.title": "时间戳来源",
    "check.stamps.fine": "到达时间由内核记录。",
    "check.stamps.ring_left": (
        "运行途中数据包环不再显示服务器的数据包（{why}）。此后改由内核在每次"
        "读取时提供时间戳，与不用数据包环时相同。"
    ),
    "check.stamps.ring_left.next": "检查通往服务器的网络接口，然后重新测量。",
    "check.stamps.none": "没有需要记录时间的事件。",
    "check.stamps.simulated": (
        "模拟结果，并非实测：所有时间都由孪生引擎算出，没有客户端，也没有服务器。"
    ),
    "check.stamps.simulated.next": "在依据任何数值做决定之前，请测量真实的服务器。",
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
    "check.client_delay.simulated": "没有客户端，延迟中不含读取的滞后。",
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
    "check.schedule_lag.connects": (
        "请求比计划晚 {p99_ms:,.2f} ms（p99）发出：迟发的请求中有 {unanswered:,} 个在等连接建立，而"
        "首次发出的连接请求没有得到应答。"
    ),
    "check.schedule_lag.connects.next": FULL_QUEUE,
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
    "check.slots_filled.next.connects": FULL_QUEUE,
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
}
