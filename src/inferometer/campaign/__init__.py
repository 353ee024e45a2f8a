"""Running what a spec says: a point, or a campaign of them. Knows every room below; nothing of terminals, nothing of flags."""
