"""The truth of every comparison: the images, what the reference computes for them, and how far its layers reach."""
