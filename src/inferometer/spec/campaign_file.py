"""Reading a campaign: a file or a preset, what `--set` and the environment change, and every error
at once, with its line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from inferometer.secret import masked_text
from inferometer.spec.campaign import CampaignError, CampaignSpec, Cell, Matrix
from inferometer.spec.campaign_checks import Finding, check_names, check_points
from inferometer.spec.campaign_errors import readable, sentences
from inferometer.spec.combos import campaign_of_combos, is_combos
from inferometer.spec.expand import server_groups
from inferometer.spec.flags import SERVER_URL, did_you_mean, parse_base_url
from inferometer.spec.marked_yaml import (
    MAX_BYTES,
    Marked,
    Place,
    YamlError,
    read_value,
    read_yaml,
)
from inferometer.spec.preset_files import preset_names, preset_text
from inferometer.words import Said, counted, either, reason_of, sentence_of

NARROWING = ("NUM_PROMPTS_START", "NUM_PROMPTS_END")


@dataclass
class _File:
    """A campaign as written, and where each value comes from: a line of the file, or what replaced
    it.
    """

    name: str
    marked: Marked
    replaced: dict[Place, str] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def raw(self) -> dict[str, Any]:
        return self.marked.data if isinstance(self.marked.data, dict) else {}

    def put(self, place: Place, value: Any, said_by: str) -> None:
        """Replace a value; the mappings that lead to it are made where they are missing."""
        holder: Any = self.raw
        for depth, step in enumerate(place[:-1], 1):
            if isinstance(holder, dict) and step not in holder:
                holder[step] = {}
                self.replaced[place[:depth]] = said_by
            holder = holder[step]
        holder[place[-1]] = value
        self.marked.lines = {
            known: line
            for known, line in self.marked.lines.items()
            if known[: len(place)] != place
        }
        self.replaced[place] = said_by

    def fault(self, place: Place, sentence: str) -> None:
        for end in range(len(place), -1, -1):
            if place[:end] in self.replaced:
                self.say(self.replaced[place[:end]], sentence)
                return
            if (line := self.marked.lines.get(place[:end])) is not None:
                self.faults.append((line, _in_line(self.name, line, sentence)))
                return
        self.say(self.name, sentence)

    def say(self, who: str, sentence: str) -> None:
        self.faults.append((0, _at(who, sentence)))

    def raise_faults(self) -> None:
        if self.faults:
            raise CampaignError(
                list(
                    dict.fromkeys(
                        sentence
                        for _, sentence in sorted(
                            self.faults, key=lambda each: each[0]
                        )
                    )
                )
            )


def load_campaign(
    source: Path | str,
    *,
    sets: Sequence[str] = (),
    environment: Mapping[str, str],
    interleave: bool = False,
) -> CampaignSpec:
    """Read and check a whole campaign: a file, or a preset by its name.

    `sets` are `KEY=VALUE`, the key dotted (`load.num_warmups=4`, `groups.1C-1k.tp=2`), the value in
    YAML. Of `environment`, NUM_PROMPTS_START and NUM_PROMPTS_END narrow what num_prompts a matrix
    lists, and VLLM_SERVER_URL replaces the address of every server whose address is not among
    `sets`. `interleave` pairs its two servers, unless it says itself what is interleaved. Raises
    CampaignError with all that is wrong.
    """
    file = _read(source)
    for pair in sets:
        _set(file, pair)
    _set_server_url(file, environment)
    bounds = _bounds(file, environment)
    if interleave and not file.raw.get("interleave"):
        _interleave(file)
    try:
        campaign = CampaignSpec.model_validate(file.raw)
    except ValidationError as error:
        campaign = None
        for place, sentence in sentences(error, file.raw):
            file.fault(place, sentence)
    for finding in check_names(file.raw):
        file.fault(*_readable(finding, file.raw))
    file.raise_faults()
    assert campaign is not None  # else there was a fault
    narrowed = _narrow(file, campaign, bounds)
    for finding in check_points(narrowed):
        file.fault(*_readable(finding, file.raw))
    file.raise_faults()
    return narrowed


def _readable(finding: Finding, raw: Mapping[str, Any]) -> Finding:
    place, sentence = finding
    return place, _at(readable(place, raw), sentence)


def _at(place: str, sentence: str) -> Said:
    return Said("campaign_file.at", {"place": place, "what": sentence})


def _in_line(name: str, line: int, sentence: str) -> Said:
    return Said(
        "campaign_file.line", {"name": name, "line": line, "what": sentence}
    )


def _read(source: Path | str) -> _File:
    """The file or preset, its text understood as far as YAML goes."""
    name = str(source)
    try:
        text = _text_of(name, Path(source))
    except UnicodeDecodeError:
        raise CampaignError(
            [Said("campaign_file.not_utf8", {"name": name})]
        ) from None
    except OSError as error:
        why = {"name": name, "why": reason_of(error)}
        raise CampaignError([Said("campaign_file.unread", why)]) from None
    except ValueError as error:
        why = {"name": name, "why": str(error)}
        raise CampaignError([Said("campaign_file.unread", why)]) from None
    try:
        marked = read_yaml(text)
    except YamlError as error:
        raise CampaignError(
            [_in_line(name, line, sentence) for line, sentence in error.reasons]
        ) from None
    if not isinstance(marked.data, dict):
        raise CampaignError([Said("campaign_file.no_mapping", {"name": name})])
    if is_combos(marked.data):
        try:
            return _File(name, Marked(campaign_of_combos(marked.data, name)))
        except ValueError as error:
            raise CampaignError([sentence_of(error)]) from None
    return _File(name, marked)


def _text_of(name: str, path: Path) -> str:
    if path.is_file():
        if path.stat().st_size > MAX_BYTES:
            told = {"name": name, "most": MAX_BYTES}
            raise CampaignError([Said("campaign_file.too_long", told)])
        return path.read_text(encoding="utf-8")
    if name in preset_names():
        return preset_text(name)
    if name and path.is_dir():
        raise CampaignError([Said("campaign_file.directory", {"name": name})])
    hint = _begin_so(name) or did_you_mean(name, preset_names())
    near = {"name": name, "near": hint}
    raise CampaignError([Said("campaign_file.no_preset", near)])


def _begin_so(name: str) -> str:
    """The presets whose names begin so, where there are some, as the end of a sentence."""
    found = [
        preset for preset in preset_names() if name and preset.startswith(name)
    ]
    return (
        Said("near.either", {"names": either([*map(repr, found)])})
        if found
        else ""
    )


def _set(file: _File, pair: str) -> None:
    """`--set KEY=VALUE`."""
    key, equals, value = pair.partition("=")
    if not equals or not key.strip():
        file.say(f"--set {pair}", Said("campaign_file.pair"))
        return
    try:
        place = _place(file.raw, key.strip())
        file.put(place, read_value(value), f"--set {masked_text(pair)}")
    except YamlError as error:
        file.say(f"--set {masked_text(pair)}", sentence_of(error))
    except (LookupError, TypeError):
        file.say(
            f"--set {pair}",
            Said("campaign_file.no_place", {"key": key.strip()}),
        )


def _place(raw: Mapping[str, Any], key: str) -> Place:
    """Where a dotted key leads. A group is named by its id or its number from 0; a key that itself
    has a dot is found too.
    """
    place: list[str | int] = []
    here: Any = raw
    while key:
        if isinstance(here, list):
            step, _, key = key.partition(".")
            ids = [
                item.get("id") if isinstance(item, dict) else None
                for item in here
            ]
            index = (
                ids.index(step)
                if step in ids
                else int(step)
                if step.isdigit() and int(step) < len(here)
                else None
            )
            if index is None:
                raise LookupError(step)
            place.append(index)
            here = here[index]
        else:
            dotted = (
                [name for name in here if key.startswith(f"{name}.")]
                if isinstance(here, dict)
                else []
            )
            step = (
                key
                if isinstance(here, dict) and key in here
                else max(dotted, key=len, default=key.partition(".")[0])
            )
            key = key[len(step) + 1 :]
            place.append(step)
            here = here.get(step, {}) if isinstance(here, dict) else {}
    return tuple(place)


def _set_server_url(file: _File, environment: Mapping[str, str]) -> None:
    address = environment.get(SERVER_URL, "").strip()
    servers = file.raw.get("servers")
    if not address or not isinstance(servers, dict):
        return
    try:
        base_url = parse_base_url(address, SERVER_URL)
    except ValueError as error:
        file.say(SERVER_URL, sentence_of(error))
        return
    for name, recipe in servers.items():
        if (
            isinstance(recipe, dict)
            and ("servers", name, "base_url") not in file.replaced
        ):
            file.put(
                ("servers", name, "base_url"),
                base_url,
                f"{SERVER_URL}={address}",
            )


def _interleave(file: _File) -> None:
    """`--interleave`: its two servers, or all where they serve one model on one hardware."""
    try:
        campaign = CampaignSpec.model_validate(file.raw)
    except ValidationError:
        return  # which is told of the file itself
    together = server_groups(campaign)
    number = len(together)
    kinds = {(each.model, each.tp, each.hardware) for each in campaign.groups}
    if number == 2 or (number > 2 and len(kinds) == 1):
        file.put(
            ("interleave",), [[ids[0] for ids in together]], "--interleave"
        )
        return
    key = "campaign_file.interleave" + ".few" * (number < 2)
    told = {"names": ", ".join(map("+".join, together))}
    file.say("--interleave", counted(key, number, told))


def _bounds(
    file: _File, environment: Mapping[str, str]
) -> tuple[int, int] | None:
    """Smallest and largest num_prompts wanted; None where the environment says nothing, or nothing
    that can be read.
    """
    found: list[int | None] = []
    for name in NARROWING:
        text = environment.get(name, "").strip()
        if text and not (
            text.isascii() and text.isdigit() and 0 < int(text[:19]) < 10**18
        ):
            file.say(name, Said("campaign_file.no_number", {"text": text}))
            return None
        found.append(int(text) if text else None)
    first, last = found
    if first is None and last is None:
        return None
    if first is not None and last is not None and first > last:
        told = {"first": first, "last": last}
        file.say("NUM_PROMPTS_START", Said("campaign_file.exchanged", told))
        return None
    return first or 1, last or 10**18


def _narrow(
    file: _File, campaign: CampaignSpec, bounds: tuple[int, int] | None
) -> CampaignSpec:
    """The campaign with only those num_prompts that lie within `bounds`, wherever a matrix lists
    them.
    """
    if bounds is None:
        return campaign

    def wanted(row: Cell) -> bool:
        return (
            row.num_prompts is None or bounds[0] <= row.num_prompts <= bounds[1]
        )

    def narrowed(matrix: Matrix) -> Matrix:
        axis = tuple(
            n for n in matrix.num_prompts if bounds[0] <= n <= bounds[1]
        )
        paired = tuple(filter(wanted, matrix.paired))
        include = tuple(filter(wanted, matrix.include))
        if (matrix.num_prompts and not axis) or (matrix.paired and not paired):
            told = {
                "name": campaign.name,
                "first": bounds[0],
                "last": bounds[1],
            }
            nothing = Said("campaign_file.nothing_left", told)
            file.say(Said("campaign_file.both_bounds"), nothing)
        return matrix.model_copy(
            update={"num_prompts": axis, "paired": paired, "include": include}
        )

    groups = tuple(
        group
        if group.matrix is None
        else group.model_copy(update={"matrix": narrowed(group.matrix)})
        for group in campaign.groups
    )
    result = campaign.model_copy(
        update={"matrix": narrowed(campaign.matrix), "groups": groups}
    )
    file.raise_faults()
    return result
