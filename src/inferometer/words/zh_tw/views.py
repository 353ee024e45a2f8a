"""What the page's overview and its further figures say, in Traditional Chinese."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "總覽",
    "page.overview.hint": "六項指標隨負載的變化；「資料瀏覽」的篩選條件在此同樣適用。",
    "page.folders.hint": "勾選資料夾即可挑選要看的實驗：圖表與測試點表只顯示選取的部分。",
    "page.folders": "實驗（資料夾）",
    "page.folders.all": "全選",
    "page.folders.none": "全不選",
    "page.js.folders": "已選 {shown} / {all}",
    "page.unfiltered": "本圖由多個測試點相互比較得出，一律以全部測試點計算，不受篩選影響。",
    "page.condition.folder": "資料夾",
    "answer.saturation.title": "吞吐量在何處飽和？",
    "answer.saturation": "{name} {load}達到飽和（{interval}），輸出吞吐量 {throughput} tok/s。",
    "answer.saturation.linear": (
        "{name} {load}達到飽和（{interval}），輸出吞吐量 {throughput} tok/s；負載不超過 {linear} "
        "時，吞吐量隨負載等比例成長。"
    ),
    "answer.saturation.growing": (
        "{name} 在量測的最高負載內未飽和：{highest}輸出吞吐量 {throughput} tok/s（飽和點：{interva"
        "l}）。"
    ),
    "answer.saturation.growing.untold": (
        "{name} 在量測的最高負載內未飽和：{highest}輸出吞吐量 {throughput} tok/s。"
    ),
    "answer.saturation.untold": "無法給出區間",
    "answer.saturation.low_high": "{low} ~ {high}",
    "answer.saturation.low": "大於 {low}",
    "answer.saturation.high": "不超過 {high}",
    "answer.saturation.curve": "曲線",
    "answer.saturation.linear_to": "{load}：線性成長至",
    "answer.saturation.from": "{load}：飽和起點",
    "answer.saturation.interval": "95% 信賴區間",
    "answer.saturation.falls": "{load}：下降起點",
    "answer.saturation.not_reached": "未達到",
    "answer.saturation.note": (
        "飽和：吞吐量與最高值相差不超過 5%，且負載再提高到 1.5 倍以上也不再成長。線性：不低於依"
        "最低負載推算值的 90%。信賴區間依據重複量測、各次執行自身的區間，或大量負載點的離散程度"
        "；三者皆無時無法給出。"
    ),
    "figure.overview": "負載總覽",
    "figure.saturation": "吞吐量的飽和點",
    "figure.series.gpu_utilization": "GPU 使用率",
    "figure.series.memory_used_bytes": "顯示記憶體用量",
    "figure.series.power_w": "功耗",
    "figure.series.temperature_c": "溫度",
    "figure.series.gpu_clock_mhz": "GPU 時脈",
    "figure.energy": "能效：每焦耳 token 數隨負載的變化，功率與吞吐量的關係",
    "figure.nothing.energy": "沒有能耗資料有效的測試點。",
    "figure.note.simulated": "模擬值，並非實測：{all} 個測試點中有 {n} 個的功率由內建引擎算出。",
    "figure.note.no_energy": "{all} 個測試點中有 {n} 個沒有有效的能耗資料，圖中留白。",
    "figure.efficiency": "效率圖：組態 × 負載",
    "figure.spread": "各組態的延遲分布",
    "figure.simulated": "模擬結果，並非實測：{all} 個測試點中的 {n} 個。",
    "figure.simulated.all": "模擬結果，並非實測。",
    "figure.twin_speed.all": (
        "在快於即時的孿生引擎上演練：延遲偏短、吞吐偏高，倍數見各測試點的說明。"
    ),
    "figure.twin_speed": (
        "在快於即時的孿生引擎上演練：{all} 個測試點中的 {n} 個。它們的延遲偏短、吞吐偏高，倍數見"
        "各測試點的說明。"
    ),
    "figure.capacity": "各部署與目標（模擬結果，並非實測）",
    "figure.capacity.note": (
        "{load}。線段：90% 區間；虛線：目標。功率從未按實測擬合。"
    ),
    "figure.capacity.watts": "所有卡的功率（W，未擬合）",
    "figure.capacity.cost": "每小時成本",
    "figure.dates": "隨日期的變化",
    "figure.nothing.saturation": "沒有任何一條曲線有四個以上的負載級距。",
    "figure.nothing.configurations": "沒有在多個負載下量測過的兩種以上組態。",
    "figure.nothing.percentiles": "沒有記錄任何延遲的 p99。",
    "figure.nothing.dates": "沒有任何組態在同一負載下於兩個日期量測過。",
    "figure.note.saturation": "直線：從該負載起達到飽和。橫條：該負載的 95% 信賴區間（能給出時）。",
    "figure.note.configurations": "共 {n} 種組態，此處顯示 {shown} 種。",
    "figure.note.spread": "負載：{load}。粗條：中位數至 p90；細線：至 p99；圓點：平均值。",
    "figure.note.dates": "每條曲線對應同一組態、同一負載；其間推論引擎與軟體堆疊的版本可能有變化。",
    "figure.tooltip.saturated": "飽和起點",
    "figure.tooltip.plateau": "平台吞吐量（tok/s）",
    "page.top": "最佳組態",
    "page.top.hint": (
        "每種組態在符合限值的測試點中的最佳者。未量測的指標視為不符合限值；INVALID 的測試點不參"
        "與排名。"
    ),
    "page.top.rank": "排名依據",
    "page.top.statistic": "限值針對",
    "page.js.stat.mean": "平均值",
    "page.js.stat.median": "中位數",
    "page.js.stat.p90": "p90",
    "page.js.stat.p95": "p95",
    "page.js.stat.p99": "p99",
    "page.js.list": "、",
    "page.js.top.against": "與第一名相比",
    "page.js.top.overlap": "{text}（區間重疊）",
    "page.js.top.without": "沒有測試點符合限值的組態：{n} 種（{names}）。",
    "page.ratings.lower": (
        "{metric}：低於 {excellent} 為優秀，低於 {good} 為良好，{fair} 以內為普通。"
    ),
    "page.ratings.higher": (
        "{metric}：高於 {excellent} 為優秀，高於 {good} 為良好，{fair} 以上為普通。"
    ),
    "ratings.unread": (
        "評級檔案 {path} 無法以 YAML 讀取。請每個指標寫一行，例如：mean_ttft_ms: [100, 200, 500"
        "]。"
    ),
    "ratings.unreadable": "無法讀取評級檔案 {path}（{cause}）。",
    "ratings.no_table": (
        "評級檔案 {path} 為空、過大，或沒有任何指標。請每個指標寫一行，例如：mean_ttft_ms: [100"
        ", 200, 500]。"
    ),
    "ratings.unknown": (
        "{metric} 無法評級：它不是有高低優劣之分的指標。請使用 mean_ttft_ms、output_throughput "
        "這類名稱。"
    ),
    "ratings.limits.lower": "{metric} 需要三個由小到大的限值：[優秀, 良好, 普通]。",
    "ratings.limits.higher": "{metric} 需要三個由大到小的限值：[優秀, 良好, 普通]。",
}
