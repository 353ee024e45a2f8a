"""Put this directory on a server's PYTHONPATH, and its `os.sched_yield()` sleeps for 50 µs instead.

vLLM waits for messages by spinning on `sched_yield()`. On Linux 6.18 with two cores that keeps
other runnable programs, the measuring client among them, from running for up to a second at a time.
The sleep frees the cores at a price: the tiny model's tokens come 2 ms apart instead of 1 ms. So it
is for checking counts and order, never for measuring speed.
"""

import os
import time

os.sched_yield = lambda: time.sleep(50e-6)
