"""What is wrong with the flags of `bench`, in Simplified Chinese."""

from __future__ import annotations

FLAGS: dict[str, str] = {
    "flag.wrong": "{flag}：{wish}。",
    "flag.wrong.value": "{flag} {value}：{wish}。",
    "flag.of": "{flag}：{why}",
    "flag.not_one_of": "{flag} {value!r} 不是可用的值：{known}{near}。",
    "flag.ready_timeout": "--ready-check-timeout-sec {value:g}：应大于或等于 0。",
    "flag.repeats": "--repeats {value}：应为 1 到 {most}。",
    "flag.dialect": "--dialect {value!r} 未知；可用的有 {known}。",
    "flag.warm": (
        "--cache warm 会再次发送冷缓存运行的输入，但不给 --seed 时输入全是新的：请给出冷缓存运行的 "
        "--seed，它在运行前打印过，也记录在其 run.json 中。"
    ),
    "flag.ramp": "递增负载需要两端：--ramp-up-start-rps 和 --ramp-up-end-rps。",
    "flag.steps": "--rate-steps 的格式为 RATExSECONDS，例如 5x60,20x30，而不是 {value!r}。",
    "flag.word": "{flag} {value!r}：不能含有空格、换行或 ASCII 以外的字符。",
    "flag.not_utf8": "{flag} 含有不是 UTF-8 文本的字节：请重新输入。",
    "flag.not_locale": (
        "{flag} 含有当前 locale（{encoding}）无法读取的字节：请设置 LC_ALL=C.UTF-8，或去掉它们。"
    ),
    "flag.needs_path": "--dataset-name {name} 需要 --dataset-path。",
    "flag.foreign": "{flag} 属于 --dataset-name {names}，而不是 {name}：请去掉两者之一。",
    "flag.own_lengths": "{flag}：{name} 的输入有自己的长度。",
    "flag.image_size": "--image-size {value!r} 应为以像素为单位的宽和高，例如 512x384。",
    "address.host_and_port": "--host 和 --port：{why}",
    "target.needs.request_goodput": (
        "goodput 的延迟上限，例如测试计划文件中的 goodput: {{ttft: 200}}，或 --goodput ttft:200"
    ),
    "config.needed": (
        "--tp 和 --campaign 用来选择 --config 的哪一项测试：请同时给出 --config，例如 --config C。"
    ),
    "config.unheeded": (
        "{flags}：使用 --config 时由测试任务决定；请用 `inferometer run ... --set KEY=VALUE` 更改。"
    ),
    "config.none": (
        "--config {config}：没有预设使用这个名称的硬件；--campaign FILE 可在文件中查找。"
    ),
    "config.none.campaign": (
        "--config {config}：{campaign} 中没有这个名称的硬件；--campaign FILE 可在文件中查找。"
    ),
    "config.several": "--config {config}：以下几项都符合，请指明是哪一项：{tests}。",
    "config.no_test": "--config {config}：没有这样的测试；可选的有：{tests}。",
    "config.num_prompts": (
        "--num-prompts {n}：{test} 的范围是 {first} 到 {last}；省略该参数即为全部。"
    ),
    "calibration.afterwards.saved": (
        "结果已保存。现在校准这台主机，以说明它的精度。约需 {seconds} s，同一主机、同样设置只做一"
        "次。按 Ctrl-C 或使用 --no-calibration 可跳过。"
    ),
    "calibration.afterwards": (
        "报告已完成。现在校准这台主机，以说明它的精度。约需 {seconds} s，同一主机、同样设置只做一"
        "次。按 Ctrl-C 或使用 --no-calibration 可跳过。"
    ),
    "calibration.skipped": "已跳过校准，下次运行时再做。",
    "calibration.not_added": "{why}。结果文件中不含这台主机的精度。",
    "flag.no_rows": "--num-prompts -1 表示文件的全部数据行，而 {name} 没有数据行。",
    "flag.self_timed": (
        "--self-timed 按记录的时刻发送请求，"
        "只有数据集 trace 和 timed_trace 有这样的记录。"
    ),
    "flag.seconds": "{name} {value!r}：应为秒数。",
    "flag.size": "{value!r} 应写成以像素计的宽和高，例如 512x384",
    "flag.ratios": (
        '{value}：应为从 0 到小于 1 的比例，或 \'{{"input": 0.3, "output": 0.5}}\'。长度不变请写 '
        "0：只有 SGLang 和较早的 benchmark_serving.py 才用 1.0 表示不变"
    ),
    "flag.images": "{value}：应为图片数，例如 '{{\"image\": 3}}'",
    "flag.buckets": "{value}：应写成 (高, 宽, 1): 比例，例如 '{{(256, 256, 1): 1.0}}'",
    "flag.buckets.film": "{value}：每项只能有一帧，因为不会生成视频，例如 '{{(256, 256, 1): 1.0}}'",
    "levels.single": "--single 与 {flags} 都指定了级别：请只给其中之一。",
    "levels.no_highest": "{flags} 还需要 --max-concurrency，即最高级别。",
    "levels.paired": (
        "{name} 把 {fields} 与其他设置成对给出：请用 --set KEY=VALUE；`inferometer presets show` 可"
        "列出各键。"
    ),
    "levels.own_groups": (
        "{name} 的测试组有各自的设置：请用 --set KEY=VALUE；`inferometer presets show` 可列出各键。"
    ),
    "flag.unread": "{flag} {why}。",
    "flag.lora": "--lora-assignment {way!r} 应为 round-robin 或 random。",
}
