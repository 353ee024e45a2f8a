"""Conditions that are asked for together, by what they are asked for."""

from __future__ import annotations

LEVELS = ("concurrency", "request_rate")
"""The level of load that an axis shows: a point has one of them."""

LOADS = (*LEVELS, "num_prompts", "max_concurrency")
"""Conditions that say how high the load is; the first that a point has says it best."""

SET_LOADS = ("max_concurrency", "request_rate", "num_prompts")
"""What the user sets of the load; the first that is told, and finite, limits what is asked at once.
"""

SLOTS = ("num_prompts", "max_concurrency")
"""What `concurrency` is one of."""

NOTED_APART = ("label", "tag", "host")
"""Incidental, and still worth a word where the sides of a comparison differ in it."""

PRICES = ("cost_per_hour", "price_per_kwh", "pue", "currency")
"""What costs rest on."""

CHANGES_WITH_DATES = (
    "engine_version",
    "stack",
    "campaign",
    "group",
    "label",
    "origin",
)
"""What a curve over dates runs across: the same machine with newer software."""

STUDY = ("config", "model", "tp")
"""What names a curve of the study that this began with."""

HARDWARE = ("card", "gpus", "pcie_width", "stack")
"""What people call an experiment by where its configurations have no letters."""

DEPLOYMENT = (*STUDY, "engine")
"""What tells one deployment from another."""

NAMES_OF_ROWS = ("model", "card", "engine")
"""What every row of a table names where one of them does: nothing is measured without them."""

WORK = (
    "model",
    "engine",
    "engine_version",
    "card",
    "stack",
    "dtype",
    "backend",
    "dataset",
    "input_len",
    "output_len",
    "prefix_len",
    "cache",
    "burstiness",
    "rehearsal",
)
"""What must agree between one card and several: all but their number, and the load."""

AROUND_ENGINE = (
    *STUDY,
    "gpus",
    "pcie_width",
    "dataset",
    "input_len",
    "output_len",
    "prefix_len",
    "cache",
    "rehearsal",
)
"""What must agree between engines that one table compares."""

DISTINGUISHING = (
    *DEPLOYMENT,
    "tool",
    "input_len",
    "output_len",
    "scenario",
    "dataset",
    "cache",
    "prefix_len",
    "card",
    "gpus",
    "dp",
    "dtype",
    "stack",
    "pcie_generation",
    "pcie_width",
    "backend",
    "burstiness",
    "label",
    "engine_version",
    "address",
    "origin",
    "currency",
    "rehearsal",
    "twin",
    "campaign",
    "group",
)
"""What may make two curves of one, the most telling first: `tool` is who measured. Neither the
level of load, nor what differs by chance or by hour.
"""
