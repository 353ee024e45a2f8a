"""The twin: a model of a real serving engine on a card, in virtual time.

It decides as vLLM's scheduler does (`scheduler`, `blocks`), and takes for each step the time that
the card, the link and the host would (`step_time`). Nothing here does any I/O but reading profiles.
What comes out is computed, never measured, and says so wherever it goes.
"""
