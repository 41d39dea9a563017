"""Measuring on phones: the parts that Android and iOS share, based on the protocol of the demo apps."""
