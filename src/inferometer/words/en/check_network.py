"""What checks of the network found, in English."""

from __future__ import annotations

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
    "check.network.lost.next": (
        "Find the link that loses packets (ethtool -S, tc -s qdisc), or measure from a host closer "
        "to the server."
    ),
    "check.network.window": (
        "A request waited {window_ms:.2f} ms (mean) for room in the server's receive buffer, and "
        "TTFT contains that time."
    ),
    "check.network.window.next": (
        "Check whether the server reads large requests slowly, or raise its net.ipv4.tcp_rmem."
    ),
}
