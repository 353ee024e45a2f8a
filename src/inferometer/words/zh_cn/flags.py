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
}
