"""One export from end to end: convert, check the budget, compare, and add to the bundle."""
