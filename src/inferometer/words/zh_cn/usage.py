"""What is wrong with flags, campaign files and specs, in Simplified Chinese."""

from __future__ import annotations

USAGE: dict[str, str] = {
    "help.usage": "用法：{usage}",
    "help.arguments": "参数",
    "help.options": "选项",
    "help.commands": "命令",
    "help.default": "[默认：{value}]",
    "help.required": "[必填]",
    "help.env": "[环境变量：{value}]",
    "help.range": "[{value}]",
    "wish.other": "不符合要求（pydantic 原文：“{said}”）",
    "wish.input": "{wish}",
    "wish.greater_than": "应大于 {gt}",
    "wish.greater_than_equal": "应大于或等于 {ge}",
    "wish.less_than": "应小于 {lt}",
    "wish.less_than_equal": "应小于或等于 {le}",
    "wish.int_type": "应为整数",
    "wish.int_parsing": "应为整数，无法把这段文字解析为整数",
    "wish.int_from_float": "应为整数，而不是小数",
    "wish.float_type": "应为数值",
    "wish.float_parsing": "应为数值，无法把这段文字解析为数值",
    "wish.finite_number": "应为有限的数值",
    "wish.bool_type": "应为 true 或 false",
    "wish.bool_parsing": "应为 true 或 false",
    "wish.string_type": "应为字符串",
    "wish.dict_type": "应为键值映射（`名称: 值`）",
    "wish.list_type": "应为列表",
    "wish.tuple_type": "应为列表",
    "wish.literal_error": "应为 {expected}",
    "header.name": (
        "server.headers 的格式为 KEY=VALUE，第一个 '=' 之前是请求头的名称，例如 X-Team=blue。"
    ),
    "header.value": "server.headers {name}：值中含有换行或 ASCII 以外的字符；请去掉。",
    "header.twice": "server.headers {name} 给出了两次；请只给一次。",
    "header.api_key": "OPENAI_API_KEY 含有换行或 ASCII 以外的字符；请只填密钥本身。",
    "metadata.pair": "output.metadata 的格式为 KEY=VALUE，例如 gpu=R9700，而不是 {pair!r}。",
    "metadata.twice": "output.metadata {key} 给出了两次；请只给一次。",
    "extra_body.constant": "sampling.extra_body：{constant} 不是 JSON；请用数字或 null。",
    "extra_body.not_json": (
        "sampling.extra_body 不是 JSON（第 {place} 个字符处：{why}）；请整个加引号，例如 '{"
        '{"min_p": 0.1}}\'。'
    ),
    "extra_body.no_object": (
        "sampling.extra_body 应为带花括号的 JSON 对象，例如 '{{\"min_p\": 0.1}}'。"
    ),
    "output.percentiles": (
        'output.percentiles 应为 0 到 100 的数值，例如 "50,90,99"，而不是 {value!r}。'
    ),
    "output.metrics": "output.metrics 可用的有 {known}，没有 {name!r}{near}。",
    "rate.wrong": (
        "load.request_rate 应为大于 0 的每秒请求数，或 inf（一次全部发出），而不是 {value!r}。"
    ),
    "address.scheme": "{field} 必须以 http:// 或 https:// 开头，而不是 {scheme}://。",
    "address.user": (
        "{field} 不能含有用户名或密码，否则会写进文件；请改为设置 OPENAI_API_KEY。"
    ),
    "address.query": (
        "{field} 必须在 '?' 和 '#' 之前结束：查询参数请放在 server.endpoint 的末尾，例如 "
        "server.endpoint '/v1/completions?api-version=1'。"
    ),
    "address.path": (
        "{field} 只写服务器：请指定 {field} {server} 和 server.endpoint {path}。"
    ),
    "address.models": "{field} 只写服务器：请指定 {field} {server}。",
    "address.none": (
        "{address!r} 不是地址：请指定 {field} http://HOST:PORT，端口为 1 到 65535，IPv6 主"
        "机写在方括号中，例如 http://[::1]:8000。"
    ),
    "scenario.none": (
        "{text!r} 不是场景：请写成 D(1024,128)、N(512,64)/(128,16) 或 U(100,400)/(50,200)"
    ),
    "scenario.empty": "从 {least} 到 {most} 的范围是空的：最短的长度写在前面",
    "scenario.mean": "平均 {mean} token 太短：至少为 1",
    "scenario.length": "长度为整数个 token，至少为 1，而不是 {number}",
    "scenario.contrary": "与 {fields} 矛盾：请只给两者之一",
    "steps.none": "至少需要一级；单一速率请不要写它",
    "command.quotation": "不是命令行（{why}）：请补全引号，或写成词的列表",
    "wish.one_of": "应为以下之一：{known}{near}",
    "target.none": "{text!r} 不是目标：请写成类似 {example} 的形式。",
    "target.comparison": '应为比较式，例如 "> 1800"、"any > 1800" 或 "< 100 if tp=1"，'
    '写在指标名之后，如 output_throughput: "> 1800"',
    "target.condition": (
        "{text!r} 不是条件：请写成类似 tp=1 或 concurrency<=32 的形式，用逗号分隔。"
    ),
    "target.number": "{text!r} 比较的不是数值：请写成类似 concurrency<=32 的形式。",
    "target.no_metric": "目标 {target!r} 中的指标不存在{near}。",
    "target.names": "：指标名称与 vLLM 的结果文件一致，例如 p99_ttft_ms",
    "target.needs": "目标 {target!r} 无法检查：{metric} 需要{what}。",
    "target.needs.cost_per_million_tokens": "价格，或测试计划文件中的 cost_per_hour",
    "target.needs.scaling_efficiency": "一块卡和多块卡上的测试点，只有测试任务才有",
    "target.no_condition": "目标 {target!r} 中的 {name!r} 不是条件{near}。",
    "target.unanswerable": (
        "目标 {target!r} 无法检查：本次运行的测试点都不具备 {where}。请去掉它，或运行它所针对的测试"
        "点。"
    ),
    "price.pue": "PUE 应在 1 到 10 之间",
    "price.wanted": (
        "应为大于 0 的价格，小数点用“.”，例如 2.5/h、18 元/小时、0.12/kWh，"
        "或带 PUE 的 0.12/kWh*1.3"
    ),
    "axis.wanted": "应为数值、形如 {{from: 1, to: 200, step: 1}} 的范围，或两者的列表",
    "axis.too_many": "超过 {most} 个值",
    "axis.none": "没有值；请去掉它，或给出一些值",
    "axis.empty": "从 {first} 到 {last} 的范围是空的；step 至少为 1，`to` 不小于 `from`",
    "check_run.hash": "server.endpoint {path!r} 必须在 '#' 之前结束，服务器收不到其后的内容。",
    "check_run.slash": (
        "server.endpoint {path!r} 必须以 '/' 开头，例如 /v1/completions；服务器本身写在 "
        "server.base_url 中。"
    ),
    "check_run.pictures": (
        "图片要放在聊天消息中，而 server.backend {backend} 不支持聊天消息：请从 {chats} 中选择。"
    ),
    "check_run.chats": (
        "录制的对话是聊天消息，而 server.backend {backend} 不支持聊天消息：请从 {chats} 中选择。"
    ),
    "check_run.sound": (
        "server.backend {backend} 发送的是音频，而 {kind} 类提示词中没有音频：请使用带音频文件的"
        "数据行（jsonl 或 hf）。"
    ),
    "check_run.too_long": (
        "{input} 个输入 token 和 {output} 个输出 token{spread}共 {total} 个，而服务器的 "
        "max_model_len 为 {limit}：请把 {fields} 缩短 {over}，或以 --max-model-len {total} 或更大的"
        "值启动服务器。"
    ),
    "check_run.or": "{first} 或 {second}",
    "check_run.spread": "（{field} 的上限）",
    "check_run.rows_too_long": (
        "{of} 个请求中有 {n} 个超过服务器的 max_model_len {limit}，最长的有 {input} 个输入 token 和"
        " {output} 个输出 token：请去掉这些行（workload.max_total_len {limit}），缩短它们，或以 "
        "--max-model-len {total} 或更大的值启动服务器。"
    ),
    "check_run.descriptors": (
        "一个进程中的 {streams} 个连接需要打开 {needed} 个文件，而上限为 {limit}：请调高上限（"
        "ulimit -n {needed}），或减小 load.max_concurrency{workers}。"
    ),
    "check_run.workers": "，或使用 `workers` {n}",
    "check_run.several_shapes": "{first} 和 {second} 都规定了请求的发送时刻：请只给其中一个。",
    "check_run.replay": (
        "load.replay_speed 需要记录的时刻，只有 workload.kind trace 才有，且其中每个请求只用一次。"
    ),
    "check_run.burstiness": (
        "load.burstiness {value:g} 决定请求之间的间隔，而 load.request_rate 为 inf 时没有间隔：请给"
        "出速率，或去掉它。"
    ),
    "check_run.drop": (
        "load.when_full drop 需要到达速率和并发上限：请给出速率和 load.max_concurrency，或去掉它。"
    ),
    "check_run.ours": "sampling.extra_body 不能设置 {field!r}，测量依赖于它：请去掉。",
    "check_run.twice": "{field!r} 既单独给出，又写在 sampling.extra_body 中：请去掉其中一个。",
    "axis.range": "应为形如 {{from: 1, to: 200, step: 1}} 的整数范围",
    "axis.no_key": "范围中没有 {key!r}{near}：{wanted}",
    "campaign_file.unknown": "未知的键 {key!r}{near}。",
    "campaign_file.unknown.known": "未知的键 {key!r}：可用的有 {known}。",
    "campaign_file.misplaced": "键 {key!r} 应写在 {sections} 之下，而不是这里。",
    "campaign_file.missing": "缺少 {name}。",
    "campaign_file.wrong": "{name}：{wish}。",
    "campaign_file.wrong.value": "{name}：{wish}，而不是 {value!r}。",
    "campaign_file.not_one_of": "{name}：{value!r} 不是可用的值：{known}{near}。",
    "campaign_file.at": "{place}：{what}",
    "campaign_file.too_long": "{name}：文件超过 {most} 字节，测试任务用不着这么长。",
    "campaign_file.no_preset": (
        "没有名为 {name!r} 的文件或预设{near}：`inferometer presets` 可列出预设。"
    ),
    "campaign_file.directory": (
        "{name} 是目录：请给出测试计划文件或预设的名称（`inferometer presets`）。读取其中的结果请"
        "用 `inferometer report {name}`。"
    ),
    "campaign_file.not_utf8": "{name}：文件不是 UTF-8 文本。",
    "campaign_file.unread": "{name}：无法读取文件（{why}）。",
    "campaign_file.line": "{name}:{line}：{what}",
    "campaign_file.no_mapping": (
        "{name}:1：测试计划文件应为键值映射；示例见 `inferometer presets show production`。"
    ),
    "near.either": "（您是不是想写 {names}？）",
    "campaign_file.pair": "格式为 KEY=VALUE，例如 load.num_warmups=4。",
    "campaign_file.no_place": "无法设置 {key!r}。",
    "campaign_file.interleave.few": "测试任务有 {n} 个服务器（{names}）：需要两个服务器。",
    "campaign_file.interleave.few.one": "测试任务只有 1 个服务器（{names}）：需要两个服务器。",
    "campaign_file.no_number": "{text!r} 不是大于 0 的整数：请设为这样的整数，或不要设置。",
    "campaign_file.exchanged": "{first} 大于 NUM_PROMPTS_END 的 {last}：请对调两者。",
    "campaign_file.nothing_left": "{name} 的 num_prompts 都不在 {first} 和 {last} 之间。",
    "campaign_file.both_bounds": "NUM_PROMPTS_START 和 NUM_PROMPTS_END",
    "campaign_file.only": "--only {pattern!r} 没有对应的测试组或测试点{near}。",
    "campaign_file.quick.num_prompts": (
        "--set {pair}：--quick 每个测试点最多发送 {most} 个请求；请去掉两者之一。"
    ),
    "yaml.too_long": "文件超过 {most} 字节。",
    "yaml.problem": "{context}，{problem}。",
    "yaml.none": "文件不是 YAML（{why}）。",
    "yaml.tab": "YAML 不能用制表符缩进：请用空格。",
    "yaml.too_deep": "嵌套超过 {most} 层。",
    "yaml.aliases": "别名（*name）超过 {most} 个：请直接写出值。",
    "yaml.too_many": "文件中的值太多，或别名（*name）重复太多：请精简。",
    "yaml.tag": "这里不支持标签：请去掉 {tag!r}。",
    "yaml.key": "键必须是普通的词；不支持合并键（<<）。",
    "yaml.twice": "{key!r} 出现了两次；另一处在第 {line} 行。",
    "campaign_check.too_many": "加上这些，测试点超过 {most} 个：请缩小 matrix。",
    "campaign_check.unknown": "{section} 中没有 {name!r}{near}。",
    "campaign_check.unknown.known": "{section} 中没有 {name!r}{near}；可用的有 {known}。",
    "campaign_check.same_id": "已有另一个测试组 {id!r}：请给每个组不同的 id。",
    "campaign_check.odd": "重复 {n} 次不能抵消漂移（A B、B A 需要两次）：请给偶数。",
    "campaign_check.one_server": "{one} 和 {other} 使用同一个服务器：没有可以轮流的。",
    "campaign_check.nothing_shared": (
        "{one} 和 {other} 没有设置相同的测试点：请给它们相同的 matrix 和 load。"
    ),
    "campaign_check.same_address": (
        "我们启动的两个服务器不能都在 {url}：请给每个不同的 base_url，或去掉 exclusive。"
    ),
    "campaign_check.gpus": "tp {tp} 需要 {tp} 块 GPU，而硬件 {hardware!r} 只声明了 {gpus} 块。",
    "campaign_check.placeholder": "不知道用什么填充 {{{word}}}{near}：请使用 {known}。",
    "campaign_check.no_image": "其中有 {{image}}，但没有指定镜像。",
    "campaign_check.no_hardware": "配方 {name!r} 中有 {{{word}}}，但本组没有指定硬件。",
    "campaign_check.secret": "{name} 看起来是密钥：请在 shell 中设置，服务器会继承它。",
    "campaign_check.secret.command": (
        "{name} 是命令行中的密钥，任何人都能读到，还会被记录下来：请改为在启动 inferometer 的 "
        "shell 中导出（VLLM_API_KEY、HF_TOKEN），服务器会继承它。"
    ),
    "campaign_check.process": "kind 为 process 的服务器需要 command。",
    "campaign_check.operator": (
        "kind 为 operator 的服务器需要 command 或 note，以便告诉启动它的人。"
    ),
    "campaign_check.registration": "注册的模型必须启动：请给出 model_name 相同的 launch。",
    "campaign_check.launch": "launch 需要 Xinference 所用的 model_name。",
    "campaign_check.compose": "kind 为 compose 的服务器需要 compose_file 和 compose_service。",
    "campaign_check.name.control": "文件名不能含有控制字符：请重新输入。",
    "campaign_check.name.slash": "文件名不能含有 /，也不能以点开头：目录由 result_dir 指定。",
    "campaign_check.name.field": "文件名中不能有 {{{field}}}{near}：请使用 {known}。",
    "campaign_check.name.brace": "花括号没有闭合。",
    "campaign_check.name.config": "file_name 中有 {{config}}，但本组没有指定硬件。",
    "campaign_check.cell": "它的 matrix 给出了 {what}：{wish}。",
    "campaign_check.cell.point": "一个测试点",
    "campaign_check.cell.none": "{kind} 类型的 workload 没有它",
    "campaign_check.no_point": "没有剩下任何测试点：请查看它的 matrix 及其 exclude。",
    "campaign_check.per_concurrency": (
        "num_prompts_per_concurrency 需要 matrix 或 load 中的 max_concurrency。"
    ),
    "campaign_check.warm": "warm 测试点需要先由 cold 测试点填充缓存：请写 `cache: [cold, warm]`。",
    "campaign_check.too_long": (
        "{input} 个输入 token 和 {output} 个输出 token 共 {total} 个，而 servers.{server} 的 "
        "max_model_len 为 {limit}：请调大或去掉它，或缩短请求。"
    ),
    "campaign_check.same_name": (
        "{one} 和 {other} 的文件名相同：请加上能区分它们的字段，例如 {{n}} 或 {{repeat}}。"
    ),
    "campaign_check.same_point": "{other} 与 {one} 是同样的测量：请去掉两者之一。",
    "campaign_check.long_name": (
        "它产生的文件名最长 {n} 字节，而文件名最多 {most} 字节：请缩短它或它所含的名称。"
    ),
    "campaign_check.limit_needed": (
        "servers.{server}：需要 max_model_len，因为测试组 {group} 的请求有多长只有文件才知道；请在"
        "这里给出它，或给 workload 指定 max_total_len。"
    ),
    "campaign_file.quick.num_warmups": "--set {pair}：--quick 最多预热 1 个请求；请去掉两者之一。",
    "campaign_file.quick.repeats": "--set {pair}：--quick 不重复测量；请去掉两者之一。",
    "wish.model_type": "应为键值映射（`名称: 值`）",
    "campaign_check.numa_node": "command 中没有它的位置：请在服务器程序之前写 {{numactl}}。",
    "campaign_check.no_group": "没有测试组 {name!r}{near}：请给出测试组的 id。",
    "campaign_file.interleave": (
        "测试任务有 {n} 个服务器（{names}）：请指明哪些轮流，例如 --set 'interleave=[[a, b]]'。"
    ),
}
