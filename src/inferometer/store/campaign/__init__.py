"""A campaign's directory: its ledger and the one strict check of it, its files, and which results
count.
"""
