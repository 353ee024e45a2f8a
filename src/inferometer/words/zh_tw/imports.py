"""關於其他工具的結果檔案的說明（繁體中文）。"""

from __future__ import annotations

IMPORTS: dict[str, str] = {
    "note.rate_not_reached": (
        "要求的速率為 {asked:.4g} 個請求/秒，工具實際只送出 {sent:.4g} 個/秒：實際負載以送出"
        "的為準。"
    ),
    "note.offline_throughput": (
        "這是不經過伺服器的離線測試（{command}），各項數值都不是線上服務的指標。"
    ),
    "note.offline_latency": (
        "這是不經過伺服器的離線測試（{command}），E2EL 是整個批次的耗時。"
    ),
    "note.one_batch": (
        "整個批次由一次呼叫送出（{command}），沒有單一請求的資料。"
    ),
    "note.llama_bench": (
        "這是 llama.cpp 引擎的離線測試，單一序列、不經過伺服器，速率不是線上服務的指標。"
    ),
    "note.loadgen_verdict": "LoadGen 自己判定該次執行為 {verdict}，依據的是它自己的限值。",
    "note.loadgen_verdict.limits": (
        "LoadGen 自己判定該次執行為 {verdict}，其限值為 p99 TTFT {ttft:g} ms、p99 TPOT "
        "{tpot:g} ms。"
    ),
    "note.means_of_runs": "數值是多次執行的平均值；百分位數是各次百分位數的平均。",
    "note.cancelled": "該工具說明這次執行被取消：數值只來自其中一部分。",
    "note.own_tokenizer": "token 數由該工具自帶的分詞器統計。",
    "note.arrays": "各請求的陣列長度不一致（{which}）：沒有據此計算任何數值。",
    "note.other_requests": (
        "檔案自相矛盾：逐筆紀錄中有 {n} 個請求完成，彙總卻寫 {completed:.0f} 個。"
        "沒有據此計算任何數值。"
    ),
    "note.sample": "檔案只抽樣儲存了 {completed:.0f} 個請求中的 {n} 個：沒有據此計算任何數值。",
    "note.contradiction": "{condition}：{by}寫的是 {value}，{other}寫的是 {rest}，以{by}為準。",
    "note.cut_row": "此列之後的一列不完整，沒有採用。",
    "note.rows_long": "第 {rows} 列的儲存格比表頭多，沒有採用。",
    "note.rows_sums": "第 {rows} 列是對其他列的彙總，沒有採用。",
    "note.rows_empty": "第 {rows} 列沒有數值，沒有採用。",
    "note.rows_unnamed": (
        "第 {rows} 列沒有寫明模型、顯示卡或引擎，而其他列寫明了，沒有採用。如果是合併儲存格，"
        "請把每個儲存格都填上。"
    ),
    "note.told_twice": "同一數值出現兩次且不一致，沒有採用：{names}。",
    "note.by_names": "這個檔案不是已知工具寫的：只採用名稱已寫明含義和單位的數值。",
    "note.not_taken": "含義或單位不明確的數值沒有採用：{names}。",
    "note.by.file": "檔案內容",
    "note.by.config.json": " config.json ",
    "note.by.name": "檔名",
    "note.by.folder": "資料夾名稱",
    "note.other_meaning": "{names}：該工具的定義與此處不同，未採用其數值。",
    "note.own_figures": "依該工具自己的名稱和定義：{figures}。",
    "note.cut_off": "執行結束時有 {n} 個請求被中斷，未計入任何數值。",
    "note.csv_verdict": "表格中的判定為 {verdict}；原始執行資料不在此處，無法核實。",
}
