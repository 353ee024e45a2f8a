"""The library of the page is made once and read afterwards, unless what was kept is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
import vl_convert

from inferometer.report.page.library import drawing_library

BUNDLE = "window.vegaEmbed = 'é'; '</script>'"


@pytest.fixture
def made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    """What was bundled."""
    snippets: list[str] = []

    def bundle(snippet: str) -> str:
        snippets.append(snippet)
        return BUNDLE

    monkeypatch.setattr(vl_convert, "javascript_bundle", bundle)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    drawing_library.cache_clear()
    yield snippets
    drawing_library.cache_clear()


def again() -> str:
    """As the next process has it."""
    drawing_library.cache_clear()
    return drawing_library()


def test_it_is_made_once(made: list[str], tmp_path: Path) -> None:
    assert again() == again() == BUNDLE.replace("</script", "<\\/script")
    assert len(made) == 1
    (kept,) = (tmp_path / "inferometer").iterdir()
    assert metadata.version("vl-convert-python") in kept.name


@pytest.mark.parametrize("damage", ["cut", "changed", "not text", "folder"])
def test_what_is_damaged_is_made_anew(
    made: list[str], tmp_path: Path, damage: str
) -> None:
    expected = again()
    (kept,) = (tmp_path / "inferometer").iterdir()
    content = kept.read_bytes()
    if damage == "folder":
        kept.unlink()
        kept.mkdir()
    else:
        kept.write_bytes(
            {
                "cut": content[:70],
                "changed": content.replace(b"vega", b"evil"),
                "not text": b"\xff" * 200,
            }[damage]
        )
    assert again() == expected
    assert len(made) == 2


def test_a_place_that_cannot_be_written_is_no_matter(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert "vegaEmbed" in again()
    assert "vegaEmbed" in again()
    assert len(made) == 2
