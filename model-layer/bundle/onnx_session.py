"""Runs ONNX Runtime in the same way as the function."""

from pathlib import Path

import onnxruntime

from bundle.errors import BundleError, first_line

TABLES_FOLDER = "session.model_external_initializers_file_folder_path"
"""The option that says where the tables of a graph that is given as bytes are."""


def one_thread_session(model: Path | bytes, keeps_memory: bool = True) -> onnxruntime.InferenceSession:
    """
    A session on the CPU that scores one pair at a time, on the caller's thread.

    keeps_memory: whether it keeps its working memory for the next run, which many sessions together cannot
    """
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = keeps_memory
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    given = model if isinstance(model, bytes) else str(model)
    try:
        return onnxruntime.InferenceSession(given, options, providers=["CPUExecutionProvider"])
    except Exception as e:  # ONNX Runtime has a class for each kind of error
        if isinstance(model, bytes):
            raise
        raise BundleError(f"{model} cannot be loaded by onnxruntime: {first_line(e)}; expected a whole ONNX graph") from e
