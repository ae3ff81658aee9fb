"""Benchmarks: measured when asked for, never asserted. `make bench`, or `make bench ARGS=stored_hits`."""
