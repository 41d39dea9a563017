"""The whole comparison in one command: exports, peers, measurements, prediction and page; it goes on where it was."""
