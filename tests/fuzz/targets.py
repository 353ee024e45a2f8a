"""What is fuzzed: each target makes one input out of a random source, and raises if the program
does not bear it.

A target may expect errors of its reader's own kind (ValueError, CampaignError …): one sentence for
the user. Everything else is a finding, and so is a promise broken: what a decoder says must not
depend on where its input was cut.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from inferometer.campaign.gather import GatherError, collect
from inferometer.campaign.merge import merge
from inferometer.campaign.results import Results
from inferometer.cli.bench.flags import BenchFlags
from inferometer.cli.bench.spec import parse_flags
from inferometer.cli.flag_errors import FlagsError
from inferometer.engine.api import FrontSettings
from inferometer.engine.faults import parse_faults
from inferometer.engine.model import EngineSettings
from inferometer.engine.server import EngineServer
from inferometer.loadgen.loop import CannotConnectError
from inferometer.protocol import (
    PROTOCOLS,
    UNKNOWN,
    Decoder,
    Generation,
    Reply,
    StreamEvent,
    error_sentence,
)
from inferometer.protocol.error_body import SENTENCE_CHARS
from inferometer.protocol.ndjson import LineSplitter
from inferometer.protocol.sse import STRAY_BYTES, EventSplitter
from inferometer.request import Request
from inferometer.results import ResultsError
from inferometer.results import read as read_points
from inferometer.spec.campaign import CampaignError
from inferometer.spec.campaign_file import load_campaign
from inferometer.spec.expand import expand
from inferometer.spec.preset_files import preset_names, preset_text
from inferometer.spec.run import Timeouts
from inferometer.store.atomic import CannotWriteError
from inferometer.store.campaign.ledger import LedgerError, dump, read_ledger
from inferometer.store.campaign.paths import CampaignPaths
from inferometer.store.campaign.state import read_campaign_state
from inferometer.store.run_directory import RUN, load_run, save_run
from inferometer.workload.image_files import ImageFiles
from inferometer.workload.shapes import SingleTurn, conversation_of, exchange_of
from tests.campaign.saved_points import save
from tests.fuzz.mutation import mutated, pieces
from tests.loadgen.loop_runner import (
    address_of,
    job_for,
    requests,
    run_loop,
)
from tests.loadgen.scripted_server import Asked, Peer, ScriptedServer
from tests.protocol.transcript import transcripts
from tests.store.example_run import example_spec, example_trace

IMPATIENT = Timeouts(connect_s=1, first_token_s=0.05, idle_s=0.05, total_s=0.2)
EMITTED_TOKENS = 5


@lru_cache
def bodies() -> list[bytes]:
    """Responses of real servers, samples of others, and what our own emitters write on every
    wire.
    """
    found = [transcript.body for transcript in transcripts().values()]
    for backend in PROTOCOLS.values():
        emitter = backend.emitter(
            Reply(
                "id", "model", 0, 3, include_usage=True, continuous_usage=True
            )
        )
        events = [
            emitter.event(
                f" wörd{i}", (i,), "length" if i == EMITTED_TOKENS - 1 else None
            )
            for i in range(EMITTED_TOKENS)
        ]
        found.append(b"".join(events))
    return found


def decoders(random: Random) -> None:
    """Any bytes, cut anywhere: the same events of the right types, in text that can be written
    down.
    """
    body = mutated(random.choice(bodies()), random, bodies())
    backend = PROTOCOLS[random.choice(list(PROTOCOLS))]
    whole = _decoded(backend.decoder(), [body])
    for event in whole:
        _check_event(event)
    cut = _decoded(backend.decoder(), pieces(body, random))
    assert cut == whole, f"{backend.title}: cut otherwise, another answer"


def _decoded(decoder: Decoder, parts: list[bytes]) -> list[StreamEvent]:
    return [
        event for part in parts for event in decoder.feed(part)
    ] + decoder.close()


def _check_event(event: StreamEvent) -> None:
    for text in (event.text, event.finish_reason or "", event.error or ""):
        text.encode()  # half a surrogate pair cannot be
    assert type(event.tokens) is int
    assert event.tokens >= UNKNOWN
    assert event.usage is None or all(
        type(count) is int and UNKNOWN <= count < 2**31 for count in event.usage
    )
    assert event.error is None or (
        event.error
        and "\n" not in event.error
        and len(event.error) <= 2 * SENTENCE_CHARS
    )


def splitters(random: Random) -> None:
    """Payloads do not depend on where the body was cut."""
    body = mutated(random.choice(bodies()), random, bodies())
    for new in (EventSplitter, LineSplitter):
        results = []
        for parts in ([body], pieces(body, random)):
            splitter = new()
            payloads = [
                payload for part in parts for payload in splitter.feed(part)
            ] + splitter.close()
            results.append((payloads, splitter.stray))
            assert len(splitter.stray) <= 2 * STRAY_BYTES
        assert results[0] == results[1]


def error_bodies(random: Random) -> None:
    """Whatever an error response holds becomes one line."""
    errors = [
        b'{"error":{"message":"no","type":"x"}}',
        b'{"detail":[{"loc":["body",1],"msg":"bad"}]}',
        b"<title>502</title>",
    ]
    sentence = error_sentence(
        mutated(random.choice(errors), random, [*errors, *bodies()])
    )
    assert sentence == " ".join(sentence.split("\n"))
    assert 0 < len(sentence) <= SENTENCE_CHARS
    sentence.encode()


def loop(random: Random) -> None:
    """A server of garbage: every request has its end and its row, in time."""
    responses = []
    for _ in range(3):
        body = (
            mutated(random.choice(bodies()), random, bodies())
            if random.random() < 0.5
            else random.choice(bodies())
        )
        body = body[:20_000]
        framing, framed = random.choice(
            [
                (
                    b"Transfer-Encoding: chunked",
                    b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body),
                ),
                (b"Content-Length: %d" % len(body), body),
                (b"X: y", body),
            ]
        )
        status = random.choice(
            (
                b"200 OK",
                b"200 OK",
                b"200 OK",
                b"404 Not Found",
                b"503 X",
                b"204 No",
                b"101 Up",
                b"999 ?",
                b"-1",
            )
        )
        response = (
            b"HTTP/1.1 %b\r\nContent-Type: text/event-stream\r\n%b\r\n\r\n%b"
            % (
                status,
                framing,
                framed,
            )
        )
        responses.append(
            mutated(response, random, bodies())
            if random.random() < 0.7
            else response
        )
    parts = [pieces(response, random)[:200] for response in responses]
    ends = [
        random.choice(("keep", "keep", "close", "reset", "wait"))
        for _ in responses
    ]

    def script(peer: Peer, asked: Asked) -> None:
        chosen = asked.number % len(parts)
        peer.send(*parts[chosen])
        if ends[chosen] == "close":
            peer.close()
        elif ends[chosen] == "reset":
            peer.reset()
        elif ends[chosen] == "wait":
            peer.wait_for_hangup()

    backend = PROTOCOLS[random.choice(list(PROTOCOLS))]
    with ScriptedServer(script) as server, suppress(CannotConnectError):
        job = job_for(
            server.port, n=6, concurrency=random.choice((1, 3)), address=address_of(server.port), backend=backend,
            timeouts=IMPATIENT, keep_texts=True, prompts=requests(6, backend.trial_prompt or "hello"),
        )  # fmt: skip
        ran = run_loop(job)
        with (
            TemporaryDirectory() as folder
        ):  # and all of it can be written down and read again
            save_run(
                Path(folder) / "run",
                ran.trace,
                example_spec(),
                environment={},
                summary={},
                verdict={},
            )
            load_run(Path(folder) / "run")


REQUEST = (
    b"POST /v1/completions HTTP/1.1\r\nHost: x\r\nX-Request-Id: a-7\r\nContent-Length: %d\r\n\r\n%b"
    b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n"
)
ASKS = (
    (
        b'{"model":"embedded","prompt":"a b '
        b'c","max_tokens":3,"stream":true,"stream_options":{"include_usage":true}}'
    ),
    b'{"prompt":[1,2,3],"max_tokens":2,"stream":false}',
    b'{"messages":[{"role":"user","content":"a"}],"max_completion_tokens":2,"stream":true}',
    b'{"prompt":"a b","tokens":[1,2],"return_token_strs":true}',
)
PATHS = (
    b"/v1/completions",
    b"/v1/chat/completions",
    b"/tokenize",
    b"/detokenize",
    b"/generate_stream",
    b"/api/generate",
    b"/truth",
)
FAULTY = "reset:0.1,stall:0.1,bad-json:0.1,endless-head:0.05,merge:0.1@2,slow-head:0.1,gzip:0.1,http-503:0.1"


def engine(random: Random) -> None:
    """Requests of garbage: the engine goes on serving."""
    ask = mutated(random.choice(ASKS), random, ASKS)
    request = (REQUEST % (len(ask), ask)).replace(
        b"/v1/completions", random.choice(PATHS)
    )
    request = mutated(request, random, [request, *ASKS])
    settings = EngineSettings(
        ttft_ms=0.1, itl_ms=0.1, max_model_len=64, seed=random.randrange(10**6)
    )
    front = FrontSettings(
        backends=("openai", "openai-chat", "tgi", "ollama"),
        record_truth=True,
        faults=random.choice(("", FAULTY)),
    )
    server = EngineServer(settings, front)
    crashed: list[BaseException] = []

    def serve() -> None:
        try:
            server.run()
        except BaseException as error:
            crashed.append(error)
            raise

    host, _, port = server.url.removeprefix("http://").partition(":")
    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        with (
            socket.create_connection((host, int(port)), timeout=2) as client,
            suppress(OSError),
        ):
            for part in pieces(request, random)[:50]:
                client.sendall(part)
            client.settimeout(0.02)
            client.recv(1 << 16)
        with socket.create_connection((host, int(port)), timeout=5) as client:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(1 << 16).startswith(b"HTTP/1.1 200 OK\r\n")
    finally:
        server.stop()
        thread.join(5)
    if crashed:
        raise crashed[0]
    assert not thread.is_alive(), "the engine did not stop"


@lru_cache
def campaigns() -> list[bytes]:
    return [preset_text(name).encode() for name in preset_names()]


def campaign_files(random: Random) -> None:
    """A campaign is understood, or refused with sentences."""
    lines = random.choice(campaigns()).splitlines(keepends=True)
    if random.random() < 0.5:  # by lines, so that more of it remains YAML
        for _ in range(random.choice((1, 2, 5))):
            place = random.randrange(len(lines))
            lines[place : place + random.choice((0, 1))] = [
                random.choice(
                    random.choice(campaigns()).splitlines(keepends=True)
                )
            ]
        text = b"".join(lines)
    else:
        text = mutated(b"".join(lines), random, campaigns())
    sets = random.sample(
        [
            "load.num_warmups=4",
            "load=7",
            "groups.1C-1k.tp=[1",
            "a.b.c=d",
            "=",
            "matrix.0=1",
        ],
        random.choice((0, 0, 1, 3)),
    )
    environment = random.choice(
        (
            {},
            {},
            {"NUM_PROMPTS_START": "5"},
            {"NUM_PROMPTS_END": "x"},
            {"VLLM_SERVER_URL": "http://["},
        )
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "campaign.yaml"
        path.write_bytes(text)
        with suppress(CampaignError):
            expand(
                load_campaign(path, sets=sets, environment=environment),
                quick=True,
            )


def ledgers(random: Random) -> None:
    """A damaged ledger is refused, never believed: what is read is a beginning of what was
    written.
    """
    records = [
        {"kind": "ledger", "time": "t", "version": 1},
        *({"kind": "point", "time": "t", "n": i} for i in range(6)),
    ]
    content = dump(records)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        path.write_bytes(mutated(content, random, [content]))
        with suppress(LedgerError):
            read = list(read_ledger(path))
            assert read == records[: len(read)]


ODD: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        7.5,
        2**62,
        "",
        "x",
        "..",
        "../precious",
        "/etc/passwd",
        "a\x00b",
        "\x1b[31m",
        "\n",
        "é" * 200,
        "." * 300,
    ),
    *(
        [],
        [7],
        ["x"],
        {},
        {"../precious/thesis": "0" * 64},
        [[[]]],
        "0" * 16,
        "0" * 64,
        "2026-01-01",
        ".inferometer/c/runs",
    ),
)
"""What no record holds, or not there."""


@lru_cache
def campaign_directory() -> dict[str, bytes]:
    """Files of a small campaign, by name: a result, one that it has replaced, and one that is
    INVALID."""
    with TemporaryDirectory() as folder:
        places = CampaignPaths(Path(folder), "c")
        with Results(places) as results:
            results.note(
                "opened", configuration={"groups": [{"id": "g", "model": "m"}]}
            )
            save(results, 1, "old")
            save(results, 1, "new", status="SUSPECT")
            save(results, 2, "bad", status="INVALID")
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in Path(folder).rglob("*")
            if path.is_file()
        }


def foreign_results(random: Random) -> None:
    """Whatever somebody else's ledger says, with right checksums or wrong ones, nothing outside
    of the directory is touched."""
    files = campaign_directory()
    with TemporaryDirectory() as folder:
        top = Path(folder)
        (top / "precious").mkdir()
        (top / "precious" / "thesis").write_text("mine")
        places = CampaignPaths(top / "results", "c")
        for name, content in files.items():
            (places.result_dir / name).parent.mkdir(parents=True, exist_ok=True)
            (places.result_dir / name).write_bytes(content)
        records = [dict(record) for record in read_ledger(places.ledger)][
            : random.randrange(2, 20)
        ]
        for _ in range(random.choice((0, 1, 1, 2, 5))):
            record = random.choice(records)
            record[random.choice([*record, "new"])] = random.choice(
                [*ODD, *random.choice(records).values()]
            )
        sealed = dump(records)
        places.ledger.write_bytes(
            sealed
            if random.random() < 0.6
            else mutated(sealed, random, [sealed])
        )
        if random.random() < 0.2:
            chosen = places.result_dir / random.choice(list(files))
            chosen.unlink()
            chosen.symlink_to(top / "precious" / random.choice(("thesis", ".")))
        acts: list[Callable[[], object]] = [
            lambda: read_campaign_state(places),
            lambda: collect(places.result_dir, top / "t.tar"),
            lambda: merge([places.result_dir], top / "merged"),
            lambda: read_points([places.result_dir]),
            lambda: Results(places).close(),
        ]
        for act in acts:
            with suppress(
                LedgerError, GatherError, ResultsError, CannotWriteError
            ):
                act()
        assert [
            (path.name, path.read_text())
            for path in (top / "precious").iterdir()
        ] == [("thesis", "mine")]
        assert {path.name for path in top.iterdir()} <= {
            "precious",
            "results",
            "t.tar",
            "merged",
        }


@lru_cache
def run_files() -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        directory = Path(folder) / "run"
        save_run(
            directory,
            example_trace(),
            example_spec(),
            environment={"host": "x"},
            summary={"a": 1.5},
            verdict={"status": "VALID"},
        )
        return {path.name: path.read_bytes() for path in directory.iterdir()}


def run_directories(random: Random) -> None:
    """A damaged run is refused in one sentence; mostly its description, since checksums guard the
    rest.
    """
    files = dict(run_files())
    name = random.choice((RUN, RUN, RUN, *files))
    files[name] = mutated(files[name], random, list(files.values()))
    with TemporaryDirectory() as folder:
        for each, content in files.items():
            (Path(folder) / each).write_bytes(content)
        if random.random() < 0.1:
            (Path(folder) / random.choice(list(files))).unlink()
        with suppress(ValueError):
            load_run(Path(folder))


WORDS = (
    (
        ""
    ), (
        "0"
    ), (
        "1"
    ), (
        "-1"
    ), (
        "1e400"
    ), "nan", "inf", "-inf", "x", "a=b", "=", "ttft:100", "ttft:", ":5", "ttft:1:2", "http://",
    (
        "http://[::1"
    ), (
        "http://h:99999"
    ), "http://h/v1", "localhost:8000", "openai", "sglang", "random", "sharegpt", "{}", '{"a":1}',
    (
        "[1]"
    ), (
        "{"
    ), (
        "50,99"
    ), (
        "99,99"
    ), "101", "p99", "\x00", "\udcff", "é", "a b", "a\nb", "x" * 5000, "5x60", "5x60,20x30", "5x",
    "x5", "linear", "drop", "/", "../x", "0x10", "1_000", "٣",
)  # fmt: skip


def bench_flags(random: Random) -> None:
    """Flags are understood, or refused with sentences, whatever is in them."""
    chosen = random.sample(fields(BenchFlags), random.choice((1, 2, 5, 12)))
    flags = {field.name: _value(str(field.type), random) for field in chosen}
    with suppress(FlagsError):
        asked = parse_flags(BenchFlags(**flags))
        assert asked.spec("m").fingerprint


def _value(kind: str, random: Random) -> Any:
    word = random.choice(WORDS)
    if "list[str]" in kind:
        return random.choice(([], [word], [word, random.choice(WORDS)]))
    if "Path" in kind:
        return Path(word.replace("\0", ""))
    if "bool" in kind:
        return random.random() < 0.5
    if "int" in kind:
        return random.choice((0, 1, -1, 7, 2**31, 2**63, -(2**64)))
    if "float" in kind:
        return random.choice(
            (0.0, 0.5, 1.0, -1.0, float("nan"), float("inf"), 1e308)
        )
    return word


def fault_lists(random: Random) -> None:
    text = mutated(
        b"stall:0.01,reset:0.02@5,http-503#200+",
        random,
        [b"die#3", b":::", b"@@"],
    ).decode("latin-1")
    with suppress(ValueError):
        parse_faults(text)


CALL = {
    "id": "c",
    "type": "function",
    "function": {"name": "f", "arguments": "{}"},
}
ROWS: list[dict[str, Any]] = [
    {
        "prompt": "see <image>",
        "image_files": ["/dev/zero", "a.png"],
        "max_tokens": 5,
        "tools": [CALL],
        "temperature": 0.5,
    },
    {
        "conversations": [
            {"from": "human", "value": "a"},
            {"from": "gpt", "value": "b"},
        ],
        "system": "s",
        "image": "http://x/y",
    },
    {
        "conversations": [
            {"from": "function_call", "value": '{"name": "f"}'},
            {"from": "observation", "value": "x"},
        ]
    },
    {
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:,"}}
                ],
            }
        ],
        "stop": ["x"],
    },
    {
        "body": {
            "messages": [
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "content": "x"},
            ]
        }
    },
    {
        "question": "<image 1>",
        "image_1": {"bytes": b"\x89PNG\r\n\x1a\n", "path": None},
        "answer": "b",
        "context": "c",
    },
]
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e999,
    "",
    "<image>",
    "\ud83d",
    "9" * 30,
    "user",
    "tool",
    b"x",
    [],
    {},
    [[]],
    object(),
)


def rows(random: Random) -> None:
    """A row of any shape is refused in a sentence, or is what every chat can carry."""
    row = {
        name: _worse(value, random)
        for name, value in random.choice(ROWS).items()
    }
    for read in (exchange_of, conversation_of):
        with suppress(ValueError):
            found = read(row)
            prompt = (
                found.prompt
                if isinstance(found, SingleTurn)
                else [turn.message for turn in found.turns]
            )
            prompt = ImageFiles(Path("/nowhere")).read(prompt)
            for backend in PROTOCOLS.values():
                fields = {
                    name: value
                    for name, value in found.fields.items()
                    if name in backend.fields
                }
                with suppress(ValueError):
                    backend.encode(
                        Request(0, prompt, 0, 1, fields), Generation("m")
                    )


def _worse(value: Any, random: Random) -> Any:
    """With something else in some places, or with more than there was."""
    if random.random() < 0.1:
        return random.choice(VALUES)
    if isinstance(value, dict):
        changed = {
            name: _worse(each, random)
            for name, each in value.items()
            if random.random() > 0.05
        }
        return (
            {**changed, **random.choice(ROWS)}
            if random.random() < 0.1
            else changed
        )
    if isinstance(value, list):
        return [
            _worse(each, random)
            for each in value
            for _time in range(random.choice((0, 1, 1, 1, 1, 2)))
        ]
    return value


TARGETS: dict[str, Callable[[Random], None]] = {
    "decoders": decoders,
    "splitters": splitters,
    "error-bodies": error_bodies,
    "loop": loop,
    "engine": engine,
    "campaign-files": campaign_files,
    "ledgers": ledgers,
    "foreign-results": foreign_results,
    "run-directories": run_directories,
    "bench-flags": bench_flags,
    "fault-lists": fault_lists,
    "rows": rows,
}
