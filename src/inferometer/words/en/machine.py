"""What is said of the machine: reasons and console, in English."""

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
    "machine.reason.too_few_samples": "there are too few samples in the run",
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
        "the card's energy counter and the integral of its power differ by more than 5%"
    ),
    "machine.reason.too_uncertain": (
        "the samples leave the energy uncertain by more than 0.5%; measure longer (more "
        "--num-prompts): several minutes if the card has no energy counter"
    ),
    "machine.reason.clock_mismatch": "the times of samples do not go forward",
    "machine.reason.source_lost": "a card was lost during the run",
    "machine.reason.permission": "only root may read it",
    "machine.reason.partition_scope": (
        "only the power of the whole card is known, and the deployment has a part of it"
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
    "monitor.why.address": "no http address",
    "monitor.why.stamps": "impossible stamps",
    "monitor.why.json": "no JSON",
    "monitor.why.sample": "no sample",
    "monitor.unreached": (
        "The monitor at {url} does not answer as one ({why}): "
        "start `inferometer monitor --serve` there, or leave the monitor out."
    ),
    "caution.no_currency": "prices name no currency: costs compare only if all are in one",
    "caution.unknown_currency": "no named currency",
    "caution.currencies": (
        "prices are in {which}, and nothing is converted: costs are not compared"
    ),
    "caution.temperature": (
        "the accelerators were not equally warm: {one:.0f} °C in {a}, {other:.0f} °C in {b}; "
        "let the sides take turns"
    ),
    "target.why.not_sampled": "the machine was not sampled",
    "target.needs.telemetry": "samples of the machine, which --no-telemetry turns off",
}
