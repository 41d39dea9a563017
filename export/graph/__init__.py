"""What the targets share about graphs: the network as an artifact computes it, its blocks, and ONNX graphs."""
