"""What to export, as data that is checked before anything heavy is imported."""
