"""The words in Simplified Chinese."""

from __future__ import annotations

ZH_CN: dict[str, str] = {
    "page.language": "简体中文",
}
