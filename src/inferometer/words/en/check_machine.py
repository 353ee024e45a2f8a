"""What checks of the machine found, in English."""

from __future__ import annotations

CHECK_MACHINE: dict[str, str] = {
    "check.samplers.silent": "The machine was not sampled.",
    "check.samplers.fine": "Every sampler worked.",
    "check.samplers.faults": (
        "Some of the machine could not be sampled: {parts}. No number was disturbed; what only "
        "these report is missing."
    ),
    "check.samplers.part.hung": "{value} gave no answer by the end",
    "check.samplers.part.failed": "{value} failed",
    "check.samplers.part.lost": "the process that samples ended early ({value})",
    "check.samplers.part.tool_failed": "{value}: the tool failed",
    "check.samplers.part.tool_timeout": "{value}: the tool did not answer in time",
    "check.samplers.part.unknown_format": "{value}: the tool's output is not understood",
    "check.samplers.next": (
        "Run `inferometer monitor --once` on that host to see what each source says."
    ),
    "check.throttled.silent": "No card tells whether it was throttled.",
    "check.throttled.fine": "No card was throttled for long.",
    "check.throttled.found": "A card was throttled: {parts}.",
    "check.throttled.part.thermal_percent": "for its heat in {value:.1f}% of the run",
    "check.throttled.part.power_percent": "for its power in {value:.1f}% of the run",
    "check.throttled.next": (
        "For heat, improve the cooling, and compare runs at the same temperature. For power, "
        "raise the limit, or keep it and name it with the result; if it is not reached, check the "
        "power supply."
    ),
    "check.link_as_declared.silent": "No link was sampled.",
    "check.link_as_declared.known": "The link of {card} has {width} lanes.",
    "check.link_as_declared.fine": "Under load, no card's link contradicted what is declared.",
    "check.link_as_declared.other": (
        "The link of {card} has {width} lanes, but {declared} are declared: the result has a "
        "wrong label."
    ),
    "check.link_as_declared.faster": (
        "The link of {card} ran at {speed_gts:g} GT/s, but {declared_gts:g} GT/s are declared: the "
        "result has a wrong label."
    ),
    "check.link_as_declared.slower": (
        "The link of {card} ran at {speed_gts:g} GT/s at most under load, but "
        "{declared_gts:g} GT/s are declared."
    ),
    "check.link_as_declared.unverifiable": (
        "The declared link of {card} is not verifiable here ({reason})."
    ),
    "check.link_as_declared.word": (
        "The driver reports the declared link of {card}, but its slot is not verifiable here "
        "({reason})."
    ),
    "check.link_as_declared.reason.virtual_machine": "this is a virtual machine",
    "check.link_as_declared.reason.no_port_above": "it sits on no slot that can be seen",
    "check.link_as_declared.reason.way_unknown": "/sys does not show where on the bus it is",
    "check.link_as_declared.reason.not_reported": "the slot reports no link",
    "check.link_as_declared.narrow": (
        "The slot of {card} gives it {width} lanes of the {max_width} that it can use."
    ),
    "check.link_as_declared.next": (
        "Check slot, riser and the bifurcation in the BIOS, or declare the link as it is."
    ),
    "check.link_held.silent": "No link was sampled.",
    "check.link_held.fine": "No link fell under load.",
    "check.link_held.fell": (
        "The link of {card} fell from {speed_gts:g} to {lowest_gts:g} GT/s under load."
    ),
    "check.link_held.errors": "Data on the PCIe links had to be sent again: {parts}.",
    "check.link_held.part.replays": "{value} replays",
    "check.link_held.part.errors": "{value} correctable errors",
    "check.link_held.next": (
        "Reseat the card, do without the riser, or set a lower PCIe generation in the BIOS."
    ),
    "check.other_processes.silent": "No card tells which processes use it.",
    "check.other_processes.fine": "One process at most computed on each card.",
    "check.other_processes.several": (
        "{most} processes compute on {card}; whether all are the server's is not known."
    ),
    "check.other_processes.came": (
        "Another process began to compute on {card} during the run: {most} instead of "
        "{before}."
    ),
    "check.other_processes.next": "End what else runs on the card, and measure again.",
    "check.power_cap.silent": "No card tells its power limit and the default.",
    "check.power_cap.fine": "The power limits are the cards' defaults.",
    "check.power_cap.lower": (
        "The power limit of {card} is {limit_w:.0f} W; its default is {default_w:.0f} W."
    ),
    "check.power_cap.next": (
        "Compare with cards of the same limit only, or set the default again."
    ),
}
