"""`inferometer run`, `collect` and `merge` as a user calls them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner, Result

from inferometer.campaign.lock import locked
from inferometer.cli.main import app
from inferometer.store.campaign.paths import CampaignPaths
from tests.processes import Forked

CAMPAIGN = """
name: small
result_dir: results
telemetry: false
file_name: "{group}_np{n}_{time}.json"
models: {m: tiny}
servers: {s: {kind: external, base_url: "http://127.0.0.1:1"}}
groups: [{id: g, model: m, server: s}]
workload: {input_len: 8, output_len: 3}
sampling: {ignore_eos: true}
matrix: {num_prompts: [1, 2]}
"""


@pytest.fixture(autouse=True)
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in (
        "OPENAI_API_KEY",
        "NUM_PROMPTS_START",
        "NUM_PROMPTS_END",
        "VLLM_SERVER_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return path


def inferometer(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def results(directory: str) -> list[str]:
    return sorted(
        path.name.rsplit("_", 2)[0] for path in Path(directory).glob("*.json")
    )


def test_a_rehearsal_runs_to_its_end_and_is_then_done() -> None:
    Path("limits.yaml").write_text("output_throughput: [0.3, 0.2, 0.1]")
    first = inferometer(
        *("run", "small.yaml", "--embedded", "--allow-invalid"),
        *("--ratings", "limits.yaml"),
    )
    assert first.exit_code == 0, first.output
    assert "Ratings: Output throughput excellent × 2" in first.stdout
    assert (
        "Campaign small: 2 points, results in results-embedded/" in first.stdout
    )
    assert [
        line.partition("  ")[0]
        for line in first.stdout.splitlines()
        if line.startswith(("[1/", "[2/"))
    ] == [
        "[1/2] g/np1",
        "[2/2] g/np2",
    ]
    assert "[x] results: 2 of 2 points" in first.stdout
    assert results("results-embedded") == ["g_np1", "g_np2"]
    assert not Path("results").exists(), (
        "a rehearsal leaves the real results alone"
    )
    second = inferometer("run", "small.yaml", "--embedded")
    assert second.exit_code == 0
    assert "Group g: 2 done before " in second.stdout
    assert "[1/2]" not in second.stdout


def test_a_part_of_it_may_be_asked_for_and_changed() -> None:
    only = inferometer(
        "run",
        "small.yaml",
        "--embedded",
        "--allow-invalid",
        "--only",
        "g/np2",
        "--set",
        "result_dir=mine/a",
    )
    assert only.exit_code == 0, only.output
    assert results("mine/a-embedded") == ["g_np2"]


def test_a_server_that_is_not_there_ends_with_1_and_says_why() -> None:
    ended = inferometer("run", "small.yaml")
    assert ended.exit_code == 1
    assert (
        "Group g cannot continue: Nothing listens on http://127.0.0.1:1"
        in ended.stdout
    )
    assert (
        "[ ] servers: 0 of 1 groups had their server to the end" in ended.stdout
    )
    assert "2 not run" in ended.stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["missing.yaml"], "missing.yaml"),
        (
            ["small.yaml", "--only", "h/*"],
            "--only 'h/*' names no group and no point",
        ),
        (["small.yaml", "--set", "nonsense=1"], "nonsense"),
        (["small.yaml", "--ratings", "no.yaml"], "ratings file no.yaml"),
        (
            ["small.yaml", "--set", "result_dir=small.yaml"],
            "part of that path is a file",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(
    words: list[str], why: str
) -> None:
    refused = inferometer("run", *words)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("inferometer: ")
    assert why in refused.stderr
    assert not Path("results").exists()


def test_a_second_runner_is_refused() -> None:
    places = CampaignPaths(Path("results"), "small")
    places.directory.mkdir(parents=True)
    with locked(places.lock):
        refused = inferometer("run", "small.yaml")
    assert refused.exit_code == 2
    assert f"process {os.getpid()} on " in refused.stderr


def test_a_dry_run_measures_nothing() -> None:
    shown = inferometer("run", "small.yaml", "--dry-run")
    assert shown.exit_code == 0
    assert "g/np1" in shown.stdout
    assert not Path("results").exists()


def children(process: subprocess.Popen[str]) -> Iterator[psutil.Process]:
    yield from psutil.Process(process.pid).children(recursive=True)


def test_ctrl_c_ends_it_with_what_is_done_and_leaves_nothing_running(
    campaign: Path,
) -> None:
    campaign.write_text(
        CAMPAIGN.replace("output_len: 3", "output_len: 30000").replace(
            "[1, 2]", "[1]"
        )
    )
    process = Forked(
        [
            sys.executable,
            "-c",
            "from inferometer.cli.main import main; main()",
            "run",
            str(campaign),
            "--embedded",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=campaign.parent,
        start_new_session=True,
    )
    try:
        deadline_s = time.monotonic() + 60
        while (
            len(started := list(children(process))) < 2
        ):  # the engine and a worker
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, out + err
    assert "[ ] campaign: was interrupted" in out
    assert "1 not run" in out
    assert "Run the same command again" in out
    assert "Traceback" not in err
    assert psutil.wait_procs(started, timeout=10)[1] == []


def test_results_travel_in_a_tar() -> None:
    inferometer("run", "small.yaml", "--embedded", "--allow-invalid")
    collected = inferometer("collect", "results-embedded")
    assert collected.exit_code == 0, collected.output
    (tar,) = Path.cwd().glob("results-embedded_*.tar")
    merged = inferometer("merge", tar, "-o", "all")
    assert merged.exit_code == 0, merged.output
    assert merged.stdout == "2 points with a result that counts, in all\n"
    assert results("all") == ["g_np1", "g_np2"]
    Path("results-embedded").rename("old")
    Path("all").rename("results-embedded")
    again = inferometer("run", "small.yaml", "--embedded")
    assert (again.exit_code, "Group g: 2 done before " in again.stdout) == (
        0,
        True,
    )


def test_a_merge_that_has_something_to_say_ends_with_1() -> None:
    inferometer("run", "small.yaml", "--embedded", "--allow-invalid")
    next(Path("results-embedded").glob("g_np1_*.json")).write_text("{}")
    merged = inferometer("merge", "results-embedded", "-o", "all")
    assert merged.exit_code == 1
    assert merged.stdout.startswith(
        "Left out:\n  g/np1 of results-embedded: g_np1_"
    )
    assert results("all") == ["g_np2"]


def test_points_that_are_left_out_are_named_on_collecting_and_the_tar_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = "run small.yaml --embedded --allow-invalid --set telemetry=true"
    inferometer(*words.split())
    for path in Path("results-embedded").glob("g_np*.json"):
        path.write_text("{}")
    monkeypatch.setattr("inferometer.cli.collect.MAX_NAMED", 1)
    collected = inferometer("collect", "results-embedded", "-o", "c.tar")
    assert collected.exit_code == 1
    assert collected.stdout == "15 files in c.tar\n"
    first, more = collected.stderr.splitlines()
    assert first.startswith(
        "inferometer: g/np1 will be left out by `inferometer merge`: g_np1_"
    )
    assert first.endswith(
        ".json has changed; `inferometer run` measures it again."
    )
    assert more == "inferometer: 1 more result is left out."
    assert Path("c.tar").exists()


def test_merging_and_collecting_nothing_is_refused() -> None:
    Path("junk.tar").write_text("no tar at all")
    for words in (
        ["merge", "junk.tar", "-o", "all"],
        ["merge", "missing", "-o", "all"],
        ["collect", "missing"],
    ):
        refused = inferometer(*words)
        assert refused.exit_code == 2
        assert refused.stderr.startswith("inferometer: ")
    assert not Path("all").exists()


@pytest.mark.parametrize("verb", ["run", "plan"])
def test_what_is_set_is_not_shortened_in_silence(verb: str) -> None:
    refused = inferometer(
        verb,
        "small.yaml",
        "--quick",
        "--embedded",
        "--set",
        "load.num_warmups=4",
    )
    assert refused.exit_code == 2
    assert refused.stderr == (
        "inferometer: --set load.num_warmups=4: --quick sends one warm-up at most; leave one "
        "of the two out.\n"
    )
    assert not list(Path().glob("results*"))


PAIR = CAMPAIGN.replace(
    'servers: {s: {kind: external, base_url: "http://127.0.0.1:1"}}\ngroups: [{id: g, model: '
    "m, server: s}]",
    """servers:
  one: {kind: operator, command: one, base_url: "http://127.0.0.1:1"}
  two: {kind: operator, command: two, base_url: "http://127.0.0.1:1"}
groups: [{id: a, model: m, server: one}, {id: b, model: m, server: two}]""",
)


def test_two_servers_take_turns(campaign: Path) -> None:
    campaign.write_text(PAIR)
    planned = inferometer("plan", "small.yaml", "--interleave")
    assert planned.exit_code == 0, planned.output
    assert (
        "\nOrder:    a (2 points), b (4 points), a (2 points)\nServers:  3 server starts"
        in planned.stdout
    )
    assert "a person has to start one 3 times, on request" in planned.stdout
    ran = inferometer(
        "run", "small.yaml", "--interleave", "--embedded", "--allow-invalid"
    )
    assert ran.exit_code == 0, ran.output
    order = [
        line.split()[1]
        for line in ran.stdout.splitlines()
        if line.startswith("[") and "/8]" in line
    ]
    assert order == [
        "a/np1",
        "a/np2",
        "b/np1",
        "b/np2",
        "b/np1#2",
        "b/np2#2",
        "a/np1#2",
        "a/np2#2",
    ]
    assert "a/np1  2 repeats: " in ran.stdout
    assert sorted(
        path.stem.rpartition("_")[2]
        for path in Path("results-embedded").glob("a_np1_*.json")
    ) == ["r1", "r2"]
    done = inferometer("plan", "small.yaml", "--interleave", "--embedded")
    assert "Order:" in done.stdout
    assert "server start" not in done.stdout


def test_servers_that_may_both_be_up_take_turns_point_by_point(
    campaign: Path,
) -> None:
    campaign.write_text(PAIR)
    together = [
        "servers.one.exclusive=false",
        "servers.two.exclusive=false",
        "servers.two.base_url=http://127.0.0.1:2",
    ]
    sets = [word for pair in together for word in ("--set", pair)]
    ran = inferometer(
        "run",
        "small.yaml",
        "--interleave",
        "--embedded",
        "--allow-invalid",
        *sets,
    )
    assert ran.exit_code == 0, ran.output
    assert (
        "Order:    a and b, both up at the same time, take turns point by point: a/np1, "
        "b/np1, b/np1#2"
    ) in ran.stdout
    order = [
        line.split()[1]
        for line in ran.stdout.splitlines()
        if line.startswith("[") and "/8]" in line
    ]
    assert order == [
        "a/np1",
        "b/np1",
        "b/np1#2",
        "a/np1#2",
        "a/np2",
        "b/np2",
        "b/np2#2",
        "a/np2#2",
    ]


def test_one_server_cannot_take_turns() -> None:
    for verb in ("run", "plan"):
        refused = inferometer(verb, "small.yaml", "--interleave")
        assert refused.exit_code == 2
        assert (
            refused.stderr
            == "inferometer: --interleave: the campaign has 1 server (g): it takes two servers.\n"
        )


def test_files_of_no_campaign_are_counted_when_they_are_merged() -> None:
    for folder, names in (("a", ("x.json", "x/run.json")), ("b", ("y.json",))):
        for name in names:
            Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, name).write_text(folder)
    merged = inferometer("merge", "a", "b", "-o", "all")
    assert (merged.exit_code, merged.stdout) == (
        0,
        "3 files without a campaign, in all\n",
    )
    inferometer("run", "small.yaml", "--embedded", "--allow-invalid")
    merged = inferometer("merge", "a", "results-embedded", "-o", "more")
    assert (
        merged.stdout
        == "2 points with a result that counts and 2 files without a campaign, "
        "in more\n"
    )
