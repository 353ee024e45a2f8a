"""A process that has imported all of Inferometer and forks when it is asked to: what is forked need
not import it again, which is most of the CPU time of a short command. A program, for
`tests.processes`.

    python -m tests.preloaded LISTENER LIFELINE

Both are descriptors. Whoever connects to LISTENER sends orders; it ends when LIFELINE does. Each
message is an `Order` with four descriptors: standard input, output and error of the new process, and
a socket on which it hears its pid and then how it ended.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import socket
import sys
import tempfile
import threading
import types
import warnings
from pathlib import Path
from typing import Any, TypedDict

import inferometer

ORDER_BYTES = 1 << 18
"""More than the arguments and the environment of a command may have here."""


class Order(TypedDict):
    arguments: list[str]  # of Python: ["-c", CODE, …] or ["-m", MODULE, …]
    environment: dict[str, str]
    directory: str
    new_session: bool


def main(listener: socket.socket, lifeline: socket.socket) -> Order:
    """Fork for each order until there are no more; returns in each child, with its order."""
    gc.freeze()  # a collection in a child would copy every page
    with selectors.DefaultSelector() as events:
        events.register(listener, selectors.EVENT_READ)
        events.register(lifeline, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.fileobj is lifeline:
                    os._exit(0)
                elif key.fileobj is listener:
                    orders, _ = listener.accept()
                    events.register(orders, selectors.EVENT_READ)
                elif key.data:
                    _say_how_it_ended(*key.data)
                    events.unregister(key.fd)
                    os.close(key.fd)
                elif isinstance(key.fileobj, socket.socket) and (
                    order := _follow(key.fileobj, events)
                ):
                    return order


def _follow(
    orders: socket.socket, events: selectors.BaseSelector
) -> Order | None:
    """One order; returns it in the child."""
    message, descriptors, _, _ = socket.recv_fds(orders, ORDER_BYTES, 4)
    if not message:
        events.unregister(orders)
        orders.close()
        return None
    order: Order = json.loads(message)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # polars has a thread
        child = os.fork()
    if child == 0:
        _become(order, descriptors)
        return order
    for descriptor in descriptors[:3]:
        os.close(descriptor)
    teller = socket.socket(fileno=descriptors[3])
    _tell(teller, child)
    ending = os.pidfd_open(child)
    events.register(ending, selectors.EVENT_READ, (child, teller))
    return None


def _say_how_it_ended(child: int, teller: socket.socket) -> None:
    _, status = os.waitpid(child, 0)
    with teller:
        _tell(teller, status)


def _tell(teller: socket.socket, number: int) -> None:
    """To the test that asked, unless it no longer waits."""
    with contextlib.suppress(OSError):
        teller.send(number.to_bytes(8, "little"))


def _become(order: Order, descriptors: list[int]) -> None:
    """What a fresh interpreter would have found."""
    if order["new_session"]:
        os.setsid()
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
    os.closerange(3, 1 << 10)
    streams = {
        "stdin": os.fdopen(0, closefd=False),
        "stdout": os.fdopen(1, "w", closefd=False),
        "stderr": os.fdopen(
            2, "w", 1, errors="backslashreplace", closefd=False
        ),
    }
    for name, stream in streams.items():
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["directory"])
    tempfile.tempdir = None


def run(order: Order) -> None:
    option, program, *arguments = order["arguments"]
    if option == "-m":
        sys.argv = [program, *arguments]
        runpy.run_module(program, run_name="__main__", alter_sys=True)
        return
    sys.argv = [option, *arguments]
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    exec(compile(program, "<string>", "exec"), module.__dict__)


def leave(code: object) -> None:
    """End with this code, without taking the interpreter apart: that copies every page it shares.
    Returns where the end is not that simple.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if code is None or isinstance(code, int):
            os._exit((code or 0) & 0xFF)


def sync_nothing(fd: Any) -> None:
    """In the place of `os.fsync`, which takes milliseconds for what only a power failure shows."""
    os.fstat(fd)


def use_large_pages() -> None:
    """For what is in memory now, where the kernel can: a fork copies a table with an entry a page."""
    collapse, private = 25, "rw-p 00000000 00:00 0"
    library = ctypes.CDLL(None)
    for line in Path("/proc/self/maps").read_text().splitlines():
        if private in line:
            begin, end = (int(each, 16) for each in line.split()[0].split("-"))
            library.madvise(
                ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), collapse
            )


def load_all() -> None:
    for module in pkgutil.walk_packages(inferometer.__path__, "inferometer."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    if os.fork():
        os._exit(
            0
        )  # no child of the tests: some look at theirs, or end them all
    load_all()
    os.fsync = sync_nothing
    use_large_pages()
    given = main(*(socket.socket(fileno=int(fd)) for fd in sys.argv[1:]))
    try:
        run(given)
    except SystemExit as asked:
        leave(asked.code)
        raise
    leave(0)
