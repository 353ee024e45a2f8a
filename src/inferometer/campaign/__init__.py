"""Campaigns: many points on many servers, stopped and resumed at any moment. Knows nothing of
terminals or flags.
"""
