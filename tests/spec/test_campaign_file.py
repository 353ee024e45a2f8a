"""Reading a campaign: every error at once, each with its line and what was meant; `--set`, and the
environment.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inferometer.spec.campaign import CampaignError, CampaignSpec
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from tests.spec.campaigns import SMALL, reasons, write

EVERYTHING_WRONG = """\
name: "x y"
abot: hello
input_len: 3
file_name: "{grup}_{config}.json"
hardware:
  A: {gpus: 1, pcie_width: 3, pcie_generaton: 4}
models:
  7B: meta/llama
servers:
  vllm:
    kind: proces
    command: vllm serve {modl} --api-key x
    environment: {HF_TOKEN: abc, X: true, "a b": 1}
    base_url: ftp://x
  bare: {}
groups:
  - {id: one, model: 7b, server: vlm, hardware: A, tp: 2}
  - id: one
    model: 7B
    server: vllm
    workload: {input_len: 0}
    tpp: 3
matrix:
  num_prompts:
    - {from: 1, to: 3}
    - 0
  input_len: {from: 5, to: 2}
load: {max_concurency: 3, request_rate: fast}
goodput: {ttf: 3}
targets: {a: "about 3"}
order: shufled
repeats: 0
seed: [1]
"""

ALL_THAT_IS_SAID = """\
c.yaml:1: name: wants letters, digits and . _ + - only, 64 at most, not 'x y'.
c.yaml:2: unknown key 'abot' (did you mean 'about'?).
c.yaml:3: the key 'input_len' belongs under matrix or workload, not here.
c.yaml:4: file_name: a file name cannot hold {grup} (did you mean 'group'?): use name, group, config, model, server, tp, \
input, INPUT, output, n, c, rate, burstiness, cache, repeat, time.
c.yaml:6: hardware.A.pcie_width: 3 is not one of 1, 2, 4, 8 or 16.
c.yaml:6: unknown key 'pcie_generaton' (did you mean 'pcie_generation'?).
c.yaml:11: servers.vllm.kind: 'proces' is not one of external, operator, process, compose (did you mean 'process'?).
c.yaml:12: servers.vllm.command: nothing is known to fill {modl} with (did you mean 'model'?): use model, alias, \
served_model, tp, devices, host, port, max_model_len, input_len, output_len, hardware, gpus, image, hf_cache, model_folder, numactl, model_volume, container_environment.
c.yaml:12: servers.vllm.command: --api-key *** is a secret on a command line, which can be read by all and would be recorded: \
export it in the shell that starts inferometer (VLLM_API_KEY, HF_TOKEN) instead, since the server inherits it.
c.yaml:13: servers.vllm.environment.X: input should be a valid string, not True.
c.yaml:13: servers.vllm.environment.a b: wants the name of an environment variable, not 'a b'.
c.yaml:13: servers.vllm.environment.HF_TOKEN: HF_TOKEN looks like a secret: set it in the shell, from where servers have it.
c.yaml:14: servers.vllm.base_url: base_url must begin with http:// or https://, not ftp://.
c.yaml:15: servers.bare: a server of kind operator needs a command, or a note, to tell the person who starts it.
c.yaml:17: groups.one.model: models has no '7b'; there are 7B.
c.yaml:17: groups.one.server: servers has no 'vlm' (did you mean 'vllm'?); there are vllm, bare.
c.yaml:17: groups.one.tp: tp 2 needs 2 GPUs, but hardware 'A' declares 1.
c.yaml:18: groups.one.id: there is another group 'one': give each an id of its own.
c.yaml:18: groups.one: file_name holds {config}, but this group names no hardware.
c.yaml:21: groups.one.workload.input_len: input should be greater than 0, not 0.
c.yaml:22: unknown key 'tpp' (did you mean 'tp'?).
c.yaml:24: matrix.num_prompts: input should be greater than 0, not 0.
c.yaml:27: matrix.input_len: has an empty range from 5 to 2; the step is 1 or more, and `to` is not below `from`.
c.yaml:28: load.request_rate: input should be a valid number, unable to parse string as a number, not 'fast'.
c.yaml:28: unknown key 'max_concurency' (did you mean 'max_concurrency'?).
c.yaml:29: goodput.ttf: 'ttf' is not one of ttft, tpot, itl, e2el (did you mean 'ttft'?).
c.yaml:30: targets.a: wants a comparison such as "> 1800", "any > 1800" or "< 100 if tp=1" behind the name of a metric, as in output_throughput: "> 1800", not 'about 3'.
c.yaml:31: order: 'shufled' is not one of listed, shuffled, interleaved (did you mean 'shuffled'?).
c.yaml:32: repeats: input should be greater than or equal to 1, not 0.
c.yaml:33: seed: input should be a valid integer.
"""


def with_(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(SMALL), **changes}


def load(
    folder: Path, content: dict[str, Any], *sets: str, **environment: str
) -> CampaignSpec:
    return load_campaign(
        write(folder, content), sets=sets, environment=environment
    )


def test_a_small_file_is_fine(tmp_path: Path) -> None:
    campaign = load(tmp_path, SMALL)
    assert (campaign.name, campaign.models, campaign.groups[0].tp) == (
        "small",
        {"m": "org/model"},
        1,
    )


def test_every_error_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    assert (
        "\n".join(reasons(tmp_path, EVERYTHING_WRONG)).splitlines()
        == ALL_THAT_IS_SAID.splitlines()
    )


def test_what_is_wrong_with_the_yaml_comes_first(tmp_path: Path) -> None:
    found = reasons(
        tmp_path, "name: a\nname: b\nmodels: {a: 1, a: 2}\nmodel: 3\n"
    )
    assert found == [
        "c.yaml:2: 'name' is there twice; the other is in line 1.",
        "c.yaml:3: 'a' is there twice; the other is in line 3.",
    ]
    assert reasons(tmp_path, "- a\n")[0].startswith(
        "c.yaml:1: a campaign is a mapping"
    )
    assert reasons(tmp_path, "")[0].startswith(
        "c.yaml:1: a campaign is a mapping"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"groups": []},
            "groups: tuple should have at least 1 item after validation, not 0.",
        ),
        (
            {"matrix": None},
            "matrix: input should be a mapping, `name: value`, not None.",
        ),
        (
            {"groups": [{"id": "g", "model": "m"}]},
            "groups.g.server is missing.",
        ),
        (
            {"groups": [{"id": "a/b", "model": "m", "server": "s"}]},
            "groups.a/b.id: wants letters, digits and",
        ),
        (
            {"models": {"a b": "x", "m": "y"}},
            "models.a b: wants letters, digits and . _ + - only",
        ),
        (
            {"workload": {"kind": "randm"}},
            "workload.kind: 'randm' is not one of random, sharegpt, jsonl,",
        ),
        ({"workload": {"kind": "sharegpt"}}, "workload.path is missing."),
        (
            {"workload": {"kind": "sonnet", "path": "p", "inputlen": 3}},
            "unknown key 'inputlen' (did you mean 'input_len'?).",
        ),
        ({"matrx": {}}, "unknown key 'matrx' (did you mean 'matrix'?)."),
        (
            {"max_concurrency": 3},
            "the key 'max_concurrency' belongs under matrix or load, not here.",
        ),
        (
            {"hardware": {"A": {"zzz": 1}}},
            "unknown key 'zzz': there are gpus, pcie_generation,",
        ),
        (
            {"matrix": {"num_prompts": "many"}},
            "matrix.num_prompts: input should be a valid integer",
        ),
        (
            {"matrix": {"num_prompts": []}},
            "matrix.num_prompts: has no values; leave it out, or give some.",
        ),
        (
            {"matrix": {"num_prompts": {"from": 1}}},
            "matrix.num_prompts: wants a range such as {from: 1, to: 200, step: 1}",
        ),
        (
            {"matrix": {"num_prompts": {"from": 1, "to": 9, "stp": 2}}},
            (
                "matrix.num_prompts: a range has no 'stp' (did you mean 'step'?): wants a range "
                "such as"
            ),
        ),
        (
            {"matrix": {"num_prompts": {"from": 1, "to": 10**9}}},
            "matrix.num_prompts: has more than 20000 values.",
        ),
        (
            {"matrix": {"num_prompts": True}},
            "matrix.num_prompts: wants numbers, ranges such as",
        ),
        (
            {"matrix": {"paired": [{"input_len": -1}]}},
            "matrix.paired.0.input_len: input should be greater than 0, not -1.",
        ),
        (
            {"matrix": {"cache": "hot"}},
            "matrix.cache: 'hot' is not one of cold, warm",
        ),
        (
            {"servers": {"s": {"kind": "process"}}},
            "servers.s: a server of kind process needs its command.",
        ),
        (
            {"servers": {"s": {"kind": "compose"}}},
            "servers.s: a server of kind compose needs compose_file and compose_service.",
        ),
        (
            {"servers": {"s": {"command": "a 'b"}}},
            "servers.s.command: is no command line (No closing quotation)",
        ),
        (
            {"servers": {"s": {"command": "run {image}"}}},
            "servers.s: it holds {image}, but names none.",
        ),
        (
            {"servers": {"s": {"command": "run {gpus}"}}},
            "groups.g: recipe 's' holds {gpus}, but this group names no hardware.",
        ),
        (
            {"servers": {"s": {"kind": "external", "backend": "opnai"}}},
            "servers.s.backend: 'opnai' is not one of openai,",
        ),
        (
            {
                "servers": {
                    "s": {
                        "kind": "external",
                        "environment": {"MY_API_KEY": "x"},
                    }
                }
            },
            "MY_API_KEY looks like a secret",
        ),
        (
            {"file_name": "../x.json"},
            "file_name: a file name holds no / and does not begin with a dot",
        ),
        ({"file_name": "a{n"}, "file_name: a brace is open."),
        (
            {"percentiles": [101]},
            "percentiles.0: input should be less than or equal to 100, not 101.",
        ),
        (
            {"load": {"burstiness": 0.5}},
            "groups.g: g/np1000: load.burstiness 0.5 shapes the gaps between requests",
        ),
        (
            {"sampling": {"extra_body": {"stream": False}}},
            "groups.g: g/np1000: sampling.extra_body must not set 'stream'",
        ),
        (
            {"matrix": {"num_prompts": [1], "exclude": [{"num_prompts": 1}]}},
            "groups.g: no point is left of it",
        ),
        (
            {"matrix": {"num_prompts_per_concurrency": 4}},
            "groups.g: num_prompts_per_concurrency needs a max_concurrency in",
        ),
        (
            {"matrix": {"cache": ["warm"]}},
            "groups.g: a warm point needs its cold one, which fills the cache",
        ),
        (
            {
                "workload": {"kind": "sharegpt", "path": "p"},
                "matrix": {"input_len": 3},
            },
            "groups.g: its matrix gives input_len: a sharegpt workload has none.",
        ),
        (
            {
                "workload": {"scenario": "N(100,9)/(10,1)"},
                "matrix": {"input_len": [3, 4]},
            },
            (
                "groups.g: its matrix gives a point: says what input_len says otherwise: give "
                "one of the two."
            ),
        ),
        (
            {
                "file_name": "x" * 250 + "{n}.json",
                "matrix": {"num_prompts": [1, 20]},
            },
            (
                "file_name: it makes names of up to 257 bytes, and files take 255: shorten it, "
                "or what it names."
            ),
        ),
        (
            {"file_name": "{n}.json", "matrix": {"input_len": [1, 2]}},
            "file_name: g/in1 and g/in2 have the same: add what",
        ),
        (
            {
                "file_name": "{group}.json",
                "groups": [
                    {"id": i, "model": "m", "server": "s"} for i in "ab"
                ],
            },
            "groups.b: b/np1000 is the same measurement as a/np1000: leave one of the two out.",
        ),
        (
            {
                "matrix": {
                    "input_len": {"from": 1, "to": 2000},
                    "num_prompts": {"from": 1, "to": 2000},
                }
            },
            "groups.g: with these there are more than 100000 points: narrow the matrix.",
        ),
    ],
)
def test_what_can_be_wrong(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    found = reasons(tmp_path, with_(**changes))
    assert len(found) == 1, found
    assert said in found[0]


def test_requests_that_the_server_would_refuse(tmp_path: Path) -> None:
    content = with_(
        servers={"s": {"kind": "external", "max_model_len": 1000}},
        matrix={"input_len": [872, 873, 4096], "num_prompts": [1, 2]},
    )
    assert reasons(tmp_path, content) == [
        "c.yaml:10: groups.g: g/in873-np1: 873 input and 128 output tokens are 1001, but "
        "max_model_len of servers.s is 1000: "
        "raise it, leave it out, or shorten the requests.",
        "c.yaml:10: groups.g: g/in4k-np1: 4096 input and 128 output tokens are 4224, but "
        "max_model_len of servers.s is 1000: "
        "raise it, leave it out, or shorten the requests.",
    ]


def test_what_a_group_takes_over_is_told_where_it_stands(
    tmp_path: Path,
) -> None:
    groups = [
        {"id": "g", "model": "m", "server": "s", "load": {"num_warmups": 1}}
    ]
    found = reasons(tmp_path, with_(load={"num_prompts": 0}, groups=groups))
    assert found == [
        "c.yaml:15: load.num_prompts: input should be greater than 0, not 0."
    ]


def test_a_key_in_the_command_of_the_shell_is_no_secret_of_the_file(
    tmp_path: Path,
) -> None:
    recipe = {
        "command": "docker run -e HF_TOKEN x",
        "environment": {"TOKENIZERS_PARALLELISM": "false", "N_TOKENS": 3},
    }
    assert reasons(tmp_path, with_(servers={"s": recipe})) == []


def test_sets_replace_values_and_make_what_is_not_there(tmp_path: Path) -> None:
    content = with_(
        models={"m": "org/model", "a.b": "x"}, matrix={"num_prompts": [1, 2]}
    )
    campaign = load(
        tmp_path,
        content,
        "load.num_warmups=4",
        "groups.g.tp=2",
        "groups.0.hardware=H",
        "hardware.H.gpus=2",
        "models.a.b=org/other",
        "matrix.num_prompts=[3, {from: 5, to: 6}]",
        "about=two words = one string",
        "servers.s.base_url='http://10.0.0.1:9'",
    )
    assert (
        campaign.load.num_warmups,
        campaign.groups[0].tp,
        campaign.groups[0].hardware,
    ) == (
        4,
        2,
        "H",
    )
    assert campaign.hardware["H"].gpus == 2
    assert campaign.models == {"m": "org/model", "a.b": "org/other"}
    assert campaign.matrix.num_prompts == (3, 5, 6)
    assert campaign.about == "two words = one string"
    assert campaign.servers["s"].base_url == "http://10.0.0.1:9"


def test_what_is_wrong_with_a_set_is_told_by_its_name(tmp_path: Path) -> None:
    assert reasons(
        tmp_path,
        SMALL,
        "nothing",
        "groups.9.tp=1",
        "load.num_warmup=2",
        "seed=[",
        "order=shufled",
        "=3",
    ) == [
        "--set nothing: wants KEY=VALUE, such as load.num_warmups=4.",
        "--set groups.9.tp=1: nothing can be set at 'groups.9.tp'.",
        (
            "--set seed=[: expected the node content, but found '<stream end>' while parsing a "
            "flow node."
        ),
        "--set =3: wants KEY=VALUE, such as load.num_warmups=4.",
        "--set load.num_warmup=2: unknown key 'num_warmup' (did you mean 'num_warmups'?).",
        (
            "--set order=shufled: order: 'shufled' is not one of listed, shuffled, interleaved "
            "(did you mean 'shuffled'?)."
        ),
    ]


@pytest.mark.parametrize(
    "key",
    [
        "name.x",
        "models.m.x",
        "groups",
        "groups.g",
        "groups.g.x.y",
        "servers",
        "load",
        "matrix",
    ],
)
def test_a_set_at_an_odd_place_is_an_error_and_no_crash(
    key: str, tmp_path: Path
) -> None:
    (found, *_) = reasons(
        tmp_path,
        with_(load={"num_prompts": 3}, matrix={"num_prompts": 3}),
        f"{key}=5",
    )
    assert found.startswith(f"--set {key}=5: ")


def ladder(start: int = 1, end: int = 200) -> dict[str, Any]:
    return with_(matrix={"num_prompts": {"from": start, "to": end}})


def test_the_environment_narrows_the_ladder(tmp_path: Path) -> None:
    def ends(**environment: str) -> tuple[int, int]:
        axis = load(tmp_path, ladder(), **environment).matrix.num_prompts
        return axis[0], axis[-1]

    assert ends() == (1, 200)
    assert ends(NUM_PROMPTS_START="", NUM_PROMPTS_END=" ") == (1, 200)
    assert ends(NUM_PROMPTS_START="1", NUM_PROMPTS_END="50") == (1, 50)
    assert ends(NUM_PROMPTS_END="3") == (1, 3)
    assert ends(NUM_PROMPTS_START="150") == (150, 200)
    assert ends(NUM_PROMPTS_START="7", NUM_PROMPTS_END="7") == (7, 7)
    assert ends(NUM_PROMPTS_END="5000") == (1, 200)


def test_the_environment_narrows_every_list_of_num_prompts_and_nothing_else(
    tmp_path: Path,
) -> None:
    rows = [
        {"num_prompts": 5, "input_len": 1},
        {"num_prompts": 50, "input_len": 2},
    ]
    other_rows = [
        {"num_prompts": 6, "input_len": 1},
        {"num_prompts": 60, "input_len": 2},
    ]
    groups = [
        {"id": "a", "model": "m", "server": "s", "matrix": {"paired": rows}},
        {
            "id": "b",
            "model": "m",
            "server": "s",
            "matrix": {"num_prompts": [1, 10, 20], "include": other_rows},
        },
        {
            "id": "c",
            "model": "m",
            "server": "s",
            "load": {"num_prompts": 500},
            "matrix": {"input_len": [7, 8]},
        },
    ]
    campaign = load(
        tmp_path,
        with_(groups=groups),
        NUM_PROMPTS_START="2",
        NUM_PROMPTS_END="15",
    )
    points = [point.id for group in expand(campaign) for point in group.points]
    assert points == ["a/in1-np5", "b/np10", "b/in1-np6", "c/in7", "c/in8"]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        (
            {"NUM_PROMPTS_START": "x"},
            "NUM_PROMPTS_START: 'x' is no whole number above 0",
        ),
        (
            {"NUM_PROMPTS_END": "0"},
            "NUM_PROMPTS_END: '0' is no whole number above 0",
        ),
        (
            {"NUM_PROMPTS_END": "-3"},
            "NUM_PROMPTS_END: '-3' is no whole number above 0",
        ),
        ({"NUM_PROMPTS_END": "9" * 5000}, "is no whole number above 0"),
        (
            {"NUM_PROMPTS_START": "5", "NUM_PROMPTS_END": "3"},
            "NUM_PROMPTS_START: 5 is above NUM_PROMPTS_END, which is 3",
        ),
        (
            {"NUM_PROMPTS_START": "201"},
            "NUM_PROMPTS_START and NUM_PROMPTS_END: none of the num_prompts of small lies between",
        ),
        (
            {"VLLM_SERVER_URL": "ftp://x"},
            "VLLM_SERVER_URL: VLLM_SERVER_URL must begin with http:// or https://, not ftp://.",
        ),
        (
            {"VLLM_SERVER_URL": "http://user:secret@x:1"},
            "VLLM_SERVER_URL must not hold a user or password",
        ),
    ],
)
def test_what_is_wrong_with_the_environment(
    environment: dict[str, str], said: str, tmp_path: Path
) -> None:
    (found,) = reasons(tmp_path, ladder(), **environment)
    assert said in found
    assert "secret" not in found


def test_the_environment_says_where_every_server_is(tmp_path: Path) -> None:
    recipe = {
        "kind": "operator",
        "command": "serve --host {host} --port {port}",
    }
    content = with_(
        servers={
            "s": recipe,
            "t": {"kind": "external", "base_url": "http://10.0.0.1:1"},
        }
    )
    campaign = load(tmp_path, content, VLLM_SERVER_URL="gpu-host:8001/v1/")
    assert {recipe.base_url for recipe in campaign.servers.values()} == {
        "http://gpu-host:8001"
    }
    assert expand(campaign)[0].server.recipe.command == (
        "serve",
        "--host",
        "0.0.0.0",
        "--port",
        "8001",
    )


def test_an_address_that_is_set_goes_before_that_of_the_environment(
    tmp_path: Path,
) -> None:
    content = with_(
        servers={"s": {"kind": "external"}, "t": {"kind": "external"}}
    )
    campaign = load(
        tmp_path,
        content,
        "servers.t.base_url=http://10.0.0.1:1",
        VLLM_SERVER_URL="gpu-host:8001",
    )
    addresses = {
        name: recipe.base_url for name, recipe in campaign.servers.items()
    }
    assert addresses == {"s": "http://gpu-host:8001", "t": "http://10.0.0.1:1"}


def test_a_secret_that_is_set_is_not_repeated(tmp_path: Path) -> None:
    content = with_(servers={"s": {"kind": "external"}})
    (found,) = reasons(
        tmp_path,
        content,
        "servers.s.command=vllm serve m --hf-token verysecret",
    )
    assert found.startswith(
        "--set servers.s.command=vllm serve m --hf-token ***: servers.s.command: --hf-token "
        "*** is a secret"
    )
    assert "verysecret" not in found


@pytest.mark.parametrize(
    "recipe",
    [
        {"command": "serve --some-token=x"},
        {"command": ["serve", "--ssl-keyfile-password", "x"]},
        {"command": "serve", "arguments": "--api_key x"},
        {"command": "bash -c 'vllm serve m --token x'"},
        {"command": "env VLLM_API_KEY=x vllm serve"},
        {"command": "docker run -e HF_TOKEN=x image"},
        {"command": "serve --proxy http://me:x@proxy"},
        {"command": "serve", "environment": {"ACCESS_TOKEN": "x"}},
        {"command": "serve", "launch": {"model_name": "m", "apiKey": "x"}},
    ],
)
def test_secrets_are_refused_by_whatever_name(
    tmp_path: Path, recipe: dict[str, Any]
) -> None:
    (found,) = reasons(tmp_path, with_(servers={"s": recipe}))
    assert (
        "is a secret on a command line" in found
        or "looks like a secret" in found
    )


@pytest.mark.parametrize(
    "recipe",
    [
        {
            "command": "vllm serve m --max-num-batched-tokens 8192 --tokenizer m --hf-token"
        },
        {
            "command": "bash -c 'vllm serve m --api-key-file key.txt --ssl-keyfile-password $WORD'"
        },
        {
            "command": "serve",
            "environment": {
                "HTTPS_PROXY": "http://me:x@proxy:1",
                "MAX_TOKENS": "5",
                "SORT_KEY": "3",
            },
        },
        {"command": "serve --pad-token '<pad>' --key-value-cache-dtype fp8"},
    ],
)
def test_what_is_no_secret_is_not_refused(
    tmp_path: Path, recipe: dict[str, Any]
) -> None:
    assert reasons(tmp_path, with_(servers={"s": recipe})) == []


def test_a_file_is_found_by_its_path_and_a_preset_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SMALL)
    assert load_campaign("c.yaml", environment={}).name == "small"
    assert load_campaign(Path("c.yaml"), environment={}).name == "small"
    assert load_campaign("production", environment={}).name == "production"
    (tmp_path / "production").mkdir()
    assert load_campaign("production", environment={}).name == "production"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "producton",
            (
                "There is no file and no preset 'producton' (did you mean 'production'?): "
                "`inferometer presets` lists them."
            ),
        ),
        (
            "../presets/production",
            "There is no file and no preset '../presets/production'",
        ),
        ("", "There is no file and no preset ''"),
        (".", ". is a directory: "),
        ("/dev/zero", "There is no file and no preset '/dev/zero'"),
        ("a\0b", "There is no file and no preset 'a\\x00b'"),
    ],
)
def test_a_file_that_is_not_there(
    name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CampaignError) as caught:
        load_campaign(name, environment={})
    assert caught.value.reasons[0].startswith(said)


def test_a_file_that_is_no_text_or_too_long(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(b"name: \xff")
    with pytest.raises(CampaignError, match="not text in UTF-8"):
        load_campaign(path, environment={})
    path.write_bytes(b"#" * 200_001)
    with pytest.raises(CampaignError, match="longer than 200000 bytes"):
        load_campaign(path, environment={})


KEYS = [
    "id",
    "m",
    "from",
    "to",
    "kind",
    "path",
    "input_len",
    "num_prompts",
    "max_concurrency",
    "cache",
]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 300)
    | st.floats()
    | st.sampled_from(["", "m", "s", "g", "{model}", "a b", "."]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner)
    ),
    max_leaves=5,
)
WITHIN: dict[str, list[tuple[str | int, ...]]] = {
    "name": [()],
    "models": [(), ("m",)],
    "servers": [
        (),
        ("s",),
        ("s", "command"),
        ("s", "environment"),
        ("s", "base_url"),
        ("s", "max_model_len"),
    ],
    "groups": [
        (),
        (0,),
        (0, "id"),
        (0, "hardware"),
        (0, "tp"),
        (0, "matrix"),
        (0, "workload"),
        (0, "load"),
    ],
    "matrix": [
        (),
        ("num_prompts",),
        ("paired",),
        ("cache",),
        ("include",),
        ("exclude",),
    ],
    "hardware": [(), ("A",)],
    "file_name": [()],
    "workload": [(), ("kind",), ("scenario",)],
    "load": [(), ("request_rate",), ("steps",)],
    "targets": [()],
}
PLACES = [(key, *within) for key, places in WITHIN.items() for within in places]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(
        st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=4
    )
)
def test_no_file_makes_it_crash(
    changes: list[tuple[tuple[str | int, ...], Any]], tmp_path: Path
) -> None:
    content: dict[str, Any] = with_(
        matrix={}, hardware={}, workload={}, load={}, targets={}
    )
    for place, value in changes:
        holder: Any = content
        try:
            for step in place[:-1]:
                holder = holder[step]
            holder[place[-1]] = value
        except (LookupError, TypeError):
            continue
    with suppress(CampaignError):
        assert expand(load(tmp_path, content))
