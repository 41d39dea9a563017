"""What the toy runtime opens."""

from __future__ import annotations

from cloformer.runtimes.runtime_spec import RuntimeSpec

SPECS = (
    RuntimeSpec(title="Toy Runtime", suffixes=(".toy",), module="toy.session", session="ToySession", package="torch"),
)
