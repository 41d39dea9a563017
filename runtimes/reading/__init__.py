"""What outputs mean: classes, boxes and masks, for people."""
