"""Turns a cross-encoder's checkpoint into a bundle for the function. See model-layer/README.md."""
