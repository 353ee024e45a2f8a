"""What the page's overview and its further figures say, in Traditional Chinese."""

from __future__ import annotations

VIEWS: dict[str, str] = {
    "page.overview": "總覽",
    "page.overview.hint": (
        "六項指標隨負載的變化。勾選資料夾即可挑選要看的實驗：圖表與測試點表只顯示選取的部分；下方"
        "探索區的篩選條件在此同樣適用。"
    ),
    "page.folders": "實驗（資料夾）",
    "page.folders.all": "全選",
    "page.folders.none": "全不選",
    "page.js.folders": "已選 {shown} / {all}",
    "page.unfiltered": "本圖由多個測試點相互比較得出，一律以全部測試點計算，不受篩選影響。",
    "page.condition.folder": "資料夾",
    "answer.saturation.title": "吞吐量在何處飽和？",
    "answer.saturation": "{name} {load}達到飽和（{interval}），輸出吞吐量 {plateau} tok/s。",
    "answer.saturation.linear": (
        "{name} {load}達到飽和（{interval}），輸出吞吐量 {plateau} tok/s；負載不超過 {linear} "
        "時，吞吐量隨負載等比例成長。"
    ),
    "answer.saturation.growing": (
        "{name} 在量測的最高負載內未飽和：{highest}輸出吞吐量 {plateau} tok/s（{interval}）。"
    ),
    "answer.saturation.untold": "無法給出區間",
    "answer.saturation.low_high": "{low} … {high}",
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
    "figure.efficiency": "效率圖：組態 × 負載",
    "figure.spread": "各組態的延遲分布",
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
}
