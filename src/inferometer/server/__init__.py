"""The server under test, contacted around a run, never during it. Knows HTTP, but no load, stores
or metrics.
"""
