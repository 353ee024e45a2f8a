"""The words in English."""

from __future__ import annotations

EN: dict[str, str] = {
    "page.language": "English",
}
