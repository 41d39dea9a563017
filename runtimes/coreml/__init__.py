"""The sessions for ML Programs: Core ML on Apple's systems, and a reference executor everywhere else."""
