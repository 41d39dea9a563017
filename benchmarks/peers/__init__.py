"""The networks that CloFormer is measured beside, and what was published of them."""
