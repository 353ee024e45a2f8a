"""Wire formats: a request becomes a body, body bytes become events. Knows JSON and server-sent events; does no I/O.

Not aware of sockets, clocks or metrics. A new wire format is a file with a Backend in it and a row in `PROTOCOLS`.
"""

from __future__ import annotations

from inferometer.protocol.error_body import error_sentence

__all__ = ["error_sentence"]
