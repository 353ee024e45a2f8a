"""Points of campaigns, ledgers, archives and merged results, in Simplified Chinese."""

from __future__ import annotations

CAMPAIGNS: dict[str, str] = {
    "recheck.invalid": "{point} 重测的结果是 INVALID：保留第一次的结果，并判为 SUSPECT。",
    "recheck.same": "{point} 重测后仍与相邻测试点矛盾，判为 SUSPECT：{why}",
    "recheck.fits": (
        "{point} 重测后与相邻测试点相符：{metric} 为 {value} {unit}，此前为 {before}。先前的结果保"
        "留在 superseded/。"
    ),
    "recheck.neighbours_fit": "相邻测试点重测后，{point} 与它们相符。",
    "recheck.all": "{n} 个测试点与相邻测试点矛盾：现在重测。",
    "recheck.all.one": "1 个测试点与相邻测试点矛盾：现在重测。",
    "recheck.some": (
        "{n} 个测试点与相邻测试点矛盾：测量时主机受到干扰，或者它们随负载的变化本来就不平滑。矛盾最"
        "大的 {chosen} 个现在重测，其余判为 SUSPECT。"
    ),
    "recheck.none": "{n} 个测试点与相邻测试点矛盾，判为 SUSPECT；重测次数此前已达上限。",
    "recheck.none.one": "1 个测试点与相邻测试点矛盾，判为 SUSPECT；重测次数此前已达上限。",
    "recheck.more": "    另有 {n} 个",
    "recheck.point": (
        "    {point}：{metric} 为 {value} {unit}；由相邻测试点 {neighbours} 推断应为 {suggested}"
    ),
    "recheck.point.one": (
        "    {point}：{metric} 为 {value} {unit}；由相邻测试点 {neighbours} 推断应为 {suggested}"
    ),
    "group.not_stopped": "{group} 的服务器无法停止，可能仍在运行：{why}",
    "lock.at_work": "{who}正在 {directory} 中运行测试任务：请等它结束，或将其停止。",
    "lock.at_work.maybe": (
        "{who}正在 {directory} 中运行测试任务：请等它结束，或将其停止；如果该进程现在已是别的程序，"
        "请删除 {path}。"
    ),
    "lock.holder": "{host} 上的进程 {process} ",
    "lock.holder.unknown": "另一个进程",
    "archive.foreign": "{path} 中有{what}：它不是由 `inferometer collect` 生成的，不予使用。",
    "archive.too_many": "多得不可能属于任何测试任务的文件",
    "archive.neither": " {name!r}，它既不是文件也不是文件夹",
    "archive.name": "不可用的名称 {name!r}",
    "gather.damaged": (
        "`inferometer merge` 不会合并 {point}：{damage}；`inferometer run` 会重测它。"
    ),
    "gather.damaged.earlier": "`inferometer merge` 不会合并 {point} 先前的一个结果：{damage}。",
    "gather.unfinished": (
        "未收集 {point}，因为它尚未完整保存：请稍后再收集；如果测试任务没有在运行，请先再次运行它。"
    ),
    "gather.control_characters": "{path} 的文件名含有控制字符，未收集。",
    "merge.conflict": (
        "{point} 在 {one}（{one_file}）和 {other}（{other_file}）中都测过：采用较晚的结果，另一个放"
        "在 superseded/。"
    ),
    "merge.is_renamed": "{source} 的 {name} 现为 {now}。",
    "merge.damaged_result": "{source} 的 {point}：{damage}。",
    "earlier.measured_otherwise": "有 {n} 个较早版本的结果未被采用：{why}。",
    "earlier.measured_otherwise.one": "有 1 个较早版本的结果未被采用：{why}。",
    "earlier.before.2": (
        "当时预热请求数若不是 max_concurrency 的整数倍，会延续到被测请求之中，使吞吐量偏低"
    ),
    "earlier.before.3": "当时没有发送文件各行中的工具、图片和请求字段",
    "calibration.foreign": "{path} 中的校准来自别的版本或主机，不予使用。",
    "calibration.changed": "{path} 中的校准被改动过，不予使用。",
    "calibration.unread": "无法读取 {path} 中的校准（{why}），不予使用。",
    "calibration.damaged": "{path} 中的校准已损坏，不予使用。",
    "calibration.impossible": "无法校准这台主机：{why}",
    "calibration.null_server": "空服务器已退出或没有响应：原因见它的标准错误输出。",
    "calibration.no_loopback": "空服务器无法在回环地址上监听（{why}）。",
    "binding.gateway": (
        "{address} 是网关的地址。服务器在自己的端口上监听（默认 {port}）：请让网关转发到该端口。"
    ),
    "binding.loopback": (
        "绑定 {host} 时，只有本机的程序能访问服务器。在发布了端口的容器中，请绑定 0.0.0.0。"
    ),
    "binding.everywhere": (
        "它绑定 {everywhere}，即所有网络接口，客户端才能以 {host} 访问它。请只让可信的主机访问。"
    ),
    "combos.unknown": "{name}：其中有 {keys}，而 run_sweep.py 的 combos.yaml 没有这样的内容。",
    "combos.model": "{name}：需要在 model 下写出模型名称。",
    "combos.pairs": "{name}：{field} 下需要若干对数值的列表，例如 [[256, 256], [1024, 512]]。",
    "combos.pair": "{name}：{field} 的每一对需要两个整数，而不是 {pair}。",
    "goodput.none": "goodput 至少需要一个 KEY:VALUE（单位 ms），例如 ttft:100。",
    "goodput.pair": (
        "'{pair}' 不是 KEY:VALUE 的形式；goodput 请写成 ttft:100 tpot:50 e2el:1000（单位 ms）。"
    ),
    "goodput.key": "goodput 不能限制 '{key}'；可选 {known}。",
    "goodput.twice": "goodput 中对 '{key}' 限制了两次；请只留一个。",
    "goodput.value": (
        "'{value}' 不能作为 '{key}' 的上限；请写一个以 ms 为单位的正数，例如 {key}:100。"
    ),
    "pcie.not_told": "未知",
    "pcie.other_software": "{name} 两边的 {condition} 不同：{narrow} 与 {wide}",
    "engine.port": "port 为 {port}，但必须在 0 到 65535 之间（0 表示任一空闲端口）。",
    "engine.no_model": "模型名称为空：请指定一个。",
    "engine.no_backend": "没有 {name!r} 这个 backend：可选 {known}。",
    "engine.same_path": "{one} 和 {other} 的路径相同，都是 {path}：请只选一个。",
    "engine.impossible_fault": "{backends} 上无法产生故障 {fault}：请换一种故障或 backend。",
    "engine.truth_lost": "真实时间无法写入 {path}（{why}），已丢失。",
    "engine.no_fault": (
        "{entry!r} 不是故障：请写成 名称[:比例][#请求号[+]][@事件号]，例如 reset:0.02@5。"
    ),
    "engine.unknown_fault": "没有名为 {name!r} 的故障：可选 {known}。",
    "engine.fault_share": "{entry!r}：受影响请求的比例必须大于 0 且不超过 1。",
    "dialect.none": "没有 {name!r} 这个口径；可用的有 {known}。",
    "engine.not_finite": "{name} 为 {value}，但必须是不小于 0 的有限数值。",
    "engine.below_one": "{name} 为 {value}，但必须至少为 1。",
    "engine.truth_folder": "真实时间无法写入 {folder}：请选择可写文件夹中的文件。",
    "engine.cannot_listen": "引擎无法在 {host}:{port} 上监听（{why}）：请换一个端口或主机地址。",
}
