"""Runs ONNX Runtime in the same way as the function."""

from pathlib import Path

import onnxruntime


def one_thread_session(model: Path | bytes) -> onnxruntime.InferenceSession:
    """A session on the CPU that scores one pair at a time, on the caller's thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    given = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
