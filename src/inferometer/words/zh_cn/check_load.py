"""What the check of the load found, in Simplified Chinese."""

from __future__ import annotations

CHECK_LOAD: dict[str, str] = {
    "check.load_reached.title": "未达到设定的并发数",
    "check.load_reached.fine": "请求数足以达到计划的负载。",
    "check.load_reached.found": (
        "并发数从未达到 {cap:,}：只有 {planned:,} 个请求，同时进行的最多 {peak:,} 个。"
    ),
    "check.load_reached.next": "请求数应多于并发数；要达到稳态，应为其数倍。",
}
