"""What checks of the network found, in English."""

from __future__ import annotations

_OTHER_LINK = (
    "Find the link that loses packets (ethtool -S, tc -s qdisc), or measure from a host closer "
    "to the server."
)

FULL_QUEUE = (
    "On the server, run `nstat -az TcpExtListenOverflows` before and after a run. If it grows, its "
    "accept queue is full: raise its backlog and net.core.somaxconn, or keep connections open. "
    "If not, find the link that loses packets (ethtool -S, tc -s qdisc)."
)

_READ_FASTER = "Give the client more CPU or `workers`, or raise net.ipv4.tcp_rmem on this host."

CHECK_NETWORK: dict[str, str] = {
    "check.network.unknown": "The system does not report the network's round trip.",
    "check.network.fine": (
        "A network round trip took {rtt_ms:.2f} ms, which every TTFT contains, and no packet was "
        "lost."
    ),
    "check.network.lost": (
        "Packets sent again or out of order: {lost}, {lost_a_request:.1%} of the number of "
        "requests. Some tokens were late because of the network, not the server."
    ),
    "check.network.lost.next": _OTHER_LINK,
    "check.network.harmless": (
        "{lossy} requests ({lossy_share:.1%}) had packets that were lost or overtaken. P50, P90 "
        "and P99 of TTFT, ITL and TPOT hardly change without these requests."
    ),
    "check.network.harmless.next": (
        "These percentiles need no correction; a lossy link can still delay single tokens."
    ),
    "check.network.delayed": (
        "{lossy} requests ({lossy_share:.1%}) had packets that were lost or overtaken. {latency} "
        "is {with_ms:.2f} ms with them and {without_ms:.2f} ms without them: the network made the "
        "difference, not the server."
    ),
    "check.network.delayed.next": _OTHER_LINK,
    "check.network.opening": (
        "{lossy} requests ({lossy_share:.1%}) had packets that were lost or overtaken, most of "
        "them the first of their connection. {latency} is {with_ms:.2f} ms with them and "
        "{without_ms:.2f} ms without them: a link lost packets, or the server did not accept "
        "connections in time."
    ),
    "check.network.next.opening": FULL_QUEUE,
    "check.network.everywhere": (
        "{lossy} requests ({lossy_share:.1%}) had packets that were lost or overtaken. Too few "
        "others are left to tell how much later their tokens were."
    ),
    "check.network.everywhere.next": _OTHER_LINK,
    "check.network.window": (
        "A request waited {window_ms:.2f} ms (mean) for room in the server's receive buffer, and "
        "TTFT contains that time."
    ),
    "check.network.window.next": (
        "Check whether the server reads large requests slowly, or raise its net.ipv4.tcp_rmem."
    ),
    "check.departures.unknown": (
        "It is unknown when requests left this host; the packet ring, which needs Linux and root "
        "or CAP_NET_RAW, shows it."
    ),
    "check.departures.fine": (
        "Requests left this host {p50_ms:.2f} ms (median) after they were sent."
    ),
    "check.departures.late": (
        "Requests left this host late: {percentile} of the time from send to the departure of the "
        "last byte is {late_ms:.2f} ms, {share:.0%} of {percentile} TTFT. This host, the network "
        "or a server that reads slowly held them back, not the model."
    ),
    "check.departures.late.next": (
        "Large requests wait for TCP's congestion window, the send buffer (net.ipv4.tcp_wmem), the "
        "server's receive window or the interface's queue (tc -s qdisc). Measure from a host "
        "closer to the server, or subtract this time from TTFT."
    ),
    "check.client_window.unknown": (
        "It is unknown whether this client's receive window was ever full; the packet ring, which "
        "needs Linux and root or CAP_NET_RAW, shows it."
    ),
    "check.client_window.fine": "This client's receive window was never full.",
    "check.client_window.harmless": (
        "During {stopped} requests ({stopped_share:.1%}) this client's receive window was full, so "
        "the server had to wait. P50, P90 and P99 of TTFT, ITL and TPOT hardly change without "
        "these requests."
    ),
    "check.client_window.harmless.next": (
        "These percentiles need no correction; a client that reads late can still delay single "
        "tokens."
    ),
    "check.client_window.delayed": (
        "During {stopped} requests ({stopped_share:.1%}) this client's receive window was full, so "
        "the server had to wait. {latency} is {with_ms:.2f} ms with them and {without_ms:.2f} ms "
        "without them: this client made the difference, not the server."
    ),
    "check.client_window.delayed.next": _READ_FASTER,
    "check.client_window.everywhere": (
        "During {stopped} requests ({stopped_share:.1%}) this client's receive window was full, so "
        "the server had to wait. Too few others are left to tell how much later their tokens were."
    ),
    "check.client_window.everywhere.next": _READ_FASTER,
}
