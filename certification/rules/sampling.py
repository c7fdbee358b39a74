"""Which portfolios are verified item by item: drawn by a seed that anybody can check (CERT-12)."""

from hashlib import sha256


def drawn_place(seed: str, size: int) -> int:
    """Which of `size` portfolios in a row a seed picks, from 0 on: its SHA-256 modulo `size`."""
    return int(sha256(seed.encode()).hexdigest(), 16) % size
