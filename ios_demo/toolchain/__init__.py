"""A Swift toolchain for the iOS demo's package, on machines that have none: ``python -m ios_demo.toolchain --help``."""
