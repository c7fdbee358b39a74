"""What the registry asks; saving is for its actions."""
