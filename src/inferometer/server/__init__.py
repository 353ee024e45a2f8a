"""The server under test, asked around a run and never during it. Knows httpx; not of load, stores
or metrics.
"""
