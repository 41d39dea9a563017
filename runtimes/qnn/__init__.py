"""The session for Qualcomm's HTP, or its simulator, through ONNX Runtime."""
