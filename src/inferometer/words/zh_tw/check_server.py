"""What checks of the server found, in Traditional Chinese."""

from __future__ import annotations

CHECK_SERVER: dict[str, str] = {
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
}
