"""What checks of the network found, in Simplified Chinese."""

from __future__ import annotations

_OTHER_LINK = (
    "找出丢包的链路（ethtool -S、tc -s qdisc），或换一台离服务器更近的主"
    "机测量。"
)

FULL_QUEUE = (
    "在服务器上于运行前后各执行一次 `nstat -az TcpExtListenOverflows`：数值变大，说明 accept 队列"
    "已满，请调大服务程序的 backlog 和 net.core.somaxconn，或保持长连接；没有变大，则找出丢包的链路"
    "（ethtool -S、tc -s qdisc）。"
)

_READ_FASTER = "给客户端更多 CPU，增加 worker（`workers`），或调大本机的 net.ipv4.tcp_rmem。"

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
    "check.network.opening": (
        "有 {lossy} 个请求（{lossy_share:.1%}）出现丢包或乱序，其中多数是所在连接上的第一个请求："
        "{latency} 为 {with_ms:.2f} ms，去掉它们后为 {without_ms:.2f} ms。原因是链路丢包，"
        "或服务器没有及时接受连接。"
    ),
    "check.network.next.opening": FULL_QUEUE,
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
    "check.departures.title": "请求离开本机",
    "check.departures.unknown": (
        "不知道请求何时离开本机；数据包环能记录，但需要 Linux，以及 root 或 CAP_NET_RAW 权限。"
    ),
    "check.departures.fine": "从发送到请求离开本机，中位数为 {p50_ms:.2f} ms。",
    "check.departures.late": (
        "请求离开本机偏晚：从发送到最后一个字节离开，{percentile} 为 {late_ms:.2f} ms，"
        "占 {percentile} TTFT 的 {share:.0%}。"
        "拖住请求的是本机、网络或读取过慢的服务器，而不是模型。"
    ),
    "check.departures.late.next": (
        "大请求会等待 TCP 拥塞窗口、发送缓冲区（net.ipv4.tcp_wmem）、服务器的接收窗口或网卡队列"
        "（tc -s qdisc）。换一台离服务器更近的主机测量，或从 TTFT 中减去这段时间。"
    ),
    "check.client_window.title": "客户端接收窗口",
    "check.client_window.unknown": (
        "不知道客户端的接收窗口是否满过；"
        "数据包环能记录，但需要 Linux，以及 root 或 CAP_NET_RAW 权限。"
    ),
    "check.client_window.fine": "客户端的接收窗口从未满过。",
    "check.client_window.harmless": (
        "有 {stopped} 个请求（{stopped_share:.1%}）期间客户端的接收窗口已满，服务器只能等待；"
        "去掉这些请求后，TTFT、ITL 和 TPOT 的 P50、P90、P99 基本不变。"
    ),
    "check.client_window.harmless.next": (
        "这些百分位数无需处理；不过读得慢的客户端仍可能拖慢个别 token。"
    ),
    "check.client_window.delayed": (
        "有 {stopped} 个请求（{stopped_share:.1%}）期间客户端的接收窗口已满，服务器只能等待："
        "{latency} 为 {with_ms:.2f} ms，去掉它们后为 {without_ms:.2f} ms。"
        "差距来自客户端，而不是服务器。"
    ),
    "check.client_window.delayed.next": _READ_FASTER,
    "check.client_window.everywhere": (
        "有 {stopped} 个请求（{stopped_share:.1%}）期间客户端的接收窗口已满，服务器只能等待；"
        "剩下的请求太少，无法判断 token 因此晚了多少。"
    ),
    "check.client_window.everywhere.next": _READ_FASTER,
}
