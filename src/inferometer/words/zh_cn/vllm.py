"""What becomes of flags of `vllm bench serve`, and where they mean something else, in Chinese."""

from __future__ import annotations

VLLM: dict[str, str] = {
    "flags.of_scripts": "{help}；其他脚本的参数见 docs/from-scripts.zh-CN.md",
    "vllm.aiohttp_timeout": (
        "AIOHTTP_TIMEOUT={seconds:g} 已用作 --request-timeout：超过该秒数的请求按失败计。"
    ),
    "vllm.here.same": "相同",
    "vllm.here.note": "提示",
    "vllm.here.refused": "不支持",
    "vllm.here.renamed": "{now} 的旧名",
    "vllm.openai_too": "它的服务器兼容 OpenAI API，请用 openai。",
    "vllm.note": "{flag} 在此不起作用：{why}。",
    "vllm.refused": "不支持 {flag}：{why}。",
    "vllm.renamed": "{flag} 是 {now} 的旧名，已按新名处理。",
    "vllm.trust-remote-code": "本工具不加载模型代码",
    "vllm.tokenizer-mode": "token 由服务器计数，或由 --tokenizer 指定的 tokenizer.json 计数",
    "vllm.skip-tokenizer-init": "未指定 --tokenizer 时本来就不加载分词器",
    "vllm.no-stream": "Hub 数据集始终以流式读取",
    "vllm.enable-multimodal-chat": "文本和图片始终放在同一条对话消息中发送",
    "vllm.custom-ensure-client-side-data": (
        "本地文件始终由客户端读取并随请求发送；网址则由服务器自行下载"
    ),
    "vllm.use-beam-search": (
        "vllm bench serve 也不会发送它；需要时请加 --extra-body '{{\"use_beam_search\": true}}'"
    ),
    "vllm.profile": (
        "性能分析器会拖慢被测服务器；只要分析、不要测量时，请自行调用 POST /start_profile"
    ),
    "vllm.plot-timeline": "用 --save-result 保存结果后，由 inferometer report 绘图",
    "vllm.timeline-itl-thresholds": "用 --save-result 保存结果后，由 inferometer report 绘图",
    "vllm.plot-dataset-stats": "用 --save-result 保存结果后，由 inferometer report 绘图",
    "vllm.log-config-file": "本工具不写日志，错误和提示直接打印",
    "vllm.logging-config": "本工具不写日志，错误和提示直接打印",
    "vllm.probe-request-rate": (
        "它会在被测负载之外增加请求；请另开一个终端，用 inferometer bench --request-rate RATE --o"
        "utput-len 1 发送"
    ),
    "vllm.random-batch-size": (
        "它用于向量化（embedding）和重排（rerank），这类任务不生成 token，而本工具只测生成"
    ),
    "vllm.no-reranker": "它用于重排（rerank），这类任务不生成 token，而本工具只测生成",
    "vllm.best-of": "一个提示词生成多个回答会改变负载，本工具只测单个回答；请去掉该参数",
    "vllm.embeddings": "向量化、池化和重排不生成 token，本工具只测生成。",
    "vllm.offline": "这是不启动服务器的 vLLM；测服务器请用 openai-chat。",
    "vllm.not_streamed": (
        "DeepSpeed-MII 的这种格式不支持流式输出；请启动它的 OpenAI 兼容服务，并使用 openai。"
    ),
    "vllm.custom_video": '请把视频写在数据行的 "video" 字段中，并使用 custom_image。',
    "vllm.no_template": "{flag} 需要 chat 后端（如 openai-chat），由其服务器套用对话模板。",
    "vllm.lora": (
        "LoRA 适配器按顺序轮流使用；vllm bench serve 为随机选取，对应此处的 --lora-assignment ran"
        "dom。"
    ),
    "vllm.burstgpt": (
        "按 trace 中的顺序使用所有模型的数据行；vllm bench serve 只随机抽取 GPT-4 的行。只用该模"
        "型请加 --trace-model GPT-4。"
    ),
    "vllm.template": (
        "提示词按文件原样发送；vllm bench serve 未加 --skip-chat-template 时会先套用模型的对话模"
        "板。需要由服务器套用时，请用 --backend openai-chat。"
    ),
    "vllm.sglang": (
        "请求发往 SGLang 自有的 /generate；benchmark_serving.py 发往 /v1/completions，对应此处的 "
        "--backend openai。SGLang 的 bench_serving 从 L*r 到 L 抽取随机长度；此处的 "
        "--random-range-ratio r 从 L(1-r) 到 L(1+r) 抽取，不指定时长度精确。"
    ),
    "vllm.queue_times": (
        "此处没有 client_queue_time 和 e2el_including_client_queue 两节。请求等待 --max-concurren"
        "cy 空位的时间见 JSON 文件中的 queue_times。"
    ),
    "vllm.only_warmups": "预热用完了文件中的所有数据行，没有可测的了：请减小 --num-warmups。",
    "vllm.here.called": "{now}",
    "vllm.called": "{flag} 在这里叫 {now}，已按它处理。",
    "vllm.chat_too": "它的服务器兼容 OpenAI 的对话 API，请用 openai-chat。",
    "vllm.sglang_native": "这是 SGLang 自有的 /generate，请用 sglang。",
    "vllm.trt": "这是 Triton 上的 TensorRT-LLM，请用 tensorrt-llm。",
    "vllm.random_ids": "random 的提示词本来就是长度精确的 token id，请用 random。",
    "vllm.shared_prefix": "请用 prefix_repetition，它的每组提示词共用一个前缀。",
    "vllm.mooncake": "请用 timed_trace，它可以回放 Mooncake 的 trace。",
    "vllm.random_mm": "请用 random-mm，它会生成图片。",
    "vllm.gsp-prompts-per-group": "请用 --num-prompts 给出请求总数：组数乘以每组的提示词数",
    "vllm.apply-chat-template": (
        "sharegpt 和 custom 的提示词改发到对话接口，由服务器套用模板"
    ),
    "vllm.chat_template": (
        "--apply-chat-template：请求改发到服务器的对话接口（{now}），由服务器套用模板；"
        "SGLang 的客户端则自己套用模板，再以文本发送。"
    ),
    "vllm.chat_template.chat": "--apply-chat-template 在此不起作用：对话接口本来就会套用模板。",
    "vllm.chat_template.other_data": (
        "--apply-chat-template 在此不起作用："
        "SGLang 的客户端只对 sharegpt 和 custom 的提示词套用模板。"
    ),
    "vllm.chat_template.endpoint": (
        "--apply-chat-template 需要服务器的对话接口，而 --endpoint 为 {path}；请去掉 --endpoint。"
    ),
    "vllm.disable-stream": "TTFT 和 ITL 要在流式输出中测量；请去掉该参数",
    "vllm.return-logprob": "请用 --logprobs N 给出个数",
    "vllm.prompt-suffix": "请把后缀直接写进文件的各行",
    "vllm.use-trace-timestamps": "请用 --dataset-name timed_trace，按 trace 的时间发送",
    "vllm.mooncake-slowdown-factor": "请用 --replay-speed：放慢 2 倍即速度 0.5",
    "vllm.image-count": "请用 --dataset-name random-mm 加 --random-mm-base-items-per-request",
    "vllm.random-image-num-images": (
        "请用 --dataset-name random-mm 加 --random-mm-base-items-per-request"
    ),
    "vllm.image-resolution": "请用 --dataset-name random-mm 加 --image-size 宽x高",
    "vllm.random-image-resolution": "请用 --dataset-name random-mm 加 --image-size 宽x高",
    "vllm.lora-request-distribution": "请用 --lora-assignment：round-robin 或 random",
    "vllm.flush-cache": (
        "未指定 --seed 时每次运行的提示词都是新的；要清空缓存，请在运行前调用 POST /flush_cache"
    ),
    "vllm.pd-separated": "请求照常发往路由，给出路由的地址即可",
    "vllm.tokenize-prompt": "后端支持时，长度精确的提示词本来就以 token id 发送",
    "vllm.api-key": "请把密钥放进环境变量 OPENAI_API_KEY，它不会写入磁盘",
    "vllm.stream": "回答始终是流式的",
    "vllm.print-error": "错误始终会计数并说明原因",
}
