"""What people read. Knows summaries and verdicts; not how they were measured."""
