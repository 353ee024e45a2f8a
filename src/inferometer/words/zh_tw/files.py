"""What is wrong with files, ledgers and archives, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

FILES: dict[str, str] = {
    "unread": "無法讀取 {path}：{why}",
    "unread.regular": "它不是一般檔案；請直接給出結果檔",
    "unread.size": "它有 {size:,} 位元組，超過上限 {most:,}",
    "unread.some": "{of} 項中有 {n} 項不是已知工具的結果；刪去後即可讀取其餘各項",
    "unread.wrapped": "{name} 下的 {of} 項中有 {n} 項不是已知工具的結果；刪去後即可讀取其餘各項",
    "unread.wrapped_names": "其中有結果，但 {names} 不是已知工具的結果",
    "unread.not_json": "它不是 JSON（第 {line} 行：{why}）",
    "unread.line_not_json": "第 {line} 行不是 JSON（{why}）",
    "unread.no_result": "它不是結果檔（{why}）",
    "unread.no_object": "其中是 JSON 的 {type}，而結果應為物件",
    "unread.no_lines": "沒有一行是 JSON 物件",
    "unread.line": "無法讀取 {path} 的第 {line} 行：它不是 JSON 物件",
    "unread.lines": "{path} 中另有 {n} 行無法讀取",
    "unread.directory": "它是目錄；請給出結果檔，或 EvalScope 的目錄",
    "unread.evalscope": "它不是 JSON；不需要它時請移走",
    "unread.evalscope.database": "{why}；不需要逐個請求的資料時請移走它",
    "unread.changed": "它與寫入時不同；請從備份還原，或重新測量",
    "unread.events": "其中的請求與事件數對不上",
    "unread.not_ours": "其中的 {file} 不是 Inferometer 的檔案",
    "unread.newer": "它由更新版本的 Inferometer 寫成；請升級 Inferometer 後再讀取",
    "unread.strange": "其中有任何工具都不會寫的內容（{why}）",
    "problem.not_of_campaign": "{path} 不是測試任務 {name} 的結果：其帳本中沒有它。",
    "problem.archives.one": "{paths} 是壓縮檔，沒有開啟：請先解壓縮。",
    "problem.archives": "有 {n} 個壓縮檔沒有開啟，請先解壓縮：{paths}。",
    "problem.strange.one": "{paths} 是 JSON，但不是已知工具的結果。",
    "problem.strange": "有 {n} 個檔案是 JSON，但不是已知工具的結果：{paths}。",
    "problem.no_results.one": "{paths} 中沒有已知工具的結果。",
    "problem.no_results": "有 {n} 個文字檔中沒有已知工具的結果：{paths}。",
    "damage.changed": "{name} 已改變",
    "damage.missing": "缺少 {name}",
    "damage.unread": "無法讀取 {name}（{why}）",
    "os.ENOENT": "沒有這個檔案或目錄",
    "os.EACCES": "沒有權限",
    "os.EPERM": "不允許的操作",
    "os.EISDIR": "是目錄",
    "os.ENOTDIR": "不是目錄",
    "os.ENOSPC": "磁碟已滿",
    "write.cannot": "無法寫入 {path}：{why}",
    "write.locked": (
        "另一個處理程序已鎖定它 {seconds:.0f} s；請結束那個處理程序（如有 {lock} 請刪除），或換一個"
        "檔案"
    ),
    "write.character": (
        "{encoding} 編碼的檔名不能含有 {character}；請換一個名稱，或設定 LC_ALL=C.UTF-8"
    ),
    "write.EACCES": "沒有權限；請選擇可寫入的目錄",
    "write.EROFS": "檔案系統為唯讀；請換一個目錄",
    "write.ENOSPC": "磁碟已滿；請騰出空間，或選擇另一顆磁碟上的目錄",
    "write.EDQUOT": "磁碟配額已用完；請騰出空間，或選擇另一顆磁碟上的目錄",
    "write.EFBIG": "檔案會超過系統的大小上限；請調高上限（`ulimit -f`），或換一個目錄",
    "write.ENOENT": "所在目錄不存在（或已被刪除）；請換一個目錄",
    "write.ENOTDIR": "路徑中有一段是檔案而不是目錄；請換一個目錄",
    "write.EISDIR": "那是一個目錄；請給出檔名",
    "write.EEXIST": "同名的檔案或目錄已存在；請換一個名稱，或把它移走",
    "write.ENAMETOOLONG": "名稱太長；請換一個短的",
    "save.nowhere": "{error}。別處也沒有空間（約需 {mb:.1f} MB）：只剩下螢幕上的報告",
    "save.elsewhere": "{error}。結果改為儲存在 {folder}/。",
    "ledger.salvaged": (
        "{path} 從第 {line} 行起已損壞：其後記錄的 {n} 個結果仍然可用，因為它們的檔案完好且與記錄一"
        "致{lost}"
    ),
    "ledger.salvaged.one": (
        "{path} 從第 {line} 行起已損壞：其後記錄的 1 個結果仍然可用，因為它的檔案完好且與記錄一致"
        "{lost}"
    ),
    "ledger.salvaged.none": "{path} 從第 {line} 行起已損壞：其後記錄的結果都不可用{lost}",
    "ledger.lost": "；另有 {n} 個不可用",
    "ledger.repairs": "{what}。`inferometer run` 會修復帳本。",
    "ledger.kept": "{what}。從那裡開始的各行儲存在 {file} 中。",
    "ledger.name": (
        "沒有讀取 {directory}：{name!r} 不能作為測試任務的名稱。請把目錄改名為測試計畫檔中的名稱。"
    ),
    "ledger.unreadable": "無法讀取 {path}（{why}）：請使其可讀。",
    "ledger.unreadable.elsewhere": "無法讀取 {path}（{why}）：請使其可讀，或換一個目錄。",
    "ledger.link": (
        "{path} 是連結，而結果目錄可能來自他處，因此不跟隨其中的連結：請換成它所指的檔案，或刪除它"
        "。"
    ),
    "ledger.damaged": (
        "{path} 第 {line} 行：該行已損壞，或之前缺了一行；請從備份還原帳本，或移走 {directory} 後重"
        "新開始測試任務。"
    ),
    "ledger.foreign": (
        "{path} 中有測試任務不會寫的內容，因此不使用。解決辦法：從測量的機器重新複製結果。"
    ),
    "ledger.newer": (
        "{path} 由更新版本的 Inferometer 寫成（帳本版本 {version}，目前最高支援 {most}）：請升級 "
        "Inferometer 後繼續。"
    ),
    "ledger.newer.unproven": "{path} 由更新版本的 Inferometer 寫成：請升級 Inferometer 後繼續。",
    "ledger.taken.removed": "{path} 已被刪除：請確認沒有別的執行正在使用它，然後重新執行",
    "ledger.taken.replaced": "{path} 已被取代：請確認沒有別的執行正在使用它，然後重新執行",
    "ledger.taken.changed": (
        "{path} 被另一個處理程序修改：請確認沒有別的執行正在使用它，然後重新執行"
    ),
    "ledger.busy": (
        "另一個處理程序正在 {directory} 中執行測試任務，儘管它的鎖定已被刪除：請等它結束，或停止它"
        "。"
    ),
    "ledger.none": "無法讀取 {path}（沒有這個檔案）",
    "earlier.unknown": (
        "有 {n} 個早期版本的結果未使用：它們的 {file} 遺失或已改變，沒有別的內容能確定伺服器。"
    ),
    "earlier.unknown.one": (
        "有 1 個早期版本的結果未使用：它的 {file} 遺失或已改變，沒有別的內容能確定伺服器。"
    ),
    "earlier.elsewhere": (
        "有 {n} 個早期版本的結果未使用：它們在 {there} 測得，而本測試任務測量 {here}。"
    ),
    "earlier.elsewhere.one": (
        "有 1 個早期版本的結果未使用：它在 {there} 測得，而本測試任務測量 {here}。"
    ),
    "lock.lost.replaced": (
        "{path} 在測試任務執行期間被取代，可能有別的執行正在使用該目錄：請確認沒有，然後重新執行"
    ),
    "lock.lost.removed": (
        "{path} 在測試任務執行期間被刪除，可能有別的執行正在使用該目錄：請確認沒有，然後重新執行"
    ),
    "archive.incomplete": "{path} 不是完整的 tar 檔（{why}）：請重新複製。",
    "archive.unread": "無法讀取 {path}（{why}）：請檢查名稱和權限。",
    "archive.too_much": "{path} 的內容超出了這類封存檔的可能：不使用。",
    "archive.twice": "{path} 中 {name!r} 出現了兩次：不使用。",
    "gather.no_directory": "{path} 不是目錄：請給出測試任務的結果目錄，例如 bench_results/pcie。",
    "gather.exists": "{path} 已存在，可能是另一台機器的結果：請用 --output 換一個名稱。",
    "gather.no_parent": "目錄 {path} 不存在：請建立它，或換一個 --output。",
    "gather.nothing": "{paths} 中沒有結果。",
    "gather.several": "{path} 中有多個結果目錄（{inner}）：請逐個收集。",
    "gather.unread": "無法讀取 {path}（{why}）：請使其可讀，或刪除它。",
    "gather.link": "{path} 是連結，未收集。",
    "merge.not_empty": "{path} 不是空目錄：請選擇新目錄，並把它也一起合併。",
    "merge.inside": "{output} 位於 {path} 之內：請選擇被合併內容之外的目錄。",
    "problem.as_they_are": "{error}其中的 JSON 檔案依原樣讀取。",
    "problem.link": "{path} 是指向目錄的連結，沒有跟隨：要讀取它，請一併給出。",
    "unread.gzip": "不是完整的 gzip 檔案（{why}）；請重新壓縮或重新複製",
    "unread.packed": "它是壓縮檔；請先解壓縮，再指定解出的資料夾",
    "unread.archive": "它是封存檔；請用 `inferometer merge --output DIR {path}` 解開",
    "problem.left_out": "未使用 {point}：{directory}/{what}；請重新測量",
    "problem.changed": "未使用 {point}：測量之後 {directory}/{what}；請重新測量",
    "dataset.chat": "圖片和錄製的對話是聊天訊息：請選擇聊天介面，例如 openai-chat。",
    "dataset.texts": "{kind} 的輸入是文字，不能按 token ID 計數。",
    "dataset.no_length": (
        "{where}：既沒有回答，也沒有要產生的 token 數；請指定 workload.output_len。"
    ),
    "dataset.too_few": "{path} 有 {found} 列可用{without}，而要傳送 {n} 個請求：{cure}。",
    "dataset.without": "（{what}）",
    "dataset.left_out": "{n} 列未用：{why}",
    "dataset.lower": "把 load.num_prompts 降到 {found}，或用 workload.oversample 允許重複",
    "dataset.filters": "請檢查過濾條件留下了什麼",
    "dataset.hf.asking": (
        "正在從 Hugging Face hub 讀取資料集 {path}；如果連不上，大約半分鐘後會回報。"
    ),
    "dataset.hf.package": "資料集類型 hf 缺少套件：pip install 'inferometer[datasets]'。",
    "dataset.hf.other_package": (
        "workload.path {path}：該資料集缺少套件（datasets 原文：「{why}」）；請用 pip 安裝。"
    ),
    "dataset.hf.unread": (
        "workload.path {path}：無法讀取該資料集（datasets 原文：「{why}」）；"
        "請檢查 workload.subset 和 workload.split"
        "。"
    ),
    "dataset.hf.unread.hub": (
        "workload.path {path}：本機沒有這個檔案或目錄，"
        "也無法讀取 hub 上的資料集（datasets 原文：「{why}」）；請檢查 "
        "workload.subset 和 workload.split。"
    ),
    "dataset.hf.unread.network": (
        "workload.path {path}：本機沒有這個檔案或目錄，"
        "也連不上 hub（datasets 原文：「{why}」）。請將 HF_ENDPOINT "
        "設為鏡像站位址，例如 https://hf-mirror.com；也可以先下載資料集（從 ModelScope 亦可），"
        "再把 workload.path 設為其所在目錄、workload.name 設為它在 hub 上的名稱。"
    ),
    "dataset.csv.fields": "{where}：欄位數與第一行不同；請修正。",
    "dataset.csv": "{path} 第 {line} 行：不是 CSV（{why}）；請修正。",
    "dataset.unread": "workload.path {path}：無法讀取（{why}）；請給出資料集的檔案。",
    "dataset.unread.directory": (
        "workload.path {path}：無法讀取（{why}）；請給出其中的檔案，或用 workload.kind hf。"
    ),
    "dataset.long_line": "{path} 第 {line} 行：超過 {mb} MB：這不是 JSON Lines 檔案。",
    "dataset.deep_file": "{path} 第 {line} 行：巢狀太深；這不是輸入檔案。",
    "dataset.deep_row": "{where}：巢狀太深；這不是輸入的列。",
    "dataset.array": "{path} 第 {line} 行：不是 JSON（{why}）；請修正從那裡開始的列。",
    "dataset.json": "{where}：不是 JSON（第 {place} 個字元處：{why}）；請修正。",
    "dataset.no_object": "{where}：每列應為帶大括號的 JSON 物件，而不是 {type}。",
    "dataset.not_utf8": "{where}：不是 UTF-8（第 {place} 位元組）；請轉換檔案編碼。",
    "tokenizer.stopped": (
        "伺服器不再回應 /tokenize；請查看它的日誌，或用 workload.tokenizer 指定本機 tokenizer。"
    ),
    "tokenizer.package": "workload.tokenizer 缺少套件：pip install 'inferometer[tokenizers]'。",
    "tokenizer.no_file": (
        "workload.tokenizer：沒有檔案 {path}；請給出 tokenizer.json 或它所在的資料夾。"
    ),
    "tokenizer.none": (
        "workload.tokenizer：{path} 不是 tokenizer（tokenizers 原文：「{why}」）；"
        "請給出模型自己的 tokenizer.json。"
    ),
    "unread.unknown": (
        "它不是 {tools} 或 {last} 的結果；AIPerf 請給出 profile_export_aiperf.json，genai-bench 請"
        "給出單次執行的檔案"
    ),
    "unread.in_doubt": (
        "它像是一張結果表，但欄名沒有寫明測的是什麼、用什麼單位（{names}）；請改用 "
        "`vllm bench serve` 的名稱，例如 mean_ttft_ms 和 output_throughput"
    ),
    "unread.no_throughput": (
        "它沒有吞吐量，可能是結果表，也可能是目標表；請像 `vllm bench serve` 那樣給出 "
        "output_throughput"
    ),
    "unread.foreign": (
        "看起來是 {tool} 的結果，這裡無法讀取；請用 `inferometer bench` 量測，"
        "或提供一張欄名與 `vllm bench serve` 相同的表格"
    ),
    "problem.foreign.one": "{paths} 看起來是 {tool} 的結果，這裡無法讀取。",
    "problem.foreign": "有 {n} 個檔案看起來是 {tool} 的結果，這裡無法讀取：{paths}。",
    "unread.companion": "它附屬於旁邊的一個結果；請給出那個結果",
    "os.EADDRINUSE": "位址已被佔用",
    "os.EADDRNOTAVAIL": "本機沒有這個位址",
    "os.ECONNREFUSED": "連線被拒絕",
    "os.ECONNRESET": "連線被對方重置",
    "os.ETIMEDOUT": "連線超時",
    "os.EHOSTUNREACH": "沒有到主機的路由",
    "os.ENETUNREACH": "網路不可達",
    "os.EMFILE": "開啟的檔案過多",
    "os.EROFS": "檔案系統為只讀",
    "os.ENOMEM": "記憶體不足",
    "os.EAFNOSUPPORT": "協定不支援該位址族",
}
