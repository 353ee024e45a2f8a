"""Running what a spec says: one point today. Knows every room below; nothing of the terminal or the command line."""
