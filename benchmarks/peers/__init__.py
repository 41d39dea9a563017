"""The networks that CloFormer is compared with, and the numbers published for them."""
