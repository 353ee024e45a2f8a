"""The command line: one file a verb, and `main`, which puts them together. What a verb needs is
imported when it runs.
"""
