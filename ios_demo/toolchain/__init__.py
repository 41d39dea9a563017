"""A Swift toolchain for the iOS demo's package, for machines without one: ``python -m ios_demo.toolchain --help``."""
