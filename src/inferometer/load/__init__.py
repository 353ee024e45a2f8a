"""The measuring core: sends a plan's requests and records when every event of their responses arrived.

Knows sockets, clocks, framing and the decoders' interface. Not of definitions of metrics, files of results, or the terminal.
"""
