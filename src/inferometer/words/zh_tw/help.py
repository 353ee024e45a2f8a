"""The help of every verb and flag, in Traditional Chinese (Taiwan).

In English it stands beside each flag.
"""

from __future__ import annotations

HELP: dict[str, str] = {
    "app": "測量大型語言模型推論服務的效能，並判斷每個數值是否可信。",
    "app.start": "先看 `inferometer bench --help`。沒有 GPU 也可以試：`inferometer demo`。",
    "app.version": "顯示版本並結束。",
    "app.lang": "輸出所用的語言，也可寫在子命令之後（預設：由 locale 決定）。",
    "help": "顯示本說明並結束。",
    "typed.NoSuchOption": "沒有選項 {option}{near}",
    "typed.near": "（相近的選項：{near}）",
    "typed.UsageError": "用法有誤：{message}",
    "typed.MissingParameter": "缺少 {hint}",
    "typed.BadParameter": "{hint} 的值無效：{message}",
    "typed.BadParameter.alone": "值無效：{message}",
    "typed.BadOptionUsage": "選項 {option} 的用法有誤：{message}",
    "cell.server": "伺服器",
    "cell.posts to": "請求路徑",
    "cell.prompts": "輸入",
    "cell.their length": "輸入長度",
    "cell.output length": "輸出長度",
    "cell.output tokens": "輸出 token 數",
    "cell.cannot carry": "不支援",
    "cell.any with OpenAI's completions": "任何支援 OpenAI completions 的伺服器",
    "cell.any with OpenAI's chat": "任何支援 OpenAI chat 的伺服器",
    "cell.token ids, text": "token ID、文字",
    "cell.messages, text": "訊息、文字",
    "cell.recordings": "錄音",
    "cell.all but rows with a recording": "除帶錄音的資料列以外的一切",
    "cell.text": "文字",
    "cell.exact": "精確",
    "cell.about": "近似",
    "cell.at most": "至多",
    "cell.the server's count": "伺服器計數",
    "cell.one an event": "每事件一個",
    "cell.by request": "依請求選擇",
    "cell.no": "不支援",
    "cell.nothing": "無",
    "cell.`sessions` of a file, `random-mm`, pictures and tools of rows": (
        "檔案中的 `sessions`、`random-mm`、資料列中的圖片和工具"
    ),
    "cell.TensorRT-LLM on Triton": "Triton 上的 TensorRT-LLM",
    "cell.lengths": "長度",
    "cell.flags": "參數",
    "cell.as asked": "依指定",
    "cell.as in the file": "依檔案",
    "data.random": "隨機 token 組成的輸入，長度精確",
    "data.sharegpt": "錄製對話的第一輪問答，過濾規則與 `vllm bench serve` 相同",
    "data.sonnet": (
        "從一篇文字中抽取若干行作為輸入：前 `prefix_len` 個 token 共用，總長至多 `input_len`"
    ),
    "data.hf": "資料集的列，經 `datasets` 函式庫取自 hub 或本機目錄",
    "data.custom": (
        "JSON Lines 檔案（或 JSON 陣列）中的輸入：文字、token ID、訊息或指令；可帶工具和圖片"
    ),
    "data.prefix_repetition": (
        "隨機輸入，由 `num_prefixes` 個前綴之一加各自的後綴組成：命中率事先已知"
    ),
    "data.burstgpt": "隨機輸入，長度取自錄製的 trace；也可採用其到達時刻（`replay_speed`）",
    "data.sessions": "多輪對話：上一輪得到回應後傳送下一輪，並帶上先前的全部內容",
    "data.random-mm": "隨機文字的聊天，附帶產生的圖片",
    "about.custom": "對正在執行的伺服器逐級增加並行；供修改使用",
    "about.dcu-batch": (
        "批次 1 到 64 個請求，512/512 和 1024/1024，八張海光 DCU（DeepSeek-R1 AWQ，TP=8）"
    ),
    "about.dcu-scenarios": (
        "一張海光 DCU 上的四種情境：短 x1-32、中 x1-64、長 x1-16、壓力 x1-512（DeepSeek 7B）"
    ),
    "about.frameworks": (
        "vLLM、SGLang 和 Xinference 在相同負載下的比較：並行 1 到 32，輸入、輸出各 256 token（"
        "DeepSeek 7B）"
    ),
    "about.pcie-machine-ab": (
        "PCIe 研究，機器 A/B（1 張卡 x16，或 2 張卡 x8）：六項測試，1 到 200 個請求，輸入 1024、輸"
        "出 128 token"
    ),
    "about.pcie-machine-c": (
        "PCIe 研究，機器 C（2 張卡，各 x16）：四項測試，1 到 200 個請求，輸入 1024、輸出 128 token"
    ),
    "about.prefix-cache": (
        "同樣的 500 個請求，冷、熱快取各一次，並行 128，輸入 2048、輸出至多 512 token（Llama 3.1 "
        "70B，8 x MI300X）"
    ),
    "about.production": (
        "輸入 1K 到 96K token，輸出 500，同時 1 到 20 個請求：40 個測試點（gpt-oss-120b，TP=4）"
    ),
    "about.scaling-1000": (
        "同時 1 到 200 個請求，之後每隔 50 直到 1000：輸入 1024、輸出 128 token（gpt-oss-120b，TP=4"
        "）"
    ),
    "about.scaling-200": (
        "同時 1 到 200 個請求，逐一遞增：輸入 1024、輸出 128 token（gpt-oss-120b，TP=4）"
    ),
    "about.single-vs-eight": (
        "每張卡負載相同時一張卡與八張卡的比較：每張並行 1 到 32，輸入、輸出各 256 token（DeepSeek "
        "7B）"
    ),
    "panel.Levels and lengths (instead of --set)": "各級並行和長度（代替 --set）",
    "data.spec_bench": "Spec-Bench 各類別（或其中一類）的首輪問題",
    "data.speed_bench": "SPEED-Bench 一個子集各類別（或其中一類）的首輪問題",
    "data.timed_trace": "隨機輸入，長度、共用區塊和時刻取自 JSON Lines 的 trace，欄位名稱可任意",
    "cell.any with OpenAI's Responses": "任何支援 OpenAI Responses 的伺服器",
    "panel.Measure": "測量",
    "panel.Read results": "讀取結果",
    "panel.Look up": "查閱",
    "panel.Check the client": "檢查用戶端",
    "panel.Twin": "孿生引擎",
    "panel.Server": "伺服器",
    "panel.Prompts": "輸入",
    "panel.Data sets": "資料集",
    "panel.Traffic": "流量",
    "panel.Generation": "生成",
    "panel.Report": "報告",
    "panel.Files": "檔案",
    "panel.Client": "用戶端",
    "panel.Machine": "機器",
    "panel.Test of a campaign": "測試任務中的一項測試",
    "panel.Timing": "時序",
    "default.by the results' model": "依結果中的模型",
    "default.as the results say": "依結果",
    "default.the model's": "由模型決定",
    "default.weights, attention, compute, host": "weights、attention、compute、host（四個）",
    "default.no point is missing": "各點齊全",
    "default.no factor is fitted": "不使用擬合係數",
    "default.none: give this or --max-concurrency": "無；與 --max-concurrency 二選一",
    "default.none: give this or --request-rate": "無；與 --request-rate 二選一",
    "default.p99_ttft_ms < 1000, mean_tpot_ms < 100": "p99_ttft_ms < 1000 和 mean_tpot_ms < 100",
    "default.none, with wider intervals": "無，區間較寬",
    "default.wider intervals": "區間較寬",
    "default.no costs": "不算成本",
    "default.no figure": "不畫圖",
    "default.1000; with rates and --max-seconds, as many as arrive; with --config, all": (
        "1000；同時給出速率和 --max-seconds 時為到達的全部；給出 --config 時為全部"
    ),
    "default.the campaigns' names": "測試任務的名稱",
    "default.throughputs and latencies": "吞吐量和延遲",
    "default.no limit": "不限",
    "default.none required": "不需要",
    "default.none": "無",
    "default.not recorded": "不記錄",
    "default.131072; with --twin, the model's": "131072；使用 --twin 時為模型的上限",
    "default.set times": "依設定的時間",
    "default.the card's own": "該卡自帶的互連",
    "default.vLLM's": "與 vLLM 相同",
    "default.predicted": "預測值",
    "default.embedded; with --twin, simulated-…": "embedded；使用 --twin 時為 simulated-…",
    "bench": (
        "用 `vllm bench serve` 的參數測量一個正在執行的伺服器。\n\n閉環：inferometer bench --port "
        "8000 --random-input-len 1024 --random-output-len 128 --ignore-eos --num-prompts 200 "
        "--max-concurrency 32 --save-result\n\n開環、聊天 API、延遲上限：inferometer bench "
        "--backend openai-chat --request-rate 8 --num-prompts 500 --goodput ttft:200 tpot:50\n\n"
        "PCIe 測試任務中的一項測試：inferometer bench --config C --model 7B --tp 1 --input-len 1024"
        "\n\n到達時間取自封包環，核心在其中為每個封包記下時間（Linux，root 或 CAP_NET_RAW，"
        "至多 4 個 worker）；否則取核心在讀取時記下的時間。用 "
        "INFEROMETER_ARRIVALS=read 或 ring 指定一種。"
        "\n\n結束代碼：判定為 VALID 或 SUSPECT 時為 0；判定為 INVALID 或有目標未達到時為 1；參數有"
        "誤、伺服器無法測量或結果無法儲存時為 2；按 Ctrl-C、收到 SIGTERM 或終端機關閉時為 130（到此"
        "為止的結果仍會回報並儲存）。使用 --repeats 時取各次的最大值。"
    ),
    "bench.backend": "介面格式；用 `inferometer backends` 列出。",
    "bench.base_url": "伺服器位址，帶不帶 /v1 均可；代替 --host 和 --port。",
    "bench.host": "伺服器主機。（預設：取自 VLLM_SERVER_URL，否則為 127.0.0.1）",
    "bench.port": "伺服器連接埠。（預設：取自 VLLM_SERVER_URL，否則為 8000）",
    "bench.endpoint": "請求送往的路徑。（預設：由 backend 決定）",
    "bench.model": "模型名稱。（預設：伺服器列出的唯一模型）",
    "bench.served_model_name": "請求中所寫的模型名稱。（預設：同 --model）",
    "bench.header": "額外的 HTTP 標頭 KEY=VALUE，可重複。API 金鑰請放在 OPENAI_API_KEY 中。",
    "bench.insecure": "不驗證 TLS 憑證。",
    "bench.ready_check_timeout_sec": "等待伺服器就緒的秒數；0 表示只檢查一次。",
    "bench.dataset_name": (
        "輸入的來源。產生的：random, prefix_repetition, sessions, random-mm。從 --dataset-path 讀取"
        "的：sharegpt, sonnet, hf, custom（或 jsonl）, trace（或 burstgpt）, "
        "timed_trace, spec_bench, speed_bench。`inferometer "
        "datasets` 列出全部資料集及其參數。"
    ),
    "bench.dataset_path": "資料集檔案。對 hf 為資料集 ID 或目錄。",
    "bench.input_len": "輸入長度（token），適用於任何帶長度參數的資料集。",
    "bench.output_len": "最大輸出長度（token），適用於任何帶此類參數的資料集。",
    "bench.random_input_len": "精確的輸入長度（token）。",
    "bench.random_output_len": "最大輸出長度（token）。",
    "bench.random_range_ratio": "長度在 L(1-r) 到 L(1+r) 之間均勻抽取，r 即此值。"
    '輸入和輸出不同時寫作 \'{"input": 0.3, "output": 0.5}\'。',
    "bench.random_prefix_len": "所有輸入共用的前綴長度（token），不計入輸入長度。",
    "bench.scenario": (
        "隨機長度，寫作 輸入,輸出：D(1024,128) 固定，N(512,64)/(128,16) 常態（平均值、標準差），"
        "U(100,400)/(50,200) 均勻。"
    ),
    "bench.num_distinct_prompts": "不同輸入的個數，之後循環使用。（預設：各不相同）",
    "bench.cache": (
        "要測量的前綴快取狀態：先用 cold 執行一次，再用 warm 和同樣的 --seed 執行。第二次向已填滿的"
        "快取傳送同樣的輸入。"
    ),
    "bench.tokenizer": "tokenizer.json 或其資料夾；伺服器不能計數 token 時使用。",
    "bench.seed": (
        "輸入和到達時刻的隨機種子。同樣的命令和種子會重現它們；設定不同則輸入不同，使前綴快取不起作"
        "用。（預設：每次執行都是新的，並記錄下來）"
    ),
    "bench.disable_shuffle": "按順序使用檔案中的列。",
    "bench.oversample": (
        "檔案列數不足時重複使用；否則每列最多傳送一次。"
        "（預設：重複使用，並在判定中說明）"
    ),
    "bench.max_input_len": "跳過輸入超過此長度（token）的列。",
    "bench.max_total_len": "跳過輸入加輸出超過此長度（token）的列。",
    "bench.sharegpt_output_len": "最大輸出長度（token）。（預設：錄製時的長度）",
    "bench.custom_output_len": "最大輸出長度（token）；-1 為該列所寫。（預設：256；jsonl 為 -1）",
    "bench.hf_output_len": "最大輸出長度（token）。（預設：與 vLLM 相同，否則為該列所寫）",
    "bench.hf_subset": "資料集的子集。（預設：由資料集決定）",
    "bench.hf_split": "資料集的 split。（預設：train）",
    "bench.sonnet_input_len": "輸入長度（token）。（預設：550）",
    "bench.sonnet_output_len": "最大輸出長度（token）。（預設：150）",
    "bench.sonnet_prefix_len": "所有輸入共用的前綴長度（token）。（預設：200）",
    "bench.prefix_repetition_prefix_len": "每個前綴的長度（token）。（預設：256）",
    "bench.prefix_repetition_suffix_len": "前綴之後的 token 數，每個輸入各不相同。（預設：256）",
    "bench.prefix_repetition_num_prefixes": "不同前綴的個數。（預設：10）",
    "bench.prefix_repetition_output_len": "最大輸出長度（token）。（預設：128）",
    "bench.trace_model": "只使用 trace 中該模型的列。（預設：全部）",
    "bench.trace_block_len": "Mooncake 的 hash_ids 每塊的 token 數。（預設：512）",
    "bench.session_turns": "每個對話的使用者輪數。（預設：4）",
    "bench.session_system_len": "所有對話共用的系統提示長度（token）。（預設：0）",
    "bench.session_input_len": "每輪新增的輸入（token）。（預設：128）",
    "bench.session_output_len": "每次回答的最大長度（token）。（預設：128；使用檔案時按錄製）",
    "bench.session_range_ratio": "兩種長度和停頓在 x(1-r) 到 x(1+r) 之間變化。（預設：0）",
    "bench.session_think_time": "下一輪之前的停頓，秒。（預設：0）",
    "bench.random_mm_base_items_per_request": "每個請求的圖片數。（預設：1）",
    "bench.image_size": "圖片大小，像素，寬x高。（預設：512x512）",
    "bench.num_prompts": "要測量的請求數。",
    "bench.request_rate": "每秒到達的請求數（開環）；inf 表示一次全部送出。",
    "bench.burstiness": (
        "到達間隔服從伽瑪分布，此為形狀參數：1 為卜瓦松到達，小於 1 更突發，inf 為等間隔。"
    ),
    "bench.max_concurrency": "同時進行的請求數上限；--request-rate 為 inf 時即閉環。（預設：不限）",
    "bench.when_full": "到達時已滿 --max-concurrency 怎麼辦：wait 等待，drop 丟棄（並計數）。",
    "bench.max_seconds": (
        "執行滿此秒數或送完 --num-prompts 即停止，以先到者為準；進行中的請求被中斷。（預設：不限）"
    ),
    "bench.ramp_up_strategy": "執行期間改變請求速率：linear 線性，exponential 指數。",
    "bench.ramp_up_start_rps": "遞增開始時的每秒請求數。",
    "bench.ramp_up_end_rps": "遞增結束時的每秒請求數。",
    "bench.rate_steps": "依次採用的請求速率，速率x秒數,...，例如 5x60,20x30。",
    "bench.replay_speed": "按 trace 記錄的時刻重播，此為加速倍數。",
    "bench.num_warmups": "預熱請求數：先傳送，不計入結果；緊接著開始測量，中間不停頓。",
    "bench.repeats": "測量的次數，每次都用新的輸入和預熱；最後彙總。",
    "bench.ignore_eos": "忽略結束符，生成完整的輸出長度。",
    "bench.temperature": "取樣溫度。（預設：由伺服器決定）",
    "bench.top_p": "從累計機率達到此值的最可能 token 中取樣。（預設：由伺服器決定）",
    "bench.top_k": "從最可能的這麼多個 token 中取樣。（預設：由伺服器決定）",
    "bench.min_p": "排除機率低於「最可能 token 的機率 × 此值」的 token。（預設：由伺服器決定）",
    "bench.frequency_penalty": "按 token 已出現的次數懲罰。（預設：由伺服器決定）",
    "bench.presence_penalty": "懲罰已經出現過的 token。（預設：由伺服器決定）",
    "bench.repetition_penalty": (
        "對輸入和輸出中已有 token 的係數；大於 1 抑制重複。（預設：由伺服器決定）"
    ),
    "bench.logprobs": "每個 token 要求回傳的對數機率個數。（預設：無）",
    "bench.extra_body": "合併到每個請求本文中的 JSON 物件。",
    "bench.lora_modules": "伺服器上 LoRA 轉接器的名稱；請求輪流使用它們。",
    "bench.percentile_metrics": "要報告的延遲指標：ttft,tpot,itl,e2el 中任選。",
    "bench.metric_percentiles": "要報告的百分位數，例如 50,90,99.9。",
    "bench.goodput": "請求計入 goodput 須滿足的延遲上限（ms）：ttft:200 tpot:50。",
    "asserted": (
        '要檢查的目標，例如 "p99_ttft_ms<200" 或 "any mean_tpot_ms<50 if tp=1"；可重複。有目標'
        "未達到時結束代碼為 1。"
    ),
    "bench.dialect": "同時按其他工具的定義報告：vllm、guidellm、aiperf 或 mlperf；可重複。",
    "bench.save_result": "儲存 vLLM 格式的 JSON 檔案，並在旁邊儲存含全部資料的目錄。",
    "bench.save_detailed": "另外儲存逐個請求的陣列和文字。",
    "bench.append_result": "JSON 檔案已存在時附加一行。",
    "result_dir": "儲存結果的目錄。",
    "bench.result_filename": (
        "JSON 檔案的名稱。從不覆寫已有檔案，而是加上編號。（預設：由 backend、速率、模型和日期組成"
        "）"
    ),
    "bench.label": "要記錄的標籤；預設的檔名以它開頭。",
    "bench.metadata": "要記錄的 KEY=VALUE，例如 gpu=R9700。",
    "bench.workers": "傳送請求的處理程序數；一個約可處理 100,000 事件/s。",
    "bench.realtime": "在系統允許時以即時優先權執行用戶端。",
    "bench.calibration": (
        "將本次執行與主機的校準比較。沒有校準時，在儲存結果之後快速校準（僅一次，約 12 s）。"
    ),
    "bench.first_token_timeout": "首 token 在此秒數內沒有到達的請求記為失敗。",
    "bench.idle_timeout": "串流在此秒數內沒有動靜的請求記為失敗。",
    "bench.request_timeout": (
        "總時間超過此秒數的請求記為失敗。（預設：取自 AIOHTTP_TIMEOUT，否則為 21600）"
    ),
    "bench.connect_timeout": "在此秒數內沒有建立的連線記為失敗。",
    "bench.request_id_prefix": "每個 X-Request-Id 標頭的前綴。（預設：由種子得出）",
    "bench.disable_tqdm": "不顯示進度列。",
    "bench.allow_invalid": "即使判定為 INVALID，結束代碼也為 0。",
    "bench.telemetry": "執行期間取樣加速卡、本機和伺服器的指標頁。",
    "bench.monitor": "伺服器在另一台主機上時，那台主機上 `inferometer monitor --serve` 的位址。",
    "bench.cards": (
        "伺服器所用加速卡的 PCI 位址，以逗號分隔。"
        "本機還有其他加速卡時，計算能耗需要它（預設：全部）。"
    ),
    "bench.idle_seconds": "執行之前不送請求的秒數，至少 10，用來測量加速卡的閒置功耗；0 表示不測。",
    "bench.price": "部署的價格，幣別不限：2.5/h；或按用電 0.12/kWh，PUE 為 1.3 時寫 0.12/kWh*1.3。",
    "bench.config": "硬體組態，例如 A、B 或 C：執行測試任務中與它、--model 和 --tp 相符的測試。",
    "bench.tp": "該測試的張量平行數。",
    "bench.campaign": "包含該測試的測試計畫檔或預設集。（預設：所有預設集）",
    "run": (
        "執行測試任務；同樣的命令可從中斷處繼續。\n\n已完成的測試點會跳過。失敗和 INVALID 的測試"
        "點，以及檔案遺失或已改變的測試點，會重新測量。測試點由其設定和伺服器位址確定；設定不同的結"
        "果絕不混用。\n\nNUM_PROMPTS_START 和 NUM_PROMPTS_END 限制所列的 num_prompts；"
        "VLLM_SERVER_URL 取代所有伺服器的位址。用到這些變數時，執行開始和結束都會提示。"
        "\n\n結束代碼：每個測試點"
        "都有 VALID 或 SUSPECT 的結果（使用 --allow-invalid 時為任何結果）且目標全部達到時為 0，否"
        "則為 1；測試計畫檔有誤或執行無法繼續時為 2；被中斷時為 130。"
    ),
    "plan": (
        "顯示測試任務將做什麼：測試組、測試點、token 數、伺服器命令、時間和進度。\n\n不連線任何伺服"
        "器，也不寫任何檔案。NUM_PROMPTS_START 和 NUM_PROMPTS_END 限制所列的 num_prompts；"
        "VLLM_SERVER_URL 取代所有伺服器的位址。"
    ),
    "campaign": "測試計畫檔，或預設集的名稱。",
    "only": "只包括這些測試組或測試點；可重複。",
    "sets": "更改一項設定，例如 load.num_warmups=4；可重複。",
    "quick": "少量測試點、少量請求；結果儲存到單獨的目錄。",
    "embedded": "以內建引擎為伺服器進行演練；結果儲存到單獨的目錄。",
    "fitted": "`inferometer fit` 產生的設定檔，用於該卡的孿生引擎；可重複。",
    "interleave": "在測試任務的各伺服器之間交替，A B C、C B A、……，貫穿各次重複。",
    "run.dry_run": "只顯示計畫後結束，與 `plan` 相同。",
    "run.allow_invalid": "把 INVALID 的結果也視為已完成。",
    "run.telemetry": "執行期間取樣加速卡、本機和伺服器的指標頁。",
    "run.monitor": "伺服器在另一台主機上時，那台主機上 `inferometer monitor --serve` 的位址。",
    "run.price": "部署的價格，幣別不限：2.5/h；或按用電 0.12/kWh，PUE 為 1.3 時寫 0.12/kWh*1.3。",
    "run.calibration": (
        "將測試點與主機的校準比較。沒有校準時，在第一個測試點之前快速校準（僅一次，約 12 s）。"
    ),
    "simulate": (
        "在孿生引擎上以虛擬時間執行測試任務：檔案與 `run` 相同，註明是模擬結果。\n\n測試任務或"
        "其硬體所指定的卡（`twin: r9700`）的孿生引擎取代每個伺服器，以本機能達到的最快速度算出"
        "真實伺服器的時間。不需要 GPU。中斷後，再次執行同樣的指令即可繼續。\n\n檔案儲存在名稱以"
        " -simulated 結尾的單獨目錄中；由它們得出的一切都註明是模擬結果，並非實測：docs/twin.md"
        "。\n\n每個延遲與吞吐量都附有孿生引擎誤差的 90% 區間：取自 --fitted 的設定檔，否則與未擬合"
        "的卡一樣寬。\n\n結束代碼：每個測試點都有 VALID 或 SUSPECT 的結果（使用 --allow-invalid 時"
        "為任何"
        "結果）且 --assert 的目標全部達到時為 0，否則為 1；測試計畫檔有誤或沒有指定卡時為 2；被"
        "中斷時為 130。"
    ),
    "simulate.telemetry": "記錄模擬的卡和伺服器的讀數。",
    "simulate.allow_invalid": "把 INVALID 的結果也視為已完成。",
    "simulate.price": (
        "部署的價格，幣別不限：2.5/h；或按用電 0.12/kWh，PUE 為 1.3 時寫 0.12/kWh*1.3。"
    ),
    "plan.points": "列出每個測試點及其結果檔。",
    "presets": (
        "列出 inferometer 內附的測試任務。\n\n執行：inferometer run NAME\n\n查看計畫：inferometer "
        "plan NAME\n\n改寫：inferometer presets show NAME > mine.yaml；編輯它；inferometer run "
        "mine.yaml"
    ),
    "presets.show": "列印預設集的 YAML 檔案，可複製後編輯。",
    "presets.show.name": "`inferometer presets` 列出的名稱。",
    "presets.schema": "列印測試計畫檔的 JSON Schema，供編輯器補全和檢查。",
    "report": (
        "把所有測試點寫成一個 HTML 檔案：摘要、資料瀏覽、圖表、環境和方法。\n\n檔案自帶資料，不載入"
        "任何外部內容，無需網路即可開啟。其中會列出無法讀取的檔案。\n\n結束代碼：檔案已寫入時為 0；"
        "--assert 的目標未達到時為 1；沒有寫入檔案時為 2。"
    ),
    "report.sources": "結果目錄、執行目錄，或任何已知工具的結果檔。",
    "report.output": "要寫的 HTML 檔案；已有的檔案會被覆寫。",
    "report.language": "頁面和 Markdown 表格的語言。",
    "report.title": "頁面的標題。",
    "ratings": "評級限值的 YAML 檔案，例如 mean_ttft_ms: [100, 200, 500]。",
    "report.figures": "另外把圖寫到此目錄，格式為 PNG 和 SVG。",
    "report.markdown": "另外寫一個 Markdown 表格；- 表示列印出來。",
    "report.csv": "另外寫一個 CSV 檔案，每個測試點一列；- 表示列印出來。",
    "report.dcu_csv": "另外寫一個 CSV 檔案，各欄與 DCU 指南的腳本相同；- 表示列印出來。",
    "report.excel": "另外寫一個 Excel 活頁簿：測試點、請求、環境。",
    "report.parquet": "另外把測試點、請求和環境寫成 Parquet 檔案。",
    "compare": (
        "比較兩組結果：哪些差異超出了偶然和漂移？\n\n設定相同的測試點配成對；設定相同的執行視為重"
        "複。每個指標為更快、更慢、差異不超過 --delta，或尚無定論。至多 5% 的比較會誤報「更快」或"
        "「更慢」。交替執行（A B B A）可抵消漂移；對其他執行則留出 --drift 的餘量。\n\n使用 "
        "--pcie 時，A 和 B 是最窄和最寬的 pcie_width，或 --by config=B,C 的兩個值（窄的在前），無論"
        "代價多大結束代碼都為 0。\n\n結束代碼：沒有變慢時為 0；有變慢時為 1（使用 --fail-on "
        "undecided 時，彙總中有尚無定論的指標也為 1）；沒有可比較的內容時為 2。"
    ),
    "compare.sources": (
        "任何已知工具的結果檔，或結果目錄、執行目錄：兩個；使用 --by 或 --pcie 時個數不限。"
    ),
    "compare.by": "比較一個條件的兩個值，例如 engine=vllm,sglang 或 config=B,C。",
    "compare.where": "只使用具有此值（或其中之一）的測試點：tp=1,2；可重複。",
    "compare.metric": "要比較的指標，例如 p99_ttft_ms；可重複。",
    "compare.delta": "不超過此值的差異視為沒有差異。",
    "compare.drift": "為沒有交替的執行之間的漂移留出的餘量。",
    "compare.pcie": "顯示窄的 PCIe 鏈路在各負載下的代價，並扣除 TP=1 時的差異。",
    "compare.points": "顯示全部測試點。",
    "compare.allow_invalid": "也使用 INVALID 的結果。",
    "compare.fail_on": "哪些結果使結束代碼為 1；`undecided` 也包括 `slower`。",
    "compare.json": "把完整的比較寫到此檔案。",
    "compare.markdown": "把表格寫到此檔案。",
    "collect": (
        "把結果目錄打包成 tar 封存檔，以便與其他機器的結果合併。\n\n封存檔包含全部結果，但不含伺服"
        "器日誌。測試任務可以仍在執行；已完成的測試點會被收集。\n\n結束代碼：全部收集時為 0；有結果"
        "未收集或帳本損壞時為 1（封存檔仍會寫入）；沒有寫入封存檔時為 2。"
    ),
    "collect.directory": "結果目錄，例如 bench_results/pcie。",
    "collect.output": "要寫的封存檔。",
    "merge": (
        "把多台機器的結果合併到一個新目錄，測試任務可在其中繼續。\n\n結束代碼：全部合併時為 0；有測"
        "試點被重複測量或有結果未合併時為 1（逐一列出，其餘照常合併）；沒有合併任何內容時為 2。"
    ),
    "merge.sources": "`collect` 產生的封存檔，或結果目錄。",
    "merge.output": "要建立的目錄。",
    "backends": "列出 `bench --backend` 的可用值，以及各介面格式支援什麼。",
    "datasets": "列出 `bench --dataset-name` 的可用值，以及各資料集的參數。",
    "markdown": "以 Markdown 列印表格。",
    "calibrate": (
        "測量用戶端在這台主機上的精度，以及能保持它的最大負載。\n\n該命令啟動一個只傳送事件並記錄各"
        "事件送出時刻的伺服器。用戶端以逐步增加的負載測量它，所用的處理程序、優先權和時間戳與任何執"
        "行相同；然後比較兩份記錄。TTFT 和 ITL 誤差的 p99 不超過 --target-ms 的負載為達標。上限是達"
        "標的最高負載：按事件/s、請求/s（且各請求在到期 1 ms 之內送出，p99）和並行串流數分別給"
        "出。\n\n伺服器與用戶端共用這台主機的 CPU 核心，因此測得的上限只會偏低；標有 ≥ 的還沒有測到"
        "頭。期間請讓主機保持閒置。\n\n校準儲存在 ~/.local/state/inferometer/calibrations 或 "
        "INFEROMETER_CALIBRATION_DIR 中。`bench` 和 `run` 會說明每次執行用到了上限的多少，超出的標"
        "為 SUSPECT。沒有校準時會快速校準：`bench` 在儲存結果之後，`run` 在第一個測試點之前。"
        "用 --no-calibration 或 INFEROMETER_CALIBRATION=off 可關閉。"
        "\n\n如果其他程式占用了超過 10% 的 "
        "CPU 核心並造成干擾，或最小的負載也未達標，校準不會儲存。\n\n結束代碼：已儲存時為 0；失敗或"
        "無法儲存時為 2；被中斷時為 130。"
    ),
    "calibrate.workers": "用戶端處理程序數，與 `bench` 相同；每個數目各有自己的校準。",
    "calibrate.quick": "約用 12 s 而不是一分鐘；沒有校準的執行就是這樣做的。",
    "calibrate.realtime": "在允許時以即時優先權執行用戶端，與 `bench` 相同。",
    "calibrate.target_ms": "TTFT 和 ITL 可接受的最大 p99 誤差（ms）；它決定上限。",
    "calibrate.directory": "儲存校準的目錄。（預設：各次執行查找的位置）",
    "calibrate.as_json": "只以 JSON 列印校準。",
    "panel.Look at the machine": "查看機器",
    "monitor": (
        "顯示加速卡、它們的 PCIe 鏈路和這台主機。\n\n無法讀取的值顯示為 –，並給出原因。Ctrl-C 結束"
        "。"
    ),
    "monitor.once": "列印一個樣本後結束。",
    "monitor.json": "以 JSON 列印樣本，每行一個：每個欄位都帶單位，以及值或遺失的原因。",
    "monitor.base_url": ("伺服器位址；同時顯示它自己的 metrics 頁面。"),
    "monitor.csv": ("把樣本附加到這個 CSV 檔案：每張卡、主機和伺服器各一列。"),
    "monitor.parquet": ("把樣本附加到這個 Parquet 檔案。"),
    "monitor.serve": (
        "透過 HTTP 提供樣本，供另一台主機上的 `--monitor URL` 讀取。"
    ),
    "monitor.host": (
        "--serve 監聽的位址；除本機迴環位址外，都必須在 INFEROMETER_MONITOR_TOKEN 中設定權杖。"
    ),
    "monitor.port": ("--serve 監聽的連接埠；0 表示自動選擇空閒連接埠。"),
    "monitor.interval": "兩個樣本之間的秒數。",
    "monitor.root": "包含 sys、proc 和 dev 的目錄；指定 / 以外的目錄可顯示複製來的檔案。",
    "bench.hf_name": "--dataset-path 是某個資料集的副本時，它在 hub 上的 ID。",
    "bench.bfcl_categories": "函式呼叫的類別。（預設：simple,live_simple,multiple）",
    "bench.blazedit_min_distance": "採用的最小編輯幅度，0 到 1。（預設：不限）",
    "bench.blazedit_max_distance": "採用的最大編輯幅度，0 到 1。（預設：不限）",
    "bench.asr_min_audio_len_sec": "採用的錄音最短秒數。（預設：不限）",
    "bench.asr_max_audio_len_sec": "採用的錄音最長秒數。（預設：不限）",
    "bench.spec_bench_output_len": "最大輸出長度（token）。（預設：256）",
    "bench.spec_bench_category": "只使用此類別。（預設：全部）",
    "bench.speed_bench_dataset_subset": "子集，決定所用的檔案。（預設：qualitative）",
    "bench.speed_bench_output_len": "最大輸出長度（token）。（預設：4096）",
    "bench.speed_bench_category": "只使用此類別。（預設：全部）",
    "bench.self_timed": "按 trace 中的時刻傳送請求。（timed_trace 預設如此）",
    "bench.timed_trace_chunk_hash_size": "每個 hash ID 代表的 token 數。（預設：16）",
    "bench.timed_trace_sec_multiplier": "時間戳一個單位的秒數。（預設：1）",
    "bench.timed_trace_label_timestamp": "時間戳的欄位名稱。（預設：timestamp）",
    "bench.timed_trace_label_input_length": "輸入長度的欄位名稱。（預設：input_length）",
    "bench.timed_trace_label_output_length": "輸出長度的欄位名稱。（預設：output_length）",
    "bench.timed_trace_label_hash_ids": "hash ID 的欄位名稱。（預設：hash_ids）",
    "bench.random_mm_num_mm_items_range_ratio": (
        "圖片數在 n(1-r) 到 n(1+r) 之間變化。（預設：不變）"
    ),
    "bench.random_mm_limit_mm_per_prompt": "每個請求的圖片數上限，寫作 '{\"image\": 3}'。",
    "bench.random_mm_bucket_config": (
        "各圖片大小的占比，寫作 '{(高, 寬, 1): 0.7, (256, 256, 1): 0.3}'。"
    ),
    "bench.skip_chat_template": "原樣傳送檔案中的輸入；不加此參數也是如此。",
    "bench.chat_template_kwargs": "傳給聊天範本的 JSON 物件，由聊天介面的伺服器套用。",
    "bench.lora_assignment": (
        "請求如何分配轉接器：round-robin 輪流，random 隨機。（預設：round-robin）"
    ),
    "single": "只測量一級：同時進行這麼多請求。",
    "min_concurrency": "最低一級。（預設：1）",
    "max_concurrency": "最高一級。",
    "step": "相鄰兩級之間的差。（預設：1）",
    "input_len": "輸入長度（token）。",
    "output_len": "輸出長度（token）。",
    "num_prompts": "每一級要測量的請求數。",
    "engine": (
        "執行一個時序已知的伺服器：提供 vLLM 等的 API，但沒有模型。\n\n讓任何用戶端連線它列印的 URL"
        "；Ctrl-C 停止。每個回答的長度與請求完全一致，一個詞即一個 token。\n\n第一個事件在請求被接"
        "納之後 TTFT + prefill × 輸入 token 數 / 1000 送出，其餘按 ITL + growth ×（執行中的請求數 "
        "- 1）的間隔送出。"
        "\n\n加上 --twin 則改為模擬某張卡上的 vLLM：見 docs/twin.md。"
    ),
    "engine.ttft_ms": "到第一個事件的時間（ms）。",
    "engine.itl_ms": "單一請求的事件間隔（ms）。",
    "engine.tokens_per_event": "每個事件的 token 數。",
    "engine.jitter": "各時間的相對標準差；0.1 即 10%。",
    "engine.max_num_seqs": "最大並行請求數；其餘排隊。",
    "engine.itl_growth_ms": "每多一個執行中的請求，ITL 增加的量（ms）。",
    "engine.prefill_ms_per_1k_tokens": "每 1000 個輸入 token，TTFT 增加的量（ms）。",
    "engine.max_model_len": "輸入加輸出的最大長度（token）。",
    "engine.seed": "抖動和故障的隨機種子。",
    "engine.twin": (
        "以此卡模擬 vLLM："
        "排程、KV 快取和每一步的時間都由模型算出；結果是模擬值，不是實測。"
    ),
    "engine.model_profile": "孿生引擎所執行模型的設定檔名稱。",
    "engine.stack": "引擎設定檔名稱：版本，以及用 eager 還是 CUDA 圖。",
    "engine.host_profile": "主機設定檔名稱：CPU 每層的開銷。",
    "engine.tp": "張量平行的卡數。",
    "engine.link": "卡間互連，如 pcie4x8、pcie5x16-nop2p、nvlink4。",
    "engine.gpu_memory_utilization": "顯示記憶體中可用的比例。",
    "engine.max_num_batched_tokens": "每一步最多的 token 數。",
    "engine.num_gpu_blocks_override": "KV 區塊數，取自真實引擎的日誌。",
    "engine.enable_prefix_caching": "前綴快取。",
    "engine.no_enable_prefix_caching": "關閉前綴快取（與 vLLM 一樣預設啟用）。",
    "engine.speed": "模型時間與實際時間之比；10 即快 10 倍。",
    "fit": (
        "用測試結果擬合孿生引擎的設定檔，每個係數給出區間。\n\n孿生引擎依用戶端當時的送出方式，在"
        "虛擬時間裡重演各測試點，並選擇係數使 TPOT、吞吐和 TTFT 與實測相符。結果無法決定的係數會"
        "被指出，其區間也較寬。以 `inferometer engine --fitted` 使用該設定檔。\n\n結束代碼：已寫"
        "出設定檔且能描述這些結果為 0，已寫出但不能描述為 1，未寫出為 2。"
    ),
    "fit.results": "任何已知工具的結果檔案，或結果目錄、執行目錄。",
    "fit.output": "要寫出的設定檔（YAML）。",
    "fit.twin": "受測卡的設定檔名稱。",
    "fit.stack": "受測引擎的設定檔名稱。",
    "fit.host_profile": "主機設定檔名稱。",
    "fit.model_profile": "模型設定檔名稱。",
    "fit.tp": "張量平行的卡數。",
    "fit.link": "卡間互連。",
    "fit.gpu_memory_utilization": "伺服器的 --gpu-memory-utilization。",
    "fit.max_model_len": "伺服器的 --max-model-len。",
    "fit.max_num_batched_tokens": "伺服器的 --max-num-batched-tokens。",
    "fit.max_num_seqs": "伺服器的 --max-num-seqs。",
    "fit.num_gpu_blocks_override": "伺服器日誌中的 KV 區塊數。",
    "fit.enable_prefix_caching": "伺服器是否啟用前綴快取。",
    "fit.factor": (
        "要擬合的係數；可重複，最多 4 個：weights、attention、compute、prompt-attention、host、"
        "requests、intake、link。"
    ),
    "fit.prompts": (
        "各點在同一伺服器上是否使用相同的輸入：`shared` 為相同，如種子固定的 `vllm bench serve`；"
        "`own` 為每點都不同；`auto` 依工具判斷。"
    ),
    "fit.ladder_step": (
        "結果是從一組階梯測試中挑出的，原來每一級比前一級多 N 個請求。"
    ),
    "engine.fitted": (
        "`inferometer fit` 產生的設定檔，須針對此卡、引擎和主機。"
    ),
    "panel.Simulate": "模擬",
    "capacity": (
        "在購買機器之前，找出能在目標內承擔某負載的部署。\n\n孿生引擎為每種卡、張量平行數、互連和"
        "引擎設定模擬一個副本及其應承擔的負載，並找出達到目標所需的最少副本數。所有數值都是模擬結"
        "果，附 90% 區間；最佳候選附有實測指令。功率只是估計，沒有依實測擬合過。"
        "\n\n結束代碼：有部署達到或"
        "可能達到目標為 0，沒有為 1，用法錯誤為 2。"
    ),
    "capacity.card": "要考慮的卡；可重複。",
    "capacity.model_profile": "模型設定檔名稱。",
    "capacity.input_len": "輸入 token 數。",
    "capacity.output_len": "輸出 token 數。",
    "capacity.request_rate": "所有副本合計的每秒請求數。",
    "capacity.max_concurrency": "所有副本合計的並行請求數。",
    "capacity.assert_": "要達到的目標，如 'p99_ttft_ms < 300'；可重複。",
    "capacity.max_cards": "一個部署最多用的卡數。",
    "capacity.tp": "要考慮的張量平行數；可重複。",
    "capacity.stack": "引擎設定檔名稱。",
    "capacity.host_profile": "主機設定檔名稱。",
    "capacity.link": "要考慮的卡間互連；可重複。",
    "capacity.max_model_len": "引擎的 --max-model-len。",
    "capacity.max_num_batched_tokens": "要考慮的引擎設定；可重複。",
    "capacity.max_num_seqs": "要考慮的引擎設定；可重複。",
    "capacity.fitted": (
        "`inferometer fit` 產生的設定檔，用於卡、引擎和主機都相符的部署；可重複。（預設：區間較寬"
        "）"
    ),
    "capacity.price": "一張卡每小時的價格，幣別不限；可重複。",
    "capacity.prefix_len": "所有輸入開頭相同的 token 數；--input-len 已包含它們。",
    "capacity.limits": (
        "找出每個部署從多大負載起達不到目標，以及從多大負載起 KV 快取用到一半和用滿。"
    ),
    "capacity.figure": "把答案畫成圖，寫入該檔案（.svg 或 .png）。",
    "capacity.as_json": "輸出 JSON。",
    "engine.host": "監聽的位址；預設只能從本機存取。",
    "engine.port": "監聽的連接埠；0 表示選一個閒置的。",
    "engine.model": "API 中的模型名稱。",
    "engine.backend": "介面格式，與 `bench` 相同；可重複。（預設：與 vLLM 相同）",
    "engine.api_key": "/v1 介面要求的 API 金鑰。",
    "engine.refuse_field": (
        "以 HTTP 400 拒絕的請求欄位，如 ignore_eos；可多次指定。"
    ),
    "engine.faults": (
        "要注入的故障：名稱加 :比例、#請求、@事件，例如 stall:0.01,reset:0.02@5,http-503#200+。"
        "`--faults help` 列出全部。"
    ),
    "engine.truth": "記錄每個事件的真實時刻，結束時寫入此 .npz 檔案（也可從 GET /truth 取得）。",
    "demo": "測量內建引擎，並與引擎自己的記錄比較。",
    "setup": (
        "列出本機測量所需的東西：已有的、缺少的，以及如何取得。\n\n未經確認不會安裝任何東西。"
        "結束代碼：必需的都有為 0，缺少必需的為 1；選用的不計。"
    ),
    "setup.yes": "不再詢問，直接執行只影響自身環境的指令；帶 sudo 的指令絕不執行。",
    "cleanup": (
        "列出被中止的執行在本機留下的東西，確認後刪除。\n\n只處理能確認屬於 inferometer 和目"
        "前使用者的東西：孤兒行程、暫存目錄、測試任務的容器。結果絕不刪除。結束代碼：沒有遺留為 0"
        "，有遺留為 1。"
    ),
    "cleanup.yes": "不再詢問，直接刪除列出的東西。",
    "doctor": (
        "測量前檢查主機、加速卡、PCIe 鏈路、容器、用戶端和伺服器。\n\n不做任何修改。使用者名"
        "稱、主機名稱、位址、序號、金鑰和變數的值都會隱去，輸出可以直接貼出。結束代碼：最多只"
        "有提示為 0，有警告為 1，有故障為 3。"
        "使用 --expect 時：全部通過為 0，有未核實項為 1，有不通過項為 3。"
    ),
    "doctor.root": "包含 sys、proc、dev 和 etc 的目錄；指定 / 以外的目錄可讀取複製來的檔案。",
    "doctor.base_url": "同時檢查這個正在執行的伺服器（預設：不檢查）。",
    "doctor.log": "解釋這份伺服器記錄的含義（預設：無）。",
    "doctor.everything": "顯示每項檢查的依據。",
    "doctor.json": "把全部內容輸出為一個 JSON 物件。",
    "doctor.expect": "與這份 machine.yaml 逐項比較（預設：無）。",
    "doctor.report": "同時把全部內容寫入此頁面：.html 或 .md（預設：無）。",
    "doctor.expect_template": "輸出一份描述本機的 machine.yaml 供修改，然後結束。",
    "doctor.fix": "以指令稿形式列出可能有用的指令，均不執行。",
}
"""By verb, by `verb.flag`, or by the flag alone where it means the same for every verb."""
