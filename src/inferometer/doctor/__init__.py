"""Looks at a machine before anything is measured on it: checks of the host, cards, links,
containers, client and server, each with its evidence and what helps.

Reads and asks; changes nothing. Not known here: loads, requests, results.
"""
