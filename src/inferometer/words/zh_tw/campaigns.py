"""Points of campaigns, ledgers, archives and merged results, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

CAMPAIGNS: dict[str, str] = {
    "recheck.invalid": "{point} 重測的結果是 INVALID：保留第一次的結果，並判為 SUSPECT。",
    "recheck.same": "{point} 重測後仍與相鄰測試點矛盾，判為 SUSPECT：{why}",
    "recheck.fits": (
        "{point} 重測後與相鄰測試點相符：{metric} 為 {value} {unit}，此前為 {before}。先前的結果保"
        "留在 superseded/。"
    ),
    "recheck.neighbours_fit": "相鄰測試點重測後，{point} 與它們相符。",
    "recheck.all": "{n} 個測試點與相鄰測試點矛盾：現在重測。",
    "recheck.all.one": "1 個測試點與相鄰測試點矛盾：現在重測。",
    "recheck.some": (
        "{n} 個測試點與相鄰測試點矛盾：測量時主機受到干擾，或者它們隨負載的變化本來就不平滑。矛盾最"
        "大的 {chosen} 個現在重測，其餘判為 SUSPECT。"
    ),
    "recheck.none": "{n} 個測試點與相鄰測試點矛盾，判為 SUSPECT；重測次數此前已達上限。",
    "recheck.none.one": "1 個測試點與相鄰測試點矛盾，判為 SUSPECT；重測次數此前已達上限。",
    "recheck.more": "    另有 {n} 個",
    "recheck.point": (
        "    {point}：{metric} 為 {value} {unit}；由相鄰測試點 {neighbours} 推斷應為 {suggested}"
    ),
    "recheck.point.one": (
        "    {point}：{metric} 為 {value} {unit}；由相鄰測試點 {neighbours} 推斷應為 {suggested}"
    ),
    "group.not_stopped": "{group} 的伺服器無法停止，可能仍在執行：{why}",
    "lock.at_work": "{who}正在 {directory} 中執行測試任務：請等它結束，或將其停止。",
    "lock.at_work.maybe": (
        "{who}正在 {directory} 中執行測試任務：請等它結束，或將其停止；如果該處理程序現在已是別的程"
        "式，請刪除 {path}。"
    ),
    "lock.holder": "{host} 上的處理程序 {process} ",
    "lock.holder.unknown": "另一個處理程序",
    "archive.foreign": "{path} 中有{what}：它不是由 `inferometer collect` 產生的，不予使用。",
    "archive.too_many": "多得不可能屬於任何測試任務的檔案",
    "archive.neither": " {name!r}，它既不是檔案也不是資料夾",
    "archive.name": "不可用的名稱 {name!r}",
    "gather.damaged": (
        "`inferometer merge` 不會合並 {point}：{damage}；`inferometer run` 會重測它。"
    ),
    "gather.damaged.earlier": "`inferometer merge` 不會合並 {point} 先前的一個結果：{damage}。",
    "gather.unfinished": (
        "未收集 {point}，因為它尚未完整儲存：請稍後再收集；如果測試任務沒有在執行，請先再次執行它。"
    ),
    "gather.control_characters": "{path} 的檔名含有控制字元，未收集。",
    "merge.conflict": (
        "{point} 在 {one}（{one_file}）和 {other}（{other_file}）中都測過：採用較晚的結果，另一個放"
        "在 superseded/。"
    ),
    "merge.is_renamed": "{source} 的 {name} 現為 {now}。",
    "merge.damaged_result": "{source} 的 {point}：{damage}。",
    "earlier.measured_otherwise": "有 {n} 個較早版本的結果未被採用：{why}。",
    "earlier.measured_otherwise.one": "有 1 個較早版本的結果未被採用：{why}。",
    "earlier.before.2": (
        "當時預熱請求數若不是 max_concurrency 的整數倍，會延續到被測請求之中，使吞吐量偏低"
    ),
    "earlier.before.3": "當時沒有傳送檔案各行中的工具、圖片和請求欄位",
    "calibration.foreign": "{path} 中的校準來自別的版本或主機，不予使用。",
    "calibration.changed": "{path} 中的校準被改動過，不予使用。",
    "calibration.unread": "無法讀取 {path} 中的校準（{why}），不予使用。",
    "calibration.damaged": "{path} 中的校準已損壞，不予使用。",
    "calibration.impossible": "無法校準這台主機：{why}",
    "calibration.null_server": "空伺服器已退出或沒有回應：原因見它的標準錯誤輸出。",
    "calibration.no_loopback": "空伺服器無法在本機迴路位址上監聽（{why}）。",
    "binding.gateway": (
        "{address} 是閘道的位址。伺服器在自己的連接埠上監聽（預設 {port}）：請讓閘道轉發到該連接"
        "埠。"
    ),
    "binding.loopback": (
        "綁定 {host} 時，只有本機的程式能存取伺服器。在發布了連接埠的容器中，請綁定 0.0.0.0。"
    ),
    "binding.everywhere": (
        "它綁定 {everywhere}，即所有網路介面，用戶端才能以 {host} 存取它。請只讓可信的主機存取。"
    ),
    "combos.unknown": "{name}：其中有 {keys}，而 run_sweep.py 的 combos.yaml 沒有這樣的內容。",
    "combos.model": "{name}：需要在 model 下寫出模型名稱。",
    "combos.pairs": "{name}：{field} 下需要若干對數值的清單，例如 [[256, 256], [1024, 512]]。",
    "combos.pair": "{name}：{field} 的每一對需要兩個整數，而不是 {pair}。",
    "goodput.none": "goodput 至少需要一個 KEY:VALUE（單位 ms），例如 ttft:100。",
    "goodput.pair": (
        "'{pair}' 不是 KEY:VALUE 的形式；goodput 請寫成 ttft:100 tpot:50 e2el:1000（單位 ms）。"
    ),
    "goodput.key": "goodput 不能限制 '{key}'；可選 {known}。",
    "goodput.twice": "goodput 中對 '{key}' 限制了兩次；請只留一個。",
    "goodput.value": (
        "'{value}' 不能作為 '{key}' 的上限；請寫一個以 ms 為單位的正數，例如 {key}:100。"
    ),
    "pcie.not_told": "未知",
    "pcie.other_software": "{name} 兩邊的 {condition} 不同：{narrow} 與 {wide}",
    "engine.port": "port 為 {port}，但必須在 0 到 65535 之間（0 表示任一空閒連接埠）。",
    "engine.no_model": "模型名稱為空：請指定一個。",
    "engine.no_backend": "沒有 {name!r} 這個 backend：可選 {known}。",
    "engine.same_path": "{one} 和 {other} 的路徑相同，都是 {path}：請只選一個。",
    "engine.impossible_fault": "{backends} 上無法產生故障 {fault}：請換一種故障或 backend。",
    "engine.truth_lost": "真實時間無法寫入 {path}（{why}），已遺失。",
    "engine.no_fault": (
        "{entry!r} 不是故障：請寫成 名稱[:比例][#請求號[+]][@事件號]，例如 reset:0.02@5。"
    ),
    "engine.unknown_fault": "沒有名為 {name!r} 的故障：可選 {known}。",
    "engine.fault_share": "{entry!r}：受影響請求的比例必須大於 0 且不超過 1。",
    "dialect.none": "沒有 {name!r} 這個口徑；可用的有 {known}。",
    "engine.not_finite": "{name} 為 {value}，但必須是不小於 0 的有限數值。",
    "engine.below_one": "{name} 為 {value}，但必須至少為 1。",
    "engine.truth_folder": "真實時間無法寫入 {folder}：請選擇可寫資料夾中的檔案。",
    "engine.cannot_listen": "引擎無法在 {host}:{port} 上監聽（{why}）：請換一個連接埠或主機位址。",
}
