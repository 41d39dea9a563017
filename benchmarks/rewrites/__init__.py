"""What the mobile form gains: stock export of the reference against it, and without each of its rewrites."""
