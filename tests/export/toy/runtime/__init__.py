"""The runtime of the toy target."""
