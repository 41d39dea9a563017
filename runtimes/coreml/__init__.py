"""Core ML on Apple's systems, and a reference executor of ML Programs everywhere else."""
