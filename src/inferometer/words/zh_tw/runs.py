"""What is wrong with a run and its files, in Traditional Chinese (Taiwan)."""

from __future__ import annotations

RUNS: dict[str, str] = {
    "measure.either": "spec 與 {names} 只能給出其一。",
    "measure.backend": "backend {name!r}：應為 {known} 之一。",
    "measure.directory": "無法寫入 {path}：那是一個目錄；請換一個檔名",
    "measure.no_room": (
        "無法寫入 {path}：磁碟只剩 {free:.1f} MB，而結果可能需要 {needed:.1f} MB；請騰出空間，或換"
        "一個目錄"
    ),
    "measure.worker_died": "一個 worker 處理程序在準備時退出：請檢查記憶體是否耗盡。",
    "measure.characters": "路徑、主機或請求 ID 前綴中含有 HTTP 不允許的字元。",
    "measure.header": "server.headers {name}：該請求頭由測量設定；請去掉。",
    "measure.no_address": "主機名沒有對應的位址",
    "measure.closes_unused": "伺服器會關閉未使用的連線",
    "measure.no_more": "{seconds:g} s 內沒有更多連線",
    "run_directory.none": "{path} 不是執行目錄：其中沒有 {name}",
    "run_directory.newer": (
        "{path} 中的執行由更新版本的 Inferometer 寫成（schema {version}；當前版本最高讀到 {most}"
        "）：請升級 Inferometer 後再讀取"
    ),
    "run_directory.unread": "無法讀取 {path} 中的執行（{why}）：請從備份恢復，或重新測量",
    "run_directory.changed": "{name} 在寫入之後被改動過",
    "run_directory.no_column": "沒有 {name!r} 這一列",
    "plain.not": "它不是普通檔案，而是連結、管道或裝置",
    "plain.too_large": "它有 {size:,} 位元組，超過上限 {most:,}",
    "plain.too_deep": "它的巢狀比任何結果都深",
    "unread.aiperf": "{path} 中沒有關於請求的數值；請給出 profile_export_aiperf.json",
    "unread.no_figures": "{path} 中沒有關於請求的數值",
    "unread.guidellm_csv": (
        "此 GuideLLM CSV 中有一列的儲存格數與標題不同（GuideLLM 只按第一個測試寫標題）；"
        "請改用 JSON 檔案"
    ),
    "unread.guidellm_yaml": "這不是可讀取的 GuideLLM YAML 報告；請改用 JSON 檔案",
    "unread.inference_perf": (
        "{path} 中是伺服器或會話報告的內容；請給出旁邊的 stage_N_lifecycle_metrics.json"
    ),
    "unread.llmperf": "它不是 JSON；不需要逐個請求的資料時請移走它",
    "unread.mlperf_detail": "{path} 屬於旁邊的 {summary}；請給出後者",
    "unread.mlperf_unfinished": "LoadGen 的執行沒有結束",
    "server.no_list_of_models": "{path} 的回應中沒有模型清單",
    "server.no_connection": "沒有連線",
    "report.rows": "工作表 {name} 只有 {n:,} 行中的前 {most:,} 行；--parquet 可寫出全部。",
    "report.no_excel": "寫 Excel 檔案需要 xlsxwriter：pip install 'inferometer[excel]'。",
    "report.figure_form": "圖只能寫成 {forms}，不能寫成 {name}",
    "yaml.control": "字串中不能有控制字元（例如 \\e）。",
    "yaml.nothing": "這不是 YAML。",
    "dialect.vllm.events": "max_output_tokens_per_s 按整秒計事件數；我們的按任意一秒計 token 數。",
    "dialect.vllm.concurrent": (
        "max_concurrent_requests 在請求涉及的每一秒都計一次；我們的是精確值。"
    ),
    "dialect.guidellm.with_ttft": (
        "time_per_output_token_ms 包含 TTFT：（最後一個 token − 發出）/ token 數。"
    ),
    "dialect.guidellm.per_token": "inter_token_latency_ms 即我們的 TPOT；各請求按其 token 數加權。",
    "dialect.guidellm.to_the_end": "request_latency 以秒計，算到回應結束，而不是最後一個 token。",
    "dialect.guidellm.percentiles": "分位數取樣本中的值，不插值。",
    "dialect.aiperf.per_chunk": (
        "inter_token_latency 即我們的 TPOT；inter_chunk_latency 即我們的 ITL。"
    ),
    "dialect.aiperf.per_user": (
        "output_token_throughput_per_user 是 1000 / TPOT 的平均，而不是 1000 / TPOT 的平均值。"
    ),
    "dialect.aiperf.effective": "effective_latency 從計畫時刻算起。",
    "dialect.mlperf.due": "所有延遲都從計畫時刻算起：用戶端傳送滯後也算在伺服器頭上。",
    "dialect.mlperf.percentiles": "分位數取下標 ⌊n · p⌋ 處的值，不插值。",
    "dialect.mlperf.samples": "每秒樣本數為 (n − 1) 除以最後一個請求完成的時刻。",
    "metadata.reserved": "output.metadata {key} 會覆蓋結果自己的 '{key}'；請換一個名稱。",
    "run_directory.too_large": "{name} 大於 {mb} MiB",
    "run_directory.too_many_rows": "{name} 有 {rows} 行，至多 {most} 行",
    "wish.like": "應為{what}",
    "wish.like.name": "字母、數字和 . _ + -，至多 64 個字元",
    "wish.like.variable": "環境變數名",
    "unread.no_table": "其中沒有結果表",
    "demo.no_truth": "引擎的記錄中沒有這些請求：請檢查引擎是否做了記錄，以及請求 ID 的前綴。",
}
