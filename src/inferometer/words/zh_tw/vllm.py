"""What becomes of flags of `vllm bench serve`, and where they mean something else, in Taiwan."""

from __future__ import annotations

VLLM: dict[str, str] = {
    "flags.of_scripts": "{help}；其他指令碼的參數見 docs/from-scripts.zh-CN.md",
    "vllm.aiohttp_timeout": (
        "AIOHTTP_TIMEOUT={seconds:g} 已用作 --request-timeout：超過該秒數的請求視為失敗。"
    ),
    "vllm.here.same": "相同",
    "vllm.here.note": "提示",
    "vllm.here.refused": "不支援",
    "vllm.here.renamed": "{now} 的舊名",
    "vllm.openai_too": "它的伺服器相容於 OpenAI API，請用 openai。",
    "vllm.note": "{flag} 在此沒有作用：{why}。",
    "vllm.refused": "不支援 {flag}：{why}。",
    "vllm.renamed": "{flag} 是 {now} 的舊名，已依新名處理。",
    "vllm.trust-remote-code": "本工具不會載入模型的程式碼",
    "vllm.tokenizer-mode": "token 由伺服器計數，或由 --tokenizer 指定的 tokenizer.json 計數",
    "vllm.skip-tokenizer-init": "未指定 --tokenizer 時原本就不會載入斷詞器",
    "vllm.no-stream": "Hub 資料集一律以串流方式讀取",
    "vllm.enable-multimodal-chat": "文字與圖片一律放在同一則對話訊息中送出",
    "vllm.custom-ensure-client-side-data": (
        "本機檔案一律由用戶端讀取並隨請求送出；網址則由伺服器自行下載"
    ),
    "vllm.use-beam-search": (
        "vllm bench serve 也不會送出它；需要時請加 --extra-body '{{\"use_beam_search\": true}}'"
    ),
    "vllm.profile": (
        "效能分析器會拖慢受測伺服器；若只要分析而不量測，請自行呼叫 POST /start_profile"
    ),
    "vllm.plot-timeline": "以 --save-result 儲存結果後，由 inferometer report 繪圖",
    "vllm.timeline-itl-thresholds": "以 --save-result 儲存結果後，由 inferometer report 繪圖",
    "vllm.plot-dataset-stats": "以 --save-result 儲存結果後，由 inferometer report 繪圖",
    "vllm.log-config-file": "本工具不寫記錄檔，錯誤與提示直接印出",
    "vllm.logging-config": "本工具不寫記錄檔，錯誤與提示直接印出",
    "vllm.probe-request-rate": (
        "它會在受測負載之外增加請求；請另開終端機，以 inferometer bench --request-rate RATE --out"
        "put-len 1 送出"
    ),
    "vllm.random-batch-size": (
        "它用於向量化（embedding）與重排（rerank），這類工作不產生 token，而本工具只量測生成"
    ),
    "vllm.no-reranker": "它用於重排（rerank），這類工作不產生 token，而本工具只量測生成",
    "vllm.best-of": "一個提示詞產生多個回答會改變負載，本工具只量測單一回答；請移除此參數",
    "vllm.embeddings": "向量化、池化與重排不產生 token，本工具只量測生成。",
    "vllm.offline": "這是不啟動伺服器的 vLLM；量測伺服器請用 openai-chat。",
    "vllm.not_streamed": (
        "DeepSpeed-MII 的這種格式不支援串流輸出；請啟動它的 OpenAI 相容服務，並使用 openai。"
    ),
    "vllm.custom_video": '請將影片寫在資料列的 "video" 欄位中，並使用 custom_image。',
    "vllm.no_template": "{flag} 需要 chat 後端（如 openai-chat），由其伺服器套用對話範本。",
    "vllm.lora": (
        "LoRA 轉接器依序輪流使用；vllm bench serve 為隨機選取，對應此處的 --lora-assignment rando"
        "m。"
    ),
    "vllm.burstgpt": (
        "依 trace 的順序使用所有模型的資料列；vllm bench serve 只隨機抽取 GPT-4 的資料列。只用該"
        "模型請加 --trace-model GPT-4。"
    ),
    "vllm.template": (
        "提示詞依檔案原樣送出；vllm bench serve 未加 --skip-chat-template 時會先套用模型的對話範"
        "本。若要由伺服器套用，請用 --backend openai-chat。"
    ),
    "vllm.sglang": (
        "請求送往 SGLang 自有的 /generate；benchmark_serving.py 送往 /v1/completions，對應此處的 "
        "--backend openai。SGLang 的 bench_serving 從 L*r 到 L 抽取隨機長度；此處的 "
        "--random-range-ratio r 從 L(1-r) 到 L(1+r) 抽取，未指定時長度精確。"
    ),
    "vllm.queue_times": (
        "此處沒有 client_queue_time 與 e2el_including_client_queue 兩節。請求等待 --max-concurren"
        "cy 空位的時間見 JSON 檔中的 queue_times。"
    ),
    "vllm.only_warmups": "暖機用完了檔案中的所有資料列，沒有可量測的了：請減少 --num-warmups。",
    "vllm.here.called": "{now}",
    "vllm.called": "{flag} 在這裡稱為 {now}，已依它處理。",
    "vllm.chat_too": "它的伺服器相容於 OpenAI 的對話 API，請用 openai-chat。",
    "vllm.sglang_native": "這是 SGLang 自有的 /generate，請用 sglang。",
    "vllm.trt": "這是 Triton 上的 TensorRT-LLM，請用 tensorrt-llm。",
    "vllm.random_ids": "random 的提示詞原本就是長度精確的 token id，請用 random。",
    "vllm.shared_prefix": "請用 prefix_repetition，它的每組提示詞共用一個前綴。",
    "vllm.mooncake": "請用 timed_trace，它可以重播 Mooncake 的 trace。",
    "vllm.random_mm": "請用 random-mm，它會產生圖片。",
    "vllm.gsp-prompts-per-group": "請用 --num-prompts 給出請求總數：組數乘以每組的提示詞數",
    "vllm.apply-chat-template": (
        "sharegpt 與 custom 的提示詞改送到對話介面，由伺服器套用範本"
    ),
    "vllm.chat_template": (
        "--apply-chat-template：請求改送到伺服器的對話介面（{now}），由伺服器套用範本；"
        "SGLang 的用戶端則自行套用範本，再以文字送出。"
    ),
    "vllm.chat_template.chat": "--apply-chat-template 在此沒有作用：對話介面本來就會套用範本。",
    "vllm.chat_template.other_data": (
        "--apply-chat-template 在此沒有作用："
        "SGLang 的用戶端只對 sharegpt 與 custom 的提示詞套用範本。"
    ),
    "vllm.chat_template.endpoint": (
        "--apply-chat-template 需要伺服器的對話介面，而 --endpoint 為 {path}；請去掉 --endpoint。"
    ),
    "vllm.disable-stream": "TTFT 與 ITL 要在串流輸出中量測；請去掉該參數",
    "vllm.return-logprob": "請用 --logprobs N 給出個數",
    "vllm.prompt-suffix": "請把後綴直接寫進檔案的各列",
    "vllm.use-trace-timestamps": "請用 --dataset-name timed_trace，依 trace 的時間送出",
    "vllm.mooncake-slowdown-factor": "請用 --replay-speed：放慢 2 倍即速度 0.5",
    "vllm.image-count": "請用 --dataset-name random-mm 加 --random-mm-base-items-per-request",
    "vllm.random-image-num-images": (
        "請用 --dataset-name random-mm 加 --random-mm-base-items-per-request"
    ),
    "vllm.image-resolution": "請用 --dataset-name random-mm 加 --image-size 寬x高",
    "vllm.random-image-resolution": "請用 --dataset-name random-mm 加 --image-size 寬x高",
    "vllm.lora-request-distribution": "請用 --lora-assignment：round-robin 或 random",
    "vllm.flush-cache": (
        "未指定 --seed 時每次執行的提示詞都是新的；要清空快取，請在執行前呼叫 POST /flush_cache"
    ),
    "vllm.pd-separated": "請求照常送往路由，給出路由的位址即可",
    "vllm.tokenize-prompt": "後端支援時，長度精確的提示詞原本就以 token id 送出",
    "vllm.api-key": "請把金鑰放進環境變數 OPENAI_API_KEY，它不會寫入磁碟",
    "vllm.stream": "回答一律以串流送出",
    "vllm.print-error": "錯誤一律會計數並說明原因",
}
