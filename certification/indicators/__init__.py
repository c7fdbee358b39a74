"""The figures of certification (GS-1.1 to GS-1.8)."""
