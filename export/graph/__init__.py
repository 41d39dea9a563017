"""What the targets share of graphs: the network as an artifact computes it, its blocks, and ONNX graphs."""
