"""The terminal while a run lasts. Polls snapshots; is never called by the measuring loop."""
