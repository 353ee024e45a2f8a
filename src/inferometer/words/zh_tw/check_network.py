"""What checks of the network found, in Traditional Chinese."""

from __future__ import annotations

_OTHER_LINK = (
    "找出遺失封包的鏈路（ethtool -S、tc -s qdisc），或改用離伺服器更近的"
    "主機量測。"
)

FULL_QUEUE = (
    "在伺服器上於執行前後各執行一次 `nstat -az TcpExtListenOverflows`：數值變大，表示 accept 佇列"
    "已滿，請調大服務程式的 backlog 和 net.core.somaxconn，或保持連線不關閉；沒有變大，則找出遺失"
    "封包的鏈路（ethtool -S、tc -s qdisc）。"
)

_READ_FASTER = "給用戶端更多 CPU，增加 worker（`workers`），或調大本機的 net.ipv4.tcp_rmem。"

CHECK_NETWORK: dict[str, str] = {
    "check.network.title": "網路",
    "check.network.unknown": "系統沒有提供網路往返時間。",
    "check.network.fine": "網路往返時間為 {rtt_ms:.2f} ms，每個 TTFT 都包含它；沒有遺失封包。",
    "check.network.lost": (
        "有 {lost} 個封包重送或亂序，相當於請求數的 {lost_a_request:.1%}：部"
        "分 token 是被網路而不是伺服器拖慢的。"
    ),
    "check.network.lost.next": _OTHER_LINK,
    "check.network.harmless": (
        "有 {lossy} 個請求（{lossy_share:.1%}）出現封包遺失或亂序；去掉這些請求後，TTFT、ITL 和 "
        "TPOT 的 P50、P90、P99 幾乎不變。"
    ),
    "check.network.harmless.next": (
        "這些百分位數不必處理；不過會掉封包的鏈路仍可能拖慢個別 token。"
    ),
    "check.network.delayed": (
        "有 {lossy} 個請求（{lossy_share:.1%}）出現封包遺失或亂序："
        "{latency} 為 {with_ms:.2f} ms，去掉它們後為 {without_ms:.2f} ms。"
        "差距來自網路，而不是伺服器。"
    ),
    "check.network.delayed.next": _OTHER_LINK,
    "check.network.opening": (
        "有 {lossy} 個請求（{lossy_share:.1%}）出現封包遺失或亂序，其中多數是所在連線上的第一個"
        "請求：{latency} 為 {with_ms:.2f} ms，去掉它們後為 {without_ms:.2f} ms。原因是鏈路遺失"
        "封包，或伺服器沒有及時接受連線。"
    ),
    "check.network.next.opening": FULL_QUEUE,
    "check.network.everywhere": (
        "有 {lossy} 個請求（{lossy_share:.1%}）出現封包遺失或亂序，剩下的請求太少，"
        "無法判斷 token 因此晚了多少。"
    ),
    "check.network.everywhere.next": _OTHER_LINK,
    "check.network.window": (
        "每個請求平均等待 {window_ms:.2f} ms，直到伺服器的接收緩衝區有空間："
        "TTFT 包含這段時間。"
    ),
    "check.network.window.next": (
        "檢查伺服器讀取大型請求是否過慢，或調大伺服器的 net.ipv4.tcp_rmem。"
    ),
    "check.departures.title": "請求離開本機",
    "check.departures.unknown": (
        "無法得知請求何時離開本機；封包環能記錄，但需要 Linux，以及 root 或 CAP_NET_RAW 權限。"
    ),
    "check.departures.fine": "從送出到請求離開本機，中位數為 {p50_ms:.2f} ms。",
    "check.departures.late": (
        "請求離開本機偏晚：從送出到最後一個位元組離開，{percentile} 為 {late_ms:.2f} ms，"
        "占 {percentile} TTFT 的 {share:.0%}。"
        "拖住請求的是本機、網路或讀取太慢的伺服器，而不是模型。"
    ),
    "check.departures.late.next": (
        "大型請求會等待 TCP 壅塞視窗、傳送緩衝區（net.ipv4.tcp_wmem）、"
        "伺服器的接收視窗或網路介面佇列（tc -s qdisc）。"
        "改用離伺服器更近的主機量測，或從 TTFT 中減去這段時間。"
    ),
    "check.client_window.title": "用戶端接收視窗",
    "check.client_window.unknown": (
        "無法得知用戶端的接收視窗是否滿過；"
        "封包環能記錄，但需要 Linux，以及 root 或 CAP_NET_RAW 權限。"
    ),
    "check.client_window.fine": "用戶端的接收視窗從未滿過。",
    "check.client_window.harmless": (
        "有 {stopped} 個請求（{stopped_share:.1%}）期間用戶端的接收視窗已滿，伺服器只能等待；"
        "去掉這些請求後，TTFT、ITL 和 TPOT 的 P50、P90、P99 幾乎不變。"
    ),
    "check.client_window.harmless.next": (
        "這些百分位數不必處理；不過讀取太慢的用戶端仍可能拖慢個別 token。"
    ),
    "check.client_window.delayed": (
        "有 {stopped} 個請求（{stopped_share:.1%}）期間用戶端的接收視窗已滿，伺服器只能等待："
        "{latency} 為 {with_ms:.2f} ms，去掉它們後為 {without_ms:.2f} ms。"
        "差距來自用戶端，而不是伺服器。"
    ),
    "check.client_window.delayed.next": _READ_FASTER,
    "check.client_window.everywhere": (
        "有 {stopped} 個請求（{stopped_share:.1%}）期間用戶端的接收視窗已滿，伺服器只能等待；"
        "剩下的請求太少，無法判斷 token 因此晚了多少。"
    ),
    "check.client_window.everywhere.next": _READ_FASTER,
}
