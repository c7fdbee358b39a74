"""What is counted: the figures of all areas, and who lives where."""
