"""The host is described where it can be, with None where it cannot, and never with a secret."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import numpy as np
import orjson
import psutil
import pytest

import inferometer
from inferometer.store.environment import describe_environment


def host(root: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_this_host_is_described() -> None:
    facts = describe_environment(["inferometer", "bench"])
    assert facts["hostname"] == platform.node()
    assert facts["kernel"] == platform.release()
    assert facts["cpu"]["logical"] == os.cpu_count()
    assert facts["memory"]["total_bytes"] == psutil.virtual_memory().total
    assert facts["packages"]["numpy"] == np.__version__
    assert facts["packages"]["inferometer"] == inferometer.__version__
    assert facts["server"] is None
    assert orjson.loads(orjson.dumps(facts)) == facts


def test_what_linux_tells_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    monkeypatch.setattr(platform, "release", lambda: "6.18.0")
    root = host(
        tmp_path,
        {
            "proc/cpuinfo": (
                "processor\t: 0\nmodel name\t: AMD EPYC 9575F: 64-Core\nprocessor\t: 1\nmodel "
                "name\t: other\n"
            ),
            "proc/self/status": "Name:\tpython\nCpus_allowed:\tff\nCpus_allowed_list:\t0-3,8\n",
            "proc/1/cgroup": "0::/kubepods/pod1/docker-abc\n",
            "sys/fs/cgroup/cpu.max": "150000 100000\n",
            "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "powersave\n",
            "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
            "sys/devices/system/cpu/cpu10/cpufreq/scaling_governor": "powersave\n",
            "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
            "run/.containerenv": "",
        },
    )
    facts = describe_environment([], root=root)
    assert facts["cpu"]["model"] == "AMD EPYC 9575F: 64-Core"
    assert facts["cpu"]["affinity"] == "0-3,8"
    assert facts["cpu"]["quota_cores"] == 1.5
    assert facts["cpu"]["governor"] == "performance, powersave"
    assert facts["clock_source"] == "tsc"
    assert facts["container"] == ["docker", "podman", "kubernetes"]


def test_what_is_not_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("no such thing here")

    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    for owner, name in (
        (platform, "freedesktop_os_release"),
        (psutil, "virtual_memory"),
        (os, "getloadavg"),
    ):
        monkeypatch.setattr(owner, name, broken)
    monkeypatch.setattr(platform, "processor", lambda: "")
    facts = describe_environment(
        [], root=host(tmp_path, {"sys/fs/cgroup/cpu.max": "max 100000\n"})
    )
    unknown = ("model", "affinity", "quota_cores", "governor")
    assert [facts["cpu"][name] for name in unknown] == [None] * 4
    assert facts["memory"] == {"total_bytes": None, "available_bytes": None}
    assert (facts["os"], facts["load_average_1min"], facts["clock_source"]) == (
        None,
        None,
        None,
    )
    assert facts["container"] == [] or facts["container"] == ["wsl"]


def test_no_secret_is_described() -> None:
    command = [
        "inferometer",
        "bench",
        "--header",
        "Authorization=Bearer s3cret",
        "--base-url",
        "http://u:s3cret@h",
    ]
    server = {
        "version": "0.32.0",
        "models": ["tiny"],
        "max_model_len": 2048,
        "api_key": "s3cret",
    }
    facts = describe_environment(command, server)
    assert b"s3cret" not in orjson.dumps(facts)
    assert facts["command"][:3] == ["inferometer", "bench", "--header"]
    assert facts["server"] == {
        "version": "0.32.0",
        "models": ["tiny"],
        "max_model_len": 2048,
        "api_key": "***",
    }


def test_a_path_beyond_ascii_is_readable_though_the_locale_knows_ascii_only() -> (
    None
):
    command = [
        "/home/naïve/bin/inferometer".encode().decode(
            "ascii", "surrogateescape"
        ),
        "bench",
    ]
    assert describe_environment(command)["command"] == [
        "/home/naïve/bin/inferometer",
        "bench",
    ]
