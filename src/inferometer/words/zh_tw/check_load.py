"""What the check of the load found, in Traditional Chinese."""

from __future__ import annotations

CHECK_LOAD: dict[str, str] = {
    "check.load_reached.title": "未達到設定的並行數",
    "check.load_reached.fine": "請求數足以達到計畫的負載。",
    "check.load_reached.found": (
        "並行數從未達到 {cap:,}：只有 {planned:,} 個請求，同時進行的最多 {peak:,} 個。"
    ),
    "check.load_reached.next": "請求數應多於並行數；要達到穩態，應為其數倍。",
}
