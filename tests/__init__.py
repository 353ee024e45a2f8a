"""Read before anything that a test imports."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Each process that is forked would end and start numpy's threads, which spin while they wait."""

os.environ.setdefault("HYPOTHESIS_NO_PLUGINS", "1")
"""They import trio, which no test needs."""
