"""The measuring core: sends a plan's requests and records when every event of their responses arrived.

Knows sockets, clocks, framing and the decoders' interface. Not of definitions of metrics, files of results, or the terminal.
"""

from inferometer.load.address import Address, resolve
from inferometer.load.descriptors import raise_descriptor_limit
from inferometer.load.job import Job
from inferometer.load.live import Snapshot
from inferometer.load.pool import MeasurementError, measure

__all__ = ["Address", "Job", "MeasurementError", "Snapshot", "measure", "raise_descriptor_limit", "resolve"]
