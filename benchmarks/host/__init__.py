"""Latency and memory of artifacts on this machine, case by case, each in processes of its own."""
