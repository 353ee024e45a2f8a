"""What checks of the client found, in Traditional Chinese."""

from __future__ import annotations

from inferometer.words.zh_tw.check_network import FULL_QUEUE

CHECK_CLIENT: dict[str, str] = {
    "check.stamps.title": "時間戳來源",
    "check.stamps.fine": "到達時間由核心記錄。",
    "check.stamps.ring_left": (
        "執行途中封包環不再顯示伺服器的封包（{why}）。此後改由核心在每次讀取"
        "時提供時間戳，與不用封包環時相同。"
    ),
    "check.stamps.ring_left.next": "檢查通往伺服器的網路介面，然後重新量測。",
    "check.stamps.none": "沒有需要記錄時間的事件。",
    "check.stamps.simulated": (
        "模擬結果，並非實測：所有時間都由孿生引擎算出，沒有用戶端，也沒有伺服器。"
    ),
    "check.stamps.simulated.next": "在依據任何數值做決定之前，請量測真實的伺服器。",
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
    "check.client_delay.simulated": "沒有用戶端，延遲中不含讀取的落後。",
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
    "check.schedule_lag.connects": (
        "請求比預定晚 {p99_ms:,.2f} ms（p99）送出：遲送的請求中有 {unanswered:,} 個在等連線建立，而"
        "首次送出的連線要求沒有得到回應。"
    ),
    "check.schedule_lag.connects.next": FULL_QUEUE,
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
    "check.slots_filled.next.connects": FULL_QUEUE,
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
}
