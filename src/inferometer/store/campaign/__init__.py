"""A campaign's directory: its ledger and the strict check of it, its files, and which results
count.
"""
