"""The measuring core: sends a plan's requests and records when every event of the responses
arrived.

Knows sockets, clocks, framing and the decoders' interface, but no metrics, result files or
terminal.
"""

from inferometer.loadgen.address import Address, resolve
from inferometer.loadgen.job import Job
from inferometer.loadgen.live import Snapshot
from inferometer.loadgen.pool import MeasurementError, measure
from inferometer.loadgen.scratch import others_measure

__all__ = [
    "Address",
    "Job",
    "MeasurementError",
    "Snapshot",
    "measure",
    "others_measure",
    "resolve",
]
