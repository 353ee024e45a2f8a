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
    "config.needed": (
        "--tp 和 --campaign 用來選擇 --config 的哪一項測試：請同時給出 --config，例如 --config C。"
    ),
    "config.unheeded": (
        "{flags}：使用 --config 時由測試任務決定；請用 `inferometer run ... --set KEY=VALUE` 更改。"
    ),
    "config.none": (
        "--config {config}：沒有預設使用這個名稱的硬體；--campaign FILE 可在檔案中查詢。"
    ),
    "config.none.campaign": (
        "--config {config}：{campaign} 中沒有這個名稱的硬體；--campaign FILE 可在檔案中查詢。"
    ),
    "config.several": "--config {config}：以下幾項都符合，請指明是哪一項：{tests}。",
    "config.no_test": "--config {config}：沒有這樣的測試；可選的有：{tests}。",
    "config.num_prompts": (
        "--num-prompts {n}：{test} 的範圍是 {first} 到 {last}；省略該參數即為全部。"
    ),
    "calibration.afterwards.saved": (
        "結果已儲存。現在校準這台主機，以說明它的精度。約需 {seconds} s，同一主機、同樣設定只做一"
        "次。按 Ctrl-C 或使用 --no-calibration 可跳過。"
    ),
    "calibration.afterwards": (
        "報告已完成。現在校準這台主機，以說明它的精度。約需 {seconds} s，同一主機、同樣設定只做一"
        "次。按 Ctrl-C 或使用 --no-calibration 可跳過。"
    ),
    "calibration.skipped": "已跳過校準，下次執行時再做。",
    "calibration.not_added": "{why}。結果檔案中不含這台主機的精度。",
    "flag.no_rows": "--num-prompts -1 表示檔案的全部資料行，而 {name} 沒有資料行。",
    "flag.self_timed": (
        "--self-timed 按記錄的時刻傳送請求，"
        "只有資料集 trace 和 timed_trace 有這樣的記錄。"
    ),
    "flag.seconds": "{name} {value!r}：應為秒數。",
    "flag.size": "{value!r} 應寫成以畫素計的寬和高，例如 512x384",
    "flag.ratios": (
        '{value}：應為從 0 到小於 1 的比例，或 \'{{"input": 0.3, "output": 0.5}}\'。長度不變請寫 '
        "0：只有 SGLang 和較早的 benchmark_serving.py 才用 1.0 表示不變"
    ),
    "flag.images": "{value}：應為圖片數，例如 '{{\"image\": 3}}'",
    "flag.buckets": "{value}：應寫成 (高, 寬, 1): 比例，例如 '{{(256, 256, 1): 1.0}}'",
    "flag.buckets.film": "{value}：每項只能有一幀，因為不會產生影片，例如 '{{(256, 256, 1): 1.0}}'",
    "levels.single": "--single 與 {flags} 都指定了級別：請只給其中之一。",
    "levels.no_highest": "{flags} 還需要 --max-concurrency，即最高階別。",
    "levels.paired": (
        "{name} 把 {fields} 與其他設定成對給出：請用 --set KEY=VALUE；`inferometer presets show` 可"
        "列出各鍵。"
    ),
    "levels.own_groups": (
        "{name} 的測試組有各自的設定：請用 --set KEY=VALUE；`inferometer presets show` 可列出各鍵。"
    ),
    "flag.unread": "{flag} {why}。",
    "flag.lora": "--lora-assignment {way!r} 應為 round-robin 或 random。",
}
