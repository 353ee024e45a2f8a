"""`up` of the fake Docker (see fake_docker.sh): starts the command of the override, the second
--file.
"""

from __future__ import annotations

import json
import os
import sys

STATE = os.environ["FAKE_DOCKER"]


def read(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def main() -> int:
    words = sys.argv[1:]
    if os.path.exists(f"{STATE}/up-fails"):
        print(read(f"{STATE}/up-fails"))
        return 1
    override = words[words.index("--file", words.index("--file") + 1) + 1]
    (service,) = json.loads(read(override))["services"].values()
    command = [word.replace("$$", "$") for word in service["command"]]
    log = os.open(f"{STATE}/log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    pid = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, log, fd) for fd in (1, 2)],
        setsid=True,
    )
    with open(f"{STATE}/container", "w", encoding="utf-8") as file:
        print(pid, service.get("image", "vllm:file"), file=file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
