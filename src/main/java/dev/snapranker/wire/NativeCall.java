package dev.snapranker.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.RerankRequest;
import java.util.Map;

/**
 * A native request as read: what is ranked, and what only travels along.
 *
 * @param metadata by candidate index, for candidates that have some
 */
public record NativeCall(RerankRequest request, Map<Integer, JsonNode> metadata) {}
