/**
 * Computes logits from token ids: the ONNX sessions and the pool of scoring threads. Only this
 * package uses ONNX Runtime.
 */
@NullMarked
package dev.snapranker.score;

import org.jspecify.annotations.NullMarked;
