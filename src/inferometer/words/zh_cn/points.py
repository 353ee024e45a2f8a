"""What is said of a point beside its checks: neighbours that it contradicts, how exact the run was,
notes; in Simplified Chinese.
"""

from __future__ import annotations

POINTS: dict[str, str] = {
    "check.join": "，",
    "check.neighbours.title": "与相邻测试点矛盾",
    "check.neighbours.once": (
        "{metric} 实测 {values} {unit}，是相邻测试点（{neighbours}）所预示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；尚未重测。"
    ),
    "check.neighbours.once.next": "再次运行该测试任务：这样的测试点会重测一次。",
    "check.neighbours.twice": (
        "{metric} 测了两次，分别为 {values} {unit}，是相邻测试点（{neighbours}）所预示的 "
        "{suggested:,.6g} {unit} 的 {share:.2f} 倍。"
    ),
    "check.neighbours.twice.next": (
        "查看服务器在这一负载下的行为（批大小、抢占、日志）；如果曲线确实是这种形状，数值仍然可用。"
    ),
    "check.neighbours.invalid": (
        "{metric} 实测 {values} {unit}，是相邻测试点（{neighbours}）所预示的 {suggested:,.6g} "
        "{unit} 的 {share:.2f} 倍；重测的结果为 INVALID。"
    ),
    "check.neighbours.invalid.next": (
        "排除导致第二次结果 INVALID 的原因，删除该测试点的 JSON 文件，再运行该测试任务。"
    ),
    "precision.unknown": "本次运行未与主机的校准数据对照。",
    "precision.missing.none": (
        "这台主机尚未校准：运行 `{command}` 可以测出它的误差，以及它能承受的负载。"
    ),
    "precision.missing.off": (
        "校准已关闭（--no-calibration 或 INFEROMETER_CALIBRATION=off）：本次运行未与主机的校准数据"
        "对照。"
    ),
    "precision.missing.other": (
        "这台主机现有的校准只适用于其他设置或版本（{differs}）：运行 `{command}` 可按当前设置重新校"
        "准。"
    ),
    "precision.missing.unusable": "这台主机保存的校准数据无法使用：运行 `{command}` 可重新校准。",
    "precision.missing.stamps": (
        "数据包环没有看到这台服务器的数据包，本次运行改用读取时的时间戳；主机的校准用的是数据包环，"
        "因此无法对照。请设置 INFEROMETER_ARRIVALS=read 再测，届时会与同样按读取时间做的校准对照。"
    ),
    "precision.host": (
        "这台主机：误差 ±{error:.3f} ms（p99），上限 {events} 事件/s、{requests} 请求/s、{streams} "
        "路并发"
    ),
    "precision.host.beyond": (
        "这台主机：在任何负载下误差都超过 ±{target:g} ms，上限 {events} 事件/s、{requests} 请求/s、"
        "{streams} 路并发"
    ),
    "precision.used": "{host}；本次运行分别用到 {used}。",
    "precision.alone": "{host}。",
    "precision.tls": "校准时没有使用 TLS，而本次运行使用了：实际上限更低。",
    "note.gone": "其运行目录已不存在：这里是其 JSON 文件的内容。",
    "note.allowed": "判定为 INVALID，按 --allow-invalid 计入。",
    "note.replaced": (
        "先前的结果已被替换：其 {metric} 为 {values} {unit}，而相邻测试点预示 {suggested} {unit}；"
        "重测后与相邻测试点相符。"
    ),
    "note.negative": "文件中 {names} 为负数，按缺失处理。",
    "note.none_completed": (
        "文件自相矛盾：没有任何请求完成，却有 {names} 的数值。请勿使用这些数值。"
    ),
    "note.missing": "文件中没有：{names}。",
    "note.missing.version of the tool": "工具版本",
    "note.missing.model": "模型",
    "note.missing.request rate or concurrency": "请求速率或并发数",
    "note.missing.values of single requests": "逐请求的数值",
    "note.missing.send times": "发送时刻",
    "note.missing.times of single events": "逐事件的时刻",
    "note.file_name": "文件名中的请求数与文件内容不符：没有采用文件名中的其他信息。",
    "note.rehearsal_directory": "它位于演练的目录中：可能不反映真实的服务器。",
    "note.input_len": "输入长度取实测平均值 {tokens:.6g} token：没有资料说明要求的长度。",
    "note.output_len": "输出长度取实测平均值 {tokens:.6g} token：没有资料说明要求的长度。",
    "note.rehearsal_embedded": "这是用内置引擎进行的演练：不反映真实的服务器。",
    "note.rehearsal_simulated": "这是模拟结果，并非实测：由孪生引擎在虚拟时间中算出。",
    "note.twin_unfitted": (
        "没有为这台机器拟合配置：90% 区间取孪生引擎在未拟合的卡上的误差。"
    ),
    "note.twin_extrapolated": "属于外推：拟合配置未覆盖其 {names}。",
    "note.unverified": (
        "孪生引擎所用的 {card} 参数 {rates} 未经核实，这张卡的结果不会比这些参数更可靠。"
    ),
    "note.left_out": (
        "测试计划 {campaign} 的测试组 {groups} 未参与模拟，也未实测：没有 {engine} 的孪生引擎。"
    ),
    "note.rehearsal_twin": (
        "孪生引擎以 {speed:g} 倍速运行：延迟是实时的 1/{speed:g}，吞吐是实时的 {speed:g} 倍。"
    ),
    "note.simulated": (
        "模拟结果：服务器是 Inferometer 的内置引擎或孪生引擎，结果不反映真实的服务器。"
    ),
    "note.rehearsal_quick": "这是请求很少的快速演练。",
    "note.cards": "硬件配置 {config} 有 {cards} 张卡；按实际使用的 {gpus} 张计算。",
}
