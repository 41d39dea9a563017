"""``cloformer-bench export-time``: how long an export takes, against the plain use of the libraries."""
