"""What goes on with servers, and what goes wrong, in Simplified Chinese."""

from __future__ import annotations

SERVERS: dict[str, str] = {
    "server.no_command": "配方 {recipe} 没有启动服务器的 command：请补上。",
    "server.no_log": "无法在 {directory} 中写日志（{why}）。",
    "server.nothing_written": "无法写入 {directory}（{why}）。",
    "server.taken": "{taken}：请结束它，或在 {recipe} 的 base_url 和 command 中换一个端口。",
    "server.taken.compose": "{taken}：请结束它，或在 {recipe} 的 base_url 中换一个端口。",
    "port.served": "{who} 已在端口 {port} 上提供服务",
    "port.held": "{who} 已占用端口 {port}",
    "port.forbidden": "当前用户无权监听端口 {port}",
    "port.no_address": "{host} 不是这台机器的地址",
    "port.process": "{name}（进程 {pid}）",
    "port.unknown": "另一个程序",
    "server.earlier": "  本测试任务此前启动的服务器仍在退出：正在等待。",
    "server.earlier.stuck": (
        "本测试任务此前启动的服务器（进程 {pid}）没有退出：请执行 kill -9 {pid}。"
    ),
    "server.starting": "正在启动 {command}\n  日志：{log}",
    "server.starting.compose": "正在启动 {file} 中的 {service}（项目 {project}）",
    "server.cannot_start": (
        "无法启动 {program}（{why}）：请安装它，激活它所在的环境，或在 {recipe} 的 command 中写出完"
        "整路径。"
    ),
    "server.no_guard": "看护服务器的进程没有启动：原因见日志。",
    "server.not_started": "服务器尚未启动。",
    "server.ended": "服务器{how}。日志为 {log}。",
    "server.ended.guard": "因看护它的进程被终止而结束",
    "server.ended.killed": "被强行终止（SIGKILL），很可能是内存耗尽而被内核终止：请查看 dmesg",
    "server.ended.signal": "被 {signal} 终止",
    "server.ended.not_found": "没有启动：找不到启动命令",
    "server.ended.code": "已退出，退出码 {code}",
    "server.again": "将重新启动",
    "server.again.contacted": "将再次连接",
    "server.again.by_hand": "请重新启动它",
    "server.restarts": "{error}{what}（第 {n} 次重启，最多 {most} 次）。",
    "server.restarts.over": "{error}它已经重启过 {n} 次。",
    "server.as_it_is": "{why}配方 {recipe} 直接使用现有的服务器：请启动正确的服务器后重新运行。",
    "server.unlisted": "{url} 上的服务器不再列出 {model}：请检查那里现在运行的是哪个服务器。",
    "server.engine_silent": "内置引擎不再应答：{why}",
    "engine.no_start": "内置引擎没有启动；原因见其标准错误输出。",
    "server.twin_full": (
        "{model}（TP={tp}）放不进模拟的 {card}：每卡权重占 {weights:.1f} GiB，而 vLLM 每卡只能使用 "
        "{allowed:.1f} GiB 显存，激活值、运行时和 KV 缓存也要从中分配。"
        "请增大 tp，或模拟显存更大的卡。vLLM 的报错：{why}"
    ),
    "server.port_not_free": "  {taken}，尽管我们的服务器已经退出。",
    "server.memory_held": "  我们的服务器已经退出，但显存占用比启动之前多：{cards}。",
    "compose.incomplete": "配方 {recipe} 必须包含 compose_file 和 compose_service。",
    "compose.no_file": "找不到 compose 文件 {file}：请改正配方 {recipe} 的 compose_file。",
    "compose.failed": "{file} 的 `{word}` 失败：{why}",
    "compose.no_answer": "Docker 没有应答：{why}",
    "compose.exit_code": "退出码 {code}",
    "compose.out_of_memory": "{service} 的容器被终止：内存耗尽（OOMKilled）。",
    "compose.not_running": "{service} 的容器状态为 {status}，退出码 {code}。",
    "compose.restarted": "{service} 的容器在确认之后重启过。",
    "compose.no_container": "没有 {service} 的容器：它没有启动，或已被删除。",
    "compose.not_described": (
        "`docker inspect` 没有给出容器 {container} 的信息：请确认这是 Docker。"
    ),
    "compose.no_docker": "没有安装 Docker：请安装它及其 compose 插件，或改用别的 kind 的配方。",
    "compose.no_compose": (
        "没有安装 Docker Compose：请安装 docker-compose-plugin 或 docker-compose。"
    ),
    "compose.cannot_run": "无法运行 {program}（{why}）：请安装它。",
    "compose.too_slow": "`{call} …` 在 {timeout:g} s 内没有完成：请检查 Docker 引擎。",
    "operator.stop_it": "{why}请停止它，并启动上面所列的服务器。",
    "operator.late": (
        "服务器在 {timeout:g} s（{recipe} 的 start_timeout_s）内没有启动：{why}重新运行即可继续。"
    ),
    "operator.waiting": "  仍在等待，已过 {minutes:.0f} min，最多 {most:.0f} min：{what}",
    "operator.waiting.new": "  {what}",
    "operator.doubt": (
        "{url} 上有一个模型和上限都相符的服务器，但它是之前就在运行的：请按上面的说明重启它。{how}"
    ),
    "operator.if_right": "如果它已经在以这些设置运行",
    "operator.asked": "{condition}：touch {file}",
    "operator.asked.typing": "{condition}，请在此输入 yes 并回车，或执行：touch {file}",
    "operator.serves": "  {url} 提供 {model}：{how}。",
    "operator.unknown_model": "未知的模型",
    "operator.needed": "需要在 {url} 上运行：{model}{served}，张量并行数 {tp}{limit}",
    "operator.needed.served": "（服务名 {name}）",
    "operator.on": "  硬件 {hardware}",
    "operator.start": "  - 停止那里运行的任何服务器，并启动这个",
    "operator.start.command": "  - 停止那里运行的任何服务器，并启动这个：",
    "operator.start.image": "  - 停止那里运行的任何服务器，并在镜像 {image} 中启动这个：",
    "operator.checks": "每 {seconds:g} s 检查一次，就绪后自动继续。",
    "believed.before": "此前已确认",
    "believed.running": "此前已在运行",
    "believed.restarted": "确认之后重启过",
    "believed.instruction": "在给出说明之后启动",
    "believed.terminal": "已在终端确认",
    "believed.file": "由文件 {file} 确认",
    "believed.as_before": "与之前相同",
    "hardware.unconfirmed": (
        "在 {timeout:g} s（{recipe} 的 start_timeout_s）内没有人确认硬件 {name}。请准备好它，然后重"
        "新运行即可继续。"
    ),
    "hardware.how": "  硬件 {name}：{how}。",
    "hardware.when_done": "完成之后",
    "hardware.when_set_up": "硬件 {name} 准备好之后",
    "hardware.waiting": "  仍在等待，已过 {minutes:.0f} min，最多 {most:.0f} min。{how}",
    "hardware.needed": "需要的硬件：{hardware}",
    "step.one_x16": "机器 A/B：装一块卡，插槽设为 x16。",
    "step.two_x8": "机器 A/B：装两块卡，两个插槽都设为 x8。",
    "step.two_x16": "机器 C：两块卡都插在全宽（x16）插槽中。",
    "step.triton": (
        "在 NVIDIA 的 Triton（含 TensorRT-LLM）镜像中运行，使用主机网络。脚本结束后，Triton "
        "会继续在后台运行。"
    ),
    "hardware.change": "把硬件换成这样；此前的不同",
    "hardware.then.ours": "之后会启动服务器。如果需要关机，请在开机后再次运行同样的命令。",
    "hardware.then": "{url} 上的服务器必须运行在它上面：否则请重启服务器。",
    "xinference.taken": (
        "{url} 已在运行名为 {model} 的模型，其启动参数未知：请终止它（curl -X DELETE {url}{path}）"
        "，或换一个 served_model。"
    ),
    "xinference.not_registered": "Xinference 没有注册 {model}",
    "xinference.not_launched": "Xinference 没有启动 {model}",
    "xinference.silent": "{model} 已启动，但没有应答",
    "xinference.because": "{what}：{why}",
    "xinference.said": "{what}（{status}：{said}）：请改正 {recipe} 的启动参数，或查看服务器日志。",
    "xinference.launching": "正在 {url} 上启动 {model}，名称为 {name}",
    "xinference.loaded": "  {model}：已加载 {percent}%。",
    "xinference.unlisted": "{url} 不再列出任何模型，尽管 {model} 已启动。",
    "xinference.not_terminated": "  无法终止 {model}：{why}",
    "server.only_list": "{why}如果只是模型列表慢，请指定 server.served_model。",
    "server.no_list": "{url} 没有模型列表（{why}）",
    "server.several_models": "{url} 提供多个模型（{models}）：请用 server.served_model 选择一个。",
    "server.no_model": "{url} 没有列出任何模型：请用 server.served_model 指定。",
    "server.compresses": (
        "{url} 压缩了 {path} 的应答（{packed}），而请求并不允许；压缩的流无法计时：请在服务器或其前"
        "置网关中关闭压缩。"
    ),
    "server.not_json": "{path} 返回的 {kind} 不是 JSON 对象",
    "server.not_json.where": "{url}{what}",
    "server.late": "{asked} 在 {timeout:g} s 内没有应答",
    "server.too_large.short": "{asked} 的应答超过 {mib:g} MiB",
    "server.status": "{path} 返回 {status}：{said}",
    "server.status.redirect": "{path} 返回 {status}，重定向到 {location}",
    "server.wrong_model": (
        "{url} 没有名为 {model!r} 的模型，有的是 {models}：请用 server.served_model {near}。"
    ),
    "server.wrong_model.any": (
        "{url} 没有名为 {model!r} 的模型，有的是 {models}：请从中选一个作为 server.served_model。"
    ),
    "server.note.no_list": "服务器没有模型列表（{why}）：未核对它的模型和最大长度。",
    "server.note.other_list": (
        "服务器的模型列表中没有 {model}，有的是 {models}；但它仍然应答对该模型的请求。"
    ),
    "group.measured_again": (
        "本组有 {n} 个已完成的测试点是在服务器的 {was} 下测得的，现在服务器为 {now}：它们将重新测"
        "量。"
    ),
    "group.measured_again.one": (
        "本组有 1 个已完成的测试点是在服务器的 {was} 下测得的，现在服务器为 {now}：它将重新测量。"
    ),
    "group.no_cold": "它的冷缓存测试点 {point} 没有可用的结果：无法确定缓存中有什么。",
    "group.not_at_rest": (
        "在轮到另一组时，{group} 的服务器并不空闲：其中有 {n:g} 个不属于本工具的请求。请查看还有谁"
        "在使用它。"
    ),
    "model.listed": "{names}，另有 {n} 个",
    "cure.no_list": "指定 server.served_model，或检查 server.backend 和 server.base_url",
    "server.starting.compose.command": (
        "正在启动 {file} 中的 {service}（项目 {project}）\n  {command}"
    ),
    "counting.ids": "以 token ID 发送，个数与要求完全一致，取自服务器 /tokenize 的 {n} 个 ID",
    "counting.ids.unsure": (
        "以 token ID 发送，个数与要求完全一致，取自 ID {first} 到 {last}（服务器没有 /tokenize，无"
        "法取得更好的）"
    ),
    "counting.server": "文本，由服务器的 /tokenize 计数",
    "counting.local": "文本，由本地 tokenizer 计数",
    "counting.local.path": "文本，由本地 tokenizer {path} 计数",
    "counting.about": (
        "文本，长度与要求大致相符：服务器没有 /tokenize，也没有给出 workload.tokenizer"
    ),
    "counting.unconfirmed": "{how}（服务器的 usage 无法印证）",
    "counting.differs": "{how}，与服务器的 usage 不同",
    "counting.unfit": "{how}；有些输入无法凑到准确的长度",
    "counting.turns": "{how}；对话的长度由各轮决定",
    "counting.pictures": "{n} 个 token 的{how}；{size} 的图片折合多少，只有服务器知道",
    "counting.sound": "录音，原样发送；每段折合多少 token，只有服务器知道",
    "limits.end": "{server} 不能忽略结束符：输出可能短于要求。",
    "limits.usage": "{server} 不报告 token 数：改由本地 tokenizer 计数，否则每个事件算一个 token。",
    "trial.limit_field": "回答的长度由 {field} 限制：服务器不理会 max_tokens。",
    "trial.left_out": "没有发送 {field}，因为服务器拒绝它：可能因此不报告 token 数。",
    "trial.without_eos": (
        "没有发送 ignore_eos：服务器拒绝它，命令行也没有要求它。回答可能比要求的短。"
    ),
    "trial.no_limit": (
        "{url} 在 {path} 上拒绝回答长度上限的一种名称（{why}），又不理会另一种（{name}）：请查看它"
        "的文档。"
    ),
    "trial.refuses": "{url} 连 {path} 上 {tokens}的试探请求也拒绝：{said}。",
    "trial.fails": "{url} 连 {path} 上 {tokens}的试探请求也失败：{said}。",
    "trial.tokens": "{n} 个 token ",
    "trial.tokens.one": "1 个 token ",
    "trial.twice": "{first}；换一种形式：{last}",
    "trial.leave_out": "请去掉 {field}（{flag}；测试计划文件中在 sampling 之下）。",
    "trial.diagnosis": "{diagnosis}",
    "measure.unreachable": "无法再连接 {url}（{why}）{proxy}：请查看服务器日志。",
    "measure.replay": "load.replay_speed 需要记录的时刻，而这些输入没有。",
    "measure.connections": (
        "到 {host} 的 {of} 个连接中只打开了 {n} 个（{why}）：请检查服务器是否在运行，以及它最多接受"
        "多少连接。"
    ),
    "calibration.busy_elsewhere": "现在不校准这台主机，因为另一个测量正在其上运行。",
    "calibration.unusable": "{why}不使用已保存的校准。",
    "calibration.none_used": "{why}不使用校准。",
    "calibration.failed": "校准失败（{why}）。不使用校准。",
    "calibration.not_kept": "{why}本次校准不保留。请在主机空闲时用 `{command}` 重新校准。",
    "calibration.not_stored": "使用了校准，但没有保存：{why}。",
    "server.as_found": "（--set servers.{recipe}.max_model_len={limit} 可接受这个服务器）",
}
