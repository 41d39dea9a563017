"""The truth of every comparison: the images, the reference's outputs for them, and how far its layers reach."""
