"""Trees of files as a kernel has them, under a directory of the test."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from inferometer.telemetry.serve import MonitorServer
from inferometer.telemetry.watch import Watch

CAPTURES = Path(__file__).parent / "captures"


def capture(name: str) -> str:
    return (CAPTURES / name).read_text(encoding="utf-8")


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """Write the files; what is not below `sys/` or `proc/` is below `sys/class/drm`."""
    for name, text in files.items():
        below = (
            name
            if name.startswith(("sys/", "proc/"))
            else f"sys/class/drm/{name}"
        )
        path = root / below
        path.parent.mkdir(parents=True, exist_ok=True)
        binary = text.removeprefix("base64:")
        path.write_bytes(
            base64.b64decode(binary) if binary != text else text.encode()
        )
    return root


def plant_capture(root: Path, name: str) -> Path:
    return plant(root, json.loads(capture(name)))


@contextmanager
def serving(watch: Watch, token: str | None = None) -> Iterator[int]:
    """The port on which `monitor --serve` shows it."""
    watch.wait_for_all(10)
    server = MonitorServer(("127.0.0.1", 0), watch, token)
    threading.Thread(
        target=server.serve_forever,
        args=(0.01,),  # s between looks at whether it is to end
        daemon=True,
    ).start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        watch.close()


def port(
    path: str, vendor: int, kind: int, link: str | None, most: str | None = None
) -> dict[str, str]:
    """Files of one function: `link` is `16.0x8`."""
    files = {"vendor": f"{vendor:#06x}\n", "class": f"{kind:#08x}\n"}
    for prefix, each in (("current", link), ("max", most)):
        if each:
            speed, width = each.split("x")
            files |= {
                f"{prefix}_link_speed": f"{speed} GT/s PCIe\n",
                f"{prefix}_link_width": f"{width}\n",
            }
    return {f"sys/devices/{path}/{name}": text for name, text in files.items()}


def tool(directory: Path, name: str, script: str) -> None:
    """A program on the PATH of the test."""
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
