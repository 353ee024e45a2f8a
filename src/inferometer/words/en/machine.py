"""What is said of the machine: reasons, console and checks, in English."""

from __future__ import annotations

MACHINE: dict[str, str] = {
    "machine.reason.no_power_source": "nothing here reads the power or energy of the card",
    "machine.reason.counter_frozen": (
        "the card's energy counter does not move, and its power is not read"
    ),
    "machine.reason.counter_reset": "the card's energy counter began anew during the run",
    "machine.reason.counter_implausible": "the card's energy counter contradicts its power",
    "machine.reason.window_not_bracketed": "there is no sample before or after the run",
    "machine.reason.sampling_gap": "for more than 1.5 s nothing was sampled",
    "machine.reason.too_few_samples": "there are fewer than two samples in the run",
    "machine.reason.window_too_short": (
        "the run is too short: energy takes 5 s of power samples, or 10 s of a counter"
    ),
    "machine.reason.card_missing": "a card under test was not seen from beginning to end",
    "machine.reason.card_unexpected": (
        "there are more cards than the server uses; say which with --cards, or `cards` in the "
        "campaign file"
    ),
    "machine.reason.cards_unknown": (
        "which of the cards the server uses is not known; say it with --cards, or `cards` in "
        "the campaign file"
    ),
    "machine.reason.methods_disagree": (
        "the card's energy counter and the integral of its power differ by more than 5 %"
    ),
    "machine.reason.clock_mismatch": "the times of samples do not go forward",
    "machine.reason.source_lost": "a card was lost during the run",
    "machine.reason.permission": "only root may read it",
    "machine.reason.partition_scope": (
        "the card is partitioned, and its power is that of all parts"
    ),
    "machine.reason.shared_card": "another program uses the card as well",
    "machine.reason.no_window": "no request was answered",
    "machine.reason.no_idle_baseline": (
        "the idle power was not measured: give --idle-seconds 10, or `idle_seconds: 10` in "
        "the campaign file"
    ),
    "machine.reason.idle_not_settled": "the idle power had not settled: give more seconds",
    "machine.reason.not_sampled": "no card was sampled",
    "machine.reason.no_tokens": "no such token was generated",
    "machine.reason.no_goodput": "no limits of a good request are given (--goodput)",
    "machine.reason.no_source": "nothing here reads it",
    "machine.reason.not_reported": "the driver reports none",
    "machine.reason.unreadable": "it cannot be read",
    "machine.reason.other": "it could not be measured ({code})",
    "console.machine": "The Machine",
    "console.machine.simulated": "The Machine (accelerator simulated)",
    "console.machine.cards": "Accelerators under test:",
    "console.machine.gpu_utilization": "GPU utilization (%):",
    "console.machine.gpu_memory_used": "Peak GPU memory (%):",
    "console.machine.gpu_temperature": "Peak GPU temperature (°C):",
    "console.machine.gpu_throttled": "Time throttled (%):",
    "console.machine.average_power": "Average power (W):",
    "console.machine.peak_power": "Peak power (W):",
    "console.machine.energy": "Energy (J):",
    "console.machine.energy_above_idle": "Energy above idle (J):",
    "console.machine.tokens_per_joule": "Output tokens per joule (tok/J):",
    "console.machine.joules_per_output_token": "Energy per output token (J):",
    "console.machine.joules_per_good_token": "Energy per good output token (J):",
    "console.machine.cpu_utilization": "CPU of this host (%):",
    "console.machine.host_energy": "Energy of this host's processors (J):",
    "console.machine.cpu_utilization.there": "CPU of the server's host (%):",
    "console.machine.host_energy.there": "Energy of its processors (J):",
    "console.machine.monitor": (
        "Samples from {url}; its clock minus ours: {ahead:+.2f} ± {uncertainty:.2f} ms."
    ),
    "console.machine.why": "No energy: {why}.",
    "console.cost": "Cost at {price}",
    "console.cost.cost_per_million_tokens": "Per million output tokens:",
    "console.cost.cost_per_million_good_tokens": "Per million good output tokens:",
    "console.cost.tokens_per_currency": "Output tokens per unit of currency:",
    "console.cost.why": "No cost: a price per kWh needs the energy, which is not known.",
    "link.refused": (
        "{card} has a link of {width} lanes, but {declared} are declared: nothing is measured "
        "under a wrong label. Use another slot, or declare the link as it is"
    ),
    "monitor.address": (
        "wants an address such as http://HOST:9120, without user and password; a token comes "
        "from INFEROMETER_MONITOR_TOKEN"
    ),
    "monitor.unreached": (
        "The monitor at {url} does not answer as one ({why}): "
        "start `inferometer monitor --serve` there, or leave the monitor out."
    ),
    "caution.temperature": (
        "the accelerators were not equally warm: {one:.0f} °C in {a}, {other:.0f} °C in {b}; "
        "let the sides take turns"
    ),
    "target.why.not_sampled": "the machine was not sampled",
    "target.needs.telemetry": "samples of the machine, which --no-telemetry turns off",
    "check.samplers.silent": "The machine was not sampled.",
    "check.samplers.fine": "Every sampler worked.",
    "check.samplers.found": (
        "Some of the machine could not be sampled: {told}. No number was disturbed; what only "
        "these report is missing."
    ),
    "check.samplers.next": (
        "Run `inferometer monitor --once` on that host to see what each source says."
    ),
    "check.throttled.silent": "No card tells whether it was throttled.",
    "check.throttled.fine": "No card was throttled for long.",
    "check.throttled.found": "A card was throttled: {parts}.",
    "check.throttled.part.thermal_percent": "for its heat in {value:.1f} % of the run",
    "check.throttled.part.power_percent": "by its power limit in {value:.1f} % of the run",
    "check.throttled.next": (
        "For heat, improve the cooling, and compare runs at the same temperature. For power, "
        "raise the limit, or keep it and name it with the result."
    ),
    "check.link_as_declared.silent": "No link was sampled.",
    "check.link_as_declared.known": "The link of {card} has {width} lanes.",
    "check.link_as_declared.fine": (
        "The link of each card has the declared {width} lanes, as seen under load."
    ),
    "check.link_as_declared.other": (
        "The link of {card} has {width} lanes, but {declared} are declared: the result has a "
        "wrong label."
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
