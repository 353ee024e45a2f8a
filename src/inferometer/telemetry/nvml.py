"""NVIDIA cards from the driver's library (NVML), which starts no process.

Any call may have no answer for a card: then its field is missing and the others are not.
"""

from __future__ import annotations

import ctypes
import importlib
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from inferometer.clock import NS, monotonic_ns
from inferometer.telemetry.pci import same_address
from inferometer.telemetry.processes import programs
from inferometer.telemetry.reading import (
    GTS_OF_GENERATION,
    NO_SOURCE,
    Card,
    Link,
    LinkReport,
    Reading,
    Readings,
    Reason,
    Told,
    ToolReport,
    ToolState,
)
from inferometer.telemetry.tree import Tree

TOOL = "NVML"
MILLI = 1e-3

PROCESSES_EVERY_S = 30
"""The list of processes takes milliseconds under a lock of the driver."""

REASONS: Mapping[int, Reason] = {
    3: "not_reported",  # not supported
    4: "permission",
    10: "tool_timeout",
    13: "no_source",  # this driver has no such function
    15: "card_lost",
    16: "card_lost",  # it has to be reset
    21: "not_reported",  # no data
    26: "not_reported",  # deprecated
}
"""By error number of NVML."""

NOT_INSTALLED = (9, 12)
"""The driver is not loaded, the library is not there."""

ALL_ONES = (2**32 - 1, 2**64 - 1)

Of = Callable[[Any, Any], float]


def _itself(function: Any, handle: Any) -> float:
    return function(handle)  # type: ignore[no-any-return]


def _part(name: str) -> Of:
    get = attrgetter(name)
    return lambda function, handle: get(function(handle))


def _memory(name: str) -> Of:
    """As nvidia-smi has it; an older driver counts what it reserves itself as used."""
    get = attrgetter(name)

    def read(function: Any, handle: Any) -> float:
        try:
            return get(function(handle, version=MEMORY_V2))  # type: ignore[no-any-return]
        except Exception:  # NVMLError is known only after the import
            return get(function(handle))  # type: ignore[no-any-return]

    return read


MEMORY_V2 = 0x02000028


def _with(argument: int) -> Of:
    return lambda function, handle: function(handle, argument)


CALLS: Mapping[str, tuple[str, Of, float]] = {
    "gpu_utilization": ("nvmlDeviceGetUtilizationRates", _part("gpu"), 1),
    "memory_activity": ("nvmlDeviceGetUtilizationRates", _part("memory"), 1),
    "memory_used_bytes": ("nvmlDeviceGetMemoryInfo", _memory("used"), 1),
    "memory_total_bytes": ("nvmlDeviceGetMemoryInfo", _memory("total"), 1),
    "power_w": ("nvmlDeviceGetPowerUsage", _itself, MILLI),
    "power_limit_w": ("nvmlDeviceGetPowerManagementLimit", _itself, MILLI),
    "power_limit_default_w": (
        "nvmlDeviceGetPowerManagementDefaultLimit",
        _itself,
        MILLI,
    ),
    "energy_j": ("nvmlDeviceGetTotalEnergyConsumption", _itself, MILLI),
    "temperature_c": ("nvmlDeviceGetTemperature", _with(0), 1),
    "gpu_clock_mhz": ("nvmlDeviceGetClockInfo", _with(1), 1),
    "max_gpu_clock_mhz": ("nvmlDeviceGetMaxClockInfo", _with(1), 1),
    "memory_clock_mhz": ("nvmlDeviceGetClockInfo", _with(2), 1),
    "fan_percent": ("nvmlDeviceGetFanSpeed", _itself, 1),
    "pcie_replays": ("nvmlDeviceGetPcieReplayCounter", _itself, 1),
    "partitioned": (
        "nvmlDeviceGetMigMode",
        lambda function, handle: function(handle)[0],
        1,
    ),
}
"""Function, what of its answer, and what one of it is in our unit. Sensor 0 is the GPU's, clock 1
that of the multiprocessors, clock 2 that of the memory.
"""

VALUES: Mapping[str, tuple[str, float]] = {
    "power_w": ("NVML_FI_DEV_POWER_AVERAGE", MILLI),
    "power_instant_w": ("NVML_FI_DEV_POWER_INSTANT", MILLI),
    "memory_temperature_c": ("NVML_FI_DEV_MEMORY_TEMP", 1),
    "power_throttled_us": (
        "NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP",
        MILLI,
    ),
    "thermal_throttled_us": (
        "NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN",
        MILLI,
    ),
    "hw_thermal_throttled_us": (
        "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN",
        MILLI,
    ),
    "power_brake_throttled_us": (
        "NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_POWER_BRAKE_SLOWDOWN",
        MILLI,
    ),
}
"""Fields that are asked by number, all in one call; times are in ns there."""

VALUE_OF_TYPE = ("dVal", "uiVal", "ulVal", "ullVal", "sllVal", "siVal", "usVal")

EVENTS = (
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetCurrentClocksThrottleReasons",  # its name before driver 535
)
POWER_EVENTS = 0x4 | 0x80
"""Bits: the power cap, the power brake."""
THERMAL_EVENTS = 0x20 | 0x40
"""Bits: slowed down for heat by software, by hardware."""

AMPERE = 7
GA100 = 0x20
"""High byte of the device's PCI number: A100, A800, A30."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What stays the same of a card."""

    handle: Any
    number: int
    address: str
    name: str | None
    averaging: str | None
    """Of what nvmlDeviceGetPowerUsage says."""


def has_library() -> bool:
    """Whether pynvml would find one. To import it takes a while, and most hosts of clients have no
    such card.
    """
    if sys.platform != "linux":
        return True
    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


class Nvml:
    """NVML, as a source of cards. Handles are opened once."""

    def __init__(self) -> None:
        self._nvml: Any = None
        self._cards: list[_Known] = []
        self._lost: list[str] = []
        self._processes_due_ns = 0
        self._tree = Tree()

    def ask(self) -> Told:
        """The cards that the driver knows, and how asking it went."""
        report = None if self._nvml else self._open()
        if report is not None:
            return [], report
        now = monotonic_ns()
        due = now >= self._processes_due_ns
        if due:
            self._processes_due_ns = now + PROCESSES_EVERY_S * NS
        cards = [self._card(known, due) for known in self._cards]
        lost = [
            f"GPU {card.number}: lost"
            for card in cards
            if card.readings["power_w"].reason == "card_lost"
        ]
        detail = "; ".join([*self._lost, *lost]) or None
        state: ToolState = "ok" if cards else "tool_failed"
        return cards, ToolReport(TOOL, state, detail)

    def _open(self) -> ToolReport | None:
        """Find the cards; a report if that fails."""
        if not has_library():
            return ToolReport(TOOL, "tool_missing", "no driver's library")
        try:
            nvml = importlib.import_module("pynvml")
            nvml.nvmlInit()
        except ImportError:
            return ToolReport(TOOL, "tool_missing")
        except Exception as error:  # NVMLError is known only after the import
            missing = _number(error) in NOT_INSTALLED
            state: ToolState = "tool_missing" if missing else "tool_failed"
            return ToolReport(TOOL, state, str(error))
        self._nvml, self._lost = nvml, []
        try:
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            self.close()
            return ToolReport(TOOL, "tool_failed", str(error))
        for number in range(count):
            try:
                self._cards.append(self._known(number))
            except nvml.NVMLError as error:
                self._lost.append(f"GPU {number}: {error}")
        return None

    def _known(self, number: int) -> _Known:
        nvml = self._nvml
        handle = nvml.nvmlDeviceGetHandleByIndex(number)
        info = nvml.nvmlDeviceGetPciInfo(handle)
        address = same_address(_text(info.busId))
        if address is None:
            raise nvml.NVMLError(nvml.NVML_ERROR_UNKNOWN)
        try:
            name = _text(nvml.nvmlDeviceGetName(handle))
        except nvml.NVMLError:
            name = None
        return _Known(handle, number, address, name, self._averaging(handle))

    def _averaging(self, handle: Any) -> str | None:
        """From Ampere on the last second, but not on GA100."""
        nvml = self._nvml
        try:
            generation = nvml.nvmlDeviceGetArchitecture(handle)
            device = nvml.nvmlDeviceGetPciInfo(handle).pciDeviceId >> 16
        except (nvml.NVMLError, AttributeError):
            return None
        averaged = generation >= AMPERE and device >> 8 != GA100
        return "1 s" if averaged else "instant"

    def _card(self, known: _Known, processes_due: bool) -> Card:
        handle = known.handle
        readings = {
            field: self._reading(function, of, handle, scale)
            for field, (function, of, scale) in CALLS.items()
        }
        power = readings["power_w"]
        if power.value is not None:
            readings["power_w"] = replace(power, averaging=known.averaging)
        readings |= self._values(handle, readings)
        readings |= self._events(handle)
        readings |= self._processes(handle, processes_due)
        return Card(
            "nvidia",
            known.address,
            known.name,
            readings,
            LinkReport(vendor=self._link(handle)),
            known.number,
        )

    def _reading(self, name: str, of: Of, handle: Any, scale: float) -> Reading:
        source = f"{TOOL} {name}"
        try:
            value = of(getattr(self._nvml, name), handle)
        except AttributeError:
            return Reading(None, source, "no_source")
        except self._nvml.NVMLError as error:
            reason = REASONS.get(_number(error), "unreadable")
            return Reading(None, source, reason)
        return _checked(value, source, scale)

    def _values(self, handle: Any, before: Readings) -> Readings:
        """The fields that are asked by number; `before` is kept where the driver knows them not."""
        nvml = self._nvml
        asked = [
            (field, *each)
            for field, each in VALUES.items()
            if hasattr(nvml, each[0])
        ]
        try:
            answers = nvml.nvmlDeviceGetFieldValues(
                handle, [getattr(nvml, name) for _, name, _ in asked]
            )
        except (nvml.NVMLError, AttributeError):
            return {}
        found = {}
        for (field, name, scale), answer in zip(asked, answers, strict=False):
            reading = _of_field(answer, f"{TOOL} {name}", scale, field)
            if reading.value is not None or field not in before:
                found[field] = reading
        return found

    def _events(self, handle: Any) -> Readings:
        """Whether power or heat holds the clocks down at this moment."""
        mask = NO_SOURCE
        for name in EVENTS:
            mask = self._reading(name, _itself, handle, 1)
            if mask.value is not None:
                break
        if mask.value is None:
            return {"power_throttled": mask, "thermal_throttled": mask}
        bits = int(mask.value)
        return {
            "power_throttled": Reading(
                float(bool(bits & POWER_EVENTS)), mask.source
            ),
            "thermal_throttled": Reading(
                float(bool(bits & THERMAL_EVENTS)), mask.source
            ),
        }

    def _processes(self, handle: Any, due: bool) -> Readings:
        name = "nvmlDeviceGetComputeRunningProcesses"
        source = f"{TOOL} {name}"
        if not due:
            later = Reading(None, source, "not_due")
            return {"processes": later, "programs": later}
        pids: list[int] = []
        counted = self._reading(
            name,
            lambda function, of: _put(pids, function(of)),
            handle,
            1,
        )
        if counted.value is None:
            return {"processes": counted, "programs": counted}
        together = Reading(float(programs(self._tree, pids)), source)
        return {"processes": counted, "programs": together}

    def _link(self, handle: Any) -> Link | None:
        generation, width, max_generation, max_width = (
            int(
                self._reading(
                    f"nvmlDeviceGet{which}PcieLink{what}", _itself, handle, 1
                ).value
                or 0
            )
            for which in ("Curr", "Max")
            for what in ("Generation", "Width")
        )
        speed = GTS_OF_GENERATION.get(generation)
        if speed is None or not width:
            return None
        return Link(
            speed,
            width,
            f"{TOOL} PcieLink",
            GTS_OF_GENERATION.get(max_generation),
            max_width or None,
        )

    def close(self) -> None:
        """Let go of the library."""
        if self._nvml is not None:
            with suppress(self._nvml.NVMLError):
                self._nvml.nvmlShutdown()
        self._nvml, self._cards = None, []


def _checked(value: object, source: str, scale: float) -> Reading:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Reading(None, source, "not_a_number")
    if value in ALL_ONES or value < 0 or not math.isfinite(value):
        return Reading(None, source, "not_reported")
    return Reading(value * scale, source)


def _put(pids: list[int], processes: Sequence[Any]) -> int:
    """How many there are; their numbers are kept."""
    pids.extend(each.pid for each in processes)
    return len(processes)


AVERAGED = {"power_w": "1 s", "power_instant_w": "instant"}


def _of_field(answer: Any, source: str, scale: float, field: str) -> Reading:
    if answer.nvmlReturn != 0:
        reason = REASONS.get(answer.nvmlReturn, "unreadable")
        return Reading(None, source, reason)
    kind = answer.valueType
    if not 0 <= kind < len(VALUE_OF_TYPE):
        return Reading(None, source, "unknown_format")
    found = _checked(getattr(answer.value, VALUE_OF_TYPE[kind]), source, scale)
    if found.value is None or field not in AVERAGED:
        return found
    return Reading(found.value, source, averaging=AVERAGED[field])


def _number(error: Exception) -> int:
    value = getattr(error, "value", None)
    return value if isinstance(value, int) else -1


def _text(value: object) -> str:
    """Older bindings return bytes."""
    return (
        value.decode("utf-8", "replace")
        if isinstance(value, bytes)
        else str(value)
    )
