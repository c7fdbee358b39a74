"""The rules of certification, as pure functions: no queries, no writes, no clock."""
