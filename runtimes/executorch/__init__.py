"""The ExecuTorch session for .pte files."""
