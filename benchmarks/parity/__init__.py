"""``cloformer-bench parity``: one table of every variant, target, precision and runtime against the reference."""
