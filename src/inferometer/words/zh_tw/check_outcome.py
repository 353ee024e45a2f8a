"""What checks of what became of requests found, in Traditional Chinese."""

from __future__ import annotations

CHECK_OUTCOME: dict[str, str] = {
    "check.something_measured.title": "沒有結果",
    "check.something_measured.fine": "{ok} 個請求得到了回答。",
    "check.something_measured.found": (
        "預計的 {planned:,} 個請求沒有一個得到回覆（已送出 {sent:,} 個）。"
    ),
    "check.something_measured.found.next": "先查看失敗原因，再單獨試送一個請求。",
    "check.something_measured.lost": (
        "沒有留下任何結果：預計的 {planned:,} 個請求中已有 {answers_lost:,} 個得到回覆，但儲存紀錄"
        "的 worker 異常結束了。"
    ),
    "check.something_measured.lost.next": "檢查是否記憶體不足，然後重新執行。",
    "check.conservation.title": "請求數對不上",
    "check.conservation.fine": "計畫的 {planned} 個請求都有著落。",
    "check.conservation.found": "{parts}。",
    "check.conservation.part.planned_gap": (
        "計畫 {planned}，而發出 {sent} + 丟棄 {dropped} + 未發 {unsent}"
    ),
    "check.conservation.part.sent_gap": "發出 {sent}，而成功 {ok} + 失敗 {failed} + 中斷 {cut_off}",
    "check.conservation.part.recorded_twice": "{value:,} 個請求被重複記錄",
    "check.conservation.part.assigned_gap": "分配給各 worker 的請求數與記錄相差 {value:+,}",
    "check.conservation.part.begun_gap": "各 worker 開始傳送的請求數與記錄相差 {value:+,}",
    "check.conservation.part.lost": (
        "{value:,} 個請求所屬的 worker 異常結束，這些請求只能計為未完成或未送出，實際情況不明"
    ),
    "check.conservation.next": "記錄已損壞，或有 worker 遺失了它負責的請求：請重新執行。",
    "check.failures.title": "請求失敗",
    "check.failures.fine": "沒有請求失敗。",
    "check.failures.found": (
        "{failed:,} 個請求失敗，占已送出請求的 {share_of_sent:.1%}（{parts}）；延遲只統計其餘請求。"
    ),
    "check.failures.said": (
        "{failed:,} 個請求失敗，占已送出請求的 {share_of_sent:.1%}（{parts}）；延遲只統計其餘請求。"
        "原因：{reasons}。"
    ),
    "check.failures.said_more": (
        "{failed:,} 個請求失敗，占已發出請求的 {share_of_sent:.1%}（{parts}）；延遲只統計其餘請求。"
        "原因：{reasons}；另有 {other_reasons} 種原因。"
    ),
    "check.failures.part.CONNECT_REFUSED": "連線被拒 {value:,}",
    "check.failures.part.CONNECT_TIMEOUT": "連線逾時 {value:,}",
    "check.failures.part.CONNECT_ERROR": "連線錯誤 {value:,}",
    "check.failures.part.TLS": "TLS 錯誤 {value:,}",
    "check.failures.part.RESET": "連線被重設 {value:,}",
    "check.failures.part.CLOSED_EARLY": "回應中途斷線 {value:,}",
    "check.failures.part.BAD_FRAMING": "回應不是 HTTP {value:,}",
    "check.failures.part.BAD_EVENT": "事件無法解析 {value:,}",
    "check.failures.part.STREAM_ERROR": "串流中回傳錯誤 {value:,}",
    "check.failures.part.NO_FINISH": "串流沒有結束標記 {value:,}",
    "check.failures.part.NO_OUTPUT": "沒有任何輸出 {value:,}",
    "check.failures.part.CONTENT_TYPE": "回應經過壓縮 {value:,}",
    "check.failures.part.FIRST_TOKEN_TIMEOUT": "等待首 token 逾時 {value:,}",
    "check.failures.part.IDLE_TIMEOUT": "輸出停頓逾時 {value:,}",
    "check.failures.part.TOTAL_TIMEOUT": "總時間逾時 {value:,}",
    "check.failures.part.OUT_OF_STEP": "回應屬於別的請求 {value:,}",
    "check.failures.part.RUNAWAY": "輸出遠超上限 {value:,}",
    "check.failures.part.OVERSIZED": "單行或單一事件過大 {value:,}",
    "check.failures.part": "{name} {value:,}",
    "check.failures.part.http_": "HTTP {code} × {value:,}",
    "check.failures.next.request": "依伺服器指出的問題修改請求；降低負載沒有用。",
    "check.failures.next.key": "檢查 OPENAI_API_KEY（或 server.headers 中的金鑰）及其權限。",
    "check.failures.next.load": (
        "降低負載（load.max_concurrency、load.request_rate），或放寬伺服器、閘道的限制。"
    ),
    "check.failures.next.redirect": "直接填寫伺服器重新導向的位址。",
    "check.failures.next.log": "查看伺服器日誌。",
    "check.failures.next.connect": "檢查伺服器是否在執行，以及它和沿途設備最多接受多少連線。",
    "check.failures.next.tls": "檢查伺服器的憑證和 TLS 設定。",
    "check.failures.next.cut": "查看伺服器和前置閘道的日誌，找出是誰提前結束了回應。",
    "check.failures.next.wire": (
        "確認 server.backend 與伺服器的介面格式一致，並檢查前置閘道改動了什麼。"
    ),
    "check.failures.next.compression": "關閉閘道或伺服器的壓縮：壓縮後的事件無法逐一計時。",
    "check.failures.next.first_token": (
        "降低負載，或調大 timeouts.first_token_s。"
    ),
    "check.failures.next.idle": ("查看伺服器日誌，或調大 timeouts.idle_s。"),
    "check.failures.next.total": ("降低負載，或調大 timeouts.total_s。"),
    "check.failures.next.limit": (
        "查明伺服器用哪個參數限制輸出長度（max_tokens 或 max_completion_tokens）。"
    ),
    "check.failures.next.step": "找出是誰送來了沒有請求過的回應，很可能是會重送請求的閘道。",
    "check.interruption.title": "執行不完整",
    "check.interruption.fine": "執行自行結束。",
    "check.interruption.lost": (
        "一個 worker 異常結束，{lost:,} 個請求的記錄隨之遺失；數值只來自其餘請求。"
    ),
    "check.interruption.lost.next": "檢查是否記憶體不足，然後重新執行。",
    "check.interruption.own_end": (
        "到設定的執行時間為止，{unsent:,} 個請求尚未送出，{unfinished:,} 個仍在進行（占已送出請求的"
        " {share_of_sent:.2%}）；後者未計入延遲，而最慢的請求往往就在其中。"
    ),
    "check.interruption.own_end.next": "延長執行時間，減少被截斷的請求。",
    "check.interruption.own_end_few": (
        "到設定的執行時間為止，{unsent:,} 個請求尚未發出，{unfinished:,} 個仍在進行（占已發出請求的"
        " {share_of_sent:.2%}）。"
    ),
    "check.interruption.after_the_last": (
        "所有計入測量的請求都已結束，但執行在其他請求（如預熱）還沒結束時被中斷。"
    ),
    "check.interruption.after_the_last.next": (
        "讓它執行到結束；如果預熱請求卡住，請查看伺服器日誌。"
    ),
    "check.interruption.cut": (
        "執行被提前中斷：{unsent:,} 個請求未送出，{cancelled:,} 個被取消，{unfinished:,} 個未完成；"
        "它們都未計入延遲和吞吐量，而最慢的請求往往就在其中。"
    ),
    "check.interruption.cut.next": "讓它執行到結束；如果耗時太久，就減少請求數。",
    "check.dropped_arrivals.title": "請求被丟棄",
    "check.dropped_arrivals.fine": "沒有請求被丟棄。",
    "check.dropped_arrivals.found": (
        "{dropped:,} 個請求在達到並行上限時被丟棄（占預計的 {share_of_planned:.1%}）：伺服器承受的"
        "負載低於預計。"
    ),
    "check.dropped_arrivals.next": "提高並行上限，或降低請求速率。",
    "check.order_of_times.title": "時間順序顛倒",
    "check.order_of_times.fine": "時間順序正確：傳送、首次輸出、最後一次輸出。",
    "check.order_of_times.found": (
        "{backwards:,} 個成功的請求，其輸出早於傳送，或最後一次輸出早於首次輸出。"
    ),
    "check.order_of_times.next": (
        "很可能是執行期間系統時間被調整過：查看有關系統時間的檢查，然後重新執行。"
    ),
    "check.answers_in_step.title": "回應與請求錯位",
    "check.answers_in_step.fine": "每個回應都屬於它的請求。",
    "check.answers_in_step.found": "伺服器送來了沒有請求過的回應：{parts}。",
    "check.answers_in_step.part.surplus": "完整回應之後又有資料 {value:,} 次",
    "check.answers_in_step.part.caught": "{value:,} 個回應屬於別的請求，計為失敗",
    "check.answers_in_step.part.too_early": (
        "{value:,} 個回應在請求發出後 {limit_us:.0f} µs 內就開始，任何伺服器都做不到"
    ),
    "check.answers_in_step.next": "找出是誰送來了沒有請求過的回應，很可能是會重送請求的閘道。",
}
