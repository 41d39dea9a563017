"""A model of latency on phones, fitted to published numbers of other networks. Its results are not measurements."""
