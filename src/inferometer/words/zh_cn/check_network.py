"""What checks of the network found, in Simplified Chinese."""

from __future__ import annotations

_OTHER_LINK = (
    "找出丢包的链路（ethtool -S、tc -s qdisc），或换一台离服务器更近的主"
    "机测量。"
)

CHECK_NETWORK: dict[str, str] = {
    "check.network.title": "网络",
    "check.network.unknown": "系统没有提供网络往返时间。",
    "check.network.fine": "网络往返时间为 {rtt_ms:.2f} ms，每个 TTFT 都包含它；没有丢包。",
    "check.network.lost": (
        "有 {lost} 个数据包重传或乱序，相当于请求数的 {lost_a_request:.1%}："
        "部分 token 是被网络而不是服务器拖慢的。"
    ),
    "check.network.lost.next": _OTHER_LINK,
    "check.network.harmless": (
        "有 {lossy} 个请求（{lossy_share:.1%}）出现丢包或乱序；去掉这些请求后，TTFT、ITL 和 "
        "TPOT 的 P50、P90、P99 基本不变。"
    ),
    "check.network.harmless.next": (
        "这些百分位数无需处理；不过丢包的链路仍可能拖慢个别 token。"
    ),
    "check.network.delayed": (
        "有 {lossy} 个请求（{lossy_share:.1%}）出现丢包或乱序："
        "{latency} 为 {with_ms:.2f} ms，去掉它们后为 {without_ms:.2f} ms。"
        "差距来自网络，而不是服务器。"
    ),
    "check.network.delayed.next": _OTHER_LINK,
    "check.network.everywhere": (
        "有 {lossy} 个请求（{lossy_share:.1%}）出现丢包或乱序，剩下的请求太少，"
        "无法判断 token 因此晚了多少。"
    ),
    "check.network.everywhere.next": _OTHER_LINK,
    "check.network.window": (
        "每个请求平均等待 {window_ms:.2f} ms，直到服务器的接收缓冲区有空间："
        "TTFT 包含这段时间。"
    ),
    "check.network.window.next": (
        "检查服务器读取大请求是否过慢，或调大服务器的 net.ipv4.tcp_rmem。"
    ),
}
