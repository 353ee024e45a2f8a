"""Figures as files and in colours: PNG and SVG, hostile names in them, and palettes that all
readers can tell apart.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pytest

from inferometer.report.figures import (
    FIGURES,
    Drawing,
    Material,
    draw,
    draw_all,
    theme,
    write,
)
from inferometer.report.figures.theme import (
    DARK_COLOURS,
    DARK_GROUND,
    LIGHT_COLOURS,
    LIGHT_GROUND,
)
from inferometer.store.atomic import CannotWriteError
from inferometer.words import Words
from tests.report.figure_material import everything, ladder, material_for

Vector = npt.NDArray[np.float64]

CONES = {
    "all": np.eye(3),
    "no red": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Machado, Oliveira and Fernandes 2009, severity 1: what a reader without these cones sees of
linear RGB.
"""


def drawings(material: Material, language: str = "en") -> list[Drawing]:
    return [
        each
        for each in draw_all(material, Words(language))
        if isinstance(each, Drawing)
    ]


@pytest.mark.parametrize(
    ("language", "keys"),
    [
        ("en", tuple(FIGURES)),
        ("zh-CN", ("production",)),
        ("zh-TW", ("timeline",)),
    ],
)
def test_figures_become_pictures(
    tmp_path: Path,
    language: str,
    keys: tuple[str, ...],
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = [draw(key, material_for(key), Words(language)) for key in keys]
    drawn = [each for each in found if isinstance(each, Drawing)]
    paths = write(
        drawn,
        tmp_path / "deep" / "figures",
        formats=("svg",),
        language=language,
    )
    assert [path.stem for path in paths] == list(keys)
    for drawing, path in zip(drawn, paths, strict=True):
        text = "".join(
            ElementTree.fromstring(path.read_text(encoding="utf-8")).itertext()
        )
        assert drawing.title in text
        assert "undefined" not in text
        assert "NaN" not in text
    assert capfd.readouterr() == ("", "")


def test_png_has_the_dots_that_were_asked_for(tmp_path: Path) -> None:
    timeline = draw("timeline", everything(), Words())
    assert isinstance(timeline, Drawing)
    sizes = []
    for scale in (1, 2):
        (path,) = write(
            [timeline], tmp_path / str(scale), formats=("png",), scale=scale
        )
        content = path.read_bytes()
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        sizes.append(int.from_bytes(content[16:20], "big"))
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=2)


def test_files_are_replaced_and_only_png_and_svg_are_known(
    tmp_path: Path,
) -> None:
    (scaling,) = (
        each for each in drawings(everything()) if each.key == "scaling"
    )
    first = write([scaling], tmp_path)
    before = [path.read_bytes() for path in first]
    assert [path.read_bytes() for path in write([scaling], tmp_path)] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "scaling.png",
        "scaling.svg",
    ]
    with pytest.raises(ValueError, match="png or svg, not as gif"):
        write([scaling], tmp_path, formats=("gif",))
    with pytest.raises(CannotWriteError):
        write([scaling], first[0] / "below")


def test_what_results_say_is_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    long = "org/" + "very-" * 20 + "long"
    odd = "two\nlines \ud800\x07 模型 'quoted\" \\ ${x} datum.x"
    points = [
        replace(p, id=evil)
        for name in (evil, long, odd)
        for p in ladder(model=name)
    ]
    points += [
        replace(p, reasons=(evil,)) for p in ladder(model="x", status="SUSPECT")
    ]
    material = replace(
        everything(), points=points, runs={evil: everything().runs["1C-1k/np8"]}
    )
    material = replace(
        material,
        link_effects=[
            {**each, "model": evil, "metric": evil}
            for each in material.link_effects
        ],
        series=[
            {**each, "name": evil, "unit": evil, "card": evil}
            for each in material.series
        ],
        scaling=[{**each, "name": odd} for each in material.scaling],
    )
    found = drawings(material)
    assert {each.key for each in found} >= {
        "pcie",
        "load_curves",
        "pareto",
        "link_effect",
        "scaling",
        "timeline",
        "over_time",
    }
    for path in write(found, tmp_path, formats=("svg",)):
        content = path.read_text(encoding="utf-8")
        assert "<script" not in content
        ElementTree.fromstring(content)
    rows = next(each for each in found if each.key == "pcie").rows
    assert any(row.get("name") == f"C · {long} · TP1" for row in rows)
    assert {row["curve"] for row in rows} > {
        "C · org/very-v…y-very-long · TP1",
        "C · x · TP1",
    }


def linear(colour: str) -> Vector:
    channels = (
        np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    )
    return np.where(
        channels <= 0.04045,
        channels / 12.92,
        ((channels + 0.055) / 1.055) ** 2.4,
    )


def lab(rgb: Vector) -> Vector:
    to_xyz = np.array(
        [
            [0.4124, 0.3576, 0.1805],
            [0.2126, 0.7152, 0.0722],
            [0.0193, 0.1192, 0.9505],
        ]
    )
    share = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.9505, 1, 1.089])
    f = np.where(
        share > 216 / 24389, np.cbrt(share), (24389 / 27 * share + 16) / 116
    )
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


PALETTES = pytest.mark.parametrize(
    ("colours", "ground"),
    [(LIGHT_COLOURS, LIGHT_GROUND), (DARK_COLOURS, DARK_GROUND)],
)


@PALETTES
@pytest.mark.parametrize("cones", CONES)
def test_colours_differ_for_every_reader(
    colours: tuple[str, ...], ground: str, cones: str
) -> None:
    seen = [lab(CONES[cones] @ linear(colour)) for colour in colours]
    assert (
        min(
            float(np.linalg.norm(one - other))
            for one, other in itertools.combinations(seen, 2)
        )
        > 20
    )


@PALETTES
def test_colours_stand_out_from_their_ground(
    colours: tuple[str, ...], ground: str
) -> None:
    assert min(contrast(colour, ground) for colour in colours) >= 3


@pytest.mark.parametrize("dark", [False, True])
def test_words_can_be_read_on_their_ground(dark: bool) -> None:
    config = theme(dark=dark)
    ground = DARK_GROUND if dark else LIGHT_GROUND
    inks = (
        config["title"]["color"],
        config["title"]["subtitleColor"],
        config["axis"]["labelColor"],
        config["legend"]["labelColor"],
    )
    assert min(contrast(ink, ground) for ink in inks) >= 4.5


@pytest.mark.parametrize(
    ("language", "first"),
    [
        ("en", "system-ui"),
        ("zh-CN", "'PingFang SC'"),
        ("zh-TW", "'PingFang TC'"),
    ],
)
def test_fonts_begin_with_those_of_the_language_and_have_chinese_ones(
    language: str, first: str
) -> None:
    fonts = theme(language=language)["font"]
    assert fonts.startswith(first)
    assert "Noto Sans CJK" in fonts
    assert fonts.endswith("sans-serif")


def test_the_documentation_names_every_figure() -> None:
    results = (Path(__file__).parents[2] / "docs" / "results.md").read_text(
        encoding="utf-8"
    )
    assert [key for key in FIGURES if f"`{key}`" not in results] == []
