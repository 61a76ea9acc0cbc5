package dev.snapranker.model;

import java.nio.ByteBuffer;

/**
 * A verified model bundle.
 *
 * @param model the ONNX graph, in memory outside of the heap
 * @param tokenizerJson the content of {@code tokenizer.json}
 */
public record ModelBundle(Manifest manifest, ByteBuffer model, String tokenizerJson) {}
