"""The ONNX Runtime session for .onnx and .ort files."""
