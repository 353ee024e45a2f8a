"""JSON as servers write it: strict first, which is fast; then what Python's own writer and others
produce.

Accepted beyond the standard: invalid UTF-8 (each bad sequence becomes U+FFFD), lone surrogates in
escapes (likewise: a gateway may split an emoji), and bare `NaN`, `Infinity`, `-Infinity`, which
Python servers write for log-probabilities. They must not fail a measurement.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

_ESCAPE = re.compile(
    r"""\\(?: u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}  # a whole pair
            | (?P<half> u[dD][89a-fA-F][0-9a-fA-F]{2} )
            | . )""",
    re.VERBOSE | re.DOTALL,
)


def read_json(data: bytes) -> Any:
    """Parse one JSON document. Raises ValueError if it is none."""
    try:
        return orjson.loads(data)
    except ValueError:
        text = _ESCAPE.sub(
            lambda escape: r"\ufffd" if escape["half"] else escape[0],
            data.decode("utf-8", "replace"),
        )
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
