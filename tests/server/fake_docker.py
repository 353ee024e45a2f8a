"""A `docker` (and `docker-compose`) with just what ComposeServer calls. A container is a process of
this machine.

State lives in the folder FAKE_DOCKER: `calls` (one JSON list a line), `container.json`, `log`; a
file `no-plugin` takes `docker compose` away, a file `up-fails` holds what `up` says when it
fails. Files `fails-VERB` and `hangs-VERB` (ps, inspect, down, logs, version) have that call fail
with what is in them, or wait with a child of its own for as long as nobody kills both;
`says-inspect` holds what `inspect` says instead.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

STATE = Path(os.environ["FAKE_DOCKER"])
CONTAINER = STATE / "container.json"
LOG = STATE / "log"
VERBS = ("ps", "inspect", "down", "logs", "version")


def up(override: str) -> int:
    if (STATE / "up-fails").exists():
        print((STATE / "up-fails").read_text())
        return 1
    (service,) = json.loads(Path(override).read_text())["services"].values()
    command = [word.replace("$$", "$") for word in service["command"]]
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    CONTAINER.write_text(
        json.dumps(
            {"pid": process.pid, "image": service.get("image", "vllm:file")}
        )
    )
    return 0


def down() -> int:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(json.loads(CONTAINER.read_text())["pid"], signal.SIGKILL)
    CONTAINER.unlink()
    return 0


def inspect() -> dict[str, Any]:
    container = json.loads(CONTAINER.read_text())
    with contextlib.suppress(OSError):
        state = (
            Path(f"/proc/{container['pid']}/stat")
            .read_text()
            .rpartition(")")[2]
            .split()[0]
        )
        if state != "Z":
            return described("running", 0, container["image"])
    return described("exited", 1, container["image"])


def described(status: str, code: int, image: str) -> dict[str, Any]:
    return {
        "status": status,
        "exit": code,
        "for_memory": False,
        "started": "2026-11-20T09:00:00Z",
        "image": image,
        "image_id": "sha256:1",
    }


def main() -> int:
    name, words = Path(sys.argv[0]).name, sys.argv[1:]
    with (STATE / "calls").open("a") as calls:
        print(json.dumps([name, *words]), file=calls)
    if name == "docker" and words[0] == "compose":
        if (STATE / "no-plugin").exists():
            print("docker: 'compose' is not a docker command.")
            return 1
        words = words[1:]
    verb = next((word for word in VERBS if word in words), "")
    if (STATE / f"fails-{verb}").exists():
        print((STATE / f"fails-{verb}").read_text())
        return 1
    if (STATE / f"hangs-{verb}").exists():
        return subprocess.call(["sleep", "1000"])
    if "up" in words:
        return up(words[words.index("--file", words.index("--file") + 1) + 1])
    if "down" in words:
        return down()
    if words[0] == "ps" and CONTAINER.exists():
        print("c0ffee")
    elif words[0] == "inspect":
        says = STATE / "says-inspect"
        print(says.read_text() if says.exists() else json.dumps(inspect()))
    elif words[0] == "logs" and "--follow" in words:
        os.execvp("tail", ["tail", "-c", "+1", "-f", str(LOG)])
    elif words[0] == "logs":
        print(LOG.read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
