"""What goes on with servers, and what goes wrong, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

SERVERS: dict[str, str] = {
    "server.no_command": "配方 {recipe} 沒有啟動伺服器的 command：請補上。",
    "server.no_log": "無法在 {directory} 中寫入日誌（{why}）。",
    "server.nothing_written": "無法寫入 {directory}（{why}）。",
    "server.taken": "{taken}：請結束它，或在 {recipe} 的 base_url 和 command 中換一個連接埠。",
    "server.taken.compose": "{taken}：請結束它，或在 {recipe} 的 base_url 中換一個連接埠。",
    "port.served": "{who} 已在連接埠 {port} 上提供服務",
    "port.held": "{who} 已佔用連接埠 {port}",
    "port.forbidden": "目前的使用者無權監聽連接埠 {port}",
    "port.no_address": "{host} 不是這台機器的位址",
    "port.process": "{name}（處理程序 {pid}）",
    "port.unknown": "另一個程式",
    "server.earlier": "  本測試任務先前啟動的伺服器仍在結束：正在等待。",
    "server.earlier.stuck": (
        "本測試任務先前啟動的伺服器（處理程序 {pid}）沒有結束：請執行 kill -9 {pid}。"
    ),
    "server.starting": "正在啟動 {command}\n  日誌：{log}",
    "server.starting.compose": "正在啟動 {file} 中的 {service}（專案 {project}）",
    "server.cannot_start": (
        "無法啟動 {program}（{why}）：請安裝它，啟用它所在的環境，或在 {recipe} 的 command 中寫出完"
        "整路徑。"
    ),
    "server.no_guard": "看護伺服器的處理程序沒有啟動：原因見日誌。",
    "server.not_started": "伺服器尚未啟動。",
    "server.ended": "伺服器{how}。日誌為 {log}。",
    "server.ended.guard": "因看護它的處理程序被終止而結束",
    "server.ended.killed": "被強制終止（SIGKILL），很可能是記憶體耗盡而被核心終止：請查看 dmesg",
    "server.ended.signal": "被 {signal} 終止",
    "server.ended.not_found": "沒有啟動：找不到啟動命令",
    "server.ended.code": "已結束，結束代碼 {code}",
    "server.again": "將重新啟動",
    "server.again.contacted": "將再次連線",
    "server.again.by_hand": "請重新啟動它",
    "server.restarts": "{error}{what}（第 {n} 次重新啟動，最多 {most} 次）。",
    "server.restarts.over": "{error}它已經重新啟動過 {n} 次。",
    "server.as_it_is": "{why}配方 {recipe} 直接使用現有的伺服器：請啟動正確的伺服器後重新執行。",
    "server.unlisted": "{url} 上的伺服器不再列出 {model}：請檢查那裡現在執行的是哪個伺服器。",
    "server.engine_silent": "內建引擎不再回應：{why}",
    "engine.no_start": "內建引擎沒有啟動；原因見其標準錯誤輸出。",
    "server.twin_full": (
        "{model}（TP={tp}）放不進模擬的 {card}：每卡權重佔 {weights:.1f} GiB，而 vLLM 每卡只能使用 "
        "{allowed:.1f} GiB 顯示記憶體，activation、執行環境和 KV 快取也要從中分配。"
        "請增大 tp，或模擬顯示記憶體更大的卡。vLLM 的錯誤訊息：{why}"
    ),
    "server.port_not_free": "  {taken}，儘管我們的伺服器已經結束。",
    "server.memory_held": "  我們的伺服器已經結束，但顯示記憶體佔用比啟動之前多：{cards}。",
    "compose.incomplete": "配方 {recipe} 必須包含 compose_file 和 compose_service。",
    "compose.no_file": "找不到 compose 檔案 {file}：請更正配方 {recipe} 的 compose_file。",
    "compose.failed": "{file} 的 `{word}` 失敗：{why}",
    "compose.no_answer": "Docker 沒有回應：{why}",
    "compose.exit_code": "結束代碼 {code}",
    "compose.out_of_memory": "{service} 的容器被終止：記憶體耗盡（OOMKilled）。",
    "compose.not_running": "{service} 的容器狀態為 {status}，結束代碼 {code}。",
    "compose.restarted": "{service} 的容器在確認之後重新啟動過。",
    "compose.no_container": "沒有 {service} 的容器：它沒有啟動，或已被移除。",
    "compose.not_described": (
        "`docker inspect` 沒有給出容器 {container} 的資訊：請確認這是 Docker。"
    ),
    "compose.no_docker": "沒有安裝 Docker：請安裝它及其 compose 外掛，或改用別的 kind 的配方。",
    "compose.no_compose": (
        "沒有安裝 Docker Compose：請安裝 docker-compose-plugin 或 docker-compose。"
    ),
    "compose.cannot_run": "無法執行 {program}（{why}）：請安裝它。",
    "compose.too_slow": "`{call} …` 在 {timeout:g} s 內沒有完成：請檢查 Docker 引擎。",
    "operator.stop_it": "{why}請停止它，並啟動上面所列的伺服器。",
    "operator.late": (
        "伺服器在 {timeout:g} s（{recipe} 的 start_timeout_s）內沒有啟動：{why}重新執行即可繼續。"
    ),
    "operator.waiting": "  仍在等待，已過 {minutes:.0f} min，最多 {most:.0f} min：{what}",
    "operator.waiting.new": "  {what}",
    "operator.doubt": (
        "{url} 上有一個模型和上限都相符的伺服器，但它是之前就在執行的：請依上面的說明重新啟動它。"
        "{how}"
    ),
    "operator.if_right": "如果它已經在以這些設定執行",
    "operator.asked": "{condition}：touch {file}",
    "operator.asked.typing": "{condition}，請在此輸入 yes 並按 Enter，或執行：touch {file}",
    "operator.serves": "  {url} 提供 {model}：{how}。",
    "operator.unknown_model": "未知的模型",
    "operator.needed": "需要在 {url} 上執行：{model}{served}，張量平行數 {tp}{limit}",
    "operator.needed.served": "（服務名稱 {name}）",
    "operator.on": "  硬體 {hardware}",
    "operator.start": "  - 停止那裡執行的任何伺服器，並啟動這個",
    "operator.start.command": "  - 停止那裡執行的任何伺服器，並啟動這個：",
    "operator.start.image": "  - 停止那裡執行的任何伺服器，並在映像檔 {image} 中啟動這個：",
    "operator.checks": "每 {seconds:g} s 檢查一次，就緒後自動繼續。",
    "believed.before": "先前已確認",
    "believed.running": "先前已在執行",
    "believed.restarted": "確認之後重新啟動過",
    "believed.instruction": "在給出說明之後啟動",
    "believed.terminal": "已在終端機確認",
    "believed.file": "由檔案 {file} 確認",
    "believed.as_before": "與先前相同",
    "hardware.unconfirmed": (
        "在 {timeout:g} s（{recipe} 的 start_timeout_s）內沒有人確認硬體 {name}。請準備好它，然後重"
        "新執行即可繼續。"
    ),
    "hardware.how": "  硬體 {name}：{how}。",
    "hardware.when_done": "完成之後",
    "hardware.when_set_up": "硬體 {name} 準備好之後",
    "hardware.waiting": "  仍在等待，已過 {minutes:.0f} min，最多 {most:.0f} min。{how}",
    "hardware.needed": "需要的硬體：{hardware}",
    "step.one_x16": "機器 A/B：裝一張卡，插槽設為 x16。",
    "step.two_x8": "機器 A/B：裝兩張卡，兩個插槽都設為 x8。",
    "step.two_x16": "機器 C：兩張卡都插在全寬（x16）插槽中。",
    "step.triton": (
        "在 NVIDIA 的 Triton（含 TensorRT-LLM）映像檔中執行，使用主機網路。指令碼結束後，Triton "
        "會繼續在背景執行。"
    ),
    "hardware.change": "把硬體換成這樣；先前的不同",
    "hardware.then.ours": "之後會啟動伺服器。如果需要關機，請在開機後再次執行同樣的命令。",
    "hardware.then": "{url} 上的伺服器必須執行在它上面：否則請重新啟動伺服器。",
    "xinference.taken": (
        "{url} 已在執行名為 {model} 的模型，其啟動參數未知：請終止它（curl -X DELETE {url}{path}）"
        "，或換一個 served_model。"
    ),
    "xinference.not_registered": "Xinference 沒有註冊 {model}",
    "xinference.not_launched": "Xinference 沒有啟動 {model}",
    "xinference.silent": "{model} 已啟動，但沒有回應",
    "xinference.because": "{what}：{why}",
    "xinference.said": "{what}（{status}：{said}）：請更正 {recipe} 的啟動參數，或查看伺服器日誌。",
    "xinference.launching": "正在 {url} 上啟動 {model}，名稱為 {name}",
    "xinference.loaded": "  {model}：已載入 {percent}%。",
    "xinference.unlisted": "{url} 不再列出任何模型，儘管 {model} 已啟動。",
    "xinference.not_terminated": "  無法終止 {model}：{why}",
    "server.only_list": "{why}如果只是模型清單慢，請指定 server.served_model。",
    "server.no_list": "{url} 沒有模型清單（{why}）",
    "server.several_models": "{url} 提供多個模型（{models}）：請用 server.served_model 選擇一個。",
    "server.no_model": "{url} 沒有列出任何模型：請用 server.served_model 指定。",
    "server.compresses": (
        "{url} 壓縮了 {path} 的回應（{packed}），而請求並不允許；壓縮的串流無法計時：請在伺服器或其"
        "前置閘道中關閉壓縮。"
    ),
    "server.not_json": "{path} 回傳的 {kind} 不是 JSON 物件",
    "server.not_json.where": "{url}{what}",
    "server.late": "{asked} 在 {timeout:g} s 內沒有回應",
    "server.too_large.short": "{asked} 的回應超過 {mib:g} MiB",
    "server.status": "{path} 回傳 {status}：{said}",
    "server.status.redirect": "{path} 回傳 {status}，重新導向到 {location}",
    "server.wrong_model": (
        "{url} 沒有名為 {model!r} 的模型，有的是 {models}：請用 server.served_model {near}。"
    ),
    "server.wrong_model.any": (
        "{url} 沒有名為 {model!r} 的模型，有的是 {models}：請從中選一個作為 server.served_model。"
    ),
    "server.note.no_list": "伺服器沒有模型清單（{why}）：未核對它的模型和最大長度。",
    "server.note.other_list": (
        "伺服器的模型清單中沒有 {model}，有的是 {models}；但它仍然回應對該模型的請求。"
    ),
    "group.measured_again": (
        "本組有 {n} 個已完成的測試點是在伺服器的 {was} 下測得的，現在伺服器為 {now}：它們將重新測"
        "量。"
    ),
    "group.measured_again.one": (
        "本組有 1 個已完成的測試點是在伺服器的 {was} 下測得的，現在伺服器為 {now}：它將重新測量。"
    ),
    "group.no_cold": "它的冷快取測試點 {point} 沒有可用的結果：無法確定快取中有什麼。",
    "group.not_at_rest": (
        "在輪到另一組時，{group} 的伺服器並不閒置：其中有 {n:g} 個不屬於本工具的請求。請查看還有誰"
        "在使用它。"
    ),
    "model.listed": "{names}，另有 {n} 個",
    "cure.no_list": "指定 server.served_model，或檢查 server.backend 和 server.base_url",
    "server.starting.compose.command": (
        "正在啟動 {file} 中的 {service}（專案 {project}）\n  {command}"
    ),
    "counting.ids": "以 token ID 傳送，個數與要求完全一致，取自伺服器 /tokenize 的 {n} 個 ID",
    "counting.ids.unsure": (
        "以 token ID 傳送，個數與要求完全一致，取自 ID {first} 到 {last}（伺服器沒有 /tokenize，無"
        "法取得更好的）"
    ),
    "counting.server": "文字，由伺服器的 /tokenize 計數",
    "counting.local": "文字，由本機 tokenizer 計數",
    "counting.local.path": "文字，由本機 tokenizer {path} 計數",
    "counting.about": (
        "文字，長度與要求大致相符：伺服器沒有 /tokenize，也沒有給出 workload.tokenizer"
    ),
    "counting.unconfirmed": "{how}（伺服器的 usage 無法印證）",
    "counting.differs": "{how}，與伺服器的 usage 不同",
    "counting.unfit": "{how}；有些輸入無法湊到準確的長度",
    "counting.turns": "{how}；對話的長度由各輪決定",
    "counting.pictures": "{n} 個 token 的{how}；{size} 的圖片折合多少，只有伺服器知道",
    "counting.sound": "錄音，原樣傳送；每段折合多少 token，只有伺服器知道",
    "limits.end": "{server} 不能忽略結束符：輸出可能短於要求。",
    "limits.usage": "{server} 不回報 token 數：改由本機 tokenizer 計數，否則每個事件算一個 token。",
    "trial.limit_field": "回答的長度由 {field} 限制：伺服器不理會 max_tokens。",
    "trial.left_out": "沒有傳送 {field}，因為伺服器拒絕它：可能因此不回報 token 數。",
    "trial.without_eos": (
        "沒有送出 ignore_eos：伺服器拒絕它，指令也沒有要求它。回答可能比要求的短。"
    ),
    "trial.no_limit": (
        "{url} 在 {path} 上拒絕回答長度上限的一種名稱（{why}），又不理會另一種（{name}）：請查看它"
        "的說明。"
    ),
    "trial.refuses": "{url} 連 {path} 上 {tokens}的試探請求也拒絕：{said}。",
    "trial.fails": "{url} 連 {path} 上 {tokens}的試探請求也失敗：{said}。",
    "trial.tokens": "{n} 個 token ",
    "trial.tokens.one": "1 個 token ",
    "trial.twice": "{first}；換一種形式：{last}",
    "trial.leave_out": "請去掉 {field}（{flag}；測試計畫檔中在 sampling 之下）。",
    "trial.diagnosis": "{diagnosis}",
    "measure.unreachable": "無法再連線 {url}（{why}）{proxy}：請查看伺服器日誌。",
    "measure.replay": "load.replay_speed 需要記錄的時刻，而這些輸入沒有。",
    "measure.connections": (
        "到 {host} 的 {of} 個連線中只開啟了 {n} 個（{why}）：請檢查伺服器是否在執行，以及它最多接受"
        "多少連線。"
    ),
    "calibration.busy_elsewhere": "現在不校準這台主機，因為另一個測量正在其上執行。",
    "calibration.unusable": "{why}不使用已儲存的校準。",
    "calibration.none_used": "{why}不使用校準。",
    "calibration.failed": "校準失敗（{why}）。不使用校準。",
    "calibration.not_kept": "{why}本次校準不保留。請在主機閒置時用 `{command}` 重新校準。",
    "calibration.not_stored": "使用了校準，但沒有儲存：{why}。",
    "server.as_found": "（--set servers.{recipe}.max_model_len={limit} 可接受這個伺服器）",
}
