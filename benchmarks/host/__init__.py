"""Latency and memory of artifacts on this machine, each case in its own processes."""
