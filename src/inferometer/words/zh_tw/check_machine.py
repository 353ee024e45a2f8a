"""What checks of the machine found, in Traditional Chinese."""

from __future__ import annotations

CHECK_MACHINE: dict[str, str] = {
    "check.samplers.title": "取樣",
    "check.samplers.silent": "沒有對機器取樣。",
    "check.samplers.fine": "所有取樣器都正常。",
    "check.samplers.faults": (
        "機器的部分資料沒有取到：{parts}。各項測量值不受影響，只是缺少僅由它們提供的資料。"
    ),
    "check.samplers.part.hung": "{value} 直到結束都沒有回應",
    "check.samplers.part.failed": "取樣器 {value} 發生錯誤",
    "check.samplers.part.lost": "取樣行程提早結束（{value}）",
    "check.samplers.part.tool_failed": "{value} 的工具執行失敗",
    "check.samplers.part.tool_timeout": "{value} 的工具逾時未回應",
    "check.samplers.part.unknown_format": "{value} 的工具輸出無法辨識",
    "check.samplers.next": "在該主機上執行 `inferometer monitor --once` 查看各來源的情況。",
    "check.throttled.title": "降頻",
    "check.throttled.silent": "沒有卡給出是否降頻。",
    "check.throttled.fine": "沒有卡長時間降頻。",
    "check.throttled.found": "有卡降頻：{parts}。",
    "check.throttled.part.thermal_percent": "因溫度降頻的時間占 {value:.1f}%",
    "check.throttled.part.power_percent": "因功耗或供電降頻的時間占 {value:.1f}%",
    "check.throttled.next": (
        "溫度原因：改善散熱，並在相同溫度下比較。功耗或供電原因：提高上限，或保持上限並隨結果註明；"
        "功耗沒到上限時檢查電源。"
    ),
    "check.link_as_declared.title": "PCIe 鏈路與宣告",
    "check.link_as_declared.silent": "沒有取樣到 PCIe 鏈路。",
    "check.link_as_declared.known": "{card} 的鏈路為 x{width}。",
    "check.link_as_declared.fine": "負載下各卡的鏈路與宣告沒有矛盾。",
    "check.link_as_declared.other": (
        "{card} 的鏈路是 x{width}，而宣告為 x{declared}：結果的標籤是錯的。"
    ),
    "check.link_as_declared.faster": (
        "{card} 的鏈路跑到了 {speed_gts:g} GT/s，而宣告為 {declared_gts:g} GT/s：結果的標籤是錯的。"
    ),
    "check.link_as_declared.slower": (
        "負載下 {card} 的鏈路最高為 {speed_gts:g} GT/s，而宣告為 {declared_gts:g} GT/s。"
    ),
    "check.link_as_declared.unverifiable": "這裡無法核實 {card} 所宣告的鏈路（{reason}）。",
    "check.link_as_declared.word": (
        "驅動程式給出的鏈路與 {card} 的宣告一致，但這裡無法核實插槽（{reason}）。"
    ),
    "check.link_as_declared.reason.virtual_machine": "這是虛擬機",
    "check.link_as_declared.reason.no_port_above": "看不到它所在的插槽",
    "check.link_as_declared.reason.way_unknown": "/sys 沒有給出它在匯流排上的位置",
    "check.link_as_declared.reason.not_reported": "插槽沒有給出鏈路",
    "check.link_as_declared.narrow": "{card} 可用 x{max_width}，但插槽只提供 x{width}。",
    "check.link_as_declared.next": "檢查插槽、轉接卡和 BIOS 的通道拆分，或依實際情況宣告鏈路。",
    "check.link_held.title": "PCIe 鏈路穩定性",
    "check.link_held.silent": "沒有取樣到 PCIe 鏈路。",
    "check.link_held.fine": "負載下鏈路沒有降速。",
    "check.link_held.fell": "{card} 的鏈路在負載下從 {speed_gts:g} 降到 {lowest_gts:g} GT/s。",
    "check.link_held.errors": "PCIe 鏈路上有資料重傳：{parts}。",
    "check.link_held.part.replays": "重傳 {value} 次",
    "check.link_held.part.errors": "可修正錯誤 {value} 次",
    "check.link_held.next": "重新插卡、不用轉接卡，或在 BIOS 中設較低的 PCIe 世代。",
    "check.other_processes.title": "卡上的其他行程",
    "check.other_processes.silent": "沒有卡給出使用它的行程。",
    "check.other_processes.fine": "每張卡上最多一個行程在計算。",
    "check.other_processes.several": (
        "{card} 上有 {most} 個行程在計算，是否都屬於伺服器不得而知。"
    ),
    "check.other_processes.came": (
        "執行期間 {card} 上多了其他行程：由 {before} 個變為 {most} 個。"
    ),
    "check.other_processes.next": "結束卡上的其他程式，然後重新測量。",
    "check.power_cap.title": "功耗上限",
    "check.power_cap.silent": "沒有卡給出功耗上限及其預設值。",
    "check.power_cap.fine": "功耗上限均為預設值。",
    "check.power_cap.lower": (
        "{card} 的功耗上限為 {limit_w:.0f} W，預設值為 {default_w:.0f} W。"
    ),
    "check.power_cap.next": "只與相同上限的卡比較，或恢復預設值。",
}
