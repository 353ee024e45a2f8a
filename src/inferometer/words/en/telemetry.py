"""What `monitor` says, and what is seen beside the load of a run."""

from __future__ import annotations

TELEMETRY: dict[str, str] = {
    "monitor.card": "card",
    "monitor.name": "name",
    "monitor.gpu_utilization": "GPU%",
    "monitor.memory": "GiB",
    "monitor.power": "W",
    "monitor.temperature": "°C",
    "monitor.gpu_clock": "MHz",
    "monitor.link": "PCIe",
    "monitor.no_cards": (
        "No accelerator is seen here: no PCI device of a known vendor, and no vendor's tool "
        "answers. In a container, pass the devices and /sys through."
    ),
    "monitor.host": (
        "Host: load {load}, memory {available} of {total} GiB available, waiting for CPU {cpu}%, "
        "for memory {memory}% of the last 10 s."
    ),
    "monitor.contradiction": (
        "{card}: the slot reports {slot}, the driver {vendor}. The smaller of the two is shown."
    ),
    "monitor.narrow": "{card}: the way to the processor is narrower than the slot: {narrowest}.",
    "monitor.unverifiable.virtual_machine": (
        "{card}: this is a virtual machine, so the slot's link cannot be verified."
    ),
    "monitor.unverifiable.no_port_above": (
        "{card}: it sits on no slot that can be seen (built in, or handed to a virtual machine)."
    ),
    "monitor.unverifiable.way_unknown": (
        "{card}: /sys does not show where on the bus it is, so the slot's link is unknown."
    ),
    "monitor.unverifiable.not_reported": "{card}: its slot reports no link; it may be asleep.",
    "monitor.tool.tool_missing": (
        "{tool} is not installed here, or not in PATH: what only it reports is missing."
    ),
    "monitor.tool.tool_failed": "{tool} failed: what only it reports is missing.",
    "monitor.tool.tool_timeout": "{tool} did not answer in time: what only it reports is missing.",
    "monitor.tool.unknown_format": (
        "{tool} printed nothing that is known: what only it reports is missing."
    ),
    "monitor.power_unread": "{card}: no power is read ({reason}).",
    "monitor.reason.no_source": "nothing here reads it for this card",
    "monitor.reason.not_reported": "the driver reports none",
    "monitor.reason.permission": "it may not be read by this user",
    "monitor.reason.unreadable": "the file cannot be read",
    "monitor.reason.not_a_number": "it is no number",
    "monitor.reason.unknown_format": "its format is unknown",
    "monitor.reason.unit_unknown": "its unit is unknown",
    "monitor.rates": (
        "CPU {cpu}%, busiest processor {core}%; "
        "network in {received} MB/s, out {sent} MB/s; CPU package {power} W."
    ),
    "monitor.server": (
        "Server ({engine}): {running} running, {waiting} waiting, KV cache {kv}%, "
        "{tokens} output tokens/s."
    ),
    "monitor.no_page": "Server: no metrics page at {url}/metrics.",
    "monitor.and_others": ("{card} and {more} others"),
    "monitor.other_file": (
        "{path} exists and holds something else, so no samples are appended: choose another name."
    ),
    "monitor.large_file": (
        "{path} is larger than 1 GiB: continue in a new file."
    ),
    "monitor.reason.card_lost": (
        "the card is lost: it fell off the bus, or has to be reset"
    ),
    "monitor.reason.not_due": ("it is read less often than this"),
    "monitor.reason.tool_missing": ("its tool is not installed"),
    "monitor.reason.tool_failed": ("its tool failed"),
    "monitor.reason.tool_timeout": ("its tool did not answer in time"),
    "progress.cards": (
        "{n} cards: GPU {utilization}%, {memory} GiB, {power} W, {temperature} °C at most"
    ),
    "progress.cards.one": (
        "1 card: GPU {utilization}%, {memory} GiB, {power} W, {temperature} °C"
    ),
    "progress.more": "and {n} more cards",
    "progress.more.one": "and 1 more card",
    "progress.host": (
        "Host: CPU {cpu}%, busiest processor {core}%, {available} of {total} GiB memory free"
    ),
    "progress.server": (
        "Server: {running} running, {waiting} waiting, KV cache {kv}%"
    ),
}
