"""Accuracy and cost of the client, held against what is known to be true and against a reader in C.
Nothing is asserted.

    run.py                      all of it
    run.py streams overload     some of it
    run.py --repeats 1          quickly

It prints Markdown. Run it on a machine that does nothing else: the last line of its heading tells
how busy that was.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from importlib import import_module
from pathlib import Path

import inferometer

MENU = {
    "streams": (
        38,
        "1,024 streams: exactness, CPU per event beside a C reader, memory",
    ),
    "arrivals": (
        145,
        "packet ring, reads and the C reader side by side: CPU, memory, slot time, a burst",
    ),
    "slots": (
        45,
        "slot time of closed loops, and a burst of 1,024 ends, by ring, reads and the C reader",
    ),
    "ring": (
        65,
        "packet ring: a client stopped or without a core; 15,000 streams",
    ),
    "flood": (45, "packet ring: 100,000 events/s on one core"),
    "overload": (
        14,
        "a client stalled 15 ms at a time: stamps by the kernel and stamps after the read",
    ),
    "many": (
        70,
        "5,000 streams on one worker; memory per event (once, whatever --repeats says)",
    ),
    "startup": (7, "time to help, and to the first request"),
    "rates": (
        75,
        "requested against achieved arrival rates, 10 to 5,000 req/s",
    ),
    "report": (
        30,
        "two thousand result files: time and memory to read them, and to see them in a browser",
    ),
    "mixed": (
        60,
        "a thousand files of many tools in one tree, and a tree of the study's 8,045",
    ),
    "ceilings": (
        55,
        "up to which load the client is exact on this host, by `inferometer calibrate`",
    ),
    "telemetry_loop": (
        130,
        "what sampling adds to the delays of the client's loop",
    ),
    "transmit": (
        3,
        "whether the kernel's transmit stamps would tell anything new",
    ),
}
"""Each is a file of that name here, with `run(repeats)`: about how long one repeat takes, s, and
what it shows.
"""


def main() -> None:
    chosen, repeats = _parse()
    if sys.platform != "linux":
        raise SystemExit(
            "The benchmarks need Linux: their server and reader are written for its epoll "
            "and its stamps."
        )
    seconds = sum(
        MENU[name][0] * (1 if name == "many" else repeats) for name in chosen
    )
    print(heading(), flush=True)
    print(
        f"{', '.join(chosen)}: about {max(1, round(seconds / 60))} min.",
        file=sys.stderr,
    )
    for name in chosen:
        print(f"{name}: {MENU[name][1]}", file=sys.stderr)
        import_module(name).run(repeats)


def _parse() -> tuple[list[str], int]:
    listed = "\n".join(
        f"  {name:16}{about} ({seconds} s a repeat)"
        for name, (seconds, about) in MENU.items()
    )
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=f"benchmarks:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="which (default: all)"
    )
    parser.add_argument(
        "--repeats",
        type=int,
        default=3,
        help="turns of each side, alternating (default: 3)",
    )
    asked = parser.parse_args()
    unknown = [name for name in asked.names if name not in MENU]
    if unknown or asked.repeats < 1:
        parser.error(
            f"there is no benchmark {unknown[0]!r}"
            if unknown
            else "--repeats has to be at least 1"
        )
    return asked.names or list(MENU), asked.repeats


def heading() -> str:
    """What was measured, where, and how quiet it was there."""
    cores = len(os.sched_getaffinity(0))
    about = (
        f"{platform.python_implementation()} {platform.python_version()}, inferometer "
        f"{inferometer.__version__}"
    )
    one_core = (
        " Server and client share one core: the figures tell little."
        if cores == 1
        else ""
    )
    return (
        f"Measured on {time.strftime('%Y-%m-%d')}: {cores} cores of {_cpu_model()}, Linux "
        f"{platform.release()}, {about}.\n"
        f"Load average before the start: {os.getloadavg()[0]:.2f}; a quiet machine has less than "
        f"0.2.{one_core}"
    )


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    main()
