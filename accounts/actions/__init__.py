"""What people do with accounts, and the trace that every action of every app leaves."""
