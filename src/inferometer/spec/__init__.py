"""What to do, as validated values. Knows pydantic; not of sockets or results."""
