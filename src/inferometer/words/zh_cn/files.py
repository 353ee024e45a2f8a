"""What is wrong with files, ledgers and archives, in Simplified Chinese."""

from __future__ import annotations

FILES: dict[str, str] = {
    "unread": "无法读取 {path}：{why}",
    "unread.regular": "它不是普通文件；请直接给出结果文件",
    "unread.size": "它有 {size:,} 字节，超过上限 {most:,}",
    "unread.some": "{of} 项中有 {n} 项不是已知工具的结果；删去后即可读取其余各项",
    "unread.wrapped": "{name} 下的 {of} 项中有 {n} 项不是已知工具的结果；删去后即可读取其余各项",
    "unread.wrapped_names": "其中有结果，但 {names} 不是已知工具的结果",
    "unread.not_json": "它不是 JSON（第 {line} 行：{why}）",
    "unread.line_not_json": "第 {line} 行不是 JSON（{why}）",
    "unread.no_result": "它不是结果文件（{why}）",
    "unread.no_object": "其中是 JSON 的 {type}，而结果应为对象",
    "unread.no_lines": "没有一行是 JSON 对象",
    "unread.line": "无法读取 {path} 的第 {line} 行：它不是 JSON 对象",
    "unread.lines": "{path} 中另有 {n} 行无法读取",
    "unread.directory": "它是目录；请给出结果文件，或 EvalScope 的目录",
    "unread.evalscope": "它不是 JSON；不需要它时请移走",
    "unread.evalscope.database": "{why}；不需要逐个请求的数据时请移走它",
    "unread.changed": "它与写入时不同；请从备份恢复，或重新测量",
    "unread.events": "其中的请求与事件数对不上",
    "unread.not_ours": "其中的 {file} 不是 Inferometer 的文件",
    "unread.newer": "它由更新版本的 Inferometer 写成；请升级 Inferometer 后再读取",
    "unread.strange": "其中有任何工具都不会写的内容（{why}）",
    "problem.not_of_campaign": "{path} 不是测试任务 {name} 的结果：其账本中没有它。",
    "problem.archives.one": "{paths} 是压缩包，没有打开：请先解压。",
    "problem.archives": "有 {n} 个压缩包没有打开，请先解压：{paths}。",
    "problem.strange.one": "{paths} 是 JSON，但不是已知工具的结果。",
    "problem.strange": "有 {n} 个文件是 JSON，但不是已知工具的结果：{paths}。",
    "problem.no_results.one": "{paths} 中没有已知工具的结果。",
    "problem.no_results": "有 {n} 个文本文件中没有已知工具的结果：{paths}。",
    "damage.changed": "{name} 已改变",
    "damage.missing": "缺少 {name}",
    "damage.unread": "无法读取 {name}（{why}）",
    "os.ENOENT": "没有这个文件或目录",
    "os.EACCES": "没有权限",
    "os.EPERM": "不允许的操作",
    "os.EISDIR": "是目录",
    "os.ENOTDIR": "不是目录",
    "os.ENOSPC": "磁盘已满",
    "write.cannot": "无法写入 {path}：{why}",
    "write.locked": (
        "另一个进程已锁定它 {seconds:.0f} s；请结束那个进程（如有 {lock} 请删除），或换一个文件"
    ),
    "write.character": (
        "{encoding} 编码的文件名不能含有 {character}；请换一个名称，或设置 LC_ALL=C.UTF-8"
    ),
    "write.EACCES": "没有权限；请选择可写的目录",
    "write.EROFS": "文件系统为只读；请换一个目录",
    "write.ENOSPC": "磁盘已满；请腾出空间，或选择另一块盘上的目录",
    "write.EDQUOT": "磁盘配额已用完；请腾出空间，或选择另一块盘上的目录",
    "write.EFBIG": "文件会超过系统的大小上限；请调高上限（`ulimit -f`），或换一个目录",
    "write.ENOENT": "所在目录不存在（或已被删除）；请换一个目录",
    "write.ENOTDIR": "路径中有一段是文件而不是目录；请换一个目录",
    "write.EISDIR": "那是一个目录；请给出文件名",
    "write.EEXIST": "同名的文件或目录已存在；请换一个名称，或把它移走",
    "write.ENAMETOOLONG": "名称太长；请换一个短的",
    "save.nowhere": "{error}。别处也没有空间（约需 {mb:.1f} MB）：只剩下屏幕上的报告",
    "save.elsewhere": "{error}。结果改为保存在 {folder}/。",
    "ledger.salvaged": (
        "{path} 从第 {line} 行起已损坏：其后记录的 {n} 个结果仍然可用，因为它们的文件完好且与记录一"
        "致{lost}"
    ),
    "ledger.salvaged.one": (
        "{path} 从第 {line} 行起已损坏：其后记录的 1 个结果仍然可用，因为它的文件完好且与记录一致"
        "{lost}"
    ),
    "ledger.salvaged.none": "{path} 从第 {line} 行起已损坏：其后记录的结果都不可用{lost}",
    "ledger.lost": "；另有 {n} 个不可用",
    "ledger.repairs": "{what}。`inferometer run` 会修复账本。",
    "ledger.kept": "{what}。从那里开始的各行保存在 {file} 中。",
    "ledger.name": (
        "没有读取 {directory}：{name!r} 不能作为测试任务的名称。请把目录改名为测试计划文件中的名称"
        "。"
    ),
    "ledger.unreadable": "无法读取 {path}（{why}）：请使其可读。",
    "ledger.unreadable.elsewhere": "无法读取 {path}（{why}）：请使其可读，或换一个目录。",
    "ledger.link": (
        "{path} 是链接，而结果目录可能来自他处，因此不跟随其中的链接：请换成它所指的文件，或删除它"
        "。"
    ),
    "ledger.damaged": (
        "{path} 第 {line} 行：该行已损坏，或之前缺了一行；请从备份恢复账本，或移走 {directory} 后重"
        "新开始测试任务。"
    ),
    "ledger.foreign": (
        "{path} 中有测试任务不会写的内容，因此不使用。解决办法：从测量的机器重新拷贝结果。"
    ),
    "ledger.newer": (
        "{path} 由更新版本的 Inferometer 写成（账本版本 {version}，当前最高支持 {most}）：请升级 "
        "Inferometer 后继续。"
    ),
    "ledger.newer.unproven": "{path} 由更新版本的 Inferometer 写成：请升级 Inferometer 后继续。",
    "ledger.taken.removed": "{path} 已被删除：请确认没有别的运行在使用它，然后重新运行",
    "ledger.taken.replaced": "{path} 已被替换：请确认没有别的运行在使用它，然后重新运行",
    "ledger.taken.changed": "{path} 被另一个进程修改：请确认没有别的运行在使用它，然后重新运行",
    "ledger.busy": (
        "另一个进程正在 {directory} 中运行测试任务，尽管它的锁已被删除：请等它结束，或停止它。"
    ),
    "ledger.none": "无法读取 {path}（没有这个文件）",
    "earlier.unknown": (
        "有 {n} 个早期版本的结果未使用：它们的 {file} 缺失或已改变，没有别的内容能确定服务器。"
    ),
    "earlier.unknown.one": (
        "有 1 个早期版本的结果未使用：它的 {file} 缺失或已改变，没有别的内容能确定服务器。"
    ),
    "earlier.elsewhere": (
        "有 {n} 个早期版本的结果未使用：它们在 {there} 测得，而本测试任务测量 {here}。"
    ),
    "earlier.elsewhere.one": (
        "有 1 个早期版本的结果未使用：它在 {there} 测得，而本测试任务测量 {here}。"
    ),
    "lock.lost.replaced": (
        "{path} 在测试任务运行期间被替换，可能有别的运行在使用该目录：请确认没有，然后重新运行"
    ),
    "lock.lost.removed": (
        "{path} 在测试任务运行期间被删除，可能有别的运行在使用该目录：请确认没有，然后重新运行"
    ),
    "archive.incomplete": "{path} 不是完整的 tar 文件（{why}）：请重新拷贝。",
    "archive.unread": "无法读取 {path}（{why}）：请检查名称和权限。",
    "archive.too_much": "{path} 的内容超出了这类归档的可能：不使用。",
    "archive.twice": "{path} 中 {name!r} 出现了两次：不使用。",
    "gather.no_directory": "{path} 不是目录：请给出测试任务的结果目录，例如 bench_results/pcie。",
    "gather.exists": "{path} 已存在，可能是另一台机器的结果：请用 --output 换一个名称。",
    "gather.no_parent": "目录 {path} 不存在：请创建它，或换一个 --output。",
    "gather.nothing": "{paths} 中没有结果。",
    "gather.several": "{path} 中有多个结果目录（{inner}）：请逐个收集。",
    "gather.unread": "无法读取 {path}（{why}）：请使其可读，或删除它。",
    "gather.link": "{path} 是链接，未收集。",
    "merge.not_empty": "{path} 不是空目录：请选择新目录，并把它也一起合并。",
    "merge.inside": "{output} 位于 {path} 之内：请选择被合并内容之外的目录。",
    "problem.as_they_are": "{error}其中的 JSON 文件按原样读取。",
    "problem.link": "{path} 是指向目录的链接，没有跟随：要读取它，请一并给出。",
    "unread.gzip": "不是完整的 gzip 文件（{why}）；请重新压缩或重新复制",
    "unread.packed": "它是压缩包；请先解压，再指定解压出的目录",
    "unread.archive": "它是归档文件；请用 `inferometer merge --output DIR {path}` 解开",
    "problem.left_out": "未使用 {point}：{directory}/{what}；请重新测量",
    "problem.changed": "未使用 {point}：测量之后 {directory}/{what}；请重新测量",
    "dataset.chat": "图片和录制的对话是聊天消息：请选择聊天接口，例如 openai-chat。",
    "dataset.texts": "{kind} 的输入是文本，不能按 token ID 计数。",
    "dataset.no_length": (
        "{where}：既没有回答，也没有要生成的 token 数；请指定 workload.output_len。"
    ),
    "dataset.too_few": "{path} 有 {found} 行可用{without}，而要发送 {n} 个请求：{cure}。",
    "dataset.without": "（{what}）",
    "dataset.left_out": "{n} 行未用：{why}",
    "dataset.lower": "把 load.num_prompts 降到 {found}，或用 workload.oversample 允许重复",
    "dataset.filters": "请检查过滤条件留下了什么",
    "dataset.hf.asking": (
        "正在从 Hugging Face hub 读取数据集 {path}；如果连不上，大约半分钟后会报错。"
    ),
    "dataset.hf.package": "数据集类型 hf 缺少软件包：pip install 'inferometer[datasets]'。",
    "dataset.hf.other_package": (
        "workload.path {path}：该数据集缺少软件包（datasets 原文：“{why}”）；请用 pip 安装。"
    ),
    "dataset.hf.unread": (
        "workload.path {path}：无法读取该数据集（datasets 原文：“{why}”）；"
        "请检查 workload.subset 和 workload.split"
        "。"
    ),
    "dataset.hf.unread.hub": (
        "workload.path {path}：本地没有这个文件或目录，"
        "也无法读取 hub 上的数据集（datasets 原文：“{why}”）；请检查 "
        "workload.subset 和 workload.split。"
    ),
    "dataset.hf.unread.network": (
        "workload.path {path}：本地没有这个文件或目录，也连不上 hub（datasets 原文：“{why}”）。"
        "请把 HF_ENDPOINT "
        "设为镜像地址，例如 https://hf-mirror.com；也可以先下载数据集（魔搭 ModelScope 亦可），"
        "再把 workload.path 设为其所在目录、workload.name 设为它在 hub 上的名称。"
    ),
    "dataset.csv.fields": "{where}：字段数与第一行不同；请修正。",
    "dataset.csv": "{path} 第 {line} 行：不是 CSV（{why}）；请修正。",
    "dataset.unread": "workload.path {path}：无法读取（{why}）；请给出数据集的文件。",
    "dataset.unread.directory": (
        "workload.path {path}：无法读取（{why}）；请给出其中的文件，或用 workload.kind hf。"
    ),
    "dataset.long_line": "{path} 第 {line} 行：超过 {mb} MB：这不是 JSON Lines 文件。",
    "dataset.deep_file": "{path} 第 {line} 行：嵌套太深；这不是输入文件。",
    "dataset.deep_row": "{where}：嵌套太深；这不是输入的行。",
    "dataset.array": "{path} 第 {line} 行：不是 JSON（{why}）；请修正从那里开始的行。",
    "dataset.json": "{where}：不是 JSON（第 {place} 个字符处：{why}）；请修正。",
    "dataset.no_object": "{where}：每行应为带花括号的 JSON 对象，而不是 {type}。",
    "dataset.not_utf8": "{where}：不是 UTF-8（第 {place} 字节）；请转换文件编码。",
    "tokenizer.stopped": (
        "服务器不再应答 /tokenize；请查看它的日志，或用 workload.tokenizer 指定本地 tokenizer。"
    ),
    "tokenizer.package": "workload.tokenizer 缺少软件包：pip install 'inferometer[tokenizers]'。",
    "tokenizer.no_file": (
        "workload.tokenizer：没有文件 {path}；请给出 tokenizer.json 或它所在的文件夹。"
    ),
    "tokenizer.none": (
        "workload.tokenizer：{path} 不是 tokenizer（tokenizers 原文：“{why}”）；"
        "请给出模型自己的 tokenizer.json。"
    ),
    "unread.unknown": (
        "它不是 {tools} 或 {last} 的结果；AIPerf 请给出 profile_export_aiperf.json，genai-bench 请"
        "给出单次运行的文件"
    ),
    "unread.in_doubt": (
        "它像是一张结果表，但列名没有写明测的是什么、用什么单位（{names}）；请改用 "
        "`vllm bench serve` 的名称，例如 mean_ttft_ms 和 output_throughput"
    ),
    "unread.no_throughput": (
        "它没有吞吐量，可能是结果表，也可能是目标表；请像 `vllm bench serve` 那样给出 "
        "output_throughput"
    ),
    "unread.foreign": (
        "看起来是 {tool} 的结果，这里不支持读取；请用 `inferometer bench` 测量，"
        "或提供一张列名与 `vllm bench serve` 相同的表格"
    ),
    "problem.foreign.one": "{paths} 看起来是 {tool} 的结果，这里不支持读取。",
    "problem.foreign": "有 {n} 个文件看起来是 {tool} 的结果，这里不支持读取：{paths}。",
    "unread.companion": "它附属于旁边的一个结果；请给出那个结果",
    "os.EADDRINUSE": "地址已被占用",
    "os.EADDRNOTAVAIL": "本机没有这个地址",
    "os.ECONNREFUSED": "连接被拒绝",
    "os.ECONNRESET": "连接被对方重置",
    "os.ETIMEDOUT": "连接超时",
    "os.EHOSTUNREACH": "没有到主机的路由",
    "os.ENETUNREACH": "网络不可达",
    "os.EMFILE": "打开的文件过多",
    "os.EROFS": "文件系统为只读",
    "os.ENOMEM": "内存不足",
    "os.EAFNOSUPPORT": "协议不支持该地址族",
}
