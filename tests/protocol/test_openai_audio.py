"""Transcriptions: the form that is sent, what is refused, and that the engine reads both."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import pytest

from inferometer.engine import EmbeddedEngine, EngineSettings
from inferometer.protocol import PROTOCOLS, Generation
from inferometer.protocol.openai_audio import (
    BOUNDARY,
    TRANSCRIPTIONS,
    parse,
    sound_message,
)
from inferometer.request import Prompt, Request
from inferometer.server.endpoint import Endpoint
from tests.workload.picture_files import RECORDINGS

SOUND = RECORDINGS["audio/flac"] + b"\r\n--x\r\n\0\xff"
"""With bytes that are no text, and a line that looks like the beginning of a part."""


def form(
    prompt: Prompt | None = None,
    *,
    parameters: dict[str, Any] | None = None,
    **generation: Any,
) -> dict[str, Any]:
    request = Request(
        id=0,
        prompt=[sound_message(SOUND, "flac")] if prompt is None else prompt,
        prompt_tokens=1,
        max_tokens=64,
        parameters=parameters or {},
    )
    body = TRANSCRIPTIONS.encode(request, Generation(model="m", **generation))
    return parse(body)


def test_the_fields_are_those_of_vllms_client() -> None:
    assert form() == {
        "file": SOUND,
        "model": "m",
        "language": "en",
        "temperature": "0.0",
        "max_completion_tokens": "64",
        "stream": "true",
        "stream_include_usage": "true",
        "stream_continuous_usage_stats": "true",
    }


def test_settings_of_the_run_and_of_rows_replace_what_is_usual() -> None:
    found = form(
        parameters={"top_p": 0.5, "seed": 7},
        sampling={"temperature": 0.25},
        extra_body={"language": "zh", "prompt": "上海"},
    )
    assert found["temperature"] == "0.25"
    assert (found["top_p"], found["seed"]) == ("0.5", "7")
    assert (found["language"], found["prompt"]) == ("zh", "上海")


def test_a_null_leaves_a_field_out() -> None:
    assert "language" not in form(extra_body={"language": None})


def test_the_name_of_a_field_adds_no_other() -> None:
    name = 'a"\r\n\r\n1\r\n'
    added = form(extra_body={name: "x"}).items() - form().items()
    assert added == {("a%22%0D%0A%0D%0A1%0D%0A", "x")}


@pytest.mark.parametrize("name", sorted(TRANSCRIPTIONS.fields))
def test_every_field_that_rows_may_set_is_sent(name: str) -> None:
    plain, changed = form(), form(parameters={name: 7})
    assert {key for key in changed if changed[key] != plain.get(key)} == {name}


def test_the_head_names_the_boundary_and_the_file_its_kind() -> None:
    request = Request(0, [sound_message(SOUND, "flac")], 1, 2)
    body = TRANSCRIPTIONS.encode(request, Generation("m"))
    assert TRANSCRIPTIONS.body_type.endswith(f"boundary={BOUNDARY}")
    assert body.startswith(f"--{BOUNDARY}\r\n".encode())
    assert body.endswith(f"\r\n--{BOUNDARY}--\r\n".encode())
    assert b'filename="audio.flac"\r\nContent-Type: audio/flac' in body


def held(sound: object) -> dict[str, Any]:
    part = {"type": "input_audio", "input_audio": sound}
    return {"role": "user", "content": [part]}


SPLIT = f"RIFF\r\n--{BOUNDARY}\r\nContent-Disposition: form-data".encode()

BY_URL = {
    "role": "user",
    "content": [{"type": "audio_url", "audio_url": {"url": "http://x/a.wav"}}],
}


@pytest.mark.parametrize(
    ("prompt", "generation", "why"),
    [
        ("a text", {}, "needs one sound in each request, and this one has 0"),
        ([sound_message(SOUND)] * 2, {}, "this one has 2"),
        *(
            ([held(sound)], {}, "needs data in base64 and a format")
            for sound in (
                None,
                5,
                {"data": 5, "format": "wav"},
                {"data": "é", "format": "wav"},
                {"data": "AAAA", "format": 'wav"\r\nX: y'},
            )
        ),
        ([BY_URL], {}, "sends the sound itself, not its address"),
        ([sound_message(SPLIT)], {}, "separates the fields of a form"),
        (None, {"extra_body": {"prompt": f"--{BOUNDARY}"}}, "of a form"),
        (None, {"extra_body": {BOUNDARY: "x"}}, "of a form"),
        (None, {"extra_body": {"file": "x"}}, "must not set 'file'"),
        (None, {"extra_body": {"stream": False}}, "must not set 'stream'"),
        (None, {"sampling": {"stop": ["a"]}}, "does not support stop"),
        (None, {"logprobs": 1}, "does not support logprobs"),
        (None, {"adapters": ("law",)}, "cannot select a LoRA adapter"),
    ],
)
def test_what_cannot_be_sent(
    prompt: Prompt | None, generation: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        form(prompt, **generation)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"--x", b"--x\r\n", b"x\r\n--x--", b"\r\n\r\n"]
)
def test_what_is_no_form_is_refused(body: bytes) -> None:
    try:
        assert parse(body) == {}
    except ValueError:
        return


def test_a_trial_sends_half_a_second_of_silence() -> None:
    request = Request(0, TRANSCRIPTIONS.trial_prompt or "", 0, 1)
    found = parse(TRANSCRIPTIONS.encode(request, Generation("m")))
    with wave.open(io.BytesIO(found["file"])) as sound:
        assert sound.getnframes() / sound.getframerate() == 0.5
        assert not any(sound.readframes(sound.getnframes()))


def test_the_engine_transcribes() -> None:
    settings = EngineSettings(ttft_ms=1, itl_ms=0.2, max_model_len=1000)
    request = Request(0, [sound_message(SOUND, "flac")], 1, 7)
    body = TRANSCRIPTIONS.encode(request, Generation("a/m"))
    wire = PROTOCOLS["openai-audio"]
    with (
        EmbeddedEngine(
            settings, model="a/m", backends=("openai-audio",)
        ) as engine,
        Endpoint(engine.base_url, routes=wire.routes) as endpoint,
    ):
        answer = endpoint.probe(
            wire.path("a/m"), body, wire.decoder(), body_type=wire.body_type
        )
        refused = endpoint.probe(wire.path("a/m"), b"{}", wire.decoder())
    assert (answer.status, answer.error, answer.outputs) == (200, None, 7)
    assert answer.usage.completion_tokens == 7
    assert answer.usage.prompt_tokens == 258  # 256 of sound, two of roles
    assert refused.status == 400
    assert "no multipart/form-data" in str(refused.error)


USAGE = {"type": "tokens", "input_tokens": 30, "output_tokens": 4}


def events(*frames: dict[str, Any]) -> bytes:
    return b"".join(
        b"data: %s\n\n" % json.dumps(frame).encode() for frame in frames
    )


def delta(text: str) -> dict[str, Any]:
    return {"type": "transcript.text.delta", "delta": text}


def done(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "transcript.text.done", "text": text, **more}


@pytest.mark.parametrize(
    ("frames", "texts"),
    [
        ([delta("I see"), delta(" skies"), done("I see skies")], 2),
        ([done("I see skies")], 1),
        ([done("")], 0),
    ],
)
@pytest.mark.parametrize("usage", [USAGE, {"type": "duration", "seconds": 9}])
def test_events_of_openai_are_read_byte_by_byte(
    frames: list[dict[str, Any]], texts: int, usage: dict[str, Any]
) -> None:
    frames = [*frames[:-1], {**frames[-1], "usage": usage}]
    decoder = TRANSCRIPTIONS.decoder()
    body = events(*frames)
    found = [
        event
        for i in range(len(body))
        for event in decoder.feed(body[i : i + 1])
    ]
    found += decoder.close()
    assert [event.text for event in found if event.text] == [
        frame.get("delta", frame.get("text")) for frame in frames[:texts]
    ]
    assert [each.finish_reason for each in found if each.finish_reason] == [
        "stop"
    ]
    counted = [event.usage for event in found if event.usage]
    assert [
        (each.prompt_tokens, each.completion_tokens) for each in counted
    ] == ([(30, 4)] if usage is USAGE else [])
    assert not any(event.error for event in found)
    assert decoder.remarks().ignored == 0


@pytest.mark.parametrize("frame", [delta(3), {"type": "transcript.text.delta"}])  # type: ignore[arg-type]
def test_an_event_without_its_text_is_no_output(frame: dict[str, Any]) -> None:
    found = TRANSCRIPTIONS.decoder().feed(events(frame))
    assert not any(event.text for event in found)


def test_fields_of_vllm_that_a_server_refuses_are_left_out() -> None:
    generation = Generation(model="m")
    other = TRANSCRIPTIONS.adapt(
        generation, "Unrecognized request argument: stream_include_usage"
    )
    assert other is not None
    assert TRANSCRIPTIONS.adapt(other, "stream_include_usage") is None
    left_out = form().keys() - form(left_out=other.left_out).keys()
    assert left_out == {"stream_include_usage"}
