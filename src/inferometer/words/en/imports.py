"""Notes on points of other tools' files, in English. How keys are made is told at
`Words.finding`.
"""

from __future__ import annotations

IMPORTS: dict[str, str] = {
    "note.rate_not_reached": (
        "The tool sent {sent:.4g} requests/s of the {asked:.4g} that were asked for: the "
        "load is what it sent."
    ),
    "note.offline_throughput": (
        "It is a run of the engine without a server ({command}): no figure of it is one of serving."
    ),
    "note.offline_latency": (
        "It is a run of the engine without a server ({command}): E2EL is that of a whole batch."
    ),
    "note.one_batch": (
        "One call carried the whole batch ({command}): nothing is known of single requests."
    ),
    "note.llama_bench": (
        "It is a run of llama.cpp's engine without a server, with one sequence: its rates "
        "are no figures of serving."
    ),
    "note.loadgen_verdict": (
        "LoadGen itself calls the run {verdict}; that is about its own limits."
    ),
    "note.loadgen_verdict.limits": (
        "LoadGen itself calls the run {verdict}; its limits are p99 TTFT {ttft:g} ms and p99 "
        "TPOT {tpot:g} ms."
    ),
    "note.means_of_runs": (
        "Its figures are means over several runs; a percentile is the mean of their percentiles."
    ),
    "note.cancelled": "The tool says that this run was cancelled: its figures are of a part of it.",
    "note.own_tokenizer": "Tokens are counted by the tool's own tokenizer.",
    "note.arrays": (
        "Its arrays of single requests are not equally long ({which}): nothing is computed from "
        "them."
    ),
    "note.other_requests": (
        "The file contradicts itself: {n} of its single requests completed, its summary counts "
        "{completed:.0f}. Nothing is computed from them."
    ),
    "note.sample": (
        "The file has {n} of {completed:.0f} requests, a sample: nothing is computed from them."
    ),
    "note.contradiction": "{by} says {condition} {value}, {other} says {rest}: {by} counts.",
    "note.cut_row": "The row after this one is cut off: it is left out.",
    "note.rows_long": "Rows left out, with more cells than the head: {rows}.",
    "note.rows_sums": "Rows left out, which sum up others: {rows}.",
    "note.rows_empty": "Rows left out, without figures: {rows}.",
    "note.rows_unnamed": (
        "Rows left out, without the model, card or engine that others name: {rows}. Where a "
        "spreadsheet joined cells, fill in each."
    ),
    "note.told_twice": (
        "Figures that are told twice, with different values, are left out: {names}."
    ),
    "note.by_names": (
        "No known tool wrote this file: only figures whose names say what they are, and in which "
        "unit, are taken."
    ),
    "note.not_taken": (
        "Figures of unsure meaning or unit are left out: {names}."
    ),
    "note.by.file": "The file",
    "note.by.config.json": "config.json",
    "note.by.name": "the file's name",
    "note.by.folder": "the folder's name",
    "note.other_meaning": (
        "Of {names} the tool has figures by another definition; they are left out."
    ),
    "note.own_figures": "Under the tool's own names and definitions: {figures}.",
    "note.cut_off": "Requests cut off at the end of the run, and counted nowhere: {n}.",
    "note.csv_verdict": "The table calls it {verdict}; the run itself is not here to check.",
}
