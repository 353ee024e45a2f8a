"""What checks of the network found, in English."""

from __future__ import annotations

_OTHER_LINK = (
    "Find the link that loses packets (ethtool -S, tc -s qdisc), or measure from a host closer "
    "to the server."
)

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
}
