"""What is said of the machine, in Traditional Chinese."""

from __future__ import annotations

MACHINE: dict[str, str] = {
    "machine.reason.no_power_source": "這裡沒有任何來源能讀取該卡的功耗或能耗",
    "machine.reason.counter_frozen": "該卡的能耗計數器不變化，也讀不到功耗",
    "machine.reason.counter_reset": "該卡的能耗計數器在執行中被歸零",
    "machine.reason.counter_implausible": "該卡的能耗計數器與功耗相差懸殊",
    "machine.reason.window_not_bracketed": "執行之前或之後沒有取樣",
    "machine.reason.sampling_gap": "取樣中斷超過 1.5 s",
    "machine.reason.too_few_samples": "執行期間的取樣太少",
    "machine.reason.window_too_short": (
        "執行太短：依功耗取樣至少需要 5 s，依計數器至少需要 10 s"
    ),
    "machine.reason.card_missing": "有受測的卡未能從頭到尾被取樣",
    "machine.reason.card_unexpected": (
        "卡數多於伺服器所用；請用 --cards 或測試計畫檔中的 cards 指明"
    ),
    "machine.reason.cards_unknown": (
        "不知道伺服器用的是哪些卡；請用 --cards 或測試計畫檔中的 cards 指明"
    ),
    "machine.reason.methods_disagree": "該卡的能耗計數器與功耗積分相差超過 5%",
    "machine.reason.too_uncertain": (
        "以現有取樣，能耗誤差可能超過 0.5%；請拉長測試時間（加大 --num-prompts），"
        "沒有能耗計數器的卡需要數分鐘"
    ),
    "machine.reason.clock_mismatch": "取樣的時間戳沒有遞增",
    "machine.reason.source_lost": "執行期間遺失了一張卡",
    "machine.reason.permission": "只有 root 可以讀取",
    "machine.reason.partition_scope": "只有整張卡的功耗，而部署只用了其中一部分",
    "machine.reason.shared_card": "該卡還有其他程式在用",
    "machine.reason.no_window": "沒有請求得到回答",
    "machine.reason.no_idle_baseline": (
        "沒有測量閒置功耗：請加 --idle-seconds 10，或在測試計畫檔中寫 idle_seconds: 10"
    ),
    "machine.reason.idle_not_settled": "閒置功耗尚未穩定：請增加秒數",
    "machine.reason.not_sampled": "沒有取樣到任何卡",
    "machine.reason.no_tokens": "沒有產生這類 token",
    "machine.reason.no_goodput": "沒有給出達標的界限（--goodput）",
    "machine.reason.no_source": "這裡沒有任何來源能讀取它",
    "machine.reason.not_reported": "驅動程式沒有給出",
    "machine.reason.unreadable": "無法讀取",
    "machine.reason.other": "無法測量（{code}）",
    "console.machine": "機器",
    "console.machine.simulated": "機器（加速卡為模擬）",
    "console.machine.cards": "受測加速卡數：",
    "console.machine.gpu_utilization": "GPU 使用率 (%)：",
    "console.machine.gpu_memory_used": "顯示記憶體尖峰用量 (%)：",
    "console.machine.gpu_temperature": "GPU 最高溫度 (°C)：",
    "console.machine.gpu_throttled": "降頻時間占比 (%)：",
    "console.machine.average_power": "平均功耗 (W)：",
    "console.machine.peak_power": "尖峰功耗 (W)：",
    "console.machine.energy": "能耗 (J)：",
    "console.machine.energy_above_idle": "扣除閒置後的能耗 (J)：",
    "console.machine.tokens_per_joule": "每焦耳輸出 token 數 (tok/J)：",
    "console.machine.joules_per_output_token": "每個輸出 token 的能耗 (J)：",
    "console.machine.joules_per_good_token": "每個達標輸出 token 的能耗 (J)：",
    "console.machine.cpu_utilization": "本機 CPU 使用率 (%)：",
    "console.machine.host_energy": "本機 CPU 能耗 (J)：",
    "console.machine.cpu_utilization.there": "伺服器主機 CPU 使用率 (%)：",
    "console.machine.host_energy.there": "伺服器主機 CPU 能耗 (J)：",
    "console.machine.monitor": (
        "取樣來自 {url}；其時鐘減去本機時鐘：{ahead:+.2f} ± {uncertainty:.2f} ms。"
    ),
    "console.machine.why": "沒有能耗：{why}。",
    "console.cost": "成本（依 {price}）",
    "console.cost.cost_per_million_tokens": "每百萬輸出 token：",
    "console.cost.cost_per_million_good_tokens": "每百萬達標輸出 token：",
    "console.cost.tokens_per_currency": "每單位貨幣的輸出 token：",
    "console.cost.why": "沒有成本：依用電計價需要能耗，而能耗未知。",
    "link.refused": (
        "{card} 的鏈路是 x{width}，而宣告為 x{declared}：不會以錯誤的標籤測量。"
        "請更換插槽，或依實際情況宣告"
    ),
    "monitor.address": (
        "應為 http://HOST:9120 這樣的位址，不含使用者名稱和密碼；"
        "token 取自 INFEROMETER_MONITOR_TOKEN"
    ),
    "monitor.why.address": "不是 http 位址",
    "monitor.why.stamps": "時間戳自相矛盾",
    "monitor.why.json": "回答不是 JSON",
    "monitor.why.sample": "回答不是取樣資料",
    "monitor.unreached": (
        "{url} 上的監視程式沒有正常回應（{why}）："
        "請在那裡啟動 `inferometer monitor --serve`，或不使用它。"
    ),
    "caution.no_currency": "價格沒有註明幣別：只有幣別相同時成本才可比較",
    "caution.unknown_currency": "未註明的幣別",
    "caution.currencies": (
        "價格的幣別不同（{which}），不做換算：成本不參與比較"
    ),
    "caution.temperature": (
        "兩邊的加速卡溫度不同：{a} 為 {one:.0f} °C，{b} 為 {other:.0f} °C；"
        "請讓兩邊交替測量"
    ),
    "target.why.not_sampled": "沒有對機器取樣",
    "target.needs.telemetry": "對機器的取樣，而 --no-telemetry 關閉了它",
}
