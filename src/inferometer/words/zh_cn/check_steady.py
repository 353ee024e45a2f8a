"""What checks of the steady state found, in Simplified Chinese."""

from __future__ import annotations

CHECK_STEADY: dict[str, str] = {
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
}
