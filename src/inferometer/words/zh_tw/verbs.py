"""What the verbs print besides their reports, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

VERBS: dict[str, str] = {
    "progress.figures": "進行中 {in_flight}  TTFT {ttft} ms  TPOT {tpot} ms  {rate} tok/s",
    "progress.failed": "  失敗 {n}",
    "progress.dropped": "  丟棄 {n}",
    "progress.stopping": "正在停止：再按一次 Ctrl-C 放棄本次執行  ",
    "progress.requests": "{done}/{total} 個請求",
    "progress.connecting": "正在連線",
    "progress.reading": "正在讀取",
    "progress.drawing": "正在繪圖",
    "progress.calibrating": "  {load} {unit}：{exact}",
    "progress.unanswered": "沒有請求得到回應",
    "progress.starting": "  仍在啟動：已過 {seconds:.0f} s，最多等 {timeout:g} s。{last}",
    "run.campaign": "測試任務 {name}：{n} 個測試點，結果儲存在 {directory}/",
    "run.campaign.one": "測試任務 {name}：1 個測試點，結果儲存在 {directory}/",
    "run.stopped": "已停止；用同樣的命令可從中斷處繼續。",
    "run.listed": "{names}，另有 {n} 個",
    "run.unread": "無法讀取",
    "run.unchecked": "未經核對，由{who}保證：{what}",
    "run.vouched.file": "測試計畫檔",
    "run.vouched.operator at a terminal": "終端機前的操作員",
    "run.vouched.operator, no terminal": "操作員（無終端機）",
    "run.no_locks": "{directory} 所在的檔案系統不支援鎖定：請確認沒有別的執行正在使用它。",
    "run.again": "{point} 將重新測量：{why}。",
    "run.again.more": "另有 {n} 個測試點也將重測，它們的檔案遺失或已改變。",
    "run.other_server": "{group} 的伺服器與之前不同：不用它來比較存疑的測試點。",
    "run.doubt_stays": "無法重測 {group} 中存疑的測試點：{why}",
    "run.lost.hardware": "它也需要硬體 {name}，而該硬體未獲確認。",
    "run.lost.turns": "它與 {group} 輪流測量：單獨測量就不再交錯了。",
    "run.calibrating": (
        "在第一個測試點之前校準這台主機，使每個結果都帶有精度說明。約需 {seconds} s，同一主機、同樣"
        "設定只做一次；--no-calibration 可略過。"
    ),
    "run.that_is": "即：{command}",
    "bench.was": "（先前為 {status}）",
    "bench.not_updated": "{error}。該檔案仍是主機校準之前的內容。",
    "bench.left_out.interrupted": "被中斷",
    "bench.ignored": "{flag} 在這裡不起作用，已忽略。",
    "bench.address.used": "伺服器位址來自 {variable}：{url}",
    "bench.address.unused": "沒有使用 {variable}（{other}），因為參數指定了 {url}",
    "plan.campaign": "任務：",
    "plan.results": "結果：",
    "plan.order": "順序：",
    "plan.servers": "伺服器：",
    "plan.hardware": "硬體：",
    "plan.head.group": "測試組",
    "plan.head.server": "伺服器",
    "plan.head.points": "測試點",
    "plan.head.done": "已完成",
    "plan.head.requests": "請求",
    "plan.head.tokens_in": "輸入 tok",
    "plan.head.tokens_out": "輸出 tok",
    "plan.head.left": "剩餘",
    "plan.all": "合計",
    "plan.on": "{server} · {hardware}",
    "plan.group": "{group}：{model}{served}，TP={tp}{limit}，{where}",
    "plan.group.served": "（服務名稱 {name}）",
    "plan.group.limit": "，max_model_len {limit}",
    "plan.group.embedded": "使用內建引擎",
    "plan.group.twin": "使用內建引擎，以 {speed} 倍速模擬 {what}",
    "plan.group.at": "位址 {url}（{kind}）",
    "plan.item.points": "測試點",
    "plan.item.hardware": "硬體",
    "plan.item.do": "操作",
    "plan.item.compose": "compose",
    "plan.item.command": "命令",
    "plan.item.listens": "監聽",
    "plan.item.launch": "啟動參數",
    "plan.item.note": "說明",
    "plan.compose": "{file} 中的服務 {service}",
    "plan.together": "{groups} 同時執行，逐個測試點輪流測量：{points}",
    "plan.order.block": "{group}（{n} 個測試點）",
    "plan.order.block.one": "{group}（1 個測試點）",
    "plan.starts": "餘下的測試點需要啟動 {n} 次伺服器：{groups}",
    "plan.starts.one": "餘下的測試點需要啟動 1 次伺服器：{groups}",
    "plan.by_hand": "其中 {n} 次須由人員依提示啟動",
    "plan.hardware.sequence": "{names}。需要人員更換機器時，執行會等待確認。",
    "plan.left.measured": "剩餘時間：按每個測試點估計，並用已完成測試點的實際用時修正。",
    "plan.left.embedded": "剩餘時間：按內建引擎的設定估計。",
    "plan.left.guess": (
        "剩餘時間：粗略估計（每路每 token 35 ms，每秒處理 5,000 個輸入 token，伺服器啟動 4 min），"
        "隨測試點完成而修正。"
    ),
    "plan.todo": "待測",
    "plan.again": "需重測：{why}",
    "plan.was": "先前為 {status}",
    "hardware.gpus": "{n} 張 GPU",
    "hardware.gpus.one": "1 張 GPU",
    "hardware.bandwidth": "每張 {gb_s:g} GB/s",
    "environment.replaces": "設定了 {name}={text}，它會取代本測試任務中的對應設定。",
    "environment.none_listed": "{variables}：本測試任務沒有列出 num_prompts，因此不起作用。",
    "environment.narrowed": "{variables} 縮小了範圍：{points:,} 個測試點中的 {left:,} 個。",
    "environment.narrowed.some": "{variables} 縮小了範圍。",
    "environment.beyond": (
        "NUM_PROMPTS_END={last} 超出了本測試任務：其中的 num_prompts 到 {largest:,} 為止。"
    ),
    "environment.address": "{variable}={address} 取代了 {servers} 的位址。",
    "report.points": "{n:,} 個測試點，已寫入 {path}（{mb:.1f} MB）",
    "report.points.one": "1 個測試點，已寫入 {path}（{mb:.1f} MB）",
    "report.figures": "{n} 個檔案，已寫入 {path}",
    "report.figures.one": "1 個檔案，已寫入 {path}",
    "report.figures.none": (
        "沒有圖寫入 {path}：這些結果不足以繪製任何一張圖，報告中寫明了每張圖需要什麼"
    ),
    "report.more_problems": "另有 {n} 行類似訊息，見報告。",
    "report.one_for_two": "{name} 同時是兩項輸出的檔案，後者會覆寫前者：請使用不同的檔名。",
    "terminal.concurrency": "並行",
    "terminal.request_rate": "req/s",
    "terminal.num_prompts": "請求",
    "terminal.max_concurrency": "並行上限",
    "terminal.repeat": "重複",
    "terminal.verdict": "判定",
    "terminal.points": "測試點",
    "terminal.doubtful": "存疑",
    "terminal.all": "全部",
    "terminal.courses": "從最低負載到最高負載",
    "terminal.input_len": "輸入 {value}",
    "terminal.output_len": "輸出 {value}",
    "terminal.prefix_len": "共用前綴 {value}",
    "terminal.pcie_width": "{value} 條通道",
    "calibrate.load": "設定負載",
    "calibrate.given": "實際",
    "calibrate.ttft": "TTFT 誤差",
    "calibrate.itl": "ITL 誤差",
    "calibrate.delay": "附加延遲",
    "calibrate.late": "傳送滯後",
    "calibrate.within": "達標",
    "calibrate.beyond": "超出",
    "calibrate.failed": "{level}，失敗 {n}",
    "calibrate.host": "主機：",
    "calibrate.error": "誤差：",
    "calibrate.client_delay": "延遲：",
    "calibrate.ceiling": "上限：",
    "calibrate.host.is": (
        "{hostname}，{cpus} 個 CPU 核心（{cpu}），{kernel}，{python}；worker 數：{workers}，"
        "{scheduling}；到達時間的記錄者：{stamps}"
    ),
    "calibrate.error.is": (
        "TTFT {ttft} ms，ITL {itl} ms（p50 / p99，誤差在 {target:g} ms 以內的各負載中最差的值）"
    ),
    "calibrate.delay.is": "用戶端在資料到達 {delay} ms 後讀取（p50 / p99，同上負載）",
    "calibrate.bounds": "均為下限：用戶端與伺服器共用了這台主機的 CPU 核心",
    "calibrate.busy": "校準前的平均負載為 {load:.1f}：閒置主機上可能更高",
    "calibrate.ceiling.client": "{ceiling}",
    "calibrate.ceiling.server": "{ceiling}（伺服器給不出更多）",
    "calibrate.ceiling.search": "{ceiling}（沒有試更高的）",
    "calibrate.ceiling.time": "{ceiling}（時間不夠，沒有試更高的）",
    "calibrate.not_stored": "{why}本次校準不會儲存：請在主機閒置時重新執行。",
    "calibrate.stopped": "已停止；沒有儲存任何內容。",
    "calibrate.not_finite": "--target-ms 為 {value}，必須是有限的數值。",
    "collect.files": "{n} 個檔案，已寫入 {path}",
    "collect.more": "另有 {n} 個結果未收集。",
    "collect.more.one": "另有 1 個結果未收集。",
    "merge.conflicts": "重複測量：",
    "merge.left_out": "未合併：",
    "merge.renamed": "已改名：",
    "merge.damaged": "已損壞：",
    "merge.points": "{n} 個有可用結果的測試點",
    "merge.points.one": "1 個有可用結果的測試點",
    "merge.files": "{n} 個不屬於任何測試任務的檔案",
    "merge.files.one": "1 個不屬於任何測試任務的檔案",
    "merge.into": "{what}，已寫入 {path}",
    "merge.both": "{points}和{files}",
    "demo.truth": "真值：",
    "demo.means": "引擎自己記錄的 TTFT 平均值為 {true:.3f} ms，測得 {measured:.3f} ms；",
    "twin.kind.cards": "卡",
    "twin.kind.models": "模型",
    "twin.kind.stacks": "引擎",
    "twin.kind.hosts": "主機",
    "twin.kind.links": "互連",
    "twin.no_profile": "沒有名為 {name} 的{kind}設定檔{near}：可選 {known}。",
    "twin.no_link": "沒有 {cards} 張卡之間互連的資料：請把 tp 設為 1、{known} 其中之一。",
    "twin.no_memory": "vLLM 無法啟動（其原文：「{said}」）。",
    "twin.too_small": "{name} 為 {value}：至少要設為 1。",
    "twin.no_share": "{name} 為 {value}：請設為大於 0、不超過 1 的數。",
    "twin.not_positive": "{name} 為 {value}：請設為大於 0 的有限數。",
    "twin.too_long": "max_model_len 為 {asked}，而此模型最多 {most}：請設為不超過 {most}。",
    "twin.no_factor": "沒有名為 {name} 的係數：可選 {known}。",
    "twin.not_fitted": (
        "此擬合設定檔針對的 {what} 是 {fitted}，不是 {asked}：請改用 {fitted}，或以 {asked} 的結"
        "果重新擬合。"
    ),
    "twin.other_engine": (
        "{card} 的擬合設定檔針對引擎 {fitted}，而模型 {model} 跑在 {asked} 上：請用後者的結果重新"
        "擬合，"
        "或拿掉 --fitted。"
    ),
    "twin.not_modelled": (
        "它無法模擬 {flags}。請從命令中拿掉這些選項，或在真實伺服器上測量。"
    ),
    "twin.no_engine": "孿生引擎只有 vLLM 和 SGLang 兩種，沒有 {engine}。",
    "twin.no_model": "沒有模型 {model} 的設定檔。",
    "twin.no_number": "{name} 為 {value}：請設為整數。",
    "twin.set_times": (
        "孿生引擎無法代替 {groups} 的伺服器，token 改依設定的時間送出：{why}"
    ),
    "twin.unused": (
        "--fitted：沒有孿生引擎會用到 {card}（{stack}）的擬合設定檔：請在測試計畫中以 `twin` 指定"
        "這種卡，"
        "或拿掉該設定檔。"
    ),
    "twin.two_fits": (
        "{one} 與 {other} 是同一種卡、同類引擎（{card}）的擬合設定檔：請只給出其中一個，或以兩者的"
        "結果一起擬合出一個設定檔。"
    ),
    "twin.no_twin": (
        "--fitted 只用於孿生引擎：請加上 --embedded，改用 `inferometer simulate`，或拿掉此參數。"
    ),
    "twin.no_fit": "這不是 `inferometer fit` 產生的設定檔：請先擬合，或拿掉它。",
    "twin.in_file": "{path}：{what}",
    "twin.unread": "無法讀取 {path}（{cause}）：請給出 `inferometer fit` 產生的檔案。",
    "twin.never_done": (
        "孿生引擎無法處理 {tokens} token 的請求：請加大 max_model_len 或 KV 區塊數，或拿掉這樣的請"
        "求。"
    ),
    "simulate.no_card": (
        "沒有為測試組 {group} 指定要模擬的卡：請在測試計畫或其硬體中加上 `twin: CARD`，或使用 --s"
        "et twin=CARD。可選的卡：{known}。"
    ),
    "simulate.no_model": (
        "測試組 {group} 的模型 {model} 沒有對應的設定檔：請拿掉該組，或改用精度相同、名稱以下列之"
        "一開頭的模型：{known}。"
    ),
    "simulate.command": (
        "孿生引擎無法採用測試組 {group} 伺服器命令中的設定：{why}"
    ),
    "simulate.left_out": "不模擬測試組 {groups}：{why}",
    "simulate.nothing": (
        "沒有可模擬的測試組：{why}請測量真實的伺服器，或以 `run --embedded` 演練。"
    ),
    "simulate.again": "測試組 {group}：{n} 個測試點將重新模擬，因為{parts}已變更。",
    "simulate.again.one": "測試組 {group}：1 個測試點將重新模擬，因為{parts}已變更。",
    "simulate.part.twin": "孿生引擎的演算法",
    "simulate.part.card": "卡的設定檔",
    "simulate.part.model": "模型的設定檔",
    "simulate.part.stack": "引擎的設定檔",
    "simulate.part.host": "主機的設定檔",
    "simulate.part.link": "互連的設定檔",
    "simulate.part.fitted": "擬合設定檔",
    "simulate.unfitted": (
        "{all} 個測試點中有 {n} 個沒有擬合設定檔：其 90% 區間取孿生引擎在未擬合的卡上的誤差（TTFT "
        "為 1.8 倍，"
        "TPOT 與吞吐量為 28%）。可用 `inferometer fit` 擬合，再以 --fitted 傳入。"
    ),
    "simulate.extrapolated": (
        "{all} 個測試點中有 {n} 個屬於外推：擬合設定檔未涵蓋其 {names}。"
    ),
    "simulate.intervals": "模擬值與孿生引擎誤差的 90% 區間：",
    "simulate.speed": (
        "以上為模擬結果，並非實測：伺服器上的 {virtual} s 在本機用了 {took} s，相當於即時速"
        "度的 {speed} 倍。"
    ),
    "fit.many": "一次擬合 {n} 個係數過多：最多選 {most} 個。",
    "fit.no_ladder": "--ladder-step 只用於各點共用輸入的情況：請拿掉它，或設 --prompts shared。",
    "fit.left_out": "未採用 {point}：{why}",
    "fit.more.one": "另有 1 個點未採用。",
    "fit.more": "另有 {n} 個點未採用。",
    "fit.nothing": (
        "沒有可用於擬合的點，原因見上：擬合需要實測結果，其中要有模型、長度、num_prompts 和延遲。"
    ),
    "fit.simulated": "它是模擬結果，並非實測。",
    "fit.invalid": "其判定為 INVALID。",
    "fit.no_model": "沒有模型 {model} 的設定檔；請用 --model-profile 指定。",
    "fit.unnamed": "檔案沒有註明模型；請用 --model-profile 指定。",
    "fit.failed": "有 {percent:.0f}% 的請求失敗；請重新測量。",
    "fit.rate_missed": "用戶端沒有跟上所要求的請求速率。",
    "fit.other_load": "擬合無法重現它的負載（{name}：{value}）。",
    "fit.other_card": "它是在 {measured} 上測得的，與 --twin {card} 不符；請改用 --twin {known}。",
    "fit.no_engine": "它是用 {engine} 測得的；孿生引擎只有 vLLM 和 SGLang 兩種。",
    "fit.other_stack": (
        "測量時用的是 {engine}，與 --stack {stack} 不符；請選擇與之相符的設定檔。"
    ),
    "fit.apart": "孿生引擎沒有模擬它的多卡分工方式（{name}：{value}）。",
    "fit.not_modelled": "孿生引擎不能模擬它的設定 {flags}。",
    "fit.several": (
        "這些結果的 {names} 有多種取值，卻要擬合成同一份設定檔。如果這些機器快慢不同，請分開擬合。"
    ),
    "fit.no_tp": "沒有註明用了幾張卡；請設定 --tp。",
    "fit.no_condition": "缺少可用的 {name}。",
    "fit.no_value": "{names} 一項都沒有。",
    "fit.round": "第 {n} 輪：誤差為預期的 {error:.3f} 倍。",
    "fit.simulated.note": "孿生引擎的數值是模擬結果，附 90% 區間。",
    "fit.head.factor": "係數",
    "fit.head.value": "相對原設定檔的倍數（90% 區間）",
    "fit.head.point": "測試點",
    "fit.head.twin": "孿生引擎（90% 區間）",
    "fit.unidentified": "這些結果無法決定 {name}：其區間取自原設定檔。請補充受它影響的結果。",
    "fit.alike": "{name} 與 {others} 對這些結果的影響相同：只能決定兩者的組合。",
    "fit.error": "{name}：扣除偶然波動後誤差 {percent:.1f}%（均方根，{n} 個點逐一留出）",
    "fit.scarce": (
        "不同的負載少於 {least} 種，無法得知孿生引擎在其他負載下的誤差：區間至少包含預期誤差。請補"
        "充其他負載的結果。"
    ),
    "fit.contradict": (
        "結果互相矛盾：{of} {load} 測了 {n} 次，{name} 從 {low:,.1f} 到 {high:,.1f} 不等。請只給出"
        "同一伺服器的結果，且前綴快取要麼都已預熱，要麼都沒有。"
    ),
    "fit.misfit": (
        "孿生引擎無法描述這些結果：{name} 的誤差是預期的 {times:.0f} 倍。請檢查 --stack、--host-p"
        "rofile 和受測伺服器的設定；不要用此設定檔做規劃。"
    ),
    "fit.no_length": (
        "按模型自身的最大長度，{said}請把 --max-model-len 設為受測伺服器的值。"
    ),
    "fit.written": "設定檔：{path}",
    "capacity.one_load": "請給出 --request-rate 或 --max-concurrency 其中之一。",
    "capacity.rate": "--request-rate 為 {value}：請設為大於 0、小於 1,000,000 的數。",
    "capacity.metric": "孿生引擎沒有 {name}：目標可用的指標為 {known}。",
    "capacity.prefix": (
        "--prefix-len 為 {prefix}，而 --input-len（已包含前綴）只有 {prompt}：請把 --input-len 設為"
        "整個輸入的長度。"
    ),
    "capacity.target": (
        "目標只針對所問的這一個負載：請拿掉 `any`、`every` 和 `if`，寫作 '{target}'。"
    ),
    "capacity.tp_left_out": "--tp {tp} 所需的卡數超過 --max-cards {cards}，已略去。",
    "capacity.tp_none": (
        "--tp {tp} 所需的卡數超過 --max-cards {cards}："
        "請把 --max-cards 設為至少 {least}，或減小 --tp。"
    ),
    "capacity.unused_fit": (
        "--fitted：{card} 的擬合設定檔針對 --stack {stack} 與 --host-profile {host}，"
        "而這裡沒有這樣的部署：請給出這兩個參數，或拿掉該設定檔。"
    ),
    "capacity.price": "{text} 不是價格：請寫作 CARD=每小時價格，如 r9700=0.60。",
    "capacity.price_of_others": (
        "--price 給出了 {names}，而 --card 只有 {cards}：請使用與 --card 相同的名稱，或拿掉該價格"
        "。"
    ),
    "capacity.no_length": (
        "以上按模型自身的最大長度計算：請把 --max-model-len 設為要服務的最長輸入加輸出。"
    ),
    "capacity.figure": "{path}：圖只能寫成 .svg 或 .png。",
    "capacity.load.rate": (
        "每秒 {rate:g} 個請求，輸入 {input} token，輸出 {output} token"
    ),
    "capacity.load.users": (
        "並行 {users} 個請求，輸入 {input} token，輸出 {output} token"
    ),
    "capacity.drawn": "圖：{path}",
    "capacity.not_drawn": "沒有能啟動的部署，不畫圖。",
    "capacity.no_value": (
        "無法判斷是否達到 {names} 的目標：模擬的負載沒有這項數值（只有一個 token 的回答沒有 TPOT"
        "）。"
    ),
    "capacity.outgrown": "請求到達的速度超過其處理能力，排隊會愈來愈長。",
    "capacity.growing": (
        "模擬的負載結束時，並行請求數與延遲仍在增加：只能短時間承受此負載。"
    ),
    "capacity.near_limit": (
        "若實際慢 {percent:.0f}%（仍在孿生引擎的誤差之內），"
        "此負載下就達不到目標。"
    ),
    "capacity.short": (
        "最多只模擬 {n} 個請求，不足以呈現單一副本上的 {users} 個並行請求，數值偏樂觀。請改問多副本"
        "中單一副本應承擔的負載。"
    ),
    "capacity.simulated": "模擬結果，並非實測；數值附 90% 區間。功率從未按實測擬合。",
    "capacity.head.deployment": "副本數 × 卡",
    "capacity.head.cards": "卡數",
    "capacity.head.status": "目標",
    "capacity.head.picture": "區間與目標",
    "capacity.head.fits": "KV 可容納",
    "capacity.head.kv": "KV %",
    "capacity.head.hits": "前綴命中 %",
    "capacity.head.kwh": "kWh/百萬 token",
    "capacity.head.misses_from": "從該負載起達不到目標",
    "capacity.head.kv_half": "從該負載起 KV 用到一半",
    "capacity.head.kv_full": "從該負載起 KV 用滿",
    "capacity.limits": "各部署的極限（所有副本合計，{unit}，精度 10%）：",
    "capacity.at_once": "並行請求",
    "capacity.head.w": "全部卡的功率 W（未擬合）",
    "capacity.head.hour": "每小時成本",
    "capacity.head.per_million": "每百萬 token 成本",
    "capacity.status.meets": "達到",
    "capacity.status.unsure": "不確定",
    "capacity.status.misses": "達不到",
    "capacity.status.refused": "無法啟動",
    "capacity.unfitted": "（未擬合）",
    "capacity.extrapolated": "（外推）",
    "capacity.none": "沒有部署能達到目標：請允許更多的卡、換卡，或放寬目標。",
    "capacity.none_starts": "沒有能啟動的部署：請依上述原因調整設定，或換卡。",
    "capacity.measure": "要確認，請依單一副本應承擔的負載實際量測 {name} 中的一個副本：",
    "twin.timing": "{flags}：孿生引擎的時序由模型算出。請拿掉這些參數，或拿掉 --twin。",
    "twin.without": "{flags}：只用於孿生引擎。請加上 --twin CARD，或拿掉這些參數。",
    "twin.unverified": (
        "{card} 的 {rates} 未經核實。這張卡的預測不會比這些數值更可靠：請實測後用 "
        "`inferometer fit` 擬合。"
    ),
    "twin.experts": (
        "{models} 未經檢驗：孿生引擎沒有為專家（MoE）核心函式建模。以兩張 R9700 上的 gpt-oss-20b 為"
        "例，預測的 TTFT 偏短 28%，TPOT 偏差 13%。只有用含專家的模型擬合出設定檔之後，才可採信這些"
        "數值。"
    ),
    "twin.notice": (
        "模擬結果，並非實測：{what}，{blocks} 個 KV 區塊（"
        "{tokens} token）。所用設定檔中有 {n} 個數值未經核實：{names}。"
    ),
    "demo.errors": "誤差的 p99：TTFT {ttft:.3f} ms，ITL {itl:.3f} ms（共 {events} 個事件）。",
    "output.lost": "無法寫出輸出（{cause}）：請重新導向到別處。",
    "output.lost.saved": "無法寫出輸出（{cause}）：請重新導向到別處。結果已儲存。",
    "main.stopped": "已停止，命令沒有執行完。",
    "main.nowhere": "目前的目錄已不存在：請切換到別的目錄。",
    "main.cards": "{help}；可選的卡有 {cards}",
    "main.usage": "{error}：見 {help}。",
    "rows.unfit": "未採用的列（{n}）：{counts}",
    "rows.sent": "隨輸入一起傳送：{counts}",
    "rows.pictures": "傳送的圖片：{n}",
    "rows.pictures.url": "傳送的圖片：{n}，其中 {by_url} 張以位址傳送，由伺服器擷取",
    "rows.elsewhere": "從資料集資料夾之外讀取的圖片檔：{n}",
    "rows.left_out": "未傳送：{counts}",
    "rows.more": "另有 {n} 項",
    "rows.join": "；",
    "hardware.is": "{name}：{facts}",
    "unchecked.hardware": "硬體 {hardware}",
    "unchecked.tp": "張量平行數 {tp}",
    "unchecked.health": "它能夠提供服務（雖然它的 /health 回報不能）",
    "unchecked.model": "模型 {model}",
    "unchecked.model.why": "模型 {model}（{why}）",
    "unchecked.folder": "{served} 就是 {model}：伺服器是從資料夾載入它的",
    "unchecked.max_model_len": "max_model_len {limit}",
    "sentence": "{what}。",
    "server.other_model": "{url} 提供的模型是 {models}，而不是 {model}",
    "server.other_root": "{url} 以 {served} 為名提供的是 {root}，而不是 {model}",
    "server.unhealthy": "{url} 有回應，但它的 /health 回報無法提供服務：請查看它的日誌。",
    "server.restarted": "{url} 上的伺服器在確認之後重新啟動過。",
    "server.wrong_start": (
        "啟動的伺服器不是所要求的：{why}請核對配方中的 command、served_model 和 max_model_len。"
    ),
    "server.not_ready_in_time": (
        "伺服器在 {timeout:g} s（其配方中的 start_timeout_s）內沒有就緒：{why}"
    ),
    "and": "{first} 和 {second}",
    "compare.metric": "指標",
    "compare.effect": "變化",
    "compare.interval": "95% 信賴區間",
    "compare.points": "{signs}",
    "compare.verdict": "判定",
    "compare.point": "測試點",
    "compare.a": "A",
    "compare.b": "B",
    "compare.load": "負載",
    "compare.shown": "測得",
    "compare.control": "對照",
    "compare.faster": "更快",
    "compare.slower": "更慢",
    "compare.no difference": "無差異",
    "compare.undecided": "尚無定論",
    "compare.undecided.runs": "尚無定論（{n}）",
    "compare.unknown": "未知",
    "compare.none": "無",
    "compare.side": "{side}：{name}，{n} 個結果，來自 {tools}",
    "compare.side.one": "{side}：{name}，1 個結果，來自 {tools}",
    "compare.differ": "兩邊的差別：{what}。",
    "compare.alike": "記錄的條件沒有差別。",
    "compare.untold": "只有一邊記錄了：{what}。",
    "compare.alone": "沒有對應的測試點：{what}。",
    "compare.alone.side": "{side} 的 {n} 個結果（{ids}）",
    "compare.alone.side.one": "{side} 的 1 個結果（{ids}）",
    "compare.against": "{b} 相對於 {a}",
    "compare.b_against_a": "B 相對於 A",
    "compare.over": "B 相對於 A，{n} 個測試點的平均",
    "compare.mean": "平均",
    "compare.links": "{metric}：{model} TP={tp}，{narrow} 相對於 {wide}",
    "compare.links.control": "{metric}：{model} TP={tp}，{narrow} 相對於 {wide}，對照",
    "compare.rows": "{n} 行單一測試點",
    "compare.rows.one": "1 行單一測試點",
    "compare.hidden": "{rows}未顯示：--points 可顯示全部。",
    "compare.signs": "{signs}：更快、更慢、無差異、尚無定論的測試點數。",
    "compare.more_runs": "（n）：每邊再輪流（A B B A）測約 n 次即可得出結論。",
    "compare.chance": (
        "區間全部在 {delta} 之外也可能仍無定論：{n} 行之中總有幾行純屬偶然，因此每一行都要離得更"
        "遠才可信。"
    ),
    "compare.chance.one": (
        "區間全部在 {delta} 之外也可能仍無定論：這可能純屬偶然，要離得更遠才可信。"
    ),
    "compare.note": "注意：{warning}。",
    "compare.sum.slower": "B 慢了 {delta} 以上：{what}。",
    "compare.sum.faster": "B 快了 {delta} 以上：{what}。",
    "compare.sum.no difference": "差異不超過 {delta}：{what}。",
    "compare.sum.undecided": "尚無定論：{what}。",
    "compare.cell": "{metric}（{percent}）",
    "caution.no_result": "沒有結果：{side}",
    "caution.the_results": "兩邊",
    "caution.all_invalid": (
        "結果全部為 INVALID（{side}：{which}）：請重新測量，或用 --allow-invalid 仍然使用它們"
    ),
    "caution.suspect": "SUSPECT 的結果（{side}）：{which}",
    "caution.invalid.used": "INVALID、但仍然使用的結果（{side}）：{which}",
    "caution.invalid.left_out": "INVALID、未使用的結果（{side}）：{which}",
    "caution.rehearsed": (
        "含演練結果（{side}）：{of} 個測試點中的 {n} 個來自快速執行、內建引擎或孿生引擎"
        "，不能說明硬體效能"
    ),
    "caution.rehearsed.all": (
        "全部為演練結果（{side}）：測試點都來自快速執行、內建引擎或孿生引擎，不能說明硬體效能"
    ),
    "caution.nothing_in_common": (
        "{a} 與 {b} 沒有相同的測試點：兩邊的第一個測試點在以下條件上不同：{what}"
    ),
    "caution.nothing_in_common.unknown": "{a} 與 {b} 沒有相同的測試點：它們的設定未知",
    "caution.same": "有 {n} 個結果同時在 {a} 和 {b} 中，是與自身比較",
    "caution.same.one": "有 1 個結果同時在 {a} 和 {b} 中，是與自身比較",
    "caution.input_len": (
        "比較不公平：{n} 個測試點的輸入長度不同，例如平均 {one:.0f} 與 {other:.0f} token"
    ),
    "caution.input_len.one": (
        "比較不公平：1 個測試點的輸入長度不同，平均 {one:.0f} 與 {other:.0f} token"
    ),
    "caution.output_len": (
        "比較不公平：{n} 個測試點的輸出長度不同，例如平均 {one:.0f} 與 {other:.0f} token"
    ),
    "caution.output_len.one": (
        "比較不公平：1 個測試點的輸出長度不同，平均 {one:.0f} 與 {other:.0f} token"
    ),
    "caution.nowhere": "並非兩邊都有：{metrics}",
    "caution.somewhere": "{of} 個測試點中有 {n} 個不是兩邊都有 {metric}",
    "caution.no_interval": (
        "{of} 行中有 {rows} 行沒有區間，因此尚無定論：單次執行如果太短，或其檔案中沒有逐個請求的資"
        "料（vLLM 加 --save-detailed 才寫入），就無從知道它有多精確；重複執行即可得知"
    ),
    "caution.turns.all": (
        "所有測試點都{why}，因此區間為此留出了 {drift:.3g}% 的餘量（--drift）；每邊輪流（A B B A）"
        "測三次或更多就不需要餘量"
    ),
    "caution.turns.some": (
        "{share:.0%} 的測試點{why}，因此區間為此留出了 {drift:.3g}% 的餘量（--drift）；每邊輪流（A "
        "B B A）測三次或更多就不需要餘量"
    ),
    "caution.design.one after the other": (
        "是先測一邊再測另一邊的，或時間未知：機器的漂移看起來會像真實差異"
    ),
    "caution.design.single runs": "每邊只測了一次：不知道同樣的兩次執行會相差多少",
    "caution.design.in turns": "輪流測量不足三輪：非線性的漂移看起來會像真實差異",
    "caution.named": "{ids}：{reason}",
    "caution.named.some": "{ids}：{reason}（{of} 個中的 {n} 個；其餘另有原因）",
    "caution.unfair": "比較不公平：{why}（{what}）",
    "unfair.dataset": "輸入的內容不同",
    "unfair.input_len": "輸入長度不同",
    "unfair.output_len": "輸出長度不同",
    "unfair.prefix_len": "共用前綴的長度不同",
    "unfair.cache": "前綴快取的狀態不同",
    "unfair.load": "負載不同",
    "unfair.num_prompts": "請求數不同",
    "unfair.tool": "各工具對指標的定義不同",
    "unfair.rehearsal": "有一邊是演練",
    "compare.no_metric": "沒有 {name!r} 這個指標：指標名稱與 vLLM 的結果檔一致，例如 p99_ttft_ms",
    "compare.neither": "{name} 的高低沒有好壞之分：請用 --metric 選擇別的指標",
    "compare.no_pair": "沒有一對測試點兩邊都有 {metrics}：請用 --metric 選擇別的指標",
    "compare.no_point": "沒有測試點兩邊都有 {metrics}：請用 --metric 選擇別的指標",
    "compare.several": (
        "{side} 在同樣的設定下有幾個不同的 {condition}（{values}）：請用 "
        "--where {choice} 選擇其中一個"
    ),
    "compare.two_sides": "compare 需要 A、B 兩邊，或 --by CONDITION=A,B：現在給出了 {n} 個",
    "compare.nowhere": "沒有 {name}={value} 的測試點：有的是 {there}",
    "compare.none_of_side": "{side} 中沒有 {name}={value} 的結果：有的是 {there}",
    "compare.nowhere.unread": "沒有 {name}={value} 的測試點：有的是 {there}（{problem}）",
    "compare.no_points": "沒有任何測試點",
    "compare.two_values": "--by 需要兩個值，例如 --by {name}=A,B，而不是 {n} 個",
    "compare.not_a_share": "{flag} {text} 不是比例：請寫成 2% 或 0.02",
    "compare.not_a_condition": (
        "{flag} {text} 不是 CONDITION=VALUE 的形式：請寫成 {flag} {example}"
    ),
    "compare.no_condition": "{flag} {text}：沒有 {name!r} 這個條件{near}",
    "pcie.no_model": (
        "沒有模型在 {condition} {narrow} 和 {condition} {wide} 下以相同的張量平行數和負載測量過"
    ),
    "pcie.no_control": "沒有對照：{name}",
    "pcie.other_control": "沒有自己的對照，改用 {model} 的：{name}",
    "pcie.not_both": "不是兩邊都有 {metric}",
    "pcie.ladder": "{model} TP={tp}（{narrow} 相對於 {wide}）",
    "pcie.one_width": (
        "需要兩種 PCIe 鏈路寬度，而結果中只有 x{width}：請指明兩邊，例如 --by config=B,C"
    ),
    "pcie.no_width": "需要兩種 PCIe 鏈路寬度，而結果中沒有記錄：請指明兩邊，例如 --by config=B,C",
    "pcie.answer": "{who}：{verdict}，{effect}（{bounds}）{ladder}{beside}。",
    "pcie.who": "{model} TP={tp}，{narrow} 相對於 {wide}，{metric}",
    "pcie.who.control": "{model} TP={tp}，{narrow} 相對於 {wide}，{metric}（對照：應當沒有差異）",
    "pcie.no_interval": "區間未知",
    "pcie.levels": "，負載 {from_level:g} 時 {first}，{to_level:g} 時 {last}",
    "pcie.beside": "；已扣除對照（TP=1）的 {control}",
    "near": "（您是不是想寫 {name!r}？）",
    "near.all": "：可用的有 {names}",
    "main.language": "'{lang}' 不是可用的語言：{known}。",
    "run.other_version": "它是在伺服器的 {what} 下測得的。",
    "plan.item.image": "映像檔",
    "plan.image": "{image}",
    "plan.image.floats": "{image}（該標籤會變動：發布結果之前請指定版本）",
    "plan.group.limit.least": "，max_model_len 至少為 {limit}",
    "compare.unrecorded": "未記錄",
    "compare.cache_hits": "來自前綴快取的輸入 token：A {a}，B {b}。",
    "compare.speed_ups": "B 的速度是 A 的多少倍：{what}。",
    "compare.levels": "列出了 {of} 個負載中的 {n} 個；--points 列出全部。",
    "presets.none": "沒有名為 {name!r} 的預設集{near}：`inferometer presets` 可列出。",
    "console.repeats.which": "第 {n} 次（{why}）",
    "terminal.hits": "命中 %",
    "rows.sound": "傳送的音訊：{n}",
    "rows.film": "傳送的影片：{n}",
    "caution.independent": (
        "有 {n} 個單測試點平均值的區間由標準差和請求數得出，如同各請求互不相關；而同一次執行的請求"
        "是相關的，因此真值可能偏離更遠：重複執行才能知道"
    ),
    "caution.independent.one": (
        "有 1 個單測試點平均值的區間由標準差和請求數得出，如同各請求互不相關；而同一次執行的請求是"
        "相關的，因此真值可能偏離更遠：重複執行才能知道"
    ),
    "server.other_limit": (
        "{url} 提供的 {served} 的 max_model_len 為 {found}，而不是要求的 {limit}{accepts}"
    ),
    "monitor.token_required": (
        "--host 可從其他主機存取，因此必須設定權杖：請寫入 {variable}。"
    ),
    "monitor.serve_alone": "--serve 只透過 HTTP 提供樣本：請拿掉 {flags}。",
    "monitor.no_port": (
        "無法監聽 {host} 的連接埠 {port}（{why}）：請換一個 --port。"
    ),
    "monitor.serving": (
        "正在 {url}{path} 提供樣本；用 `--monitor {url}` 讀取。Ctrl-C 結束。"
    ),
}
