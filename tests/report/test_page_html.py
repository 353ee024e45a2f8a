"""The file: one element holds the data and nothing ends it, nothing is fetched, and text of
strangers stays text.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import orjson
import pytest

from inferometer.report.figures import draw_all, gather
from inferometer.report.page import make_view, render
from inferometer.results import Collection
from inferometer.words import LANGUAGES, Said, Words
from tests.report.page_points import HOSTILE, SCRIPT, hostile, study


class Page(HTMLParser):
    """Elements, their attributes, the text outside of scripts, and the text of each script and
    style.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.inside: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.inside.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if (
            self.elements
            and self.elements[-1][0] in ("script", "style")
            and self.cdata_elem
        ):
            tag, attributes, text = self.inside.pop()
            self.inside.append((tag, attributes, text + data))
        else:
            self.text += data


def page_of(
    collection: Collection, language: str = "en", title: str | None = None
) -> str:
    drawings = draw_all(gather(collection.points), Words(language))
    return render(
        make_view(
            collection,
            language=language,
            title=title,
            written="2026-01-01 12:00",
            figures=drawings,
        )
    )


def test_the_page_is_one_file_that_names_no_other() -> None:
    page = Page(page_of(study()))
    names = [
        (tag, name, value)
        for tag, each in page.elements
        for name, value in each.items()
        if name in ("src", "href", "action")
    ]
    assert {
        value for _, _, value in names if value and not value.startswith("#")
    } == {"data:,"}
    assert {tag for tag, _ in page.elements} & {
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    } == set()


def test_scripts_and_styles_are_those_that_the_policy_names() -> None:
    page = Page(page_of(study()))
    policy = next(
        each["content"] or ""
        for tag, each in page.elements
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    running = [
        text
        for tag, each, text in page.inside
        if each.get("type") != "application/json"
    ]
    checksums = {
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in running
    }
    assert len(running) == 3
    assert checksums == set(re.findall(r"'sha256-([^']+)'", policy))
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_data_are_the_points() -> None:
    page = Page(page_of(study()))
    data = next(
        orjson.loads(text)
        for _, each, text in page.inside
        if each.get("id") == "data"
    )
    assert len(data["points"]["ids"]) == 16
    assert data["words"]["page.js.verdict"] == "Verdict"


def test_text_of_strangers_is_text_everywhere() -> None:
    html = page_of(hostile(), title=SCRIPT)
    page = Page(html)
    assert "alert(" not in "".join(
        text
        for _, each, text in page.inside
        if each.get("type") != "application/json"
    )
    assert [
        each
        for _, each in page.elements
        if any(name.startswith("on") for name in each)
    ] == []
    assert len([tag for tag, _ in page.elements if tag == "title"]) == 1
    for text in HOSTILE[:3]:
        assert text not in html.replace(
            page.inside[-2][2], ""
        )  # the library itself aside
        assert f"problem {text}" in page.text


def test_data_cannot_end_their_element() -> None:
    page = Page(page_of(hostile()))
    for _, each, text in page.inside:
        if each.get("type") == "application/json":
            orjson.loads(text)
            assert not re.search("[<>&\u2028\u2029]", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language(language: str) -> None:
    page = Page(page_of(study(), language))
    assert ("html", {"lang": language}) in page.elements
    assert Words(language).text("page.explorer") in page.text


def test_an_interval_of_a_best_point_has_its_head_on_phones() -> None:
    told = {"class": "number", "data-head": "95% interval"}
    assert ("td", told) in Page(page_of(study())).elements


def test_what_every_figure_notes_is_said_once() -> None:
    points = tuple(
        replace(
            each,
            notes=(Said("note.rehearsal_simulated"),),
            conditions={**each.conditions, "rehearsal": "simulated"},
        )
        for each in study().points
    )
    text = Page(page_of(Collection(points))).text
    assert text.count(Words("en").text("figure.simulated.all")) == 1


def test_the_same_points_make_the_same_bytes() -> None:
    assert page_of(study()) == page_of(study())


def test_every_control_has_a_label_and_every_section_a_name() -> None:
    page = Page(page_of(study()))
    ids = {each["id"] for _, each in page.elements if "id" in each}
    labelled = {
        each["for"]
        for tag, each in page.elements
        if tag == "label" and "for" in each
    }
    assert {
        each["id"] for tag, each in page.elements if tag == "select"
    } <= labelled
    assert all(
        each["aria-labelledby"] in ids
        for tag, each in page.elements
        if tag == "section"
    )
