"""A server as a child process: `small_server.py PORT MODEL MAX_MODEL_LEN [OPTION…]`, nothing but
/health and /v1/models.

Options: `print=TEXT` first; `exit=CODE` instead of serving; `deaf` to SIGTERM; `child` starts a
sleeping process in a session of its own, and leaves it behind; `silent` listens nowhere;
`pids=FILE` gets its own id and the child's, one a line. Asking for /die ends it with exit code 3.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
import time

STARTED_S = time.time()


JSON, PAGE = "application/json", "text/plain; version=0.0.4"


def serve(port: int, model: str, limit: int) -> None:
    """One answer a connection. Without `http.server`, which takes longer to import than to serve."""
    card = {"id": model, "max_model_len": limit}
    started = f"process_start_time_seconds {STARTED_S}\n"
    routes = {
        b"/health": ("200 OK", JSON, ""),
        b"/v1/models": ("200 OK", JSON, json.dumps({"data": [card]})),
        b"/metrics": ("200 OK", PAGE, started),
    }
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            peer, _ = listener.accept()
            with peer, contextlib.suppress(OSError):
                request = peer.recv(1 << 16)
                if request.startswith(b"GET /die "):
                    os._exit(3)
                if request:
                    path = request.split(b" ")[1]
                    answer(peer, *routes.get(path, ("404 No", JSON, "")))


def answer(peer: socket.socket, status: str, kind: str, body: str) -> None:
    fields = f"Content-Type: {kind}\r\nContent-Length: {len(body)}"
    head = f"HTTP/1.1 {status}\r\n{fields}\r\nConnection: close\r\n\r\n"
    peer.sendall((head + body).encode())


def main() -> int:
    port, model, limit, *options = sys.argv[1:]
    values = dict(option.partition("=")[::2] for option in options)
    if "print" in values:
        print(values["print"], flush=True)
    if "exit" in values:
        return int(values["exit"])
    if "deaf" in values:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pids = [os.getpid()]
    if "child" in values:
        sleeper = os.fork()
        if sleeper == 0:
            os.setsid()
            time.sleep(600)
            os._exit(0)
        pids.append(sleeper)
    if "pids" in values:
        with open(values["pids"], "w", encoding="utf-8") as file:
            file.write("\n".join(map(str, pids)))
    if "silent" in values:
        time.sleep(600)
    serve(int(port), model, int(limit))
    return 0


if __name__ == "__main__":
    sys.exit(main())
