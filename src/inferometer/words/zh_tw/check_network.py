"""What checks of the network found, in Traditional Chinese."""

from __future__ import annotations

CHECK_NETWORK: dict[str, str] = {
    "check.network.title": "網路",
    "check.network.unknown": "系統沒有提供網路往返時間。",
    "check.network.fine": "網路往返時間為 {rtt_ms:.2f} ms，每個 TTFT 都包含它；沒有遺失封包。",
    "check.network.lost": (
        "有 {lost} 個封包重送或亂序，相當於請求數的 {lost_a_request:.1%}：部"
        "分 token 是被網路而不是伺服器拖慢的。"
    ),
    "check.network.lost.next": (
        "找出遺失封包的鏈路（ethtool -S、tc -s qdisc），或改用離伺服器更近的"
        "主機量測。"
    ),
    "check.network.window": (
        "每個請求平均等待 {window_ms:.2f} ms，直到伺服器的接收緩衝區有空間："
        "TTFT 包含這段時間。"
    ),
    "check.network.window.next": (
        "檢查伺服器讀取大型請求是否過慢，或調大伺服器的 net.ipv4.tcp_rmem。"
    ),
}
