"""What checks of the network found, in Traditional Chinese."""

from __future__ import annotations

_OTHER_LINK = (
    "找出遺失封包的鏈路（ethtool -S、tc -s qdisc），或改用離伺服器更近的"
    "主機量測。"
)

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
}
