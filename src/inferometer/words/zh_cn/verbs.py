"""What the verbs print besides their reports, in Simplified Chinese."""

from __future__ import annotations

VERBS: dict[str, str] = {
    "progress.figures": "进行中 {in_flight}  TTFT {ttft} ms  TPOT {tpot} ms  {rate} tok/s",
    "progress.failed": "  失败 {n}",
    "progress.dropped": "  丢弃 {n}",
    "progress.stopping": "正在停止：再按一次 Ctrl-C 放弃本次运行  ",
    "progress.requests": "{done}/{total} 个请求",
    "progress.connecting": "正在连接",
    "progress.reading": "正在读取",
    "progress.drawing": "正在绘图",
    "progress.calibrating": "  {load} {unit}：{exact}",
    "progress.unanswered": "没有请求得到回答",
    "progress.starting": "  仍在启动：已过 {seconds:.0f} s，最多等 {timeout:g} s。{last}",
    "run.campaign": "测试任务 {name}：{n} 个测试点，结果保存在 {directory}/",
    "run.campaign.one": "测试任务 {name}：1 个测试点，结果保存在 {directory}/",
    "run.stopped": "已停止；用同样的命令可从中断处继续。",
    "run.listed": "{names}，另有 {n} 个",
    "run.unread": "无法读取",
    "run.unchecked": "未经核对，由{who}保证：{what}",
    "run.vouched.file": "测试计划文件",
    "run.vouched.operator at a terminal": "终端前的操作员",
    "run.vouched.operator, no terminal": "操作员（无终端）",
    "run.no_locks": "{directory} 所在的文件系统不支持锁：请确认没有别的运行在使用它。",
    "run.again": "{point} 将重新测量：{why}。",
    "run.again.more": "另有 {n} 个测试点也将重测，它们的文件缺失或已改变。",
    "run.other_server": "{group} 的服务器与之前不同：不用它来比较存疑的测试点。",
    "run.doubt_stays": "无法重测 {group} 中存疑的测试点：{why}",
    "run.lost.hardware": "它也需要硬件 {name}，而该硬件未获确认。",
    "run.lost.turns": "它与 {group} 轮流测量：单独测量就不再交替了。",
    "run.calibrating": (
        "在第一个测试点之前校准这台主机，使每个结果都带有精度说明。约需 {seconds} s，同一主机、同样"
        "设置只做一次；--no-calibration 可跳过。"
    ),
    "run.that_is": "即：{command}",
    "bench.was": "（此前为 {status}）",
    "bench.not_updated": "{error}。该文件仍是主机校准之前的内容。",
    "bench.left_out.interrupted": "被中断",
    "bench.ignored": "{flag} 在这里不起作用，已忽略。",
    "bench.address.used": "服务器地址来自 {variable}：{url}",
    "bench.address.unused": "没有使用 {variable}（{other}），因为参数指定了 {url}",
    "plan.campaign": "任务：",
    "plan.results": "结果：",
    "plan.order": "顺序：",
    "plan.servers": "服务器：",
    "plan.hardware": "硬件：",
    "plan.head.group": "测试组",
    "plan.head.server": "服务器",
    "plan.head.points": "测试点",
    "plan.head.done": "已完成",
    "plan.head.requests": "请求",
    "plan.head.tokens_in": "输入 tok",
    "plan.head.tokens_out": "输出 tok",
    "plan.head.left": "剩余",
    "plan.all": "合计",
    "plan.on": "{server} · {hardware}",
    "plan.group": "{group}：{model}{served}，TP={tp}{limit}，{where}",
    "plan.group.served": "（服务名 {name}）",
    "plan.group.limit": "，max_model_len {limit}",
    "plan.group.embedded": "使用内置引擎",
    "plan.group.twin": "使用内置引擎，以 {speed} 倍速模拟 {what}",
    "plan.group.at": "地址 {url}（{kind}）",
    "plan.item.points": "测试点",
    "plan.item.hardware": "硬件",
    "plan.item.do": "操作",
    "plan.item.compose": "compose",
    "plan.item.command": "命令",
    "plan.item.listens": "监听",
    "plan.item.launch": "启动参数",
    "plan.item.note": "说明",
    "plan.compose": "{file} 中的服务 {service}",
    "plan.together": "{groups} 同时运行，逐个测试点轮流测量：{points}",
    "plan.order.block": "{group}（{n} 个测试点）",
    "plan.order.block.one": "{group}（1 个测试点）",
    "plan.starts": "余下的测试点需要启动 {n} 次服务器：{groups}",
    "plan.starts.one": "余下的测试点需要启动 1 次服务器：{groups}",
    "plan.by_hand": "其中 {n} 次须由人按提示启动",
    "plan.hardware.sequence": "{names}。需要人更换机器时，运行会等待确认。",
    "plan.left.measured": "剩余时间：按每个测试点估计，并用已完成测试点的实际用时修正。",
    "plan.left.embedded": "剩余时间：按内置引擎的设置估计。",
    "plan.left.guess": (
        "剩余时间：粗略估计（每路每 token 35 ms，每秒处理 5,000 个输入 token，服务器启动 4 min），"
        "随测试点完成而修正。"
    ),
    "plan.todo": "待测",
    "plan.again": "需重测：{why}",
    "plan.was": "此前为 {status}",
    "hardware.gpus": "{n} 块 GPU",
    "hardware.gpus.one": "1 块 GPU",
    "hardware.bandwidth": "每块 {gb_s:g} GB/s",
    "environment.replaces": "设置了 {name}={text}，它会替换本测试任务中的相应设置。",
    "environment.none_listed": "{variables}：本测试任务没有列出 num_prompts，因此不起作用。",
    "environment.narrowed": "{variables} 缩小了范围：{points:,} 个测试点中的 {left:,} 个。",
    "environment.narrowed.some": "{variables} 缩小了范围。",
    "environment.beyond": (
        "NUM_PROMPTS_END={last} 超出了本测试任务：其中的 num_prompts 到 {largest:,} 为止。"
    ),
    "environment.address": "{variable}={address} 替换了 {servers} 的地址。",
    "report.points": "{n:,} 个测试点，已写入 {path}（{mb:.1f} MB）",
    "report.points.one": "1 个测试点，已写入 {path}（{mb:.1f} MB）",
    "report.figures": "{n} 个文件，已写入 {path}",
    "report.figures.one": "1 个文件，已写入 {path}",
    "report.figures.none": (
        "没有图写入 {path}：这些结果不足以绘制任何一张图，报告中写明了每张图需要什么"
    ),
    "report.more_problems": "另有 {n} 行类似信息，见报告。",
    "report.one_for_two": "{name} 同时是两项输出的文件，后者会覆盖前者：请使用不同的文件名。",
    "terminal.concurrency": "并发",
    "terminal.request_rate": "req/s",
    "terminal.num_prompts": "请求",
    "terminal.max_concurrency": "并发上限",
    "terminal.repeat": "重复",
    "terminal.verdict": "判定",
    "terminal.points": "测试点",
    "terminal.doubtful": "存疑",
    "terminal.all": "全部",
    "terminal.courses": "从最低负载到最高负载",
    "terminal.input_len": "输入 {value}",
    "terminal.output_len": "输出 {value}",
    "terminal.prefix_len": "共享前缀 {value}",
    "terminal.pcie_width": "{value} 条通道",
    "calibrate.load": "设定负载",
    "calibrate.given": "实际",
    "calibrate.ttft": "TTFT 误差",
    "calibrate.itl": "ITL 误差",
    "calibrate.delay": "附加延迟",
    "calibrate.late": "发送滞后",
    "calibrate.within": "达标",
    "calibrate.beyond": "超出",
    "calibrate.failed": "{level}，失败 {n}",
    "calibrate.host": "主机：",
    "calibrate.error": "误差：",
    "calibrate.client_delay": "延迟：",
    "calibrate.ceiling": "上限：",
    "calibrate.host.is": (
        "{hostname}，{cpus} 个 CPU 核（{cpu}），{kernel}，{python}；worker 数：{workers}，"
        "{scheduling}；到达时间的记录者：{stamps}"
    ),
    "calibrate.error.is": (
        "TTFT {ttft} ms，ITL {itl} ms（p50 / p99，误差在 {target:g} ms 以内的各负载中最差的值）"
    ),
    "calibrate.delay.is": "客户端在数据到达 {delay} ms 后读取（p50 / p99，同上负载）",
    "calibrate.bounds": "均为下限：客户端与服务器共用了这台主机的 CPU 核",
    "calibrate.busy": "校准前的平均负载为 {load:.1f}：空闲主机上可能更高",
    "calibrate.ceiling.client": "{ceiling}",
    "calibrate.ceiling.server": "{ceiling}（服务器给不出更多）",
    "calibrate.ceiling.search": "{ceiling}（没有试更高的）",
    "calibrate.ceiling.time": "{ceiling}（时间不够，没有试更高的）",
    "calibrate.not_stored": "{why}本次校准不会保存：请在主机空闲时重新运行。",
    "calibrate.stopped": "已停止；没有保存任何内容。",
    "calibrate.not_finite": "--target-ms 为 {value}，必须是有限的数值。",
    "collect.files": "{n} 个文件，已写入 {path}",
    "collect.more": "另有 {n} 个结果未收集。",
    "collect.more.one": "另有 1 个结果未收集。",
    "merge.conflicts": "重复测量：",
    "merge.left_out": "未合并：",
    "merge.renamed": "已改名：",
    "merge.damaged": "已损坏：",
    "merge.points": "{n} 个有可用结果的测试点",
    "merge.points.one": "1 个有可用结果的测试点",
    "merge.files": "{n} 个不属于任何测试任务的文件",
    "merge.files.one": "1 个不属于任何测试任务的文件",
    "merge.into": "{what}，已写入 {path}",
    "merge.both": "{points}和{files}",
    "demo.truth": "真值：",
    "demo.means": "引擎自己记录的 TTFT 平均值为 {true:.3f} ms，测得 {measured:.3f} ms；",
    "twin.kind.cards": "卡",
    "twin.kind.models": "模型",
    "twin.kind.stacks": "引擎",
    "twin.kind.hosts": "主机",
    "twin.kind.links": "互联",
    "twin.no_profile": "没有名为 {name} 的{kind}配置{near}：可选 {known}。",
    "twin.no_link": "没有 {cards} 张卡之间互联的数据：请把 tp 设为 1、{known} 之一。",
    "twin.no_memory": "vLLM 无法启动（其原文：“{said}”）。",
    "twin.too_small": "{name} 为 {value}：至少要设为 1。",
    "twin.no_share": "{name} 为 {value}：请设为大于 0、不超过 1 的数。",
    "twin.not_positive": "{name} 为 {value}：请设为大于 0 的有限数。",
    "twin.too_long": "max_model_len 为 {asked}，而该模型最多 {most}：请设为不超过 {most}。",
    "twin.no_factor": "没有名为 {name} 的系数：可选 {known}。",
    "twin.not_fitted": (
        "该拟合配置针对的 {what} 是 {fitted}，不是 {asked}：请改用 {fitted}，或用 {asked} 的结果"
        "重新拟合。"
    ),
    "twin.other_engine": (
        "{card} 的拟合配置针对引擎 {fitted}，而模型 {model} 运行在 {asked} 上：请用后者的结果重新"
        "拟合，"
        "或去掉 --fitted。"
    ),
    "twin.not_modelled": (
        "它不能模拟 {flags}。请从命令中去掉这些选项，或在真实服务器上测量。"
    ),
    "twin.no_engine": "孪生引擎只有 vLLM 和 SGLang 两种，没有 {engine}。",
    "twin.no_model": "没有模型 {model} 的配置。",
    "twin.no_number": "{name} 为 {value}：请设为整数。",
    "twin.set_times": (
        "孪生引擎无法代替 {groups} 的服务器，token 改按设定的时间发出：{why}"
    ),
    "twin.unused": (
        "--fitted：没有孪生引擎会用到 {card}（{stack}）的拟合配置：请在测试计划中用 `twin` 指定这"
        "种卡，"
        "或去掉该配置。"
    ),
    "twin.two_fits": (
        "{one} 与 {other} 是同一种卡、同类引擎（{card}）的拟合配置：请只给出其中一个，或用两者的"
        "结果一起拟合出一个配置。"
    ),
    "twin.no_twin": (
        "--fitted 只用于孪生引擎：请加上 --embedded，改用 `inferometer simulate`，或去掉此参数。"
    ),
    "twin.no_fit": "这不是 `inferometer fit` 生成的配置：请先拟合，或去掉它。",
    "twin.in_file": "{path}：{what}",
    "twin.unread": "无法读取 {path}（{cause}）：请给出 `inferometer fit` 生成的文件。",
    "twin.never_done": (
        "孪生引擎无法处理 {tokens} token 的请求：请增大 max_model_len 或 KV 块数，或去掉这样的请求"
        "。"
    ),
    "simulate.no_card": (
        "没有为测试组 {group} 指定要模拟的卡：请在测试计划或其硬件中加上 `twin: CARD`，或使用 --s"
        "et twin=CARD。可选的卡：{known}。"
    ),
    "simulate.no_model": (
        "测试组 {group} 的模型 {model} 没有对应的配置：请去掉该组，或换用精度相同、名称以下列之一"
        "开头的模型：{known}。"
    ),
    "simulate.command": (
        "孪生引擎无法采用测试组 {group} 服务器命令中的设置：{why}"
    ),
    "simulate.left_out": "不模拟测试组 {groups}：{why}",
    "simulate.nothing": (
        "没有可模拟的测试组：{why}请测量真实的服务器，或用 `run --embedded` 演练。"
    ),
    "simulate.again": "测试组 {group}：{n} 个测试点将重新模拟，因为{parts}已变化。",
    "simulate.again.one": "测试组 {group}：1 个测试点将重新模拟，因为{parts}已变化。",
    "simulate.part.twin": "孪生引擎的算法",
    "simulate.part.card": "卡的配置",
    "simulate.part.model": "模型的配置",
    "simulate.part.stack": "引擎的配置",
    "simulate.part.host": "主机的配置",
    "simulate.part.link": "互联的配置",
    "simulate.part.fitted": "拟合配置",
    "simulate.unfitted": (
        "{all} 个测试点中有 {n} 个没有拟合配置：其 90% 区间取孪生引擎在未拟合的卡上的误差（TTFT 为"
        " 1.8 倍，"
        "TPOT 和吞吐量为 28%）。可用 `inferometer fit` 拟合，再以 --fitted 传入。"
    ),
    "simulate.extrapolated": (
        "{all} 个测试点中有 {n} 个属于外推：拟合配置未覆盖其 {names}。"
    ),
    "simulate.intervals": "模拟值及孪生引擎误差的 90% 区间：",
    "simulate.speed": (
        "以上为模拟结果，并非实测：服务器上的 {virtual} s 在本机用了 {took} s，相当于实时速"
        "度的 {speed} 倍。"
    ),
    "fit.many": "一次拟合 {n} 个系数过多：最多选 {most} 个。",
    "fit.no_ladder": "--ladder-step 只用于各点共用输入的情况：请去掉它，或设 --prompts shared。",
    "fit.left_out": "未采用 {point}：{why}",
    "fit.more.one": "另有 1 个点未采用。",
    "fit.more": "另有 {n} 个点未采用。",
    "fit.nothing": (
        "没有可用于拟合的点，原因见上：拟合需要实测结果，其中要有模型、长度、num_prompts 和延迟。"
    ),
    "fit.simulated": "它是模拟结果，并非实测。",
    "fit.invalid": "其判定为 INVALID。",
    "fit.no_model": "没有模型 {model} 的配置；请用 --model-profile 指定。",
    "fit.unnamed": "文件没有注明模型；请用 --model-profile 指定。",
    "fit.failed": "有 {percent:.0f}% 的请求失败；请重新测量。",
    "fit.rate_missed": "客户端没有跟上所要求的请求速率。",
    "fit.other_load": "拟合无法重现它的负载（{name}：{value}）。",
    "fit.other_card": "它是在 {measured} 上测得的，与 --twin {card} 不符；请改用 --twin {known}。",
    "fit.no_engine": "它是用 {engine} 测得的；孪生引擎只有 vLLM 和 SGLang 两种。",
    "fit.other_stack": (
        "测量时用的是 {engine}，与 --stack {stack} 不符；请选择与之相符的配置。"
    ),
    "fit.apart": "孪生引擎没有模拟它的多卡分工方式（{name}：{value}）。",
    "fit.not_modelled": "孪生引擎不能模拟它的设置 {flags}。",
    "fit.several": (
        "这些结果的 {names} 有多种取值，却要拟合成同一份配置。如果这些机器快慢不同，请分开拟合。"
    ),
    "fit.no_tp": "没有注明用了几张卡；请设置 --tp。",
    "fit.no_condition": "缺少可用的 {name}。",
    "fit.no_value": "{names} 一项都没有。",
    "fit.round": "第 {n} 轮：误差为预期的 {error:.3f} 倍。",
    "fit.simulated.note": "孪生引擎的数值是模拟结果，附 90% 区间。",
    "fit.head.factor": "系数",
    "fit.head.value": "相对原配置的倍数（90% 区间）",
    "fit.head.point": "测试点",
    "fit.head.twin": "孪生引擎（90% 区间）",
    "fit.unidentified": "这些结果无法确定 {name}：其区间取自原配置。请补充受它影响的结果。",
    "fit.alike": "{name} 与 {others} 对这些结果的影响相同：只能确定二者的组合。",
    "fit.error": "{name}：扣除偶然波动后误差 {percent:.1f}%（均方根，{n} 个点逐一留出）",
    "fit.scarce": (
        "不同的负载少于 {least} 种，无法得知孪生引擎在其他负载下的误差：区间至少包含预期误差。请补"
        "充其他负载的结果。"
    ),
    "fit.contradict": (
        "结果相互矛盾：{of} {load} 测了 {n} 次，{name} 从 {low:,.1f} 到 {high:,.1f} 不等。请只给出"
        "同一服务器的结果，且前缀缓存要么都已预热，要么都没有。"
    ),
    "fit.misfit": (
        "孪生引擎无法描述这些结果：{name} 的误差是预期的 {times:.0f} 倍。请检查 --stack、--host-p"
        "rofile 和被测服务器的设置；不要用此配置做规划。"
    ),
    "fit.no_length": (
        "按模型自身的最大长度，{said}请把 --max-model-len 设为被测服务器的值。"
    ),
    "fit.written": "配置：{path}",
    "capacity.one_load": "请给出 --request-rate 或 --max-concurrency 之一。",
    "capacity.rate": "--request-rate 为 {value}：请设为大于 0、小于 1,000,000 的数。",
    "capacity.metric": "孪生引擎没有 {name}：目标可用的指标为 {known}。",
    "capacity.prefix": (
        "--prefix-len 为 {prefix}，而 --input-len（已包含前缀）只有 {prompt}：请把 --input-len 设为"
        "整个输入的长度。"
    ),
    "capacity.target": (
        "目标只针对所问的这一个负载：请去掉 `any`、`every` 和 `if`，写作 '{target}'。"
    ),
    "capacity.tp_left_out": "--tp {tp} 所需的卡数超过 --max-cards {cards}，已略去。",
    "capacity.tp_none": (
        "--tp {tp} 所需的卡数超过 --max-cards {cards}："
        "请把 --max-cards 设为至少 {least}，或减小 --tp。"
    ),
    "capacity.unused_fit": (
        "--fitted：{card} 的拟合配置针对 --stack {stack} 和 --host-profile {host}，"
        "而这里没有这样的部署：请给出这两个参数，或去掉该配置。"
    ),
    "capacity.price": "{text} 不是价格：请写作 CARD=每小时价格，如 r9700=0.60。",
    "capacity.price_of_others": (
        "--price 给出了 {names}，而 --card 只有 {cards}：请使用与 --card 相同的名称，或去掉该价格"
        "。"
    ),
    "capacity.no_length": (
        "以上按模型自身的最大长度计算：请把 --max-model-len 设为要服务的最长输入加输出。"
    ),
    "capacity.figure": "{path}：图只能写成 .svg 或 .png。",
    "capacity.load.rate": (
        "每秒 {rate:g} 个请求，输入 {input} token，输出 {output} token"
    ),
    "capacity.load.users": (
        "并发 {users} 个请求，输入 {input} token，输出 {output} token"
    ),
    "capacity.drawn": "图：{path}",
    "capacity.not_drawn": "没有能启动的部署，不画图。",
    "capacity.no_value": (
        "无法判断是否达到 {names} 的目标：模拟的负载没有这项数值（只有一个 token 的回答没有 TPOT"
        "）。"
    ),
    "capacity.outgrown": "请求到达的速度超过其处理能力，排队会越来越长。",
    "capacity.growing": (
        "模拟的负载结束时，并发请求数和延迟仍在增长：只能短时间承受该负载。"
    ),
    "capacity.near_limit": (
        "若实际慢 {percent:.0f}%（仍在孪生引擎的误差之内），"
        "该负载下就达不到目标。"
    ),
    "capacity.short": (
        "最多只模拟 {n} 个请求，不足以体现单个副本上的 {users} 路并发，数值偏乐观。请改问多副本中单"
        "个副本应承担的负载。"
    ),
    "capacity.simulated": "模拟结果，并非实测；数值附 90% 区间。功率从未按实测拟合。",
    "capacity.head.deployment": "副本数 × 卡",
    "capacity.head.cards": "卡数",
    "capacity.head.status": "目标",
    "capacity.head.picture": "区间与目标",
    "capacity.head.fits": "KV 可容纳",
    "capacity.head.kv": "KV %",
    "capacity.head.hits": "前缀命中 %",
    "capacity.head.kwh": "kWh/百万 token",
    "capacity.head.misses_from": "从该负载起达不到目标",
    "capacity.head.kv_half": "从该负载起 KV 用到一半",
    "capacity.head.kv_full": "从该负载起 KV 用满",
    "capacity.limits": "各部署的极限（所有副本合计，{unit}，精度 10%）：",
    "capacity.at_once": "并发请求",
    "capacity.head.w": "全部卡的功率 W（未拟合）",
    "capacity.head.hour": "每小时成本",
    "capacity.head.per_million": "每百万 token 成本",
    "capacity.status.meets": "达到",
    "capacity.status.unsure": "不确定",
    "capacity.status.misses": "达不到",
    "capacity.status.refused": "无法启动",
    "capacity.unfitted": "（未拟合）",
    "capacity.extrapolated": "（外推）",
    "capacity.none": "没有部署能达到目标：请允许更多的卡、换卡，或放宽目标。",
    "capacity.none_starts": "没有能启动的部署：请按上述原因调整设置，或换卡。",
    "capacity.measure": "要确认，请按单个副本应承担的负载实测 {name} 中的一个副本：",
    "twin.timing": "{flags}：孪生引擎的时序由模型算出。请去掉这些参数，或去掉 --twin。",
    "twin.without": "{flags}：只用于孪生引擎。请加上 --twin CARD，或去掉这些参数。",
    "twin.unverified": (
        "{card} 的 {rates} 未经核实。这张卡的预测不会比这些数值更可靠：请实测后用 "
        "`inferometer fit` 拟合。"
    ),
    "twin.experts": (
        "{models} 未经检验：孪生引擎没有为专家（MoE）算子建模。以两张 R9700 上的 gpt-oss-20b 为例，"
        "预测的 TTFT 偏短 28%，TPOT 偏差 13%。只有用含专家的模型拟合出配置之后，才可采信这些数值。"
    ),
    "twin.notice": (
        "模拟结果，并非实测：{what}，{blocks} 个 KV 块（"
        "{tokens} token）。所用配置中有 {n} 个数值未经核实：{names}。"
    ),
    "demo.errors": "误差的 p99：TTFT {ttft:.3f} ms，ITL {itl:.3f} ms（共 {events} 个事件）。",
    "output.lost": "无法写出输出（{cause}）：请重定向到别处。",
    "output.lost.saved": "无法写出输出（{cause}）：请重定向到别处。结果已保存。",
    "main.stopped": "已停止，命令没有执行完。",
    "main.nowhere": "当前目录已不存在：请切换到别的目录。",
    "main.cards": "{help}；可选的卡有 {cards}",
    "main.usage": "{error}：见 {help}。",
    "rows.unfit": "未采用的行（{n}）：{counts}",
    "rows.sent": "随输入一起发送：{counts}",
    "rows.pictures": "发送的图片：{n}",
    "rows.pictures.url": "发送的图片：{n}，其中 {by_url} 张以地址发送，由服务器获取",
    "rows.elsewhere": "从数据集文件夹之外读取的图片文件：{n}",
    "rows.left_out": "未发送：{counts}",
    "rows.more": "另有 {n} 项",
    "rows.join": "；",
    "hardware.is": "{name}：{facts}",
    "unchecked.hardware": "硬件 {hardware}",
    "unchecked.tp": "张量并行数 {tp}",
    "unchecked.health": "它能够提供服务（虽然它的 /health 报告不能）",
    "unchecked.model": "模型 {model}",
    "unchecked.model.why": "模型 {model}（{why}）",
    "unchecked.folder": "{served} 就是 {model}：服务器是从文件夹加载它的",
    "unchecked.max_model_len": "max_model_len {limit}",
    "sentence": "{what}。",
    "server.other_model": "{url} 提供的模型是 {models}，而不是 {model}",
    "server.other_root": "{url} 以 {served} 为名提供的是 {root}，而不是 {model}",
    "server.unhealthy": "{url} 有应答，但它的 /health 报告无法提供服务：请查看它的日志。",
    "server.restarted": "{url} 上的服务器在确认之后重启过。",
    "server.wrong_start": (
        "启动的服务器不是所要求的：{why}请核对配方中的 command、served_model 和 max_model_len。"
    ),
    "server.not_ready_in_time": (
        "服务器在 {timeout:g} s（其配方中的 start_timeout_s）内没有就绪：{why}"
    ),
    "and": "{first} 和 {second}",
    "compare.metric": "指标",
    "compare.effect": "变化",
    "compare.interval": "95% 置信区间",
    "compare.points": "{signs}",
    "compare.verdict": "判定",
    "compare.point": "测试点",
    "compare.a": "A",
    "compare.b": "B",
    "compare.load": "负载",
    "compare.shown": "测得",
    "compare.control": "对照",
    "compare.faster": "更快",
    "compare.slower": "更慢",
    "compare.no difference": "无差异",
    "compare.undecided": "尚无定论",
    "compare.undecided.runs": "尚无定论（{n}）",
    "compare.unknown": "未知",
    "compare.none": "无",
    "compare.side": "{side}：{name}，{n} 个结果，来自 {tools}",
    "compare.side.one": "{side}：{name}，1 个结果，来自 {tools}",
    "compare.differ": "两边的差别：{what}。",
    "compare.alike": "记录的条件没有差别。",
    "compare.untold": "只有一边记录了：{what}。",
    "compare.alone": "没有对应的测试点：{what}。",
    "compare.alone.side": "{side} 的 {n} 个结果（{ids}）",
    "compare.alone.side.one": "{side} 的 1 个结果（{ids}）",
    "compare.against": "{b} 相对于 {a}",
    "compare.b_against_a": "B 相对于 A",
    "compare.over": "B 相对于 A，{n} 个测试点的平均",
    "compare.mean": "平均",
    "compare.links": "{metric}：{model} TP={tp}，{narrow} 相对于 {wide}",
    "compare.links.control": "{metric}：{model} TP={tp}，{narrow} 相对于 {wide}，对照",
    "compare.rows": "{n} 行单个测试点",
    "compare.rows.one": "1 行单个测试点",
    "compare.hidden": "{rows}未显示：--points 可显示全部。",
    "compare.signs": "{signs}：更快、更慢、无差异、尚无定论的测试点数。",
    "compare.more_runs": "（n）：每边再轮流（A B B A）测约 n 次即可得出结论。",
    "compare.chance": (
        "区间全部在 {delta} 之外也可能仍无定论：{n} 行之中总有几行纯属偶然，因此每一行都要离得更"
        "远才可信。"
    ),
    "compare.chance.one": (
        "区间全部在 {delta} 之外也可能仍无定论：这可能纯属偶然，要离得更远才可信。"
    ),
    "compare.note": "注意：{warning}。",
    "compare.sum.slower": "B 慢了 {delta} 以上：{what}。",
    "compare.sum.faster": "B 快了 {delta} 以上：{what}。",
    "compare.sum.no difference": "差异不超过 {delta}：{what}。",
    "compare.sum.undecided": "尚无定论：{what}。",
    "compare.cell": "{metric}（{percent}）",
    "caution.no_result": "没有结果：{side}",
    "caution.the_results": "两边",
    "caution.all_invalid": (
        "结果全部为 INVALID（{side}：{which}）：请重新测量，或用 --allow-invalid 仍然使用它们"
    ),
    "caution.suspect": "SUSPECT 的结果（{side}）：{which}",
    "caution.invalid.used": "INVALID、但仍然使用的结果（{side}）：{which}",
    "caution.invalid.left_out": "INVALID、未使用的结果（{side}）：{which}",
    "caution.rehearsed": (
        "含演练结果（{side}）：{of} 个测试点中的 {n} 个来自快速运行、内置引擎或孪生引擎"
        "，不能说明硬件性能"
    ),
    "caution.rehearsed.all": (
        "全部为演练结果（{side}）：测试点都来自快速运行、内置引擎或孪生引擎，不能说明硬件性能"
    ),
    "caution.nothing_in_common": (
        "{a} 与 {b} 没有相同的测试点：两边的第一个测试点在以下条件上不同：{what}"
    ),
    "caution.nothing_in_common.unknown": "{a} 与 {b} 没有相同的测试点：它们的设置未知",
    "caution.same": "有 {n} 个结果同时在 {a} 和 {b} 中，是与自身比较",
    "caution.same.one": "有 1 个结果同时在 {a} 和 {b} 中，是与自身比较",
    "caution.input_len": (
        "比较不公平：{n} 个测试点的输入长度不同，例如平均 {one:.0f} 与 {other:.0f} token"
    ),
    "caution.input_len.one": (
        "比较不公平：1 个测试点的输入长度不同，平均 {one:.0f} 与 {other:.0f} token"
    ),
    "caution.output_len": (
        "比较不公平：{n} 个测试点的输出长度不同，例如平均 {one:.0f} 与 {other:.0f} token"
    ),
    "caution.output_len.one": (
        "比较不公平：1 个测试点的输出长度不同，平均 {one:.0f} 与 {other:.0f} token"
    ),
    "caution.nowhere": "并非两边都有：{metrics}",
    "caution.somewhere": "{of} 个测试点中有 {n} 个不是两边都有 {metric}",
    "caution.no_interval": (
        "{of} 行中有 {rows} 行没有区间，因此尚无定论：单次运行如果太短，或其文件中没有逐个请求的数"
        "据（vLLM 加 --save-detailed 才写入），就无从知道它有多精确；重复运行即可得知"
    ),
    "caution.turns.all": (
        "所有测试点都{why}，因此区间为此留出了 {drift:.3g}% 的余量（--drift）；每边轮流（A B B A）"
        "测三次或更多就不需要余量"
    ),
    "caution.turns.some": (
        "{share:.0%} 的测试点{why}，因此区间为此留出了 {drift:.3g}% 的余量（--drift）；每边轮流（A "
        "B B A）测三次或更多就不需要余量"
    ),
    "caution.design.one after the other": (
        "是先测一边再测另一边的，或时间未知：机器的漂移看起来会像真实差异"
    ),
    "caution.design.single runs": "只在每边各测了一次：不知道同样的两次运行会相差多少",
    "caution.design.in turns": "轮流测量不足三轮：非线性的漂移看起来会像真实差异",
    "caution.named": "{ids}：{reason}",
    "caution.named.some": "{ids}：{reason}（{of} 个中的 {n} 个；其余另有原因）",
    "caution.unfair": "比较不公平：{why}（{what}）",
    "unfair.dataset": "输入的内容不同",
    "unfair.input_len": "输入长度不同",
    "unfair.output_len": "输出长度不同",
    "unfair.prefix_len": "共享前缀的长度不同",
    "unfair.cache": "前缀缓存的状态不同",
    "unfair.load": "负载不同",
    "unfair.num_prompts": "请求数不同",
    "unfair.tool": "各工具对指标的定义不同",
    "unfair.rehearsal": "有一边是演练",
    "compare.no_metric": "没有 {name!r} 这个指标：指标名称与 vLLM 的结果文件一致，例如 p99_ttft_ms",
    "compare.neither": "{name} 的高低没有好坏之分：请用 --metric 选择别的指标",
    "compare.no_pair": "没有一对测试点两边都有 {metrics}：请用 --metric 选择别的指标",
    "compare.no_point": "没有测试点两边都有 {metrics}：请用 --metric 选择别的指标",
    "compare.several": (
        "{side} 在同样的设置下有几个不同的 {condition}（{values}）：请用 "
        "--where {choice} 选择其中一个"
    ),
    "compare.two_sides": "compare 需要 A、B 两边，或 --by CONDITION=A,B：现在给出了 {n} 个",
    "compare.nowhere": "没有 {name}={value} 的测试点：有的是 {there}",
    "compare.none_of_side": "{side} 中没有 {name}={value} 的结果：有的是 {there}",
    "compare.nowhere.unread": "没有 {name}={value} 的测试点：有的是 {there}（{problem}）",
    "compare.no_points": "没有任何测试点",
    "compare.two_values": "--by 需要两个值，例如 --by {name}=A,B，而不是 {n} 个",
    "compare.not_a_share": "{flag} {text} 不是比例：请写成 2% 或 0.02",
    "compare.not_a_condition": (
        "{flag} {text} 不是 CONDITION=VALUE 的形式：请写成 {flag} {example}"
    ),
    "compare.no_condition": "{flag} {text}：没有 {name!r} 这个条件{near}",
    "pcie.no_model": (
        "没有模型在 {condition} {narrow} 和 {condition} {wide} 下以相同的张量并行数和负载测量过"
    ),
    "pcie.no_control": "没有对照：{name}",
    "pcie.other_control": "没有自己的对照，改用 {model} 的：{name}",
    "pcie.not_both": "不是两边都有 {metric}",
    "pcie.ladder": "{model} TP={tp}（{narrow} 相对于 {wide}）",
    "pcie.one_width": (
        "需要两种 PCIe 链路宽度，而结果中只有 x{width}：请指明两边，例如 --by config=B,C"
    ),
    "pcie.no_width": "需要两种 PCIe 链路宽度，而结果中没有记录：请指明两边，例如 --by config=B,C",
    "pcie.answer": "{who}：{verdict}，{effect}（{bounds}）{ladder}{beside}。",
    "pcie.who": "{model} TP={tp}，{narrow} 相对于 {wide}，{metric}",
    "pcie.who.control": "{model} TP={tp}，{narrow} 相对于 {wide}，{metric}（对照：应当没有差异）",
    "pcie.no_interval": "区间未知",
    "pcie.levels": "，负载 {from_level:g} 时 {first}，{to_level:g} 时 {last}",
    "pcie.beside": "；已扣除对照（TP=1）的 {control}",
    "near": "（您是不是想写 {name!r}？）",
    "near.all": "：可用的有 {names}",
    "main.language": "'{lang}' 不是可用的语言：{known}。",
    "run.other_version": "它是在服务器的 {what} 下测得的。",
    "plan.item.image": "镜像",
    "plan.image": "{image}",
    "plan.image.floats": "{image}（该标签会变动：发布结果之前请指定版本）",
    "plan.group.limit.least": "，max_model_len 至少为 {limit}",
    "compare.unrecorded": "未记录",
    "compare.cache_hits": "来自前缀缓存的输入 token：A {a}，B {b}。",
    "compare.speed_ups": "B 的速度是 A 的多少倍：{what}。",
    "compare.levels": "列出了 {of} 个负载中的 {n} 个；--points 列出全部。",
    "presets.none": "没有名为 {name!r} 的预设{near}：`inferometer presets` 可列出。",
    "console.repeats.which": "第 {n} 次（{why}）",
    "terminal.hits": "命中 %",
    "rows.sound": "发送的音频：{n}",
    "rows.film": "发送的视频：{n}",
    "caution.independent": (
        "有 {n} 个单测试点平均值的区间由标准差和请求数得出，如同各请求互不相关；而同一次运行的请求"
        "是相关的，因此真值可能偏离更远：重复运行才能知道"
    ),
    "caution.independent.one": (
        "有 1 个单测试点平均值的区间由标准差和请求数得出，如同各请求互不相关；而同一次运行的请求是"
        "相关的，因此真值可能偏离更远：重复运行才能知道"
    ),
    "server.other_limit": (
        "{url} 提供的 {served} 的 max_model_len 为 {found}，而不是要求的 {limit}{accepts}"
    ),
    "monitor.token_required": (
        "--host 可从其他主机访问，因此必须设置令牌：请写入 {variable}。"
    ),
    "monitor.serve_alone": "--serve 只通过 HTTP 提供样本：请去掉 {flags}。",
    "monitor.no_port": (
        "无法监听 {host} 的端口 {port}（{why}）：请换一个 --port。"
    ),
    "monitor.serving": (
        "正在 {url}{path} 提供样本；用 `--monitor {url}` 读取。Ctrl-C 结束。"
    ),
}
