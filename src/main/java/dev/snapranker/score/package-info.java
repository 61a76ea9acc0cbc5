/**
 * From token ids to a logit: the ONNX session and the pool of scoring threads. The only package
 * that knows ONNX Runtime.
 */
@NullMarked
package dev.snapranker.score;

import org.jspecify.annotations.NullMarked;
