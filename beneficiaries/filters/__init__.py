"""Narrowing the lists, by what their addresses ask: people, and everything else."""
