"""What is wrong with the flags of `bench`, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

FLAGS: dict[str, str] = {
    "flag.wrong": "{flag}：{wish}。",
    "flag.wrong.value": "{flag} {value}：{wish}。",
    "flag.of": "{flag}：{why}",
    "flag.not_one_of": "{flag} {value!r} 不是可用的值：{known}{near}。",
    "flag.ready_timeout": "--ready-check-timeout-sec {value:g}：應大於或等於 0。",
    "flag.repeats": "--repeats {value}：應為 1 到 {most}。",
    "flag.dialect": "--dialect {value!r} 未知；可用的有 {known}。",
    "flag.warm": (
        "--cache warm 會再次傳送冷快取執行的輸入，但不給 --seed 時輸入全是新的：請給出冷快取執行的 "
        "--seed，它在執行前列印過，也記錄在其 run.json 中。"
    ),
    "flag.ramp": "遞增負載需要兩端：--ramp-up-start-rps 和 --ramp-up-end-rps。",
    "flag.steps": "--rate-steps 的格式為 RATExSECONDS，例如 5x60,20x30，而不是 {value!r}。",
    "flag.word": "{flag} {value!r}：不能含有空格、換行或 ASCII 以外的字元。",
    "flag.not_utf8": "{flag} 含有不是 UTF-8 文字的位元組：請重新輸入。",
    "flag.not_locale": (
        "{flag} 含有目前 locale（{encoding}）無法讀取的位元組：請設定 LC_ALL=C.UTF-8，或去掉它們。"
    ),
    "flag.needs_path": "--dataset-name {name} 需要 --dataset-path。",
    "flag.foreign": "{flag} 屬於 --dataset-name {names}，而不是 {name}：請去掉兩者之一。",
    "flag.own_lengths": "{flag}：{name} 的輸入有自己的長度。",
    "flag.image_size": "--image-size {value!r} 應為以像素為單位的寬和高，例如 512x384。",
    "address.host_and_port": "--host 和 --port：{why}",
    "target.needs.request_goodput": (
        "goodput 的延遲上限，例如測試計畫檔中的 goodput: {{ttft: 200}}，或 --goodput ttft:200"
    ),
}
