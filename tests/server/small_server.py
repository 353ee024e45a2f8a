"""A server as a child process: `small_server.py PORT MODEL MAX_MODEL_LEN [OPTION…]`, nothing but
/health and /v1/models.

Options: `print=TEXT` first; `exit=CODE` instead of serving; `deaf` to SIGTERM; `child` starts a
sleeping process in a session of its own, and leaves it behind; `silent` listens nowhere;
`pids=FILE` gets its own id and the child's, one a line. Asking for /die ends it with exit code 3.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

STARTED_S = time.time()


def serve(port: int, model: str, limit: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/die":
                os._exit(3)
            card = {"id": model, "max_model_len": limit}
            routes = {
                "/health": "",
                "/v1/models": json.dumps({"data": [card]}),
                "/metrics": f"process_start_time_seconds {STARTED_S}\n",
            }
            body = routes.get(self.path, "").encode()
            self.send_response(200 if self.path in routes else 404)
            self.send_header(
                "Content-Type",
                "text/plain; version=0.0.4"
                if self.path == "/metrics"
                else "application/json",
            )
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


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
        sleeper = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)"],
            start_new_session=True,
        )
        pids.append(sleeper.pid)
    if "pids" in values:
        Path(values["pids"]).write_text(
            "\n".join(map(str, pids)), encoding="utf-8"
        )
    if "silent" in values:
        time.sleep(600)
    serve(int(port), model, int(limit))
    return 0


if __name__ == "__main__":
    sys.exit(main())
