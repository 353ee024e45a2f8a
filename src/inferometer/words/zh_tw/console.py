"""What the console says, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

CONSOLE: dict[str, str] = {
    "unit.events": "事件/s",
    "unit.requests": "請求/s",
    "unit.streams": "路並行",
    "calibration.unfit.busy": (
        "校準時這台主機正忙：其他程式占用了 {others:.0%} 的 CPU 核心，校準有 {waited:.0%} 的時間在"
        "等待 CPU 核。"
    ),
    "calibration.unfit.ceiling": (
        "即使在最小的負載下（{loads}），這台主機的用戶端誤差也超過 ±{target:g} ms，或傳送太晚：主機"
        "當時很可能正忙。"
    ),
    "console.thin": "* 該百分位數之外的樣本不足 {fewest} 個：只能當作個別請求來看",
    "console.client": "用戶端",
    "console.client.stamps": "到達時間的記錄者：",
    "console.client.delay": "用戶端附加延遲 p50/p99/max (ms)：",
    "console.client.shared": "共用時間戳的事件 (%)：",
    "console.client.lag": "傳送滯後 p50/p99/max (ms)：",
    "console.client.workers": "worker 數：",
    "console.client.cpu": "最忙的 worker 的 CPU 占用 (%)：",
    "console.client.waited": "等待 CPU 核心最久的 worker (ms)：",
    "console.server": "伺服器",
    "console.server.hit_rate": "前綴快取命中率 (%)：",
    "console.server.preemptions": "搶占次數：",
    "console.server.queue": "平均排隊時間 (ms)：",
    "console.intervals": "95% 信賴區間",
    "console.steady": "穩態",
    "console.steady.span": "從 – 到 (s)：",
    "console.request_throughput": "請求吞吐量 (req/s)：",
    "console.request_goodput": "有效吞吐量 goodput (req/s)：",
    "console.output_throughput": "輸出吞吐量 (tok/s)：",
    "console.mean": "{latency} 平均值 (ms)：",
    "console.p99": "{latency} P99 (ms)：",
    "console.stamp.KERNEL": "核心",
    "console.stamp.USER": "使用者態",
    "console.stamp.TAP": "封包擷取",
    "console.verdict": "判定：{status}",
    "console.verdict.VALID": "VALID（可信）",
    "console.verdict.SUSPECT": "SUSPECT（存疑）",
    "console.verdict.INVALID": "INVALID（無效）",
    "console.verdict.changed": "判定：{status}（主機校準之後；此前為 {before}）",
    "console.verdict.fine": "{checks} 項檢查全部通過。",
    "console.level.note": "注意",
    "console.level.suspect": "存疑",
    "console.level.invalid": "無效",
    "console.next": "建議：",
    "console.repeats.mean": "平均值",
    "console.repeats.interval": "95% 信賴區間",
    "console.repeats.range": "最小 – 最大",
    "console.targets": "目標：",
    "console.reached": "達標",
    "console.missed": "未達標",
    "console.not_checked": "未檢查",
    "console.problems.more": "（另有 {n} 個檔案無法讀取）",
    "console.problems.more.one": "（另有 1 個檔案無法讀取）",
    "percent": "{percent}%",
    "console.target.at": "{deployment}，{place}",
    "console.target.found": "{value}（{where}）",
    "console.target.why": "{found}：{why}",
    "console.repeats.title": "重複 {runs} 次",
    "console.repeats.some": "{runs} / {asked}",
    "console.repeats.line": "{name}  重複 {runs} 次：{figures}",
    "console.repeats.few": "區間只來自 {runs} 次執行：{few} 次或更多會使區間變窄。",
    "console.repeats.left_out": "未計入：{runs}。",
    "console.dialect": "按 {tool} 的定義",
    "repeats.differ": (
        "各次執行不一致：{label} 在各次執行之間的變化是各自區間所能解釋的 {times:.1f} 倍。執行之間"
        "有某種變化：請引用重複執行的區間。"
    ),
    "repeats.differ.more": (
        "各次執行不一致：{label} 在各次執行之間的變化是各自區間所能解釋的 {times:.1f} 倍，另有 "
        "{more} 項數值也是如此。執行之間有某種變化：請引用重複執行的區間。"
    ),
    "repeats.short": "各次執行太短，沒有各自的區間：它們的差異是否超出偶然，無從判斷。",
    "repeats.agree": "各次執行一致：它們的差異沒有超出各自區間所能解釋的範圍。",
}
