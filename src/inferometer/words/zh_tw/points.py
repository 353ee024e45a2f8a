"""What is said of a point beside its checks: neighbours that it contradicts, how exact the run was,
notes; in Traditional Chinese.
"""

from __future__ import annotations

POINTS: dict[str, str] = {
    "check.join": "，",
    "check.neighbours.title": "與相鄰測試點矛盾",
    "check.neighbours.once": (
        "{metric} 實測 {values} {unit}，是相鄰測試點（{neighbours}）所預示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；尚未重測。"
    ),
    "check.neighbours.once.next": "再次執行該測試任務：這樣的測試點會重測一次。",
    "check.neighbours.twice": (
        "{metric} 測了兩次，分別為 {values} {unit}，是相鄰測試點（{neighbours}）所預示的 "
        "{suggested:,.6g} {unit} 的 {share:.2f} 倍。"
    ),
    "check.neighbours.twice.next": (
        "查看伺服器在這一負載下的行為（批次大小、搶佔、日誌）；如果曲線確實是這種形狀，數值仍然可用"
        "。"
    ),
    "check.neighbours.invalid": (
        "{metric} 實測 {values} {unit}，是相鄰測試點（{neighbours}）所預示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；重測的結果為 INVALID。"
    ),
    "check.neighbours.invalid.next": (
        "排除導致第二次結果 INVALID 的原因，刪除該測試點的 JSON 檔案，再執行該測試任務。"
    ),
    "precision.unknown": "本次執行未與主機的校準資料對照。",
    "precision.missing.none": (
        "這台主機尚未校準：執行 `{command}` 可以測出它的誤差，以及它能承受的負載。"
    ),
    "precision.missing.off": (
        "校準已關閉（--no-calibration 或 INFEROMETER_CALIBRATION=off）：本次執行未與主機的校準資料"
        "對照。"
    ),
    "precision.missing.other": (
        "這台主機現有的校準只適用於其他設定或版本（{differs}）：執行 `{command}` 可依目前設定重新校"
        "準。"
    ),
    "precision.missing.unusable": "這台主機儲存的校準資料無法使用：執行 `{command}` 可重新校準。",
    "precision.missing.stamps": (
        "封包環沒有看到這台伺服器的封包，本次執行改用讀取時的時間戳；主機的校準用的是封包環，"
        "因此無法對照。請設定 INFEROMETER_ARRIVALS=read 再測，屆時會與同樣按讀取時間做的校準對照。"
    ),
    "precision.host": (
        "這台主機：誤差 ±{error:.3f} ms（p99），上限 {events} 事件/s、{requests} 請求/s、{streams} "
        "路並行"
    ),
    "precision.host.beyond": (
        "這台主機：在任何負載下誤差都超過 ±{target:g} ms，上限 {events} 事件/s、{requests} 請求/s、"
        "{streams} 路並行"
    ),
    "precision.used": "{host}；本次執行分別用到 {used}。",
    "precision.alone": "{host}。",
    "precision.tls": "校準時沒有使用 TLS，而本次執行使用了：實際上限更低。",
    "note.gone": "其執行目錄已不存在：這裡是其 JSON 檔案的內容。",
    "note.allowed": "判定為 INVALID，依 --allow-invalid 計入。",
    "note.replaced": (
        "先前的結果已被取代：其 {metric} 為 {values} {unit}，而相鄰測試點預示 {suggested} {unit}；"
        "重測後與相鄰測試點相符。"
    ),
    "note.negative": "檔案中 {names} 為負數，以缺失處理。",
    "note.none_completed": (
        "檔案自相矛盾：沒有任何請求完成，卻有 {names} 的數值。請勿使用這些數值。"
    ),
    "note.missing": "檔案中沒有：{names}。",
    "note.missing.version of the tool": "工具版本",
    "note.missing.model": "模型",
    "note.missing.request rate or concurrency": "請求速率或並行數",
    "note.missing.values of single requests": "逐請求的數值",
    "note.missing.send times": "傳送時刻",
    "note.missing.times of single events": "逐事件的時刻",
    "note.file_name": "檔名中的請求數與檔案內容不符：沒有採用檔名中的其他資訊。",
    "note.rehearsal_directory": "它位於演練的目錄中：可能不反映真實的伺服器。",
    "note.input_len": "輸入長度取實測平均值 {tokens:.6g} token：沒有資料說明要求的長度。",
    "note.output_len": "輸出長度取實測平均值 {tokens:.6g} token：沒有資料說明要求的長度。",
    "note.rehearsal_embedded": "這是用內建引擎進行的演練：不反映真實的伺服器。",
    "note.rehearsal_simulated": "這是模擬結果，並非實測：由孿生引擎在虛擬時間中算出。",
    "note.twin_unfitted": (
        "沒有為這台機器擬合設定檔：90% 區間取孿生引擎在未擬合的卡上的誤差。"
    ),
    "note.twin_extrapolated": "屬於外推：擬合設定檔未涵蓋其 {names}。",
    "note.unverified": (
        "孿生引擎所用的 {card} 參數 {rates} 未經核實，這張卡的結果不會比這些參數更可靠。"
    ),
    "note.left_out": (
        "測試計畫 {campaign} 的測試組 {groups} 未參與模擬，也未實測：沒有 {engine} 的孿生引擎。"
    ),
    "note.rehearsal_twin": (
        "孿生引擎以 {speed:g} 倍速執行：延遲是即時的 1/{speed:g}，吞吐是即時的 {speed:g} 倍。"
    ),
    "note.simulated": (
        "模擬結果：伺服器是 Inferometer 的內建引擎或孿生引擎，結果不反映真實的伺服器。"
    ),
    "note.rehearsal_quick": "這是請求很少的快速演練。",
    "note.cards": "硬體組態 {config} 有 {cards} 張卡；以實際使用的 {gpus} 張計算。",
}
