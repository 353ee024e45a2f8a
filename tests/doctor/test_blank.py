"""Nothing that must not be pasted comes out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from inferometer.doctor.blank import Blanks
from inferometer.doctor.checks import examine
from inferometer.doctor.logs import LogSign
from inferometer.doctor.seen import seen
from inferometer.doctor.served import Process
from inferometer.secret import MASK
from inferometer.telemetry.tool import ToolAnswer
from inferometer.words import Said, Words
from tests.doctor.machines import cards, given, kfd, served, smi

PLANTED = {
    "host": "gpu-rack17",
    "user": "wangwei",
    "serial": "1563221009876",
    "uuid": "GPU-5f2c1a90-0b1d-4c3e-9f7a-1234567890ab",
    "mac": "3c:ec:ef:12:34:56",
    "ip": "10.18.44.7",
    "ip6": "fd12:3456:789a::17",
    "token": "hf_abcdefghijklmnopqrstuv",
    "password": "correct-horse",
    "value": "/srv/private-models",
    "mail": "wang.wei@example.com",
    "domain": "node7.cluster.example.com",
}


def log_lines() -> list[str]:
    p = PLANTED
    return [
        f"Nov 29 00:00:01 {p['host']} kernel: NVRM: Xid (PCI:0000:9b:00): 79, {p['uuid']}",
        f"NVRM: Xid (PCI:0000:9b:00): 79, GPU Board Serial Number: {p['serial']}",
        f"NVRM: Xid (PCI:0000:9b:00): 79 from {p['ip']} {p['ip6']} {p['mac']} {p['mail']}",
    ]


def test_planted_secrets_stay_in(tmp_path: Path) -> None:
    p = PLANTED
    files = {
        **cards("nvidia"),
        **kfd(120001),
        "etc/hostname": f"{p['host']}\n",
        "proc/sys/kernel/hostname": f"{p['host']}\n",
        "etc/passwd": f"root:x:0:0::/root:/bin/sh\n{p['user']}:x:1001:1001::/home/{p['user']}:/bin/sh\n",
    }
    environment = {
        "HF_TOKEN": p["token"],
        "HSA_OVERRIDE_GFX_VERSION": "11.0.77",
        "http_proxy": f"http://{p['user']}:{p['password']}@{p['domain']}:3128",
        "DB_PASSWORD": p["password"],
        "NCCL_DEBUG": "TRACE",
        "MODELS": p["value"],
        "USER": p["user"],
    }
    answers: dict[str, str | ToolAnswer] = {
        "dmesg": "\n".join(log_lines()),
        "nvidia-smi": smi({"driver": f"590 {p['serial']}"}).replace(
            f"590 {p['serial']}", "590.48.01"
        ),
        "docker": ToolAnswer("", "tool_failed", 1),
    }
    machine = given(files, answers, environment).machine(tmp_path)
    trouble = (
        f"http://{p['domain']}:8000 on {p['host']} refused {p['token']}: "
        f"connect to {p['ip']}:8000 as {p['user']}"
    )
    process = Process(
        7, ("vllm", "--api-key", p["password"]), environment, 65536, "0-3"
    )
    server = served(trouble=trouble, process=process)
    server = replace(server, url=f"http://{p['ip']}:8000")
    sign = LogSign(
        "port-taken",
        "fail",
        f"{p['user']}@{p['host']}: HF_TOKEN={p['token']} MODELS_DIR={p['value']} "
        f"/home/{p['user']}/x user={p['user']} serial: {p['serial']} {p['uuid']} {p['domain']}",
        1,
    )
    examined = examine(replace(machine, server=server), [sign])
    told = json.dumps(examined.as_json(), ensure_ascii=False)
    assert [name for name, secret in PLANTED.items() if secret in told] == []
    assert "11.0.77" not in told
    assert "0000:9b:00" in told
    assert examined.seen["gpu.kernel_log"].status == "fail"
    assert "HSA_OVERRIDE_GFX_VERSION" in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0000:03:00.0: x8 / x16", "0000:03:00.0: x8 / x16"),
        ("PCI:0000:9b:00", "PCI:0000:9b:00"),
        ("GPU 00000000:C1:00.0", "GPU 00000000:C1:00.0"),
        ("10-21 14:02:11 [core.py:708]", "10-21 14:02:11 [core.py:708]"),
        ("driver 590.48.01, amdgpu 6.8.5", "driver 590.48.01, amdgpu 6.8.5"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://[fd00::7]:8000", "http://***:8000"),
        ("https://huggingface.co/x", "https://huggingface.co/x"),
        ("http://gpu7:8000", "http://***:8000"),
        ("('0.0.0.0', 8000)", "('0.0.0.0', 8000)"),
        ("/home/li/models/x", "/home/***/models/x"),
        ("VLLM_HOST_IP=10.0.0.3", "VLLM_HOST_IP=***"),
        ("torch.OutOfMemoryError: HIP", "torch.OutOfMemoryError: HIP"),
        ("CapEff: 00000000a80425fb", "CapEff: 00000000a80425fb"),
        ("max_model_len=4096", "max_model_len=4096"),
    ],
)
def test_what_is_no_secret_stays(text: str, shown: str) -> None:
    assert Blanks.from_words(["box"]).text(text) == shown


def test_names_are_whole_words() -> None:
    blanks = Blanks.from_words(["vm", "root", ""])
    assert blanks.text("kvm on vm as root") == "kvm on *** as root"


@pytest.mark.parametrize(
    ("url", "chinese"),
    [
        ("http://127.0.0.1:1", "http://127.0.0.1:1 上没有程序在监听"),
        ("http://10.18.44.7:1", f"http://{MASK}:1 上没有程序在监听"),
    ],
)
def test_a_sentence_that_is_evidence_is_blanked_in_every_language(
    url: str, chinese: str
) -> None:
    blanks = Blanks.from_words(())
    trouble = Said("server.nothing_listens", {"url": url})
    found = blanks.seen(seen("fail", trouble)).evidence[0]
    assert found == blanks.text(trouble)
    assert Words("zh-CN").say(found) == chinese
