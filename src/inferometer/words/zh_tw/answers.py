"""What a report answers first, in Traditional Chinese."""

from __future__ import annotations

ANSWERS: dict[str, str] = {
    "page.answer.table": "數值明細",
    "campaign.left": "預計剩餘約 {time}，還有 {n} 個測試點（含啟動伺服器的時間）。",
    "console.ratings": "評級：{ratings}",
    "console.rated.mean": "平均 {latency}",
    "console.rated.p99": "{latency} p99",
    "metric.speed_from_tpot": "單一請求輸出速度（由 TPOT 換算）",
    "figure.note.speed_of_tpot": (
        "單一請求輸出速度按 1000 / 平均 TPOT 換算，因為這些檔案沒有單一請求的速度。"
    ),
    "answer.mean": "平均",
    "answer.interval": "{low} ~ {high}",
    "answer.with_interval": "{figure}（{interval}）",
    "answer.no_interval": "未標出信賴區間的數值，其區間未知；重複測量即可得出。",
    "answer.no_interval.same": (
        "未標出信賴區間的數值，重複執行的結果完全相同（模擬結果即是如此），因此沒有區間。"
    ),
    "answer.drift": (
        "測量期間結果有漂移。比值已扣除漂移，與旁邊的平均值直接相除的結果略有出入。"
    ),
    "answer.cell": "{effect}，{verdict}",
    "answer.is.no difference": "無差異",
    "answer.is.undecided": "尚無定論",
    "answer.short": "所用的 {all} 個結果中有 {n} 個未達到設定負載：傳送的請求數少於並行上限。",
    "answer.suspect": "所用的 {all} 筆結果中有 {n} 筆為 SUSPECT，請先看原因。",
    "answer.temperature": (
        "相同負載下，加速卡最高溫度最多相差 {degrees:.0f} °C，差異可能有一部分來自溫度。"
        "請讓各方輪流測試。"
    ),
    "answer.rehearsal": "這是演練，不反映任何硬體的效能。",
    "answer.simulated": "模擬結果，並非實測：數值由孿生引擎算出。",
    "answer.where": "{who}，{load}",
    "answer.length.title": "輸入變長要付出多少代價？",
    "answer.length": "{where}：輸入從 {short} 增加到 {long} token，{changes}。",
    "answer.length.change": "{metric}由 {before} 變為 {after} {unit}",
    "answer.left_out": "此處列出 {n} 個負載中的 {shown} 個，圖中有全部負載。",
    "answer.over_loads": "{n} 個負載平均",
    "answer.load.concurrency": "並行 {level} 時",
    "answer.load.max_concurrency": "並行 {level} 時",
    "answer.load.num_prompts": "{level} 個請求時",
    "answer.load.request_rate": "{level} req/s 時",
    "answer.link.title": "PCIe 連結變窄要付出多少代價？",
    "answer.link.who": "{model} TP={tp}：{narrow} 對比 {wide}",
    "answer.link.control": "{model} TP={tp}（對照）：{narrow} 對比 {wide}",
    "answer.link.note": "{metric}的變化及其 95% 信賴區間；測過 TP=1 的，已扣除 TP=1 的變化。"
    "負載很多，只有不太可能出於偶然的變化才算數。",
    "answer.link.costs": (
        "{model} TP={tp}，{where}：{narrow} 的{metric}比 {wide} 低 {effect}。"
    ),
    "answer.link.slower": (
        "{model} TP={tp}，{where}：{narrow} 比 {wide} 慢，{metric}變化 {effect}。"
    ),
    "answer.link.faster": (
        "{model} TP={tp}，{where}：{narrow} 比 {wide} 快，{metric}變化 {effect}。"
    ),
    "answer.link.no_difference": (
        "{model} TP={tp}，{where}：{narrow} 與 {wide} 沒有差異，"
        "{metric}變化 {effect}。"
    ),
    "answer.link.undecided": (
        "{model} TP={tp}，{where}：{narrow} 對比 {wide} 尚無定論，"
        "{metric}變化 {effect}。"
    ),
    "answer.link.undecided.runs": (
        "{model} TP={tp}，{where}：{narrow} 對比 {wide} 尚無定論，{metric}變化 {effect}"
        "；兩邊交替各測約 {runs} 次即可得出結論。"
    ),
    "answer.link.is_control.costs": (
        "對照：{model} TP=1 不依賴卡間連結，但{where} {narrow} 的{metric}仍比 {wide} 低 {effect}"
        "。這部分不是連結造成的，上面已扣除。"
    ),
    "answer.link.is_control.slower": (
        "對照：{model} TP=1 不依賴卡間連結，但{where} {narrow} 仍比 {wide} 慢，{metric}變化 "
        "{effect}。這部分不是連結造成的，上面已扣除。"
    ),
    "answer.link.is_control.faster": (
        "對照：{model} TP=1 不依賴卡間連結，但{where} {narrow} 仍比 {wide} 快，{metric}變化 "
        "{effect}。這部分不是連結造成的，上面已扣除。"
    ),
    "answer.link.is_control.no_difference": (
        "TP=1（{model}，{narrow} 對比 {wide}，對照）沒有差異，符合預期：{where}，"
        "{metric}變化 {effect}。"
    ),
    "answer.link.is_control.undecided": (
        "TP=1（{model}，{narrow} 對比 {wide}，對照）尚無定論：{where}，{metric}變化 {effect}。"
    ),
    "answer.link.is_control.undecided.runs": (
        "TP=1（{model}，{narrow} 對比 {wide}，對照）尚無定論：{where}，{metric}變化 {effect}；"
        "兩邊交替各測約 {runs} 次即可得出結論。"
    ),
    "answer.cache.title": "前綴快取能快多少？",
    "answer.cache.metric": "指標",
    "answer.cache.cold": "冷快取",
    "answer.cache.warm": "熱快取",
    "answer.cache.times": "加速比",
    "answer.times": "{ratio} 倍（{low}–{high}）",
    "answer.times.alone": "{ratio} 倍",
    "answer.cache.hits": "前綴快取命中率：熱快取 {warm}，冷快取 {cold}。",
    "answer.cache.no_hits": (
        "前綴快取命中率：熱快取 {warm}。伺服器沒有命中任何快取：請確認已開啟前綴快取，"
        "且快取容量足以容納全部提示詞。"
    ),
    "answer.cache.untold": "伺服器沒有提供前綴快取命中率。",
    "answer.cache.change": "（{from} → {to} {unit}）",
    "answer.cache.faster": (
        "{where}：熱快取對{metric}的加速比為 {times}{change}。"
    ),
    "answer.cache.slower": (
        "{where}：熱快取反而更慢，{metric}的加速比只有 {times}{change}。"
    ),
    "answer.cache.no_difference": (
        "{where}：冷、熱快取的{metric}沒有差異，加速比 {times}{change}。"
    ),
    "answer.cache.undecided": (
        "{where}：熱快取對{metric}的加速比為 {times}{change}，尚無定論。"
    ),
    "answer.cache.undecided.runs": (
        "{where}：熱快取對{metric}的加速比為 {times}{change}，尚無定論；"
        "兩邊交替各再測約 {runs} 次即可得出結論。"
    ),
    "answer.engine.title": "哪個推論引擎最快？",
    "answer.engine.at": "{load}的{metric}",
    "answer.engine.against": "與 {best} 相比（{n} 個負載平均）",
    "answer.engine.apart": "無法比較",
    "answer.engine.slower": (
        "{best} 比 {other} 快：{other} 的輸出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.faster": (
        "{other} 比 {best} 快：輸出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.no_difference": (
        "{best} 與 {other} 沒有差異：輸出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.undecided": (
        "{best} 對比 {other} 尚無定論：輸出吞吐量相差 {effect}（{where}）。"
    ),
    "answer.engine.undecided.runs": (
        "{best} 對比 {other} 尚無定論：輸出吞吐量相差 {effect}（{where}）；"
        "兩邊交替各測約 {runs} 次即可得出結論。"
    ),
    "answer.engine.not_compared": "{best} 與 {other} 除引擎外還有其他條件不同，未作比較。",
    "answer.scaling.title": "多卡擴展效率如何？",
    "answer.scaling.who": "部署",
    "answer.scaling.gpus": "{gpus} 卡",
    "answer.scaling": (
        "{name}：每卡負載 {load} 時，{gpus} 卡的輸出吞吐量達到單卡 {gpus} 倍的 {efficiency}"
        "，即 {gpus} 卡 {several} tok/s，單卡 {one} tok/s。"
    ),
    "answer.scaling.load": "每卡負載",
    "answer.scaling.one": "單卡（tok/s）",
    "answer.scaling.several": "全部卡（tok/s）",
    "answer.scaling.efficiency": "擴展效率（95% 信賴區間）",
}
