"""What checks found, how exact a run was, and notes on points, in Traditional Chinese
(Taiwan)."""

from __future__ import annotations

FINDINGS: dict[str, str] = {
    "check.join": "，",
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
    "check.stamps.title": "時間戳來源",
    "check.stamps.fine": "到達時間由核心記錄。",
    "check.stamps.none": "沒有需要記錄時間的事件。",
    "check.stamps.mixed": (
        "{user_share:.1%} 的到達時間由使用者空間記錄，其餘由系統核心記錄：混用了兩種時鐘讀數。"
    ),
    "check.stamps.mixed.next": "查明這台主機的系統核心為何漏掉部分時間戳。",
    "check.stamps.busy": (
        "到達時間由使用者態在讀取之後記錄，而用戶端有 {busy_share:.0%} 的時間在忙：用戶端的滯後會被"
        "算成伺服器的延遲。"
    ),
    "check.stamps.busy.next": (
        "改用支援核心時間戳的 Linux 主機量測。讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），"
        "或改用單獨的主機。"
    ),
    "check.stamps.waited": (
        "到達時間由使用者態在讀取之後記錄，而用戶端有 {busy_share:.0%} 的時間在等待 CPU 核：用戶端"
        "的滯後會被算成伺服器的延遲。"
    ),
    "check.stamps.waited.next": (
        "改用支援核心時間戳的 Linux 主機量測。讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），"
        "或改用單獨的主機。"
    ),
    "check.stamps.unknown": (
        "到達時間由使用者態在讀取之後記錄，而用戶端有多忙無從得知：用戶端的滯後會被算成伺服器的延遲"
        "。"
    ),
    "check.stamps.unknown.next": (
        "改用支援核心時間戳的 Linux 主機量測。讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），"
        "或改用單獨的主機。"
    ),
    "check.stamps.idle": "到達時間由使用者空間在讀取之後記錄；用戶端當時尚有餘力。",
    "check.stamps.idle.next": "要得到準確的尾端延遲，請用支援核心時間戳的 Linux 主機量測。",
    "check.client_delay.title": "用戶端延遲",
    "check.client_delay.none": "沒有讀取任何事件。",
    "check.client_delay.packets": (
        "每個封包的到達時間由核心記錄，與用戶端何時讀取無關，延遲資料不含用戶端的耽擱。"
    ),
    "check.client_delay.kernel": (
        "資料到達後，用戶端過了 {p99_ms:.2f} ms（p99）才讀取；到達時間由核心記錄，因此延遲不含這段"
        "時間。"
    ),
    "check.client_delay.unseen": "到達時間由用戶端自行記錄，因此看不出它讀取得有多晚。",
    "check.client_delay.unrelated": (
        "資料到達後，用戶端過了 {p99_ms:.2f} ms（p99）才讀取，所有延遲都含有這段時間。"
    ),
    "check.client_delay.found": (
        "資料到達後，用戶端過了 {p99_ms:.2f} ms（p99）才讀取，所有延遲都含有這段時間：它相當於 ITL"
        "、TTFT 兩個中位數中較小者的 {share_of_latency:.0%}。"
    ),
    "check.client_delay.found.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.shared_stamps.title": "共用時間戳",
    "check.shared_stamps.fine": (
        "{shared_stamp_share:.1%} 的事件與後面的事件共用時間戳，在容許範圍內。"
    ),
    "check.shared_stamps.found": (
        "多個事件在同一次讀取中到達，共用一個時間戳：{uncertain_event_share:.1%} 的事件和 "
        "{uncertain_first_share:.1%} 的首個事件，實際到達可能明顯早於記錄的時間（與 ITL、TTFT 的中"
        "位數相比）。"
    ),
    "check.shared_stamps.found.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.shared_stamps.blocks": (
        "事件約 {block_events:.0f} 個一批到達，每批相隔 {block_pause_ms:,.0f} ms，而用戶端讀取及時"
        "：中間的代理或閘道緩衝了資料流，或伺服器自己一次送出多個 token。吞吐量和 E2EL 可信；TTFT、"
        "TPOT、ITL 不是推論引擎的。"
    ),
    "check.shared_stamps.blocks.next": (
        "關閉用戶端與推論引擎之間的緩衝（nginx：proxy_buffering off，或回應標頭 X-Accel-Buffering: "
        "no；到引擎用 HTTP/1.1），或直接用引擎自己的位址量測。"
    ),
    "check.shared_stamps.whole": (
        "{block_share:.0%} 的回覆是整段一次到達的，而用戶端讀取及時：中間的代理或閘道緩衝了資料流，"
        "或伺服器自己一次送出多個 token。吞吐量和 E2EL 可信；TTFT、TPOT、ITL 不是推論引擎的。"
    ),
    "check.shared_stamps.whole.next": (
        "關閉用戶端與推論引擎之間的緩衝（nginx：proxy_buffering off，或回應標頭 X-Accel-Buffering: "
        "no；到引擎用 HTTP/1.1），或直接用引擎自己的位址量測。"
    ),
    "check.schedule_lag.title": "傳送落後",
    "check.schedule_lag.closed": "閉環負載：沒有時間表，也就沒有滯後。",
    "check.schedule_lag.fine": "請求比計畫晚 {p99_ms:.2f} ms（p99）發出。",
    "check.schedule_lag.cap": (
        "請求比預定晚 {p99_ms:,.2f} ms（p99）送出，因為 {cap:,} 個並行名額已佔滿：TTFT 不含這段等待"
        "，從預定時刻算起的 TTFT 則包含。"
    ),
    "check.schedule_lag.cap.next": "提高 load.max_concurrency，或降低 load.request_rate。",
    "check.schedule_lag.behind": (
        "請求比預定晚 {p99_ms:,.2f} ms（p99）送出：用戶端跟不上預定的時間。"
    ),
    "check.schedule_lag.behind.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.schedule_lag.late": (
        "請求比預定晚 {p99_ms:,.2f} ms（p99）送出：實際的到達過程與預定略有出入。"
    ),
    "check.schedule_lag.late.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.client_stalls.title": "用戶端停頓",
    "check.client_stalls.fine": "用戶端一直在執行。",
    "check.client_stalls.found": (
        "{workers:,} 個 worker 中有 {stalled_workers:,} 個停住了，最多共 {stalled_s:,.1f} s（占執行"
        "時間的 {share:.1%}，一次最長 {longest_s:,.1f} s），期間沒有送出請求。"
    ),
    "check.client_stalls.next": (
        "檢查行程是否被暫停（Ctrl-Z），主機是否休眠、遷移或被凍結，然後重新執行。"
    ),
    "check.slots_filled.title": "閒置並行未及時補上",
    "check.slots_filled.none": "閉環中沒有需要再次補上的並行名額。",
    "check.slots_filled.fine": "空出的並行名額在 {wait_p99_ms:.2f} ms（p99）內得到下一個請求。",
    "check.slots_filled.found": (
        "空出的並行名額有 {idle_share:.1%} 的時間在等下一個請求（最長 {wait_max_ms:,.0f} ms）：負載"
        "低於設定值，吞吐量也大約偏低這麼多。"
    ),
    "check.slots_filled.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.slots_filled.next.stalled": (
        "檢查行程是否被暫停（Ctrl-Z），主機是否休眠、遷移或被凍結，然後重新執行。"
    ),
    "check.run_queue.title": "用戶端等待 CPU",
    "check.run_queue.unknown": "系統沒有提供用戶端等待 CPU 核心的時間。",
    "check.run_queue.found": "用戶端有 {run_queue_share:.1%} 的時間在等待 CPU 核心。",
    "check.run_queue.next": (
        "其他程式（可能就是伺服器）佔用了用戶端的 CPU 核心：用 taskset 把兩者分開，"
        "或允許它使用即時優先權。"
    ),
    "check.client_cpu.title": "用戶端 CPU 用量",
    "check.client_cpu.unknown": "沒有 worker 報告 CPU 時間。",
    "check.client_cpu.found": "用戶端最忙的事件迴圈佔用了一個 CPU 核心的 {cpu_share:.0%}。",
    "check.client_cpu.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。"
    ),
    "check.clock_step.title": "系統時間被調整",
    "check.clock_step.fine": "系統時鐘運作平穩。",
    "check.clock_step.found": (
        "執行期間系統時間被調整了 {clock_step_ms:.1f} ms：當時的延遲也會偏差這麼多。"
    ),
    "check.clock_step.next": "確保沒有程式調整時鐘，然後重新執行。",
    "check.backlog.title": "解碼積壓",
    "check.backlog.fine": "所有回應都在記憶體中解碼。",
    "check.backlog.found": (
        "用戶端一直沒有空檔來解碼，{spilled_bytes:,} 位元組暫存在暫存檔中；計時不受影響。"
    ),
    "check.backlog.next": "增加 worker（`workers`）就能跟上。",
    "check.beyond_calibration.title": "超出校準範圍",
    "check.beyond_calibration.none": "沒有與這台主機的校準資料對照。",
    "check.beyond_calibration.fine": "峰值負載是這台主機的用戶端所能承受的 {most_used:.0%}。",
    "check.beyond_calibration.beyond": (
        "峰值負載超出了這台主機的用戶端在誤差 {target_ms:g} ms 以內所能承受的上限（負載 / 上限："
        "{parts}）。"
    ),
    "check.beyond_calibration.beyond.next": (
        "讓用戶端獨佔若干 CPU 核心，增加 worker（`workers`），或改用單獨的主機。如果校準時主機正忙"
        "，請重新執行 `inferometer calibrate`。"
    ),
    "check.beyond_calibration.untried": (
        "尖峰負載超出了這台主機校準過的範圍（負載 / 已校準：{parts}）。"
    ),
    "check.beyond_calibration.untried.next": (
        "`inferometer calibrate` 比快速校準耗時更久，但能測到更高的負載。"
    ),
    "check.beyond_calibration.part.events": "{events:,.0f} / {events_limit} 事件/s",
    "check.beyond_calibration.part.requests": "{requests:,.0f} / {requests_limit} 請求/s",
    "check.beyond_calibration.part.streams": "{streams:,.0f} / {streams_limit} 路並行",
    "check.repeated_rows.title": "重複的資料列",
    "check.repeated_rows.fine": "資料集的各列沒有重複使用。",
    "check.repeated_rows.found": (
        "資料集列數不足，有 {repeated} 個請求重複使用了資料列；前綴快取可能使它們更快。"
    ),
    "check.repeated_rows.next": (
        "以 --no-oversample 讓每列只送出一次；若確實需要重複，請用 --oversample。"
    ),
    "check.row_fields.title": "資料列中未傳送的內容",
    "check.row_fields.fine": "資料集各行要求的內容都已傳送。",
    "check.row_fields.found": "資料集有些列要求的內容沒有傳送，或沒有按列內的值傳送：{fields}。",
    "check.row_fields.next": (
        "如果它們有影響，請改用支援這些欄位的 server.backend，寫成伺服器接受的值，並把圖片放在 "
        "images 欄位裡；否則可忽略。"
    ),
    "check.input_length.title": "輸入長度不符",
    "check.input_length.unknown": "伺服器沒有報告輸入長度；以要求的長度為準。",
    "check.input_length.found": (
        "依伺服器的計數，輸入平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token（偏差 "
        "{deviation:.1%}）。"
    ),
    "check.input_length.next": (
        "傳送 token id（completions 介面），或指定伺服器所用的 tokenizer；聊天範本會額外增加 token"
        "。"
    ),
    "check.output_length.title": "輸出長度不符",
    "check.output_length.unknown": "無法檢查輸出長度：沒有 token 計數，或沒有設上限。",
    "check.output_length.fine": (
        "輸出平均 {actual_mean:,.1f} token，要求的是 {asked_mean:,.1f} token。"
    ),
    "check.output_length.at_most": (
        "輸出平均 {actual_mean:,.1f} token，上限平均為 {asked_mean:,.1f} token。"
    ),
    "check.output_length.beyond": (
        "輸出平均 {actual_mean:,.1f} token，上限是 {asked_mean:,.1f} token：伺服器超出了上限。"
    ),
    "check.output_length.beyond.next": (
        "查明伺服器用哪個參數限制輸出長度（max_tokens 或 max_completion_tokens）。"
    ),
    "check.output_length.short": (
        "已要求忽略 EOS，輸出應為 {asked_mean:,.1f} token，實際平均 {actual_mean:,.1f} token：伺服"
        "器提前停止了。"
    ),
    "check.output_length.short.next": (
        "確認伺服器支援 ignore_eos，且輸入 + 輸出不超過 max_model_len。"
    ),
    "check.cached_tokens.title": "意外命中前綴快取",
    "check.cached_tokens.unknown": "伺服器沒有報告快取命中的 token 數。",
    "check.cached_tokens.fine": "{unexpected_share_of_prompt:.1%} 的輸入 token 意外命中前綴快取。",
    "check.cached_tokens.found": (
        "{unexpected_share_of_prompt:.1%} 的輸入 token 來自伺服器的前綴快取，這並非測試本意：TTFT "
        "會顯得過低。"
    ),
    "check.cached_tokens.next": "換一個 `seed`，或重新啟動伺服器，或關閉它的前綴快取。",
    "check.token_source.title": "token 計數來源",
    "check.token_source.fine": "輸出 token 由伺服器自己計數。",
    "check.token_source.found": (
        "輸出 token 並非全部由伺服器計數（{parts}）：TPOT 和 tok/s 由此推算，可能不準。"
    ),
    "check.token_source.part.TOKENIZER": "由本機 tokenizer 依文字計數的請求 {value:,} 個",
    "check.token_source.part.EVENTS": (
        "依串流事件計數（一個事件可能含多個 token）的請求 {value:,} 個"
    ),
    "check.token_source.part.NONE": "無法計數的請求 {value:,} 個",
    "check.token_source.next": "讓伺服器回傳 usage，或提供 tokenizer。",
    "check.token_counts.title": "token 計數與事件矛盾",
    "check.token_counts.unknown": "伺服器沒有為任何帶文字的回答計數。",
    "check.token_counts.fine": "token 數與事件數沒有矛盾。",
    "check.token_counts.below_events": (
        "伺服器計 {tokens:,} 個 token，而帶文字的事件有 {events:,} 個（{answers:,} 個回覆，"
        "{share:.1%}）：它少計了，或者一次送出的不足一個 token。輸出吞吐量和 TPOT 以它的計數為準。"
    ),
    "check.token_counts.below_events.next": (
        "查明伺服器的 usage 計的是什麼；workload.tokenizer 不會取代它，換一個 server.backend 或許可"
        "以。"
    ),
    "check.token_counts.beyond_text": (
        "伺服器計 {tokens:,} 個 token，而 {events:,} 個事件總共只有 {text_bytes:,} 位元組文字（"
        "{answers:,} 個回覆，{share:.1%}）：大部分 token 沒有送出。TPOT 除以了不在這段時間內到達的 "
        "token。"
    ),
    "check.token_counts.beyond_text.next": (
        "檢查模型是否在背景推理；讓推理過程以串流輸出，或讓 usage 單獨列出它。"
    ),
    "check.token_counts.held_back": (
        "{answers:,} 個回覆（{share:.1%}）的首個事件就含有 {first_share:.0%} 的文字，即多個 token："
        "伺服器一次送出幾個 token，或先扣住了 token（工具呼叫和推理的解析器會這樣做）。TPOT 把它們"
        "當成了之後才到達的，因此偏低。"
    ),
    "check.token_counts.held_back.next": (
        "讓伺服器給出每個事件的 token 數（continuous usage 或 token id）、逐個送出 token，或關閉解"
        "析器。"
    ),
    "check.hidden_tokens.title": "未送出的 token",
    "check.hidden_tokens.fine": "伺服器沒有報告未流出的 token。",
    "check.hidden_tokens.found": (
        "依伺服器自己的計數，{tokens:,} 個輸出 token 中有 {hidden:,} 個（{share:.1%}）沒有送出（隱"
        "藏的推理）：吞吐量計入它們，TTFT 含有它們的時間，TPOT 和 ITL 只看其餘的 token。"
    ),
    "check.hidden_tokens.next": "與其他伺服器比較時，以 E2EL 和吞吐量為準。",
    "check.unread_output.title": "未識別的欄位",
    "check.unread_output.fine": "流出的內容全部識別。",
    "check.unread_output.found": (
        "除 {events:,} 個輸出事件外，還有 {unread:,} 個訊框在未識別的欄位裡帶有內容（{fields}）：如"
        "果那是輸出，TTFT 和 TPOT 就沒有算上它。"
    ),
    "check.unread_output.next": "用 curl 查看伺服器的一次回覆，弄清那是什麼。",
    "check.foreign_frames.title": "與回覆無關的訊框",
    "check.foreign_frames.fine": "流中的每一幀都屬於回答。",
    "check.foreign_frames.found": (
        "{answers:,} 個回覆中有 {ignored:,} 個訊框與回覆無關（ping、閘道的附加資訊、把整個回覆再送"
        "一遍）：既不算輸出，也不算失敗。"
    ),
    "check.foreign_frames.next": "如果不想要它們，請直接用推論引擎自己的位址量測。",
    "check.open_after_done.title": "結束後連線未關",
    "check.open_after_done.fine": "回應隨回答一起結束。",
    "check.open_after_done.found": (
        "{answers:,} 個回覆中有 {open_after:,} 個在結束標記（[DONE]）之後回應仍未關閉：此時不再等待"
        "，下一個請求改用另一個連線。"
    ),
    "check.open_after_done.next": (
        "查明是誰讓回應保持開啟（多半是閘道的閒置時間）：等待回應關閉的用戶端會損失這段時間。"
    ),
    "check.server_restarted.title": "伺服器處理程序",
    "check.server_restarted.silent": "伺服器沒有公布這項檢查所需的計數器。",
    "check.server_restarted.fine": "執行前後是同一個伺服器行程。",
    "check.server_restarted.gone": "執行前還能讀取的伺服器指標頁，執行後讀不到了。",
    "check.server_restarted.gone.next": "檢查伺服器是否仍在執行。",
    "check.server_restarted.restarted": (
        "伺服器在執行期間重新啟動過：處理程序換了，或計數器從頭開始。"
    ),
    "check.server_restarted.restarted.next": "在伺服器日誌中查明原因，然後重新量測。",
    "check.server_restarted.another": (
        "執行前後回應的不是同一個處理程序，因此它們的計數器不能說明問題。"
    ),
    "check.server_restarted.another.next": "如果前面有負載平衡器，請直接用某個複本的位址量測。",
    "check.preemptions.title": "請求被搶佔",
    "check.preemptions.silent": "伺服器沒有公布這項檢查所需的計數器。",
    "check.preemptions.fine": "沒有請求被搶佔。",
    "check.preemptions.found": (
        "因 KV 快取空間不足發生 {preemptions:,} 次搶佔：被搶佔的請求要重新計算已有的內容。"
    ),
    "check.preemptions.next": "減少並行數、縮短請求，或給伺服器的 KV 快取更多顯示記憶體。",
    "check.prefix_hits.title": "前綴快取命中",
    "check.prefix_hits.silent": "伺服器沒有公布這項檢查所需的計數器。",
    "check.prefix_hits.none": (
        "依測試計畫，輸入的開頭可能相同，但伺服器的前綴快取沒有命中任何 token。"
    ),
    "check.prefix_hits.none.next": (
        "如果本應啟用前綴快取，請在啟動伺服器時開啟，並確認容量足夠；否則可忽略。"
    ),
    "check.prefix_hits.counted": "按伺服器的計數，{hit_share:.1%} 的輸入 token 命中前綴快取。",
    "check.prefix_hits.fine": "{unexpected_share:.1%} 的輸入 token 意外命中伺服器的前綴快取。",
    "check.prefix_hits.found": (
        "伺服器的前綴快取命中了 {unexpected_share:.1%} 的輸入 token，這並非測試本意：TTFT 會顯得過"
        "低。"
    ),
    "check.prefix_hits.found.next": (
        "換一個 `seed`，或重新啟動伺服器，或關閉它的前綴快取；並確認沒有別人傳送同樣的提示詞。"
    ),
    "check.warm_cache.title": "熱快取",
    "check.warm_cache.not_asked": "本次執行不要求熱快取。",
    "check.warm_cache.rehearsal": (
        "內建引擎沒有前綴快取：演練中的熱快取測試點與冷快取一樣，每個輸入都要重新計算。"
    ),
    "check.warm_cache.rehearsal.next": "要比較冷、熱快取，請測試真實的伺服器。",
    "check.warm_cache.unknown": (
        "無法確認輸入是否在伺服器的前綴快取中：回應裡沒有快取命中數，伺服器也沒有公布相應的計數。"
    ),
    "check.warm_cache.unknown.next": (
        "讓伺服器回報命中數：vLLM 加 --enable-prompt-tokens-details，SGLang 加 "
        "--enable-cache-report 或 --enable-metrics；TGI 無法回報。"
    ),
    "check.warm_cache.cold": (
        "{share:.1%} 的輸入 token 來自伺服器的前綴快取，最多可達 {possible_share:.1%}：這是冷快取的"
        "結果，不是熱快取的結果。"
    ),
    "check.warm_cache.cold.next": (
        "啟動伺服器時開啟前綴快取，並確保它容得下全部輸入；先用同樣的指令和 `seed` 加 "
        "workload.cache cold 傳送一遍，再測熱快取。比快取區塊（16 到 256 個 token）還短的輸入不會進"
        "入快取。"
    ),
    "check.warm_cache.partly": (
        "{share:.1%} 的輸入 token 來自伺服器的前綴快取，最多可達 {possible_share:.1%}：快取只有一部"
        "分是熱的，結果冷熱混雜。"
    ),
    "check.warm_cache.partly.next": "確保快取容得下全部輸入，冷、熱兩次測試之間不要執行其他請求。",
    "check.warm_cache.fine": (
        "{share:.1%} 的輸入 token 來自伺服器的前綴快取，最多可達 {possible_share:.1%}。"
    ),
    "check.other_clients.title": "伺服器同時有其他請求",
    "check.other_clients.silent": "伺服器沒有公布這項檢查所需的計數器。",
    "check.other_clients.fine": "伺服器沒有處理別人的請求。",
    "check.other_clients.found": "依伺服器自己的計數：{parts}。",
    "check.other_clients.little": (
        "按伺服器自己的計數：{parts}，相當於本次測試工作量的 {foreign_share:.1%}。"
    ),
    "check.other_clients.part.in_flight_before": "開始之前已有 {value:,.0f} 個請求在處理",
    "check.other_clients.part.foreign_requests": (
        "完成的請求比本次測試的 {ours} 個多 {value:,.0f} 個"
    ),
    "check.other_clients.part.foreign_share": "多出的工作量相當於本次測試的 {value:.1%}",
    "check.other_clients.part.in_flight_after": "結束之後仍有 {value:,.0f} 個請求在處理",
    "check.other_clients.next": (
        "不要讓別人使用（包括會產生 token 的健康檢查），或等伺服器閒置後重新量測。"
    ),
    "check.queueing.title": "伺服器排隊",
    "check.queueing.silent": "伺服器沒有公布這項檢查所需的計數器。",
    "check.queueing.fine": "請求在伺服器的佇列中平均等待 {mean_queue_ms:.1f} ms。",
    "check.queueing.found": "負載超過了伺服器能同時處理的量：{parts}。",
    "check.queueing.part.mean_queue_ms": (
        "請求平均排隊 {mean_queue_ms:,.0f} ms（TTFT 平均 {mean_ttft_ms:,.0f} ms）"
    ),
    "check.queueing.part.rejections": "因佇列已滿拒絕了 {value:,.0f} 個請求",
    "check.queueing.next": (
        "如果要看的正是排隊，就沒有問題；要看伺服器本身的延遲，請減少並行數或降低請求速率。"
    ),
    "check.several_addresses.title": "伺服器有多個位址",
    "check.several_addresses.fine": "所有連線都到同一個位址。",
    "check.several_addresses.found": (
        "伺服器的主機名稱有 {addresses:,} 個可連線的位址，連線輪流分配到這些位址：各項數值是它們合"
        "計的結果，伺服器計數器只來自其中一個。"
    ),
    "check.several_addresses.next": "只想測其中一個時，把它的位址填到 server.base_url。",
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
    "check.thin_percentiles.title": "尾端樣本少",
    "check.thin_percentiles.fine": "每個百分位數之外都至少有 10 個樣本。",
    "check.thin_percentiles.found": (
        "以下百分位數之外的樣本不足 10 個，只能當作個別請求來看：{parts}。"
    ),
    "check.thin_percentiles.part.ttft": "TTFT {value}",
    "check.thin_percentiles.part.tpot": "TPOT {value}",
    "check.thin_percentiles.part.itl": "ITL {value}",
    "check.thin_percentiles.part.e2el": "E2EL {value}",
    "check.thin_percentiles.next": "增加請求數，尾端才可信（p99 約需 1,000 個請求）。",
    "check.load_reached.title": "未達到設定的並行數",
    "check.load_reached.fine": "請求數足以達到計畫的負載。",
    "check.load_reached.found": (
        "並行數從未達到 {cap:,}：只有 {planned:,} 個請求，同時進行的最多 {peak:,} 個。"
    ),
    "check.load_reached.next": "請求數應多於並行數；要達到穩態，應為其數倍。",
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
    "note.simulated": (
        "模擬結果：伺服器是 Inferometer 的內建引擎或孿生引擎，結果不反映真實的伺服器。"
    ),
    "note.rehearsal_quick": "這是請求很少的快速演練。",
    "note.cards": "硬體組態 {config} 有 {cards} 張卡；以實際使用的 {gpus} 張計算。",
}
