"""What is wrong with flags, campaign files and specs, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

USAGE: dict[str, str] = {
    "help.usage": "用法：{usage}",
    "help.arguments": "引數",
    "help.options": "選項",
    "help.commands": "命令",
    "help.default": "[預設：{value}]",
    "help.required": "[必填]",
    "help.env": "[環境變數：{value}]",
    "help.range": "[{value}]",
    "wish.other": "不符合要求（pydantic 原文：「{said}」）",
    "wish.input": "{wish}",
    "wish.greater_than": "應大於 {gt}",
    "wish.greater_than_equal": "應大於或等於 {ge}",
    "wish.less_than": "應小於 {lt}",
    "wish.less_than_equal": "應小於或等於 {le}",
    "wish.int_type": "應為整數",
    "wish.int_parsing": "應為整數，無法把這段文字解析為整數",
    "wish.int_from_float": "應為整數，而不是小數",
    "wish.float_type": "應為數值",
    "wish.float_parsing": "應為數值，無法把這段文字解析為數值",
    "wish.finite_number": "應為有限的數值",
    "wish.bool_type": "應為 true 或 false",
    "wish.bool_parsing": "應為 true 或 false",
    "wish.string_type": "應為字串",
    "wish.dict_type": "應為鍵值對應（`名稱: 值`）",
    "wish.list_type": "應為清單",
    "wish.tuple_type": "應為清單",
    "wish.literal_error": "應為 {expected}",
    "header.name": (
        "server.headers 的格式為 KEY=VALUE，第一個 '=' 之前是標頭的名稱，例如 X-Team=blue。"
    ),
    "header.value": "server.headers {name}：值中含有換行或 ASCII 以外的字元；請去掉。",
    "header.twice": "server.headers {name} 給出了兩次；請只給一次。",
    "header.api_key": "OPENAI_API_KEY 含有換行或 ASCII 以外的字元；請只填金鑰本身。",
    "metadata.pair": "output.metadata 的格式為 KEY=VALUE，例如 gpu=R9700，而不是 {pair!r}。",
    "metadata.twice": "output.metadata {key} 給出了兩次；請只給一次。",
    "extra_body.constant": "sampling.extra_body：{constant} 不是 JSON；請用數字或 null。",
    "extra_body.not_json": (
        "sampling.extra_body 不是 JSON（第 {place} 個字元處：{why}）；請整個加引號，例如 '{"
        '{"min_p": 0.1}}\'。'
    ),
    "extra_body.no_object": (
        "sampling.extra_body 應為帶大括號的 JSON 物件，例如 '{{\"min_p\": 0.1}}'。"
    ),
    "output.percentiles": (
        'output.percentiles 應為 0 到 100 的數值，例如 "50,90,99"，而不是 {value!r}。'
    ),
    "output.metrics": "output.metrics 可用的有 {known}，沒有 {name!r}{near}。",
    "rate.wrong": (
        "load.request_rate 應為大於 0 的每秒請求數，或 inf（一次全部送出），而不是 {value!r}。"
    ),
    "address.scheme": "{field} 必須以 http:// 或 https:// 開頭，而不是 {scheme}://。",
    "address.user": (
        "{field} 不能含有使用者名稱或密碼，否則會寫進檔案；請改為設定 OPENAI_API_KEY。"
    ),
    "address.query": (
        "{field} 必須在 '?' 和 '#' 之前結束：查詢參數請放在 server.endpoint 的末尾，例如 "
        "server.endpoint '/v1/completions?api-version=1'。"
    ),
    "address.path": (
        "{field} 只寫伺服器：請指定 {field} {server} 和 server.endpoint {path}。"
    ),
    "address.models": "{field} 只寫伺服器：請指定 {field} {server}。",
    "address.none": (
        "{address!r} 不是位址：請指定 {field} http://HOST:PORT，連接埠為 1 到 65535，IPv6 "
        "主機寫在方括號中，例如 http://[::1]:8000。"
    ),
    "scenario.none": (
        "{text!r} 不是場景：請寫成 D(1024,128)、N(512,64)/(128,16) 或 U(100,400)/(50,200)"
    ),
    "scenario.empty": "從 {least} 到 {most} 的範圍是空的：最短的長度寫在前面",
    "scenario.mean": "平均 {mean} token 太短：至少為 1",
    "scenario.length": "長度為整數個 token，至少為 1，而不是 {number}",
    "scenario.contrary": "與 {fields} 矛盾：請只給兩者之一",
    "steps.none": "至少需要一級；單一速率請不要寫它",
    "command.quotation": "不是命令列（{why}）：請補全引號，或寫成詞的清單",
    "wish.one_of": "應為以下之一：{known}{near}",
    "target.none": "{text!r} 不是目標：請寫成類似 {example} 的形式。",
    "target.comparison": '應為比較式，例如 "> 1800"、"any > 1800" 或 "< 100 if tp=1"，'
    '寫在指標名稱之後，如 output_throughput: "> 1800"',
    "target.condition": (
        "{text!r} 不是條件：請寫成類似 tp=1 或 concurrency<=32 的形式，用逗號分隔。"
    ),
    "target.number": "{text!r} 比較的不是數值：請寫成類似 concurrency<=32 的形式。",
    "target.no_metric": "目標 {target!r} 中的指標不存在{near}。",
    "target.names": "：指標名稱與 vLLM 的結果檔一致，例如 p99_ttft_ms",
    "target.needs": "目標 {target!r} 無法檢查：{metric} 需要{what}。",
    "target.needs.cost_per_million_tokens": "價格，或測試計畫檔中的 cost_per_hour",
    "target.needs.scaling_efficiency": "一張卡和多張卡上的測試點，只有測試任務才有",
    "target.no_condition": "目標 {target!r} 中的 {name!r} 不是條件{near}。",
    "target.unanswerable": (
        "目標 {target!r} 無法檢查：本次執行的測試點都不具備 {where}。請去掉它，或執行它所針對的測試"
        "點。"
    ),
    "price.pue": "PUE 應在 1 到 10 之間",
    "price.wanted": (
        "應為大於 0 的價格，小數點用「.」，例如 2.5/h、80 元/小時、0.12/kWh，"
        "或帶 PUE 的 0.12/kWh*1.3"
    ),
    "axis.wanted": "應為數值、形如 {{from: 1, to: 200, step: 1}} 的範圍，或兩者的清單",
    "axis.too_many": "超過 {most} 個值",
    "axis.none": "沒有值；請去掉它，或給出一些值",
    "axis.empty": "從 {first} 到 {last} 的範圍是空的；step 至少為 1，`to` 不小於 `from`",
    "check_run.hash": "server.endpoint {path!r} 必須在 '#' 之前結束，伺服器收不到其後的內容。",
    "check_run.slash": (
        "server.endpoint {path!r} 必須以 '/' 開頭，例如 /v1/completions；伺服器本身寫在 "
        "server.base_url 中。"
    ),
    "check_run.pictures": (
        "圖片要放在聊天訊息中，而 server.backend {backend} 不支援聊天訊息：請從 {chats} 中選擇。"
    ),
    "check_run.chats": (
        "錄製的對話是聊天訊息，而 server.backend {backend} 不支援聊天訊息：請從 {chats} 中選擇。"
    ),
    "check_run.sound": (
        "server.backend {backend} 傳送的是音訊，而 {kind} 類提示詞中沒有音訊：請使用帶有音訊檔的"
        "資料列（jsonl 或 hf）。"
    ),
    "check_run.too_long": (
        "{input} 個輸入 token 和 {output} 個輸出 token{spread}共 {total} 個，而伺服器的 "
        "max_model_len 為 {limit}：請把 {fields} 縮短 {over}，或以 --max-model-len {total} 或更大的"
        "值啟動伺服器。"
    ),
    "check_run.or": "{first} 或 {second}",
    "check_run.spread": "（{field} 的上限）",
    "check_run.rows_too_long": (
        "{of} 個請求中有 {n} 個超過伺服器的 max_model_len {limit}，最長的有 {input} 個輸入 token 和"
        " {output} 個輸出 token：請去掉這些行（workload.max_total_len {limit}），縮短它們，或以 "
        "--max-model-len {total} 或更大的值啟動伺服器。"
    ),
    "check_run.descriptors": (
        "一個處理程序中的 {streams} 個連線需要開啟 {needed} 個檔案，而上限為 {limit}：請調高上限（"
        "ulimit -n {needed}），或減小 load.max_concurrency{workers}。"
    ),
    "check_run.workers": "，或使用 `workers` {n}",
    "check_run.several_shapes": "{first} 和 {second} 都規定了請求的傳送時刻：請只給其中一個。",
    "check_run.replay": (
        "load.replay_speed 需要記錄的時刻，只有 workload.kind trace 才有，且其中每個請求只用一次。"
    ),
    "check_run.burstiness": (
        "load.burstiness {value:g} 決定請求之間的間隔，而 load.request_rate 為 inf 時沒有間隔：請給"
        "出速率，或去掉它。"
    ),
    "check_run.drop": (
        "load.when_full drop 需要到達速率和並行上限：請給出速率和 load.max_concurrency，或去掉它。"
    ),
    "check_run.ours": "sampling.extra_body 不能設定 {field!r}，測量依賴於它：請去掉。",
    "check_run.twice": "{field!r} 既單獨給出，又寫在 sampling.extra_body 中：請去掉其中一個。",
    "axis.range": "應為形如 {{from: 1, to: 200, step: 1}} 的整數範圍",
    "axis.no_key": "範圍中沒有 {key!r}{near}：{wanted}",
    "campaign_file.unknown": "未知的鍵 {key!r}{near}。",
    "campaign_file.unknown.known": "未知的鍵 {key!r}：可用的有 {known}。",
    "campaign_file.misplaced": "鍵 {key!r} 應寫在 {sections} 之下，而不是這裡。",
    "campaign_file.missing": "缺少 {name}。",
    "campaign_file.wrong": "{name}：{wish}。",
    "campaign_file.wrong.value": "{name}：{wish}，而不是 {value!r}。",
    "campaign_file.not_one_of": "{name}：{value!r} 不是可用的值：{known}{near}。",
    "campaign_file.at": "{place}：{what}",
    "campaign_file.too_long": "{name}：檔案超過 {most} 位元組，測試任務用不著這麼長。",
    "campaign_file.no_preset": (
        "沒有名為 {name!r} 的檔案或預設集{near}：`inferometer presets` 可列出預設集。"
    ),
    "campaign_file.directory": (
        "{name} 是目錄：請給出測試計畫檔或預設集的名稱（`inferometer presets`）。讀取其中的結果請"
        "用 `inferometer report {name}`。"
    ),
    "campaign_file.not_utf8": "{name}：檔案不是 UTF-8 文字。",
    "campaign_file.unread": "{name}：無法讀取檔案（{why}）。",
    "campaign_file.line": "{name}:{line}：{what}",
    "campaign_file.no_mapping": (
        "{name}:1：測試計畫檔應為鍵值對應；範例見 `inferometer presets show production`。"
    ),
    "near.either": "（您是不是想寫 {names}？）",
    "campaign_file.pair": "格式為 KEY=VALUE，例如 load.num_warmups=4。",
    "campaign_file.no_place": "無法設定 {key!r}。",
    "campaign_file.interleave.few": "測試任務有 {n} 個伺服器（{names}）：需要兩個伺服器。",
    "campaign_file.interleave.few.one": "測試任務只有 1 個伺服器（{names}）：需要兩個伺服器。",
    "campaign_file.no_number": "{text!r} 不是大於 0 的整數：請設為這樣的整數，或不要設定。",
    "campaign_file.exchanged": "{first} 大於 NUM_PROMPTS_END 的 {last}：請對調兩者。",
    "campaign_file.nothing_left": "{name} 的 num_prompts 都不在 {first} 和 {last} 之間。",
    "campaign_file.both_bounds": "NUM_PROMPTS_START 和 NUM_PROMPTS_END",
    "campaign_file.only": "--only {pattern!r} 沒有對應的測試組或測試點{near}。",
    "campaign_file.quick.num_prompts": (
        "--set {pair}：--quick 每個測試點最多傳送 {most} 個請求；請去掉兩者之一。"
    ),
    "yaml.too_long": "檔案超過 {most} 位元組。",
    "yaml.problem": "{context}，{problem}。",
    "yaml.none": "檔案不是 YAML（{why}）。",
    "yaml.tab": "YAML 不能用 Tab 縮排：請用空格。",
    "yaml.too_deep": "巢狀超過 {most} 層。",
    "yaml.aliases": "別名（*name）超過 {most} 個：請直接寫出值。",
    "yaml.too_many": "檔案中的值太多，或別名（*name）重複太多：請精簡。",
    "yaml.tag": "這裡不支援標籤：請去掉 {tag!r}。",
    "yaml.key": "鍵必須是普通的詞；不支援合併鍵（<<）。",
    "yaml.twice": "{key!r} 出現了兩次；另一處在第 {line} 行。",
    "campaign_check.too_many": "加上這些，測試點超過 {most} 個：請縮小 matrix。",
    "campaign_check.unknown": "{section} 中沒有 {name!r}{near}。",
    "campaign_check.unknown.known": "{section} 中沒有 {name!r}{near}；可用的有 {known}。",
    "campaign_check.same_id": "已有另一個測試組 {id!r}：請給每個組不同的 id。",
    "campaign_check.odd": "重複 {n} 次不能抵消漂移（A B、B A 需要兩次）：請給偶數。",
    "campaign_check.one_server": "{one} 和 {other} 使用同一個伺服器：沒有可以輪流的。",
    "campaign_check.nothing_shared": (
        "{one} 和 {other} 沒有設定相同的測試點：請給它們相同的 matrix 和 load。"
    ),
    "campaign_check.same_address": (
        "我們啟動的兩個伺服器不能都在 {url}：請給每個不同的 base_url，或去掉 exclusive。"
    ),
    "campaign_check.gpus": "tp {tp} 需要 {tp} 張 GPU，而硬體 {hardware!r} 只宣告了 {gpus} 張。",
    "campaign_check.placeholder": "不知道用什麼填入 {{{word}}}{near}：請使用 {known}。",
    "campaign_check.no_image": "其中有 {{image}}，但沒有指定映像檔。",
    "campaign_check.no_hardware": "配方 {name!r} 中有 {{{word}}}，但本組沒有指定硬體。",
    "campaign_check.secret": "{name} 看起來是金鑰：請在 shell 中設定，伺服器會繼承它。",
    "campaign_check.secret.command": (
        "{name} 是命令列中的金鑰，任何人都能讀到，還會被記錄下來：請改為在啟動 inferometer 的 "
        "shell 中匯出（VLLM_API_KEY、HF_TOKEN），伺服器會繼承它。"
    ),
    "campaign_check.process": "kind 為 process 的伺服器需要 command。",
    "campaign_check.operator": (
        "kind 為 operator 的伺服器需要 command 或 note，以便告訴啟動它的人。"
    ),
    "campaign_check.registration": "註冊的模型必須啟動：請給出 model_name 相同的 launch。",
    "campaign_check.launch": "launch 需要 Xinference 所用的 model_name。",
    "campaign_check.compose": "kind 為 compose 的伺服器需要 compose_file 和 compose_service。",
    "campaign_check.name.control": "檔名不能含有控制字元：請重新輸入。",
    "campaign_check.name.slash": "檔名不能含有 /，也不能以點開頭：目錄由 result_dir 指定。",
    "campaign_check.name.field": "檔名中不能有 {{{field}}}{near}：請使用 {known}。",
    "campaign_check.name.brace": "大括號沒有閉合。",
    "campaign_check.name.config": "file_name 中有 {{config}}，但本組沒有指定硬體。",
    "campaign_check.cell": "它的 matrix 給出了 {what}：{wish}。",
    "campaign_check.cell.point": "一個測試點",
    "campaign_check.cell.none": "{kind} 類型的 workload 沒有它",
    "campaign_check.no_point": "沒有剩下任何測試點：請查看它的 matrix 及其 exclude。",
    "campaign_check.per_concurrency": (
        "num_prompts_per_concurrency 需要 matrix 或 load 中的 max_concurrency。"
    ),
    "campaign_check.warm": "warm 測試點需要先由 cold 測試點填滿快取：請寫 `cache: [cold, warm]`。",
    "campaign_check.too_long": (
        "{input} 個輸入 token 和 {output} 個輸出 token 共 {total} 個，而 servers.{server} 的 "
        "max_model_len 為 {limit}：請調大或去掉它，或縮短請求。"
    ),
    "campaign_check.same_name": (
        "{one} 和 {other} 的檔名相同：請加上能區分它們的欄位，例如 {{n}} 或 {{repeat}}。"
    ),
    "campaign_check.same_point": "{other} 與 {one} 是同樣的測量：請去掉兩者之一。",
    "campaign_check.long_name": (
        "它產生的檔名最長 {n} 位元組，而檔名最多 {most} 位元組：請縮短它或它所含的名稱。"
    ),
    "campaign_check.limit_needed": (
        "servers.{server}：需要 max_model_len，因為測試組 {group} 的請求有多長只有檔案才知道；請在"
        "這裡給出它，或給 workload 指定 max_total_len。"
    ),
    "campaign_file.quick.num_warmups": "--set {pair}：--quick 最多預熱 1 個請求；請去掉兩者之一。",
    "campaign_file.quick.repeats": "--set {pair}：--quick 不重複測量；請去掉兩者之一。",
    "wish.model_type": "應為鍵值對應（`名稱: 值`）",
    "campaign_check.numa_node": "command 中沒有它的位置：請在伺服器程式之前寫 {{numactl}}。",
    "campaign_check.no_group": "沒有測試組 {name!r}{near}：請給出測試組的 id。",
    "campaign_file.interleave": (
        "測試任務有 {n} 個伺服器（{names}）：請指明哪些輪流，例如 --set 'interleave=[[a, b]]'。"
    ),
}
