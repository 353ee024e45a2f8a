"""What checks of prompts, of answers and of their tokens found, in Traditional Chinese."""

from __future__ import annotations

CHECK_WORK: dict[str, str] = {
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
}
