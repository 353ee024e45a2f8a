"""The words in Traditional Chinese (Taiwan)."""

from __future__ import annotations

ZH_TW: dict[str, str] = {
    "page.language": "繁體中文",
}
