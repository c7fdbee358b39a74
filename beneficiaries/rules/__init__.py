"""The rules about people, as pure functions: no queries, no writes, no clock."""
