"""The help of every verb and flag, in Simplified Chinese.

In English it stands beside each flag.
"""

from __future__ import annotations

HELP: dict[str, str] = {
    "app": "测量大语言模型推理服务的性能，并判断每个数值是否可信。",
    "app.start": "先看 `inferometer bench --help`。没有 GPU 也可以试：`inferometer demo`。",
    "app.version": "显示版本并退出。",
    "app.lang": "输出所用的语言，也可写在子命令之后（默认：由 locale 决定）。",
    "help": "显示本帮助并退出。",
    "typed.NoSuchOption": "没有选项 {option}{near}",
    "typed.near": "（相近的选项：{near}）",
    "typed.UsageError": "用法有误：{message}",
    "typed.MissingParameter": "缺少 {hint}",
    "typed.BadParameter": "{hint} 的值无效：{message}",
    "typed.BadParameter.alone": "值无效：{message}",
    "typed.BadOptionUsage": "选项 {option} 的用法有误：{message}",
    "cell.server": "服务器",
    "cell.posts to": "请求路径",
    "cell.prompts": "输入",
    "cell.their length": "输入长度",
    "cell.output length": "输出长度",
    "cell.output tokens": "输出 token 数",
    "cell.cannot carry": "不支持",
    "cell.any with OpenAI's completions": "任何支持 OpenAI completions 的服务器",
    "cell.any with OpenAI's chat": "任何支持 OpenAI chat 的服务器",
    "cell.token ids, text": "token ID、文本",
    "cell.messages, text": "消息、文本",
    "cell.recordings": "录音",
    "cell.all but rows with a recording": "除带录音的数据行以外的一切",
    "cell.text": "文本",
    "cell.exact": "精确",
    "cell.about": "近似",
    "cell.at most": "至多",
    "cell.the server's count": "服务器计数",
    "cell.one an event": "每事件一个",
    "cell.by request": "按请求选择",
    "cell.no": "不支持",
    "cell.nothing": "无",
    "cell.`sessions` of a file, `random-mm`, pictures and tools of rows": (
        "文件中的 `sessions`、`random-mm`、数据行中的图片和工具"
    ),
    "cell.TensorRT-LLM on Triton": "Triton 上的 TensorRT-LLM",
    "cell.lengths": "长度",
    "cell.flags": "参数",
    "cell.as asked": "按指定",
    "cell.as in the file": "按文件",
    "data.random": "随机 token 组成的输入，长度精确",
    "data.sharegpt": "录制对话的第一轮问答，过滤规则与 `vllm bench serve` 相同",
    "data.sonnet": (
        "从一篇文本中抽取若干行作为输入：前 `prefix_len` 个 token 共享，总长至多 `input_len`"
    ),
    "data.hf": "数据集的行，经 `datasets` 库取自 hub 或本地目录",
    "data.custom": (
        "JSON Lines 文件（或 JSON 数组）中的输入：文本、token ID、消息或指令；可带工具和图片"
    ),
    "data.prefix_repetition": (
        "随机输入，由 `num_prefixes` 个前缀之一加各自的后缀组成：命中率事先已知"
    ),
    "data.burstgpt": "随机输入，长度取自录制的 trace；也可采用其到达时刻（`replay_speed`）",
    "data.sessions": "多轮对话：上一轮得到回答后发送下一轮，并带上此前的全部内容",
    "data.random-mm": "随机文本的聊天，附带生成的图片",
    "about.custom": "对正在运行的服务器逐级增加并发；供修改使用",
    "about.dcu-batch": (
        "批量 1 到 64 个请求，512/512 和 1024/1024，八块海光 DCU（DeepSeek-R1 AWQ，TP=8）"
    ),
    "about.dcu-scenarios": (
        "一块海光 DCU 上的四种场景：短 x1-32、中 x1-64、长 x1-16、压力 x1-512（DeepSeek 7B）"
    ),
    "about.frameworks": (
        "vLLM、SGLang 和 Xinference 在相同负载下的比较：并发 1 到 32，输入、输出各 256 token（"
        "DeepSeek 7B）"
    ),
    "about.pcie-machine-ab": (
        "PCIe 研究，机器 A/B（1 块卡 x16，或 2 块卡 x8）：六项测试，1 到 200 个请求，输入 1024、输"
        "出 128 token"
    ),
    "about.pcie-machine-c": (
        "PCIe 研究，机器 C（2 块卡，各 x16）：四项测试，1 到 200 个请求，输入 1024、输出 128 token"
    ),
    "about.prefix-cache": (
        "同样的 500 个请求，冷、热缓存各一次，并发 128，输入 2048、输出至多 512 token（Llama 3.1 "
        "70B，8 x MI300X）"
    ),
    "about.production": (
        "输入 1K 到 96K token，输出 500，同时 1 到 20 个请求：40 个测试点（gpt-oss-120b，TP=4）"
    ),
    "about.scaling-1000": (
        "同时 1 到 200 个请求，之后每隔 50 直到 1000：输入 1024、输出 128 token（gpt-oss-120b，TP=4"
        "）"
    ),
    "about.scaling-200": (
        "同时 1 到 200 个请求，逐一递增：输入 1024、输出 128 token（gpt-oss-120b，TP=4）"
    ),
    "about.single-vs-eight": (
        "每块卡负载相同时一块卡与八块卡的比较：每块并发 1 到 32，输入、输出各 256 token（DeepSeek "
        "7B）"
    ),
    "panel.Levels and lengths (instead of --set)": "各级并发和长度（代替 --set）",
    "data.spec_bench": "Spec-Bench 各类别（或其中一类）的首轮问题",
    "data.speed_bench": "SPEED-Bench 一个子集各类别（或其中一类）的首轮问题",
    "data.timed_trace": "随机输入，长度、共享块和时刻取自 JSON Lines 的 trace，字段名可任意",
    "cell.any with OpenAI's Responses": "任何支持 OpenAI Responses 的服务器",
    "panel.Measure": "测量",
    "panel.Read results": "读取结果",
    "panel.Look up": "查阅",
    "panel.Check the client": "检查客户端",
    "panel.Twin": "孪生引擎",
    "panel.Server": "服务器",
    "panel.Prompts": "输入",
    "panel.Data sets": "数据集",
    "panel.Traffic": "流量",
    "panel.Generation": "生成",
    "panel.Report": "报告",
    "panel.Files": "文件",
    "panel.Client": "客户端",
    "panel.Machine": "机器",
    "panel.Test of a campaign": "测试任务中的一项测试",
    "panel.Timing": "时序",
    "default.by the results' model": "按结果中的模型",
    "default.as the results say": "按结果",
    "default.the model's": "由模型决定",
    "default.weights, attention, compute, host": "weights、attention、compute、host（四个）",
    "default.no point is missing": "各点齐全",
    "default.no factor is fitted": "不使用拟合系数",
    "default.none: give this or --max-concurrency": "无；与 --max-concurrency 二选一",
    "default.none: give this or --request-rate": "无；与 --request-rate 二选一",
    "default.p99_ttft_ms < 1000, mean_tpot_ms < 100": "p99_ttft_ms < 1000 和 mean_tpot_ms < 100",
    "default.none, with wider intervals": "无，区间更宽",
    "default.wider intervals": "区间更宽",
    "default.no costs": "不算成本",
    "default.no figure": "不画图",
    "default.1000; with rates and --max-seconds, as many as arrive; with --config, all": (
        "1000；同时给出速率和 --max-seconds 时为到达的全部；给出 --config 时为全部"
    ),
    "default.the campaigns' names": "测试任务的名称",
    "default.throughputs and latencies": "吞吐量和延迟",
    "default.no limit": "不限",
    "default.none required": "不需要",
    "default.none": "无",
    "default.not recorded": "不记录",
    "default.131072; with --twin, the model's": "131072；使用 --twin 时为模型的上限",
    "default.set times": "按设定的时间",
    "default.the card's own": "该卡自带的互联",
    "default.vLLM's": "与 vLLM 相同",
    "default.predicted": "预测值",
    "default.embedded; with --twin, simulated-…": "embedded；使用 --twin 时为 simulated-…",
    "bench": (
        "用 `vllm bench serve` 的参数测量一个正在运行的服务器。\n\n闭环：inferometer bench --port "
        "8000 --random-input-len 1024 --random-output-len 128 --ignore-eos --num-prompts 200 "
        "--max-concurrency 32 --save-result\n\n开环、聊天 API、延迟上限：inferometer bench "
        "--backend openai-chat --request-rate 8 --num-prompts 500 --goodput ttft:200 tpot:50\n\n"
        "PCIe 测试任务中的一项测试：inferometer bench --config C --model 7B --tp 1 --input-len 1024"
        "\n\n到达时间取自数据包环，内核在其中给每个数据包打时间戳（Linux，root 或 CAP_NET_RAW，"
        "至多 4 个 worker）；否则取内核在读取时打的时间戳。用 "
        "INFEROMETER_ARRIVALS=read 或 ring 指定一种。"
        "\n\n退出码：判定为 VALID 或 SUSPECT 时为 0；判定为 INVALID 或有目标未达到时为 1；参数有误"
        "、服务器无法测量或结果无法保存时为 2；按 Ctrl-C、收到 SIGTERM 或终端关闭时为 130（到此为止"
        "的结果仍会报告并保存）。使用 --repeats 时取各次的最大值。"
    ),
    "bench.backend": "接口格式；用 `inferometer backends` 列出。",
    "bench.base_url": "服务器地址，带不带 /v1 均可；代替 --host 和 --port。",
    "bench.host": "服务器主机。（默认：取自 VLLM_SERVER_URL，否则为 127.0.0.1）",
    "bench.port": "服务器端口。（默认：取自 VLLM_SERVER_URL，否则为 8000）",
    "bench.endpoint": "请求发往的路径。（默认：由 backend 决定）",
    "bench.model": "模型名称。（默认：服务器列出的唯一模型）",
    "bench.served_model_name": "请求中所写的模型名称。（默认：同 --model）",
    "bench.header": "额外的 HTTP 请求头 KEY=VALUE，可重复。API 密钥请放在 OPENAI_API_KEY 中。",
    "bench.insecure": "不验证 TLS 证书。",
    "bench.ready_check_timeout_sec": "等待服务器就绪的秒数；0 表示只检查一次。",
    "bench.dataset_name": (
        "输入的来源。生成的：random, prefix_repetition, sessions, random-mm。从 --dataset-path 读取"
        "的：sharegpt, sonnet, hf, custom（或 jsonl）, trace（或 burstgpt）, "
        "timed_trace, spec_bench, speed_bench。`inferometer "
        "datasets` 列出全部数据集及其参数。"
    ),
    "bench.dataset_path": "数据集文件。对 hf 为数据集 ID 或目录。",
    "bench.input_len": "输入长度（token），适用于任何带长度参数的数据集。",
    "bench.output_len": "最大输出长度（token），适用于任何带此类参数的数据集。",
    "bench.random_input_len": "精确的输入长度（token）。",
    "bench.random_output_len": "最大输出长度（token）。",
    "bench.random_range_ratio": "长度在 L(1-r) 到 L(1+r) 之间均匀抽取，r 即此值。"
    '输入和输出不同时写作 \'{"input": 0.3, "output": 0.5}\'。',
    "bench.random_prefix_len": "所有输入共享的前缀长度（token），不计入输入长度。",
    "bench.scenario": (
        "随机长度，写作 输入,输出：D(1024,128) 固定，N(512,64)/(128,16) 正态（均值、标准差），"
        "U(100,400)/(50,200) 均匀。"
    ),
    "bench.num_distinct_prompts": "不同输入的个数，之后循环使用。（默认：各不相同）",
    "bench.cache": (
        "要测量的前缀缓存状态：先用 cold 运行一次，再用 warm 和同样的 --seed 运行。第二次向已填充的"
        "缓存发送同样的输入。"
    ),
    "bench.tokenizer": "tokenizer.json 或其文件夹；服务器不能计数 token 时使用。",
    "bench.seed": (
        "输入和到达时刻的随机种子。同样的命令和种子会重现它们；设置不同则输入不同，使前缀缓存不起作"
        "用。（默认：每次运行都是新的，并记录下来）"
    ),
    "bench.disable_shuffle": "按顺序使用文件中的行。",
    "bench.oversample": (
        "文件行数不足时重复使用；否则每行最多发送一次。"
        "（默认：重复使用，并在判定中说明）"
    ),
    "bench.max_input_len": "跳过输入超过此长度（token）的行。",
    "bench.max_total_len": "跳过输入加输出超过此长度（token）的行。",
    "bench.sharegpt_output_len": "最大输出长度（token）。（默认：录制时的长度）",
    "bench.custom_output_len": "最大输出长度（token）；-1 为该行所写。（默认：256；jsonl 为 -1）",
    "bench.hf_output_len": "最大输出长度（token）。（默认：与 vLLM 相同，否则为该行所写）",
    "bench.hf_subset": "数据集的子集。（默认：由数据集决定）",
    "bench.hf_split": "数据集的 split。（默认：train）",
    "bench.sonnet_input_len": "输入长度（token）。（默认：550）",
    "bench.sonnet_output_len": "最大输出长度（token）。（默认：150）",
    "bench.sonnet_prefix_len": "所有输入共享的前缀长度（token）。（默认：200）",
    "bench.prefix_repetition_prefix_len": "每个前缀的长度（token）。（默认：256）",
    "bench.prefix_repetition_suffix_len": "前缀之后的 token 数，每个输入各不相同。（默认：256）",
    "bench.prefix_repetition_num_prefixes": "不同前缀的个数。（默认：10）",
    "bench.prefix_repetition_output_len": "最大输出长度（token）。（默认：128）",
    "bench.trace_model": "只使用 trace 中该模型的行。（默认：全部）",
    "bench.trace_block_len": "Mooncake 的 hash_ids 每块的 token 数。（默认：512）",
    "bench.session_turns": "每个对话的用户轮数。（默认：4）",
    "bench.session_system_len": "所有对话共享的系统提示长度（token）。（默认：0）",
    "bench.session_input_len": "每轮新增的输入（token）。（默认：128）",
    "bench.session_output_len": "每次回答的最大长度（token）。（默认：128；使用文件时按录制）",
    "bench.session_range_ratio": "两种长度和停顿在 x(1-r) 到 x(1+r) 之间变化。（默认：0）",
    "bench.session_think_time": "下一轮之前的停顿，秒。（默认：0）",
    "bench.random_mm_base_items_per_request": "每个请求的图片数。（默认：1）",
    "bench.image_size": "图片大小，像素，宽x高。（默认：512x512）",
    "bench.num_prompts": "要测量的请求数。",
    "bench.request_rate": "每秒到达的请求数（开环）；inf 表示一次全部发出。",
    "bench.burstiness": (
        "到达间隔服从伽马分布，此为形状参数：1 为泊松到达，小于 1 更突发，inf 为等间隔。"
    ),
    "bench.max_concurrency": "同时进行的请求数上限；--request-rate 为 inf 时即闭环。（默认：不限）",
    "bench.when_full": "到达时已满 --max-concurrency 怎么办：wait 等待，drop 丢弃（并计数）。",
    "bench.max_seconds": (
        "运行满此秒数或发完 --num-prompts 即停止，以先到者为准；进行中的请求被中断。（默认：不限）"
    ),
    "bench.ramp_up_strategy": "运行期间改变请求速率：linear 线性，exponential 指数。",
    "bench.ramp_up_start_rps": "递增开始时的每秒请求数。",
    "bench.ramp_up_end_rps": "递增结束时的每秒请求数。",
    "bench.rate_steps": "依次采用的请求速率，速率x秒数,...，例如 5x60,20x30。",
    "bench.replay_speed": "按 trace 记录的时刻重放，此为加速倍数。",
    "bench.num_warmups": "预热请求数：先发送，不计入结果；紧接着开始测量，中间不停顿。",
    "bench.repeats": "测量的次数，每次都用新的输入和预热；最后汇总。",
    "bench.ignore_eos": "忽略结束符，生成完整的输出长度。",
    "bench.temperature": "采样温度。（默认：由服务器决定）",
    "bench.top_p": "从累计概率达到此值的最可能 token 中采样。（默认：由服务器决定）",
    "bench.top_k": "从最可能的这么多个 token 中采样。（默认：由服务器决定）",
    "bench.min_p": "排除概率低于“最可能 token 的概率 × 此值”的 token。（默认：由服务器决定）",
    "bench.frequency_penalty": "按 token 已出现的次数惩罚。（默认：由服务器决定）",
    "bench.presence_penalty": "惩罚已经出现过的 token。（默认：由服务器决定）",
    "bench.repetition_penalty": (
        "对输入和输出中已有 token 的系数；大于 1 抑制重复。（默认：由服务器决定）"
    ),
    "bench.logprobs": "每个 token 要求返回的对数概率个数。（默认：无）",
    "bench.extra_body": "合并到每个请求体中的 JSON 对象。",
    "bench.lora_modules": "服务器上 LoRA 适配器的名称；请求轮流使用它们。",
    "bench.percentile_metrics": "要报告的延迟指标：ttft,tpot,itl,e2el 中任选。",
    "bench.metric_percentiles": "要报告的分位数，例如 50,90,99.9。",
    "bench.goodput": "请求计入 goodput 须满足的延迟上限（ms）：ttft:200 tpot:50。",
    "asserted": (
        '要检查的目标，例如 "p99_ttft_ms<200" 或 "any mean_tpot_ms<50 if tp=1"；可重复。有目标'
        "未达到时退出码为 1。"
    ),
    "bench.dialect": "同时按其他工具的定义报告：vllm、guidellm、aiperf 或 mlperf；可重复。",
    "bench.save_result": "保存 vLLM 格式的 JSON 文件，并在旁边保存含全部数据的目录。",
    "bench.save_detailed": "另外保存逐个请求的数组和文本。",
    "bench.append_result": "JSON 文件已存在时追加一行。",
    "result_dir": "保存结果的目录。",
    "bench.result_filename": (
        "JSON 文件的名称。从不覆盖已有文件，而是加上编号。（默认：由 backend、速率、模型和日期组成"
        "）"
    ),
    "bench.label": "要记录的标签；默认的文件名以它开头。",
    "bench.metadata": "要记录的 KEY=VALUE，例如 gpu=R9700。",
    "bench.workers": "发送请求的进程数；一个约可处理 100,000 事件/s。",
    "bench.realtime": "在系统允许时以实时优先级运行客户端。",
    "bench.calibration": (
        "将本次运行与主机的校准比较。没有校准时，在保存结果之后快速校准（仅一次，约 12 s）。"
    ),
    "bench.first_token_timeout": "首 token 在此秒数内没有到达的请求记为失败。",
    "bench.idle_timeout": "流在此秒数内没有动静的请求记为失败。",
    "bench.request_timeout": (
        "总时间超过此秒数的请求记为失败。（默认：取自 AIOHTTP_TIMEOUT，否则为 21600）"
    ),
    "bench.connect_timeout": "在此秒数内没有建立的连接记为失败。",
    "bench.request_id_prefix": "每个 X-Request-Id 请求头的前缀。（默认：由种子得出）",
    "bench.disable_tqdm": "不显示进度条。",
    "bench.allow_invalid": "即使判定为 INVALID，退出码也为 0。",
    "bench.telemetry": "运行期间采样加速卡、本机和服务器的指标页。",
    "bench.monitor": "服务器在另一台主机上时，那台主机上 `inferometer monitor --serve` 的地址。",
    "bench.cards": (
        "服务器所用加速卡的 PCI 地址，以逗号分隔。"
        "本机还有其他加速卡时，计算能耗需要它（默认：全部）。"
    ),
    "bench.idle_seconds": "运行之前不发请求的秒数，至少 10，用于测量加速卡的空闲功耗；0 表示不测。",
    "bench.price": "部署的价格，币种不限：2.5/h；或按用电 0.12/kWh，PUE 为 1.3 时写 0.12/kWh*1.3。",
    "bench.config": "硬件配置，例如 A、B 或 C：运行测试任务中与它、--model 和 --tp 相符的测试。",
    "bench.tp": "该测试的张量并行数。",
    "bench.campaign": "包含该测试的测试计划文件或预设。（默认：所有预设）",
    "run": (
        "运行测试任务；同样的命令可从中断处继续。\n\n已完成的测试点会跳过。失败和 INVALID 的测试"
        "点，以及文件缺失或已改变的测试点，会重新测量。测试点由其设置和服务器地址确定；设置不同的结"
        "果绝不混用。\n\nNUM_PROMPTS_START 和 NUM_PROMPTS_END 限制所列的 num_prompts；"
        "VLLM_SERVER_URL 替换所有服务器的地址。用到这些变量时，运行开始和结束都会提示。"
        "\n\n退出码：每个测试点都"
        "有 VALID 或 SUSPECT 的结果（使用 --allow-invalid 时为任何结果）且目标全部达到时为 0，否则"
        "为 1；测试计划文件有误或运行无法继续时为 2；被中断时为 130。"
    ),
    "plan": (
        "显示测试任务将做什么：测试组、测试点、token 数、服务器命令、时间和进度。\n\n不连接任何服务"
        "器，也不写任何文件。NUM_PROMPTS_START 和 NUM_PROMPTS_END 限制所列的 num_prompts；"
        "VLLM_SERVER_URL 替换所有服务器的地址。"
    ),
    "campaign": "测试计划文件，或预设的名称。",
    "only": "只包括这些测试组或测试点；可重复。",
    "sets": "更改一项设置，例如 load.num_warmups=4；可重复。",
    "quick": "少量测试点、少量请求；结果保存到单独的目录。",
    "embedded": "以内置引擎为服务器进行演练；结果保存到单独的目录。",
    "fitted": "`inferometer fit` 生成的配置，用于该卡的孪生引擎；可重复。",
    "interleave": "在测试任务的各服务器之间交替，A B C、C B A、……，贯穿各次重复。",
    "run.dry_run": "只显示计划后退出，与 `plan` 相同。",
    "run.allow_invalid": "把 INVALID 的结果也视为已完成。",
    "run.telemetry": "运行期间采样加速卡、本机和服务器的指标页。",
    "run.monitor": "服务器在另一台主机上时，那台主机上 `inferometer monitor --serve` 的地址。",
    "run.price": "部署的价格，币种不限：2.5/h；或按用电 0.12/kWh，PUE 为 1.3 时写 0.12/kWh*1.3。",
    "run.calibration": (
        "将测试点与主机的校准比较。没有校准时，在第一个测试点之前快速校准（仅一次，约 12 s）。"
    ),
    "simulate": (
        "在孪生引擎上以虚拟时间运行测试任务：文件与 `run` 相同，注明是模拟结果。\n\n测试任务或"
        "其硬件所指定的卡（`twin: r9700`）的孪生引擎代替每个服务器，以本机能达到的最快速度算出"
        "真实服务器的时间。不需要 GPU。中断后，再次运行同样的命令即可继续。\n\n文件保存在名称以"
        " -simulated 结尾的单独目录中；由它们得出的一切都注明是模拟结果，并非实测：docs/twin.md"
        "。\n\n每个延迟和吞吐量都带有孪生引擎误差的 90% 区间：取自 --fitted 的配置，否则与未拟合的"
        "卡一样宽。\n\n退出码：每个测试点都有 VALID 或 SUSPECT 的结果（使用 --allow-invalid 时为任"
        "何结"
        "果）且 --assert 的目标全部达到时为 0，否则为 1；测试计划文件有误或没有指定卡时为 2；被"
        "中断时为 130。"
    ),
    "simulate.telemetry": "记录模拟的卡和服务器的读数。",
    "simulate.allow_invalid": "把 INVALID 的结果也视为已完成。",
    "simulate.price": (
        "部署的价格，币种不限：2.5/h；或按用电 0.12/kWh，PUE 为 1.3 时写 0.12/kWh*1.3。"
    ),
    "plan.points": "列出每个测试点及其结果文件。",
    "presets": (
        "列出 inferometer 自带的测试任务。\n\n运行：inferometer run NAME\n\n查看计划：inferometer "
        "plan NAME\n\n改写：inferometer presets show NAME > mine.yaml；编辑它；inferometer run "
        "mine.yaml"
    ),
    "presets.show": "打印预设的 YAML 文件，可复制后编辑。",
    "presets.show.name": "`inferometer presets` 列出的名称。",
    "presets.schema": "打印测试计划文件的 JSON Schema，供编辑器补全和检查。",
    "report": (
        "把所有测试点写成一个 HTML 文件：摘要、数据浏览、图表、环境和方法。\n\n文件自带数据，不加载"
        "任何外部内容，无需网络即可打开。其中会列出无法读取的文件。\n\n退出码：文件已写入时为 0；"
        "--assert 的目标未达到时为 1；没有写入文件时为 2。"
    ),
    "report.sources": "结果目录、运行目录，或任何已知工具的结果文件。",
    "report.output": "要写的 HTML 文件；已有的文件会被覆盖。",
    "report.language": "页面和 Markdown 表格的语言。",
    "report.title": "页面的标题。",
    "ratings": "评级限值的 YAML 文件，例如 mean_ttft_ms: [100, 200, 500]。",
    "report.figures": "另外把图写到此目录，格式为 PNG 和 SVG。",
    "report.markdown": "另外写一个 Markdown 表格；- 表示打印出来。",
    "report.csv": "另外写一个 CSV 文件，每个测试点一行；- 表示打印出来。",
    "report.dcu_csv": "另外写一个 CSV 文件，各列与 DCU 指南的脚本相同；- 表示打印出来。",
    "report.excel": "另外写一个 Excel 工作簿：测试点、请求、环境。",
    "report.parquet": "另外把测试点、请求和环境写成 Parquet 文件。",
    "compare": (
        "比较两组结果：哪些差异超出了偶然和漂移？\n\n设置相同的测试点配成对；设置相同的运行视为重"
        "复。每个指标为更快、更慢、差异不超过 --delta，或尚无定论。至多 5% 的比较会误报“更快”或"
        "“更慢”。交替运行（A B B A）可抵消漂移；对其他运行则留出 --drift 的余量。\n\n使用 --pcie "
        "时，A 和 B 是最窄和最宽的 pcie_width，或 --by config=B,C 的两个值（窄的在前），无论代价多"
        "大退出码都为 0。\n\n退出码：没有变慢时为 0；有变慢时为 1（使用 --fail-on undecided 时，汇"
        "总中有尚无定论的指标也为 1）；没有可比较的内容时为 2。"
    ),
    "compare.sources": (
        "任何已知工具的结果文件，或结果目录、运行目录：两个；使用 --by 或 --pcie 时个数不限。"
    ),
    "compare.by": "比较一个条件的两个值，例如 engine=vllm,sglang 或 config=B,C。",
    "compare.where": "只使用具有此值（或其中之一）的测试点：tp=1,2；可重复。",
    "compare.metric": "要比较的指标，例如 p99_ttft_ms；可重复。",
    "compare.delta": "不超过此值的差异视为没有差异。",
    "compare.drift": "为没有交替的运行之间的漂移留出的余量。",
    "compare.pcie": "显示窄的 PCIe 链路在各负载下的代价，并扣除 TP=1 时的差异。",
    "compare.points": "显示全部测试点。",
    "compare.allow_invalid": "也使用 INVALID 的结果。",
    "compare.fail_on": "哪些结果使退出码为 1；`undecided` 也包括 `slower`。",
    "compare.json": "把完整的比较写到此文件。",
    "compare.markdown": "把表格写到此文件。",
    "collect": (
        "把结果目录打包成 tar 归档，以便与其他机器的结果合并。\n\n归档包含全部结果，但不含服务器日"
        "志。测试任务可以仍在运行；已完成的测试点会被收集。\n\n退出码：全部收集时为 0；有结果未收集"
        "或账本损坏时为 1（归档仍会写入）；没有写入归档时为 2。"
    ),
    "collect.directory": "结果目录，例如 bench_results/pcie。",
    "collect.output": "要写的归档。",
    "merge": (
        "把多台机器的结果合并到一个新目录，测试任务可在其中继续。\n\n退出码：全部合并时为 0；有测试"
        "点被重复测量或有结果未合并时为 1（逐一列出，其余照常合并）；没有合并任何内容时为 2。"
    ),
    "merge.sources": "`collect` 产生的归档，或结果目录。",
    "merge.output": "要创建的目录。",
    "backends": "列出 `bench --backend` 的可用值，以及各接口格式支持什么。",
    "datasets": "列出 `bench --dataset-name` 的可用值，以及各数据集的参数。",
    "markdown": "以 Markdown 打印表格。",
    "calibrate": (
        "测量客户端在这台主机上的精度，以及能保持它的最大负载。\n\n该命令启动一个只发送事件并记录各"
        "事件发出时刻的服务器。客户端以逐步增加的负载测量它，所用的进程、优先级和时间戳与任何运行相"
        "同；然后比较两份记录。TTFT 和 ITL 误差的 p99 不超过 --target-ms 的负载为达标。上限是达标的"
        "最高负载：按事件/s、请求/s（且各请求在到期 1 ms 之内发出，p99）和并发流数分别给出。\n\n服"
        "务器与客户端共用这台主机的 CPU 核，因此测得的上限只会偏低；标有 ≥ 的还没有测到头。"
        "期间请让主"
        "机保持空闲。\n\n校准保存在 ~/.local/state/inferometer/calibrations 或 "
        "INFEROMETER_CALIBRATION_DIR 中。`bench` 和 `run` 会说明每次运行用到了上限的多少，超出的标"
        "为 SUSPECT。没有校准时会快速校准：`bench` 在保存结果之后，`run` 在第一个测试点之前。"
        "用 --no-calibration 或 INFEROMETER_CALIBRATION=off 可关闭。"
        "\n\n如果其他程序占用了超过 10% 的 "
        "CPU 核并造成干扰，或最小的负载也未达标，校准不会保存。\n\n退出码：已保存时为 0；失败或无法"
        "保存时为 2；被中断时为 130。"
    ),
    "calibrate.workers": "客户端进程数，与 `bench` 相同；每个数目各有自己的校准。",
    "calibrate.quick": "约用 12 s 而不是一分钟；没有校准的运行就是这样做的。",
    "calibrate.realtime": "在允许时以实时优先级运行客户端，与 `bench` 相同。",
    "calibrate.target_ms": "TTFT 和 ITL 可接受的最大 p99 误差（ms）；它决定上限。",
    "calibrate.directory": "保存校准的目录。（默认：各次运行查找的位置）",
    "calibrate.as_json": "只以 JSON 打印校准。",
    "panel.Look at the machine": "查看机器",
    "monitor": (
        "显示加速卡、它们的 PCIe 链路和这台主机。\n\n无法读取的值显示为 –，并给出原因。Ctrl-C 结束"
        "。"
    ),
    "monitor.once": "打印一个样本后结束。",
    "monitor.json": "以 JSON 打印样本，每行一个：每个字段都带单位，以及值或缺失的原因。",
    "monitor.base_url": ("服务器地址；同时显示它自己的 metrics 页面。"),
    "monitor.csv": ("把样本追加到这个 CSV 文件：每张卡、主机和服务器各一行。"),
    "monitor.parquet": ("把样本追加到这个 Parquet 文件。"),
    "monitor.serve": (
        "通过 HTTP 提供样本，供另一台主机上的 `--monitor URL` 读取。"
    ),
    "monitor.host": (
        "--serve 监听的地址；除本机回环地址外，都必须在 INFEROMETER_MONITOR_TOKEN 中设置令牌。"
    ),
    "monitor.port": ("--serve 监听的端口；0 表示自动选择空闲端口。"),
    "monitor.interval": "两个样本之间的秒数。",
    "monitor.root": "包含 sys、proc 和 dev 的目录；指定 / 以外的目录可显示拷贝来的文件。",
    "bench.hf_name": "--dataset-path 是某个数据集的副本时，它在 hub 上的 ID。",
    "bench.bfcl_categories": "函数调用的类别。（默认：simple,live_simple,multiple）",
    "bench.blazedit_min_distance": "采用的最小编辑幅度，0 到 1。（默认：不限）",
    "bench.blazedit_max_distance": "采用的最大编辑幅度，0 到 1。（默认：不限）",
    "bench.asr_min_audio_len_sec": "采用的录音最短时长（秒）。（默认：不限）",
    "bench.asr_max_audio_len_sec": "采用的录音最长时长（秒）。（默认：不限）",
    "bench.spec_bench_output_len": "最大输出长度（token）。（默认：256）",
    "bench.spec_bench_category": "只使用此类别。（默认：全部）",
    "bench.speed_bench_dataset_subset": "子集，决定所用的文件。（默认：qualitative）",
    "bench.speed_bench_output_len": "最大输出长度（token）。（默认：4096）",
    "bench.speed_bench_category": "只使用此类别。（默认：全部）",
    "bench.self_timed": "按 trace 中的时刻发送请求。（timed_trace 默认如此）",
    "bench.timed_trace_chunk_hash_size": "每个 hash ID 代表的 token 数。（默认：16）",
    "bench.timed_trace_sec_multiplier": "时间戳一个单位的秒数。（默认：1）",
    "bench.timed_trace_label_timestamp": "时间戳的字段名。（默认：timestamp）",
    "bench.timed_trace_label_input_length": "输入长度的字段名。（默认：input_length）",
    "bench.timed_trace_label_output_length": "输出长度的字段名。（默认：output_length）",
    "bench.timed_trace_label_hash_ids": "hash ID 的字段名。（默认：hash_ids）",
    "bench.random_mm_num_mm_items_range_ratio": (
        "图片数在 n(1-r) 到 n(1+r) 之间变化。（默认：不变）"
    ),
    "bench.random_mm_limit_mm_per_prompt": "每个请求的图片数上限，写作 '{\"image\": 3}'。",
    "bench.random_mm_bucket_config": (
        "各图片大小的占比，写作 '{(高, 宽, 1): 0.7, (256, 256, 1): 0.3}'。"
    ),
    "bench.skip_chat_template": "原样发送文件中的输入；不加此参数也是如此。",
    "bench.chat_template_kwargs": "传给聊天模板的 JSON 对象，由聊天接口的服务器应用。",
    "bench.lora_assignment": (
        "请求如何分配适配器：round-robin 轮流，random 随机。（默认：round-robin）"
    ),
    "single": "只测量一级：同时进行这么多请求。",
    "min_concurrency": "最低一级。（默认：1）",
    "max_concurrency": "最高一级。",
    "step": "相邻两级之间的差。（默认：1）",
    "input_len": "输入长度（token）。",
    "output_len": "输出长度（token）。",
    "num_prompts": "每一级要测量的请求数。",
    "engine": (
        "运行一个时序已知的服务器：提供 vLLM 等的 API，但没有模型。\n\n让任何客户端连接它打印的 URL"
        "；Ctrl-C 停止。每个回答的长度与请求完全一致，一个词即一个 token。\n\n第一个事件在请求被接"
        "纳之后 TTFT + prefill × 输入 token 数 / 1000 发出，其余按 ITL + growth ×（运行中的请求数 "
        "- 1）的间隔发出。"
        "\n\n加上 --twin 则改为模拟某张卡上的 vLLM：见 docs/twin.md。"
    ),
    "engine.ttft_ms": "到第一个事件的时间（ms）。",
    "engine.itl_ms": "单个请求的事件间隔（ms）。",
    "engine.tokens_per_event": "每个事件的 token 数。",
    "engine.jitter": "各时间的相对标准差；0.1 即 10%。",
    "engine.max_num_seqs": "最大并发请求数；其余排队。",
    "engine.itl_growth_ms": "每多一个运行中的请求，ITL 增加的量（ms）。",
    "engine.prefill_ms_per_1k_tokens": "每 1000 个输入 token，TTFT 增加的量（ms）。",
    "engine.max_model_len": "输入加输出的最大长度（token）。",
    "engine.seed": "抖动和故障的随机种子。",
    "engine.twin": (
        "以此卡模拟 vLLM："
        "调度、KV 缓存和每一步的时间都由模型算出；结果是模拟值，不是实测。"
    ),
    "engine.model_profile": "孪生引擎所运行模型的配置名。",
    "engine.stack": "引擎配置名：版本，以及用 eager 还是 CUDA 图。",
    "engine.host_profile": "主机配置名：CPU 每层的开销。",
    "engine.tp": "张量并行的卡数。",
    "engine.link": "卡间互联，如 pcie4x8、pcie5x16-nop2p、nvlink4。",
    "engine.gpu_memory_utilization": "显存中可用的比例。",
    "engine.max_num_batched_tokens": "每一步最多的 token 数。",
    "engine.num_gpu_blocks_override": "KV 块数，取自真实引擎的日志。",
    "engine.enable_prefix_caching": "前缀缓存。",
    "engine.no_enable_prefix_caching": "关闭前缀缓存（与 vLLM 一样默认开启）。",
    "engine.speed": "模型时间与实际时间之比；10 即快 10 倍。",
    "fit": (
        "用测试结果拟合孪生引擎的配置，每个系数给出区间。\n\n孪生引擎按客户端当时的发送方式，在虚"
        "拟时间里重演各测试点，并选择系数使 TPOT、吞吐和 TTFT 与实测相符。结果无法确定的系数会被"
        "指出，其区间也更宽。用 `inferometer engine --fitted` 使用该配置。\n\n退出码：已写出配置"
        "且能描述这些结果为 0，已写出但不能描述为 1，未写出为 2。"
    ),
    "fit.results": "任何已知工具的结果文件，或结果目录、运行目录。",
    "fit.output": "要写出的配置文件（YAML）。",
    "fit.twin": "被测卡的配置名。",
    "fit.stack": "被测引擎的配置名。",
    "fit.host_profile": "主机配置名。",
    "fit.model_profile": "模型配置名。",
    "fit.tp": "张量并行的卡数。",
    "fit.link": "卡间互联。",
    "fit.gpu_memory_utilization": "服务器的 --gpu-memory-utilization。",
    "fit.max_model_len": "服务器的 --max-model-len。",
    "fit.max_num_batched_tokens": "服务器的 --max-num-batched-tokens。",
    "fit.max_num_seqs": "服务器的 --max-num-seqs。",
    "fit.num_gpu_blocks_override": "服务器日志中的 KV 块数。",
    "fit.enable_prefix_caching": "服务器是否启用前缀缓存。",
    "fit.factor": (
        "要拟合的系数；可重复，最多 4 个：weights、attention、compute、prompt-attention、host、"
        "requests、intake、link。"
    ),
    "fit.prompts": (
        "各点在同一服务器上是否使用相同的输入：`shared` 为相同，如种子固定的 `vllm bench serve`；"
        "`own` 为每点都不同；`auto` 按工具判断。"
    ),
    "fit.ladder_step": (
        "结果是从一组阶梯测试中挑出的，原来每一级比前一级多 N 个请求。"
    ),
    "engine.fitted": "`inferometer fit` 生成的配置，须针对此卡、引擎和主机。",
    "panel.Simulate": "模拟",
    "capacity": (
        "在购买机器之前，找出能在目标内承担某负载的部署。\n\n孪生引擎为每种卡、张量并行数、互联和"
        "引擎设置模拟一个副本及其应承担的负载，并找出达到目标所需的最少副本数。所有数值都是模拟结"
        "果，附 90% 区间；最佳候选附有实测命令。功率只是估计，没有按实测拟合过。"
        "\n\n退出码：有部署达到或可"
        "能达到目标为 0，没有为 1，用法错误为 2。"
    ),
    "capacity.card": "要考虑的卡；可重复。",
    "capacity.model_profile": "模型配置名。",
    "capacity.input_len": "输入 token 数。",
    "capacity.output_len": "输出 token 数。",
    "capacity.request_rate": "所有副本合计的每秒请求数。",
    "capacity.max_concurrency": "所有副本合计的并发请求数。",
    "capacity.assert_": "要达到的目标，如 'p99_ttft_ms < 300'；可重复。",
    "capacity.max_cards": "一个部署最多用的卡数。",
    "capacity.tp": "要考虑的张量并行数；可重复。",
    "capacity.stack": "引擎配置名。",
    "capacity.host_profile": "主机配置名。",
    "capacity.link": "要考虑的卡间互联；可重复。",
    "capacity.max_model_len": "引擎的 --max-model-len。",
    "capacity.max_num_batched_tokens": "要考虑的引擎设置；可重复。",
    "capacity.max_num_seqs": "要考虑的引擎设置；可重复。",
    "capacity.fitted": (
        "`inferometer fit` 生成的配置，用于卡、引擎和主机都相符的部署；可重复。"
    ),
    "capacity.price": "一张卡每小时的价格，币种不限；可重复。",
    "capacity.prefix_len": "所有输入开头相同的 token 数；--input-len 已包含它们。",
    "capacity.limits": (
        "找出每个部署从多大负载起达不到目标，以及从多大负载起 KV 缓存用到一半和用满。"
    ),
    "capacity.figure": "把答案画成图，写入该文件（.svg 或 .png）。",
    "capacity.as_json": "输出 JSON。",
    "engine.host": "监听的地址；默认只能从本机访问。",
    "engine.port": "监听的端口；0 表示选一个空闲的。",
    "engine.model": "API 中的模型名称。",
    "engine.backend": "接口格式，与 `bench` 相同；可重复。（默认：与 vLLM 相同）",
    "engine.api_key": "/v1 接口要求的 API 密钥。",
    "engine.refuse_field": (
        "以 HTTP 400 拒绝的请求字段，如 ignore_eos；可多次给出。"
    ),
    "engine.faults": (
        "要注入的故障：名称加 :比例、#请求、@事件，例如 stall:0.01,reset:0.02@5,http-503#200+。"
        "`--faults help` 列出全部。"
    ),
    "engine.truth": "记录每个事件的真实时刻，结束时写入此 .npz 文件（也可从 GET /truth 取得）。",
    "demo": "测量内置引擎，并与引擎自己的记录比较。",
    "setup": (
        "列出本机测量所需的东西：已有的、缺少的，以及如何获得。\n\n未经确认不会安装任何东西。"
        "退出码：必需的都有为 0，缺少必需的为 1；可选的不计。"
    ),
    "setup.yes": "不再询问，直接运行只影响自身环境的命令；带 sudo 的命令绝不运行。",
    "cleanup": (
        "列出被中止的运行在本机留下的东西，确认后删除。\n\n只处理能确认属于 inferometer 和当"
        "前用户的东西：孤儿进程、临时目录、测试任务的容器。结果绝不删除。退出码：没有遗留为 0，有"
        "遗留为 1。"
    ),
    "cleanup.yes": "不再询问，直接删除列出的东西。",
    "doctor": (
        "测量前检查主机、加速卡、PCIe 链路、容器、客户端和服务器。\n\n不做任何修改。用户名、"
        "主机名、地址、序列号、密钥和变量的值都会隐去，输出可以直接贴出。退出码：最多只有提示"
        "为 0，有警告为 1，有故障为 3。"
        "使用 --expect 时：全部通过为 0，有未核实项为 1，有不通过项为 3。"
    ),
    "doctor.root": "包含 sys、proc、dev 和 etc 的目录；指定 / 以外的目录可读取拷贝来的文件。",
    "doctor.base_url": "同时检查这个正在运行的服务器（默认：不检查）。",
    "doctor.log": "解释这份服务器日志的含义（默认：无）。",
    "doctor.everything": "显示每项检查的依据。",
    "doctor.json": "把全部内容输出为一个 JSON 对象。",
    "doctor.expect": "与这份 machine.yaml 逐项比较（默认：无）。",
    "doctor.report": "同时把全部内容写入此页面：.html 或 .md（默认：无）。",
    "doctor.expect_template": "输出一份描述本机的 machine.yaml 供修改，然后结束。",
    "doctor.fix": "以脚本形式列出可能有用的命令，均不执行。",
}
"""By verb, by `verb.flag`, or by the flag alone where it means the same for every verb."""
