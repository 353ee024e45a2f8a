"""Rows of a data set by way of the `datasets` library: from the hub, or from a local directory or
file, streamed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from inferometer.spec.hub_defaults import hub_name
from inferometer.spec.workload import HfWorkload
from inferometer.words import Said
from inferometer.workload.hub_rows import (
    FUNCTION_CALLING,
    category_files,
    row_form,
)
from inferometer.workload.image_fields import MEDIA
from inferometer.workload.records import Row, json_rows
from inferometer.workload.row_fields import Tally

SHUFFLE_BUFFER = 10_000
"""A stream is shuffled within a window of so many rows, which bounds what is in memory."""

UNREACHABLE = frozenset(
    {
        "ConnectionError",
        "LocalEntryNotFoundError",
        "OfflineModeIsEnabled",
        "TimeoutError",
        "TransportError",
    }
)
"""Errors of several libraries, by name: not all of them are installed."""

OWN_TRIES = "huggingface_hub.utils._http"
"""Logs each of its tries to reach the hub; what comes of them is said here."""

_SAVED = ("state.json", "dataset_dict.json")
"""What `save_to_disk` leaves in a directory."""

_FORMATS = {
    ".json": "json",
    ".jsonl": "json",
    ".parquet": "parquet",
    ".csv": "csv",
    ".txt": "text",
}


def hf_rows(
    spec: HfWorkload, order: np.random.Generator | None, left_out: Tally
) -> Iterator[Row]:
    """The rows of the split, and of the kind that is asked for. Raises ValueError with cause and
    cure.
    """
    try:
        import datasets
    except ImportError:
        raise ValueError(Said("dataset.hf.package")) from None
    logging.getLogger(OWN_TRIES).setLevel(logging.ERROR)
    form = row_form(spec)
    try:
        if hub_name(spec.path, spec.name) == FUNCTION_CALLING:
            rows: Any = _function_calls(datasets, spec, order)
        else:
            rows = _open(datasets, spec)
            if order is not None:
                rows = rows.shuffle(
                    seed=int(order.integers(2**31)), buffer_size=SHUFFLE_BUFFER
                )
        for number, content in enumerate(rows, 1):
            told = _said(content)
            if form is not None and (told := form(spec, told)) is None:
                left_out.add(Said("unfit.other_kind"))
                continue
            yield Row(f"{spec.path} ({spec.split}), row {number}", told)
    # the library, and those that it calls, raise all kinds
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        told = {"path": spec.path, "why": reason.rstrip(".")}
        raise ValueError(Said(_unread(spec.path, error), told)) from error


def _unread(path: str, error: Exception) -> str:
    """The key of the sentence about it."""
    if isinstance(error, ImportError):  # of a package that few data sets need
        return "dataset.hf.other_package"
    if Path(path).exists():
        return "dataset.hf.unread"
    kinds = {each.__name__ for each in type(error).__mro__}
    is_offline = not kinds.isdisjoint(UNREACHABLE)
    return f"dataset.hf.unread.{'network' if is_offline else 'hub'}"


def _function_calls(
    datasets: Any, spec: HfWorkload, order: np.random.Generator | None
) -> Iterator[Any]:
    """One row of each category in turn. Read line by line: every function has a schema of its own,
    which no table holds.
    """
    folder = Path(spec.path)
    if not folder.is_dir():
        manager = datasets.DownloadManager()
        names = category_files(spec)
        urls = [f"hf://datasets/{spec.path}/{name}" for name in names]
        paths = [str(path) for path in manager.download(urls)]
    else:
        paths = [str(folder / name) for name in category_files(spec)]
    rows = chain.from_iterable(
        zip_longest(*(json_rows(path, order) for path in paths))
    )
    return (row.content for row in rows if row is not None)


def _said(value: Any) -> Any:
    """Without the nulls that the library fills in where rows, messages or tools do not have the
    same fields.
    """
    if isinstance(value, dict) and value.keys() != MEDIA:
        return {
            name: _said(each)
            for name, each in value.items()
            if each is not None
        }
    return [_said(each) for each in value] if isinstance(value, list) else value


def _open(datasets: Any, spec: HfWorkload) -> Any:
    """The split as a stream, its pictures as they are in their files: nobody has to decode them."""
    rows = _stream(datasets, spec)
    return rows.decode(False) if rows.features is not None else rows


def _stream(datasets: Any, spec: HfWorkload) -> Any:
    path = Path(spec.path)
    if any((path / name).is_file() for name in _SAVED):
        saved = datasets.load_from_disk(spec.path)
        return (
            saved[spec.split] if isinstance(saved, dict) else saved
        ).to_iterable_dataset()
    if path.is_file():
        return datasets.load_dataset(
            _FORMATS.get(path.suffix, "json"),
            data_files=spec.path,
            split=spec.split,
            streaming=True,
        )
    return datasets.load_dataset(
        spec.path, name=spec.subset, split=spec.split, streaming=True
    )
