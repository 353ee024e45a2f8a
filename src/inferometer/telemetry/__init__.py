"""The machine beside the numbers: accelerators, their links and the host, read without a driver
library where the kernel's files suffice.

What cannot be read is missing with a reason, never 0. Not known here: loads, requests, results.
"""
