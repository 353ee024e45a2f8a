"""Where pictures of rows belong in their messages, and that none is dropped."""

from __future__ import annotations

from typing import Any

import pytest

from inferometer.workload.row_fields import UNMATCHED, CannotSendError
from inferometer.workload.shapes import SingleTurn, conversation_of, exchange_of
from tests.workload.picture_files import PNG, shown

MEDIA = {"bytes": PNG, "path": None}
IMAGES = (
    *(
        "image",
        "images",
        "image_file",
        "image_files",
        "image_path",
        "image_paths",
        "image_url",
        "image_urls",
        "image_base64",
    ),
    *(
        "img",
        "img_path",
        "picture",
        "pictures",
        "photo",
        "pic",
        "Image",
        "image_1",
        "image2",
        "image_url_3",
        "image_file_name",
    ),
)
NO_IMAGES = (
    "image_id",
    "image_width",
    "image_caption",
    "imagery",
    "file_name",
    "epic",
)
RECORDED = (
    *(
        "audio",
        "audios",
        "audio_file",
        "audio_path",
        "audio_filepath",
        "audio_url",
    ),
    *("video", "videos", "video_files", "video_path", "video_url", "video_1"),
)


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


def recorded(kind: str, url: str) -> dict[str, Any]:
    return {"type": f"{kind}_url", f"{kind}_url": {"url": url}}


def user(*parts: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize(
    "source",
    [
        "a.png",
        "http://x/a.png",
        {"path": "a.png", "bytes": None},
        {"url": "a.png"},
    ],
)
def test_a_picture_beside_a_prompt_comes_after_its_text(
    name: str, source: Any
) -> None:
    part = shown("a.png") if source == {"url": "a.png"} else shown(source)
    assert exchange_of({"prompt": "what is this", name: source}).prompt == [
        user(text("what is this"), part)
    ]
    assert exchange_of(
        {"prompt": "what is this", name: [source, "b.png"]}
    ) == SingleTurn([user(text("what is this"), part, shown("b.png"))])


@pytest.mark.parametrize("name", NO_IMAGES)
@pytest.mark.parametrize(
    "value",
    [
        "a.PNG",
        "http://x/a.jpg?size=2",
        "data:image/png;base64,AA",
        "iVBORw0KGgoAAA",
        b"x",
        [{"file": "a.webp"}],
        {"a": ["a.gif"]},
    ],
    ids=str,
)
def test_what_looks_like_a_picture_and_is_not_sent_is_told_as_one(
    name: str, value: Any
) -> None:
    assert exchange_of({"prompt": "see", name: value}).left_out == (
        f"picture in {name}",
    )
    outer = {"custom_id": "1", name: value, "body": {"prompt": "see"}}
    assert exchange_of(outer).left_out == ("custom_id", f"picture in {name}")
    message = {"role": "user", "content": "see", name: value}
    assert exchange_of({"messages": [message]}).left_out == (
        f"picture in messages.{name}",
    )


@pytest.mark.parametrize(
    "value",
    [
        "a.txt",
        "it ends\nin .png",
        5,
        {"a": 1},
        [[[["a.png"]]]],
        "x" * 5000 + ".png",
    ],
    ids=repr,
)
def test_what_does_not_look_like_a_picture_has_its_own_name(value: Any) -> None:
    assert exchange_of({"prompt": "see", "source": value}).left_out == (
        "source",
    )


def test_pictures_of_a_message_are_shown_in_it() -> None:
    first = {
        "role": "user",
        "content": "one",
        "images": ["a", {"url": "http://x/b", "detail": "low"}],
        "weight": 1,
    }
    asked = [
        {"role": "system", "content": "be brief"},
        first,
        {"role": "assistant", "content": "x"},
        {"from": "user", "value": "<image> two <image>", "image": ["c", "d"]},
    ]
    parts = user(text("one"), shown("a"), shown("http://x/b", detail="low"))
    exchange = exchange_of({"messages": asked})
    assert exchange.prompt == [
        asked[0],
        parts,
        asked[2],
        user(shown("c"), text("two"), shown("d")),
    ]
    assert exchange.left_out == ("messages.weight",)
    assert exchange_of({"messages": [first], "image": "z"}).prompt == [
        user(*parts["content"], shown("z"))
    ]
    screen = {
        "role": "tool",
        "content": "done",
        "tool_call_id": "1",
        "image": MEDIA,
    }
    assert exchange_of({"messages": [asked[1], asked[2], screen]}).prompt[
        -1
    ] == {
        "role": "tool",
        "content": [text("done"), shown(MEDIA)],
        "tool_call_id": "1",
    }


def test_a_message_has_its_sound_and_film_after_its_text() -> None:
    asked = {
        "role": "user",
        "content": "see",
        "video": "a.mp4",
        "audios": ["b.wav"],
    }
    assert exchange_of({"messages": [asked]}).prompt == [
        user(
            text("see"), recorded("video", "a.mp4"), recorded("audio", "b.wav")
        )
    ]


def test_texts_of_the_responses_api_become_those_of_chats() -> None:
    said = [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "a"},
    ]
    assert exchange_of({"messages": [user(*said)]}).prompt == [
        user(text("see"), shown("a"))
    ]


def test_columns_of_pictures_are_known_by_what_they_hold() -> None:
    row = {
        "question": "which",
        "image_1": MEDIA,
        "decoded": [MEDIA, MEDIA],
        "image_2": None,
        "meta": {"path": "x"},
    }
    assert exchange_of(row) == SingleTurn(
        [user(text("which"), *[shown(MEDIA)] * 3)], None, None, {}, ("meta",)
    )


def test_a_picture_stands_where_its_mark_is() -> None:
    said = "<image>\nWhat is it, and <image>, compared?\n<image>"
    row = {
        "images": ["a", "b", "c"],
        "conversations": [
            {"from": "human", "value": said},
            {"from": "gpt", "value": "x"},
        ],
    }
    parts = [
        shown("a"),
        text("What is it, and"),
        shown("b"),
        text(", compared?"),
        shown("c"),
    ]
    assert exchange_of(row) == SingleTurn([user(*parts)], "x")


def test_marks_may_have_numbers() -> None:
    row = {"question": "<image 2> or <image_1>?", "images": ["a", "b"]}
    assert exchange_of(row).prompt == [
        user(shown("b"), text("or"), shown("a"), text("?"))
    ]


def test_parts_without_a_picture_take_those_of_the_row_in_turn() -> None:
    asked = [
        user({"type": "image"}, text("one")),
        {"role": "assistant", "content": "x"},
        user({"type": "image"}, text("two")),
    ]
    row = {"messages": asked, "images": ["a", "b"]}
    assert exchange_of(row).prompt == [
        user(shown("a"), text("one")),
        asked[1],
        user(shown("b"), text("two")),
    ]
    with pytest.raises(
        CannotSendError,
        match="places for more pictures than the 1 that are there",
    ):
        exchange_of({**row, "images": ["a"]})
    with pytest.raises(
        CannotSendError,
        match="places for more pictures than the 0 that are there",
    ):
        exchange_of({"messages": asked})


@pytest.mark.parametrize(
    ("part", "source", "details"),
    [
        (
            {"type": "image_url", "image_url": {"url": "a", "detail": "low"}},
            "a",
            {"detail": "low"},
        ),
        ({"type": "image_url", "image_url": "a"}, "a", {}),
        ({"type": "image", "image": "a"}, "a", {}),
        ({"type": "image", "image": MEDIA}, MEDIA, {}),
        ({"type": "image", "url": "http://x/a"}, "http://x/a", {}),
        ({"type": "image", "path": "a"}, "a", {}),
        (
            {
                "type": "image",
                "source": {
                    "type": "base64",
                    "media_type": "image/png",
                    "data": "iVBO",
                },
            },
            "iVBO",
            {},
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "http://x/a"}},
            "http://x/a",
            {},
        ),
        (
            {"type": "input_image", "image_url": "a", "detail": "high"},
            "a",
            {"detail": "high"},
        ),
    ],
    ids=str,
)
def test_parts_of_other_forms_become_those_of_openai(
    part: dict[str, Any], source: Any, details: dict[str, str]
) -> None:
    assert exchange_of({"messages": [user(text("see"), part)]}).prompt == [
        user(text("see"), shown(source, **details))
    ]


def test_pictures_of_later_turns_stay_with_them() -> None:
    said = [
        {"from": "human", "value": "<image> one"},
        {"from": "gpt", "value": "x"},
        {"from": "human", "value": "<image> two"},
        {"from": "gpt", "value": "y"},
    ]
    row = {"image": ["a", "b"], "conversations": said}
    assert exchange_of(row).prompt == [user(shown("a"), text("one"))]
    assert [
        turn.message
        for turn in conversation_of(row).turns
        if turn.kind == "user"
    ] == [
        user(shown("a"), text("one")),
        user(shown("b"), text("two")),
    ]


def test_a_mark_without_a_picture_is_a_text_and_is_told() -> None:
    assert exchange_of({"prompt": "close <image> tags"}) == SingleTurn(
        "close <image> tags", None, None, {}, (UNMATCHED,)
    )
    assert exchange_of({"prompt": "<image>", "image": 3}) == SingleTurn(
        "<image>", None, None, {}, (UNMATCHED, "image")
    )


def test_more_marks_than_pictures_are_refused() -> None:
    with pytest.raises(
        CannotSendError,
        match="places for more pictures than the 1 that are there",
    ):
        exchange_of({"prompt": "<image> and <image>", "images": ["a"]})
    with pytest.raises(
        CannotSendError,
        match="places for more pictures than the 2 that are there",
    ):
        exchange_of({"prompt": "<image 3>", "images": ["a", "b"]})


@pytest.mark.parametrize("name", RECORDED)
def test_sound_and_film_are_recognised_by_the_name_of_their_field(
    name: str,
) -> None:
    said = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    assert exchange_of({"conversations": said, name: "x"}).prompt == [
        user(text("a"), recorded(name[:5], "x"))
    ]
    with pytest.raises(
        CannotSendError, match=f"sound or film under '{name}' that is no file"
    ):
        exchange_of({"conversations": said, name: 3})
