"""What checks of the steady state found, in Traditional Chinese."""

from __future__ import annotations

CHECK_STEADY: dict[str, str] = {
    "check.steady_state.title": "沒有穩態",
    "check.steady_state.fine": "{start_s:.1f} s 到 {end_s:.1f} s 之間為穩態。",
    "check.steady_state.varying": "按計畫負載一直在變化，因此沒有穩態。",
    "check.steady_state.short": "沒有穩態：結束的請求數還沒有達到同時進行的請求數，執行就結束了。",
    "check.steady_state.short.next": "增加請求數（每路並行至少三個）。",
    "check.steady_state.few": "得到回答的請求只有 {answered} 個，無法判斷執行是否達到穩態。",
    "check.steady_state.few.next": "增加請求數：至少要有 {needed} 個得到回答。",
    "check.steady_state.grew": (
        "E2EL 平均值從最初五分之一的 {first_e2el_ms:,.0f} ms 升到最後五分之一的 "
        "{last_e2el_ms:,.0f} ms，始終沒有穩定下來；各項平均值取決於執行了多久。"
    ),
    "check.steady_state.grew.next": (
        "把請求速率降到伺服器能持續承受的程度，或把它當作過載測試來看。"
    ),
    "check.steady_state.fell": (
        "E2EL 平均值從最初五分之一的 {first_e2el_ms:,.0f} ms 降到最後五分之一的 "
        "{last_e2el_ms:,.0f} ms，始終沒有穩定下來。"
    ),
    "check.steady_state.fell.next": "先暖機（load.num_warmups），並延長執行時間。",
    "check.slots_busy.title": "並行沒有占滿",
    "check.slots_busy.none": "每個請求都有自己的並行名額。",
    "check.slots_busy.fine": "並行名額平均使用了 {busy_share:.0%}。",
    "check.slots_busy.found": (
        "並行名額平均只用了 {busy_share:.0%}，因為最後的請求不足以占滿：輸出吞吐量依整個執行是 "
        "{output_throughput:,.1f} tok/s，依穩態是 {steady_output_throughput:,.1f} tok/s。"
    ),
    "check.slots_busy.next": "讓 load.num_prompts 是 load.max_concurrency 的整數倍，並且更多一些。",
}
