"""What is wrong with the rows of a data set, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

ROWS: dict[str, str] = {
    "rows.at": "{where}：{why}。",
    "rows.limit": "{name} 為 {limit}，不是 token 數",
    "rows.only_ids": "提示詞是 token ID，不是對話",
    "rows.no_turns": "{name!r} 下不是對話輪次的清單",
    "rows.empty_conversation": "其中的對話沒有任何輪次",
    "rows.no_prompt": "沒有提示詞：欄位為 {fields}，其中沒有 {known}",
    "rows.no_prompt.nothing": "空",
    "rows.not_user_first": "其中的對話不是由使用者開始的",
    "rows.no_ids": "{name!r} 下的清單既不是 token ID 也不是訊息",
    "rows.no_text": "{name!r} 下沒有文字",
    "rows.speaker": "有一輪出自 {name}，而可用的角色只有 {known}",
    "rows.tool_calls": "其中的 tool_calls 不是呼叫的清單",
    "rows.functions_too_deep": "其中的函式巢狀過深",
    "rows.too_deep": "巢狀過深",
    "rows.unsendable": "其中有 {value}，請求的 JSON 無法容納它",
    "rows.fields_too_large": "請求欄位共 {size:,} 位元組，其中 {largest!r} 最大，而上限為 {most:,}",
    "rows.not_carried": (
        "其中的 {name} 屬於提示詞，而這個 backend 無法傳遞：請使用 openai-chat 等聊天 backend，或不"
        "帶 {name} 的資料行"
    ),
    "rows.prompt_not_carried": "{where}：提示詞是{what}，這個 backend 無法傳遞：請使用{other}。",
    "rows.messages": "聊天訊息",
    "rows.messages.pictures": "帶圖片的聊天訊息",
    "rows.ids": " token ID",
    "rows.take.chat": "聊天 backend，例如 openai-chat",
    "rows.take.text": "文字，或換一個 backend，例如 openai",
    "rows.take.text_or_messages": "文字或訊息，或換一個 backend，例如 openai",
    "rows.picture.row": "該行的圖片",
    "rows.picture.not_audio": "{what}不是音訊：不是 WAV、FLAC、Ogg 或 MP3",
    "rows.picture.not_image": "{what}不是圖片：不是 PNG、JPEG、WebP、GIF、BMP、TIFF 或 AVIF",
    "rows.picture.not_video": "{what}不是影片：不是 MP4、WebM 或 AVI",
    "rows.picture.too_large": "{what}大於 {mb} MB，即單張圖片的上限",
    "rows.picture.no_source": "圖片處是 {source}，它不是路徑、位址、base64 或位元組",
    "rows.picture.unread": (
        "所指的圖片 {name} 無法讀取（{why}）：請把它放到那裡，或去掉該行；路徑相對於 {folder}"
    ),
    "rows.picture.no_name": "檔案不可能有這樣的名稱",
    "rows.picture.not_regular": "不是普通檔案",
    "rows.picture.elsewhere": (
        "其中的圖片 {name} 在這裡無法讀取：請給出路徑，或 http://、https:// 位址"
    ),
    "rows.picture.not_here": (
        "指向圖片 {name}，但資料集不在本機磁碟上：請下載資料集，並給出它的資料夾"
    ),
    "rows.pictures.too_large": "到此為止的圖片已超過 {gb} GB：請減小 load.num_prompts",
    "rows.pictures.no_user": "有圖片，但沒有可以放圖片的使用者輪次",
    "rows.pictures.too_few": "圖片的位置多於所給的 {n} 張圖片",
    "rows.recording": "{name!r} 下的音訊或影片不是檔案；去掉該欄位即可傳送其餘內容",
    "rows.sizes": "{size!r} 不是 1280x720 這樣的畫素尺寸（每邊至多 8192）",
    "rows.max_images": "至少需要 {least} 張圖片，而 max_images 為 {most}",
    "unfit.no_exchange": "沒有一問一答",
    "unfit.prompt_short": "輸入太短",
    "unfit.reply_short": "回答太短",
    "unfit.prompt_long": "輸入太長",
    "unfit.total_long": "輸入加輸出太長",
    "unfit.audio_short": "錄音太短",
    "unfit.audio_long": "錄音太長",
    "unfit.audio_unknown": "錄音長度不明",
    "unfit.other_model": "屬於別的模型",
    "unfit.other_kind": "不符合所選條件",
    "unfit.other_category": "不在所選類別內",
    "unfit.failed": "沒有 token：請求失敗",
    "unfit.turns": "使用者與助手沒有輪流發言",
    "unfit.no_answer": "沒有回答可以說明長度（可用 workload.output_len 指定）",
    "dataset.trace.too_few": (
        "{path} 有 {found} 個可用的資料行{without}，而要傳送 {n} 個請求：請減小 load.num_prompts。"
    ),
    "dataset.trace.order": "{where}：早於它的前一行；請把 trace 按時間排序。",
    "dataset.trace.row": "{where}：{why}；請修正或去掉該行。",
    "dataset.trace.no_field": "沒有 {name!r}",
    "dataset.trace.form": (
        "{path} 不是 trace：它有 {fields}，但沒有 'Request tokens'（BurstGPT）、'ContextTokens'"
        "（Azure）或 'input_length'（Mooncake）。"
    ),
    "dataset.trace.no_list": "{name} 不是數字清單",
    "dataset.trace.no_time": "{value!r} 不是時間",
    "dataset.trace.no_tokens": "{value!r} 不是 token 數",
    "dataset.trace.no_moment": "{value!r} 不是日期和時間",
    "dataset.conversations.too_few": (
        "{path} 中的對話總共 {found} 輪{without}，而要傳送 {n} 輪：{cure}。"
    ),
    "dataset.conversations.none": "請給出對話檔案",
    "dataset.conversations.texts": "錄製的對話是文字，不能按 token ID 計數。",
    "dataset.sonnet.prefix": (
        "workload.prefix_len 為 {prefix}，而 workload.input_len 為 {input}：沒有留下各提示詞自己的"
        "部分。"
    ),
    "dataset.no_lines": "{path} 中沒有任何文字行。",
    "dataset.too_short": (
        "無法得到 {tokens} token 的輸入：僅特殊 token 和對話模板就有 {overhead} 個；請調大 "
        "workload.input_len。"
    ),
    "dataset.array.endless": "陣列沒有結束",
    "counting.file_ids": "token ID，數量與檔案中相同",
    "wire.chat_only": (
        "聊天介面只能傳遞訊息或文字，不能傳遞 token ID：請改用 completions backend，或文字提示詞"
    ),
    "wire.completions_only": (
        "completions 介面只能傳遞文字或 token ID，不能傳遞聊天訊息：請改用聊天 backend"
    ),
    "wire.text_only": "{server} 只能傳遞文字，不能傳遞 token ID 或聊天訊息：請換一個 backend",
    "wire.unsupported": "{server} 不支援 {name}，會忽略它：請去掉",
    "wire.no_adapter": "{server} 不能按請求選擇 LoRA 介面卡：請去掉 server.lora_modules",
    "wire.taken": "sampling.extra_body 不得設定 {field!r}，請求中已經有它：請去掉",
    "wire.adapter_number": (
        "{server} 以編號區分 LoRA 介面卡（GET /lora-adapters 可列出）：{adapter!r} 不是編號"
    ),
    "wire.texts_and_images": (
        "{server} 只能傳遞文字和圖片，而有一條訊息含有別的內容：請換一個 backend"
    ),
    "wire.tool_arguments": "{server} 只能傳遞參數為 JSON 物件的工具呼叫：請換一個 backend",
    "wire.no_fetching": (
        "{server} 不會下載圖片：請以 data:image/...;base64,... 給出，或換一個 backend"
    ),
    "wire.one_sound": (
        "語音轉文字的每個請求必須有且只有一段音訊，這裡有 {n} 段：請在每列的 audio 欄位中寫一個 "
        "WAV、FLAC、Ogg 或 MP3 檔"
    ),
    "wire.no_sound": (
        "訊息的 input_audio 部分需要 base64 格式的 data，以及 wav 之類的 format"
    ),
    "wire.boundary": "音訊或某個欄位中含有表單的分隔行：請移除這列資料或這個欄位",
    "wire.sound_by_url": "語音轉文字傳送音訊本身，不傳送網址：請在 audio 欄位中寫檔名",
    "wire.not_carried": "{server} 只能傳遞文字和圖片，不能傳遞 {kind}：請改用 openai-chat",
}
