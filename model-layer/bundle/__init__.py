"""Turns a cross-encoder's checkpoint into a bundle that the function serves. See model-layer/README.md."""
