"""`inferometer plan`: the groups, the sums, the commands, the time left, and what is done."""

from __future__ import annotations

import os
import pty
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inferometer.campaign.results import Measurement, Results
from inferometer.cli.main import main
from inferometer.cli.plan_view import duration, short
from inferometer.metrics.verdict import Status
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.store.campaign.ledger import LEDGER_VERSION, dump
from inferometer.store.campaign.paths import campaign_paths
from tests.processes import Forked

Plan = Callable[..., tuple[int, str, str]]


@pytest.fixture
def plan(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Plan:
    """Runs `inferometer plan` in a folder of its own: exit code, standard output and standard
    error.
    """
    monkeypatch.chdir(tmp_path)
    for name in ("NUM_PROMPTS_START", "NUM_PROMPTS_END", "VLLM_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["inferometer", "plan", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


WHOLE_PLAN = """\
Campaign: pcie-machine-ab - PCIe study, machine A/B (1 card x16, or 2 cards x8): six tests of 1 to 200 requests, 1024 tokens \
in and 128 out
Results:  bench_results/pcie/{config}_{model}_TP{tp}_{input}_np{n}_{time}.json

Group  Server       Points  Done  Requests  Tok in  Tok out   Left
1A-1k  7B TP1 on A     200     0    20,100   20.6M     2.6M  1.6 h
1B-1k  7B TP1 on B     200     0    20,100   20.6M     2.6M  1.6 h
all                    400     0    40,200   41.2M     5.1M  3.3 h

1A-1k: meta-llama/Llama-3.1-8B, TP=1, max_model_len 1280, at http://127.0.0.1:8000 (operator)
  hardware  A: 1 GPU, PCIe 4.0 x16, 32 GB/s each
  do        Machine A/B: one card, the slot set to x16.
  command   vllm serve meta-llama/Llama-3.1-8B --host 127.0.0.1 --port 8000 --tensor-parallel-size 1 --max-model-len 1280 \
--gpu-memory-utilization 0.9 --enforce-eager
  listens   On 127.0.0.1 only programs of the same host reach the server. In a container with a published port, bind 0.0.0.0.
  points    1A-1k/np1, 1A-1k/np2, ... 1A-1k/np200

1B-1k: meta-llama/Llama-3.1-8B, TP=1, max_model_len 1280, at http://127.0.0.1:8000 (operator)
  hardware  B: 2 GPUs, PCIe 4.0 x8, 16 GB/s each
  do        Machine A/B: two cards, the slots set to x8 each.
  command   vllm serve meta-llama/Llama-3.1-8B --host 127.0.0.1 --port 8000 --tensor-parallel-size 1 --max-model-len 1280 \
--gpu-memory-utilization 0.9 --enforce-eager
  listens   On 127.0.0.1 only programs of the same host reach the server. In a container with a published port, bind 0.0.0.0.
  points    1B-1k/np1, 1B-1k/np2, ... 1B-1k/np200

Hardware: A -> B. If a person has to change the machine, the run waits for confirmation.

Left: a guess (35 ms a token for each stream, 5,000 prompt tokens/s, 4 min for a server to start), corrected as points are \
finished.
"""


def test_the_whole_plan(plan: Plan) -> None:
    assert plan("pcie-machine-ab", "--only", "1A-1k", "--only", "1B-1k") == (
        0,
        WHOLE_PLAN,
        "",
    )
    assert os.listdir() == []  # nothing is written


def test_what_a_person_is_told_of_other_servers(plan: Plan) -> None:
    code, out, _ = plan(
        "frameworks",
        "--only",
        "xinference",
        "--set",
        "servers.xinference.note=Mind the fan.",
    )
    assert code == 0
    assert (
        "deepseek-ai/deepseek-llm-7b-chat served as deepseek-7b, TP=1, at "
        "http://127.0.0.1:8002 (process)"
    ) in out
    assert (
        "  command   HIP_VISIBLE_DEVICES=0 NCCL_MAX_NCHANNELS=16 NCCL_MIN_NCHANNELS=16 "
        "NCCL_P2P_LEVEL=SYS XINFERENCE_AUTH_ADVANCED=0 VLLM_NUMA_BIND=0 "
        "xinference-local --host 127.0.0.1 --port 8002\n"
    ) in out
    assert (
        "  launch    model_engine vllm, model_format pytorch, n_gpu 1, model_name deepseek-chat, "
        "model_size_in_billions 7, "
        "quantization none, dtype float16, max_model_len 4096\n"
    ) in out
    assert "  note      Mind the fan.\n" in out


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (
            "rocm/vllm-dev:nightly",
            " (this tag floats: name a version before you publish)",
        ),
        ("rocm/vllm", " (this tag floats: name a version before you publish)"),
        ("registry:5000/vllm:0.10.2", ""),
        ("rocm/vllm:nightly@sha256:94fd00", ""),
    ],
)
def test_an_image_whose_tag_floats_is_named(
    plan: Plan, image: str, told: str
) -> None:
    code, out, _ = plan(
        "prefix-cache", "--set", f"servers.vllm-mi300x.image={image}"
    )
    assert code == 0
    assert f"  image     {image}{told}\n" in out


def test_the_environment_and_settings_are_heeded(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUM_PROMPTS_END", "3")
    monkeypatch.setenv("VLLM_SERVER_URL", "http://gpu-host:9000")
    code, out, _ = plan("scaling-200", "--set", "models.model=org/other")
    assert code == 0
    assert (
        "scale: org/other, TP=4, max_model_len 1280, at http://gpu-host:9000 (operator)"
        in out
    )
    assert "--host 0.0.0.0 --port 9000" in out
    assert (
        "  listens   It binds 0.0.0.0, all network interfaces, so that clients reach it as "
        "gpu-host."
    ) in out
    assert "  points    scale/np1, scale/np2, scale/np3\n" in out
    notes = [
        line.removeprefix("Note:     ")
        for line in out.splitlines()
        if line.startswith("Note:")
    ]
    assert notes == [
        "Narrowed by NUM_PROMPTS_END=3: 3 of 200 points.",
        (
            "VLLM_SERVER_URL=http://gpu-host:9000 replaces the address of vllm "
            "(http://127.0.0.1:8000)."
        ),
    ]


@pytest.mark.parametrize(
    ("campaign", "environment", "notes"),
    [
        (
            "scaling-200",
            {"NUM_PROMPTS_END": "300"},
            [
                "NUM_PROMPTS_END=300 is beyond this campaign, whose num_prompts end at 200."
            ],
        ),
        (
            "scaling-200",
            {"NUM_PROMPTS_START": "198", "NUM_PROMPTS_END": "300"},
            [
                "Narrowed by NUM_PROMPTS_START=198 and NUM_PROMPTS_END=300: 3 of 200 points.",
                "NUM_PROMPTS_END=300 is beyond this campaign, whose num_prompts end at 200.",
            ],
        ),
        (
            "scaling-200",
            {
                "NUM_PROMPTS_END": "200",
                "VLLM_SERVER_URL": "http://127.0.0.1:8000/v1",
            },
            [],
        ),
        (
            "custom",
            {"NUM_PROMPTS_END": "3"},
            [
                "NUM_PROMPTS_END=3: this campaign lists no num_prompts, so they have no effect."
            ],
        ),
    ],
)
def test_what_the_environment_changes_is_noted(
    plan: Plan,
    monkeypatch: pytest.MonkeyPatch,
    campaign: str,
    environment: dict[str, str],
    notes: list[str],
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code, out, _ = plan(campaign)
    assert code == 0
    assert [
        line.removeprefix("Note:     ")
        for line in out.splitlines()
        if line.startswith("Note:")
    ] == notes


def test_a_rehearsal_needs_no_command(plan: Plan) -> None:
    code, out, _ = plan(
        *("scaling-200", "--quick", "--embedded", "--set", "twin=null")
    )
    assert code == 0
    assert (
        "Results:  bench_results/scaling-quick-embedded/scale_n{n}_{time}.json"
        in out
    )
    assert (
        "scale: openai/gpt-oss-120b, TP=4, max_model_len 1280, on the embedded engine\n  points"
        in out
    )
    assert "Left: a guess from the embedded engine's settings.\n" in out


def test_a_rehearsal_says_what_it_simulates(plan: Plan) -> None:
    code, out, _ = plan("pcie-machine-c", "--quick", "--embedded")
    assert code == 0
    what = "llama-3.1-8b-r9700-tp2-pcie4x16-vllm-eager-server"
    assert f"which simulates {what} at 8 times its speed\n" in out
    assert "Note:" not in out
    code, out, _ = plan("pcie-machine-ab", "--quick", "--embedded")
    assert (
        "Note:     A twin cannot take the place of the server of 3A-1k, so tokens come at set times:"
        " vLLM would not start: “No available memory" in out
    )
    code, out, err = plan(
        *("pcie-machine-c", "--embedded", "--set", "hardware.C.twin=r9999")
    )
    assert (code, out) == (2, "")
    assert "no profile r9999" in err


def test_what_cannot_be_planned(plan: Plan) -> None:
    code, out, err = plan("producton")
    assert (code, out) == (2, "")
    assert err.startswith(
        "inferometer: There is no file and no preset 'producton' (did you mean 'production'?): "
    )
    code, out, err = plan(
        "production", "--set", "orde=listed", "--set", "seed=-1"
    )
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "inferometer: --set seed=-1: seed: input should be greater than or equal to 0, not -1.",
        "inferometer: --set orde=listed: unknown key 'orde' (did you mean 'order'?).",
    ]
    assert plan("pcie")[2].startswith(
        "inferometer: There is no file and no preset 'pcie' (did you mean 'pcie-machine-ab' "
        "or 'pcie-machine-c'?): "
    )
    assert (
        plan("production", "--only", "x")[2]
        == "inferometer: --only 'x' names no group and no point.\n"
    )


def finish(number: int, status: Status = "VALID") -> str:
    """Save a result of `scaling-200` as a run would; its fingerprint."""
    campaign = load_campaign("scaling-200", environment={})
    (group,) = expand(campaign, only=[f"scale/np{number}"])
    (point,) = group.points
    with Results(campaign_paths(campaign.result_dir, campaign.name)) as results:
        attempt = results.begin(point.spec)
        measurement = Measurement(
            spec=point.spec,
            point=point.id,
            status=status,
            reasons=() if status == "VALID" else ("the client was late",),
            allowed=False,
            server_version="1",
            attempt=attempt,
            file_name=f"scale_n{number}.json",
        )

        def write(run: Path, json: Path) -> None:
            run.mkdir()
            (run / "run.json").write_text("{}")
            json.write_text("{}")

        results.save(measurement, write)
    return point.spec.fingerprint


def test_what_is_done_is_told(plan: Plan) -> None:
    plan("scaling-200")  # go to the folder
    done, changed, invalid = finish(1), finish(2), finish(3, "INVALID")
    Path("bench_results/scaling/scale_n2.json").write_text("{ }")
    code, out, _ = plan("scaling-200", "--points")
    assert code == 0
    table = out.splitlines()[4].split()
    assert table[:6] == ["scale", "model", "TP4", "200", "1", "20,100"]
    listed = {
        line.split()[0]: " ".join(line.split()[1:])
        for line in out.splitlines()
        if line.startswith("    ")
    }
    assert len(listed) == 200
    assert listed[done] == "scale/np1 VALID scale_n1.json"
    assert listed[changed] == "scale/np2 to do again: scale_n2.json has changed"
    assert listed[invalid] == "scale/np3 to do again: it was INVALID"
    assert list(listed.values())[3] == "scale/np4 to do"
    assert out.endswith(
        "Left: a guess for each point, corrected by what finished ones took.\n"
    )


def test_a_damaged_ledger_is_told(plan: Plan) -> None:
    plan("scaling-200")
    finish(1)
    ledger = Path("bench_results/scaling/.inferometer/scaling-200/ledger.jsonl")
    ledger.write_text(ledger.read_text().replace("scale/np1", "scale/np7", 1))
    code, out, err = plan("scaling-200")
    assert (code, err) == (0, "")
    noted = re.search(
        r"^Note: +bench_results/scaling/.*ledger.jsonl is damaged from line (\d+) on: 0 results",
        out,
        re.MULTILINE,
    )
    assert noted is not None
    assert out.splitlines()[5].split()[4] == "0", (
        "its run.json tells no fingerprint, so nothing bears the rest out"
    )
    places = campaign_paths("bench_results/scaling", "scaling-200")
    places.ledger.write_bytes(
        dump([{"kind": "ledger", "version": LEDGER_VERSION + 1}])
    )
    code, out, err = plan("scaling-200")
    assert (code, out) == (2, "")
    assert "was written by a newer Inferometer" in err


def test_a_terminal_gets_a_table(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    code = (
        "import sys; from inferometer.cli.main import main; sys.argv = ['inferometer', 'plan', "
        "'pcie-machine-c']; main()"
    )
    environment = {**os.environ, "COLUMNS": "80", "TERM": "xterm"}
    run = Forked(
        [sys.executable, "-c", code],
        stdout=follower,
        cwd=tmp_path,
        env=environment,
    )
    os.close(follower)
    told = b""
    while True:
        try:
            read = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not read:
            break
        told += read
    os.close(leader)
    assert run.wait(timeout=60) == 0
    lines = [
        re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
        for line in told.decode().splitlines()
    ]
    assert "4C-1k 30B TP2 on C 200 0 20,100 20.6M 2.6M 1.6 h" in [
        " ".join(line.split()) for line in lines
    ]
    assert any(set(line) == {"─"} for line in lines)
    command = (
        "command   vllm serve google/gemma-3-27b-it --host 127.0.0.1 --port 8000 "
        "--tensor-parallel-size 2 "
        "--max-model-len 1280 --gpu-memory-utilization 0.9 --enforce-eager"
    )
    assert command in lines  # whole, whatever the width
    others = [line for line in lines if not line.startswith("command ")]
    assert max(map(len, others)) <= 80


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (36_000, "10.0 h"),
        (129_600, "1.5 d"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0k"),
        (20_582_400, "20.6M"),
        (999_950, "1.0M"),
        (3_400_000_000, "3.4G"),
    ],
)
def test_large_numbers(number: int, text: str) -> None:
    assert short(number) == text
