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


LEAKS = [
    (
        "oom-kill:constraint=CONSTRAINT_MEMCG,cpuset=" + "6c4092d3" * 8,
        "6c4092d3",
    ),
    (
        "ValueError: HF token hf_abcdefghijklmnopqrstuvwxyzABCDEFGH is invalid",
        "hf_abc",
    ),
    ("openai key sk-proj-abcdEFGH1234567890abcdEFGH12345678", "sk-proj"),
    ("api_key='sk-abc123def456ghi789jkl012mno345'", "sk-abc"),
    ("Authorization: Bearer abc.DEF-123_xyz", "abc.DEF"),
    ("curl -H 'Authorization: Bearer eyJhbGciOi.eyJz.dQw4'", "eyJ"),
    ("'--api-key', 'topsecret123'", "topsecret"),
    ("--api-key topsecret123 --model x", "topsecret"),
    ("--api-key=topsecret123", "topsecret"),
    ("Namespace(api_key='topsecret123', host='10.1.2.3')", "topsecret"),
    ("Namespace(api_key=['topsecret123'], host='10.1.2.3')", "topsecret"),
    (
        "non-default args: {'api_key': ['topsecret123'], 'host': '10.1.2.3'}",
        "topsecret",
    ),
    ("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AKIA"),
    ("found key AKIAIOSFODNN7EXAMPLE in", "AKIA"),
    (
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "wJalr",
    ),
    ("http_proxy=http://user:pa55w0rd@proxy.corp.example.com:3128", "pa55"),
    ("Using proxy http://user:pa55w0rd@10.0.0.1:3128/", "pa55"),
    ("socks5://bob:s3cr3t@[fe80::1]:1080", "s3cr"),
    ("proxy user:pa55w0rd@proxy:3128", "pa55"),
    ("fe80::a00:27ff:fe4e:66a1%eth0", "a00:27ff"),
    ("listening on [2001:db8::8a2e:370:7334]:8000", "8a2e"),
    ("2001:db8:0:0:0:8a2e:370:7334 refused", "8a2e"),
    ("::ffff:10.1.2.3 connected", "10.1.2.3"),
    ("mac 00:1B:44:11:3A:B7", "3A:B7"),
    ("mac 001b.4411.3ab7", "4411"),
    ("IB GUID 0x506b4b0300a1b2c3", "506b4b"),
    ("node guid 506b:4b03:00a1:b2c3", "a1b2"),
    ("UUID: GPU-8b7a2f3c-1234-5678-9abc-def012345678", "8b7a"),
    ("uuid=8B7A2F3C123456789ABCDEF012345678", "8B7A2"),
    ("Serial Number : 1562723012345", "15627"),
    ("serial_number: PCB1234-5678", "PCB12"),
    ("序列号：1562723012345", "15627"),
    ('"serial": 1562723012345', "15627"),
    ("Unique ID: 0xabcdef1234567890", "abcdef12"),
    ("unique_id=1234567890abcdef", "12345678"),
    ("/home/zhangsan/models/qwen", "zhangsan"),
    ("/data/home/zhangsan/x", "zhangsan"),
    ("C:\\Users\\lisi\\models", "lisi"),
    ("/Users/lisi/x", "lisi"),
    ("~zhangsan/x", "zhangsan"),
    ("/mnt/nfs/home/wangwu/x", "wangwu"),
    ("/mnt/gpu-node-12.corp.example.com/models", "gpu-node-12"),
    ("nfs: server:/export on 10.20.30.40", "10.20"),
    ("Host: llm.internal.company.com.cn:8000", "company"),
    ("ray start --address=192.168.1.10:6379", "192.168"),
    ("[Gloo] Rank 0 is connected to 10.12.0.9:4321", "10.12"),
    ("MASTER_ADDR=gpu-node-09", "gpu-node-09"),
    ("master_addr: gpu-node-09", "gpu-node-09"),
    ("rdzv_endpoint=gpu-node-09:29500", "gpu-node-09"),
    ("NCCL INFO Bootstrap : Using eth0:10.1.2.3<0>", "10.1.2"),
    ("gpu-node-11:1234:5678 [0] NCCL INFO cudaDriverVersion", "gpu-node-11"),
    ("Nov 29 10:00:00 dgx01 kernel: NVRM: Xid", "dgx01"),
    ("2026-11-29T10:00:00.123456+08:00 dgx01 kernel: NVRM", "dgx01"),
    ("password=hunter22", "hunter22"),
    ("passwd: hunter22", "hunter22"),
    ('"password": "hunter22"', "hunter22"),
    ("token: abcdef0123456789", "abcdef01"),
    ("HUGGING_FACE_HUB_TOKEN=hf_x1234567", "hf_x123"),
    ("WANDB_API_KEY 0123456789abcdef0123456789abcdef01234567", "01234567"),
    ("MODELSCOPE_API_TOKEN: ms-12345678-abcd", "ms-1234"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "ghp_abc"),
    ("github_pat_11ABCDEFG0abcdefghij_klmnop", "11ABC"),
    ("glpat-abcdefghij1234567890", "glpat-abc"),
    ("xoxb-123456789012-abcdefghijkl", "xoxb-1"),
    ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "AIza"),
    ("LTAI5tAbCdEfGhIjKlMnOpQr", "LTAI5t"),
    ("nvapi-abcdefghijklmnopqrstuvwxyz0123456789abcd", "nvapi-abc"),
    (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "eyJhb",
    ),
    ("-----BEGIN RSA PRIVATE KEY-----MIIEpAIBAAKCAQEA", "MIIEp"),
    ("X-Api-Key: 12345secret", "12345secret"),
    ("x-api-key=12345secret", "12345secret"),
    ("https://example.com/v1?api_key=12345secret&x=1", "12345secret"),
    ("https://example.com/v1?X-Amz-Signature=12345secret", "12345secret"),
    ("user=zhangsan pid=12", "zhangsan"),
    ("uid 1001(zhangsan)", "zhangsan"),
    ("ssh zhangsan@dgx01", "zhangsan"),
    ("file:///home/zhangsan/x", "zhangsan"),
    ("smb://nas01/share", "nas01"),
    ("s3://AKIAIOSFODNN7EXAMPLE:abcd@bucket/x", "AKIA"),
    ("docker login -u zhangsan -p hunter22 registry.local", "hunter22"),
    ("cookie: session=abcdef12345", "abcdef123"),
]
"""A line of a log, an error or a command, and what of it must not be pasted."""


@pytest.mark.parametrize(("text", "secret"), LEAKS)
def test_nothing_of_a_telling_name_or_shape_comes_out(
    text: str, secret: str
) -> None:
    assert secret not in Blanks.from_words(["box"]).text(text)


def test_names_are_whole_words() -> None:
    blanks = Blanks.from_words(["vm", "root", ""])
    assert blanks.text("kvm on vm as root") == "kvm on *** as root"


def test_a_short_name_is_no_part_of_a_word_with_a_hyphen() -> None:
    blanks = Blanks.from_words(["vm", "node7"])
    killed = "Killed process 42 (python3) total-vm:182391232kB"
    assert blanks.text(killed) == killed
    assert blanks.text("vm: node7-ib0, vm.") == "***: ***-ib0, ***."


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
