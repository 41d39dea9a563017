"""The whole comparison in one resumable command: exports, peers, measurements, predictions and page."""
