"""The server under test, contacted around a run, never during it. Knows httpx, but no load, stores
or metrics.
"""
