"""The same numbers elsewhere: weights of PyTorch, Keras and ONNX, and golden test vectors."""
