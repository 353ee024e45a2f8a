"""NVML without a driver: a module with cards of the test's making, to stand in for `pynvml`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace

import pynvml

NOT_SUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED
GPU_IS_LOST = pynvml.NVML_ERROR_GPU_IS_LOST


@dataclass
class FakeCard:
    """What each function answers; a negative number is the error of that number."""

    bus: str = "00000000:19:00.0"
    name: str | bytes = "NVIDIA H100 80GB HBM3"
    device: int = 0x2330
    generation: int = 9
    answers: dict[str, object] = field(default_factory=dict)
    values: dict[int, int] = field(default_factory=dict)
    """By number of the field, in its unit."""
    lost: bool = False


H100 = {
    "UtilizationRates": SimpleNamespace(gpu=97, memory=41),
    "MemoryInfo": SimpleNamespace(used=75_161_927_680, total=85_520_809_984),
    "PowerUsage": 629_450,
    "PowerManagementLimit": 700_000,
    "PowerManagementDefaultLimit": 700_000,
    "TotalEnergyConsumption": 123_456_789,
    "Temperature": 61,
    "ClockInfo": {1: 1755, 2: 2619},
    "MaxClockInfo": {1: 1980, 2: 2619},
    "FanSpeed": -NOT_SUPPORTED,
    "PcieReplayCounter": 3,
    "MigMode": [0, 0],
    "CurrentClocksEventReasons": 0x4,
    "CurrPcieLinkGeneration": 5,
    "CurrPcieLinkWidth": 16,
    "MaxPcieLinkGeneration": 5,
    "MaxPcieLinkWidth": 16,
    "ComputeRunningProcesses": [SimpleNamespace(pid=7)],
}
H100_VALUES = {
    pynvml.NVML_FI_DEV_POWER_AVERAGE: 629_450,
    pynvml.NVML_FI_DEV_POWER_INSTANT: 588_390,
    pynvml.NVML_FI_DEV_MEMORY_TEMP: 72,
    pynvml.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_POWER_CAP: 5_000_000,
    pynvml.NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN: 0,
}


def h100(**changes: object) -> FakeCard:
    """A card under load, with some answers changed."""
    return FakeCard(answers=H100 | changes, values=dict(H100_VALUES))


class FakeNvml(ModuleType):
    """The module. It counts what is opened and closed."""

    NVMLError = pynvml.NVMLError
    NVML_ERROR_UNKNOWN = pynvml.NVML_ERROR_UNKNOWN

    def __init__(self, cards: Sequence[FakeCard], fails: int = 0) -> None:
        super().__init__("pynvml")
        self.cards, self.fails = cards, fails
        self.opened = self.closed = 0
        self.asked: list[str] = []
        for name, value in vars(pynvml).items():
            if name.startswith("NVML_FI_DEV_"):
                setattr(self, name, value)
        for name in {name for card in cards for name in card.answers}:
            setattr(self, f"nvmlDeviceGet{name}", self._function(name))
        self.nvmlInit, self.nvmlShutdown = self.start, self.shut_down
        for name, function in {
            "Count": self.count,
            "HandleByIndex": self.handle,
            "Name": self.called,
            "PciInfo": self.pci_info,
            "Architecture": self.architecture,
            "Temperature": self.temperature,
            "FieldValues": self.field_values,
        }.items():
            setattr(self, f"nvmlDeviceGet{name}", function)

    def _function(self, name: str) -> object:
        def call(card: FakeCard, *which: int, version: int = 0) -> object:
            self.asked.append(name)
            self._alive(card)
            answer = card.answers[name]
            if isinstance(answer, int) and answer < 0:
                raise pynvml.NVMLError(-answer)
            return answer[which[0]] if isinstance(answer, dict) else answer

        return call

    @staticmethod
    def _alive(card: FakeCard) -> None:
        if card.lost:
            raise pynvml.NVMLError(GPU_IS_LOST)

    def start(self) -> None:
        if self.fails:
            raise pynvml.NVMLError(self.fails)
        self.opened += 1

    def shut_down(self) -> None:
        self.closed += 1

    def count(self) -> int:
        return len(self.cards)

    def handle(self, number: int) -> FakeCard:
        self._alive(self.cards[number])
        return self.cards[number]

    def called(self, card: FakeCard) -> str | bytes:
        return card.name

    def pci_info(self, card: FakeCard) -> SimpleNamespace:
        return SimpleNamespace(
            busId=card.bus.encode(), pciDeviceId=card.device << 16 | 0x10DE
        )

    def architecture(self, card: FakeCard) -> int:
        return card.generation

    def temperature(self, card: FakeCard, _: int) -> object:
        self._alive(card)
        return card.answers["Temperature"]

    def field_values(
        self, card: FakeCard, numbers: Sequence[int]
    ) -> list[SimpleNamespace]:
        self._alive(card)
        return [
            SimpleNamespace(
                nvmlReturn=0 if number in card.values else NOT_SUPPORTED,
                valueType=pynvml.NVML_VALUE_TYPE_UNSIGNED_LONG_LONG,
                value=SimpleNamespace(ullVal=card.values.get(number, 0)),
            )
            for number in numbers
        ]
