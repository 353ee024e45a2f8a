"""One point of load, from a spec to numbers and a verdict. Knows every room below; nothing of
campaigns, terminals or flags.
"""
