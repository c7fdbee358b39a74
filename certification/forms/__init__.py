"""Asking in certification, one module per subject."""
