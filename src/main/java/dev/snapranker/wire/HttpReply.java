package dev.snapranker.wire;

import java.util.Map;

/** What goes back over HTTP: the body is JSON, or empty. */
public record HttpReply(int status, Map<String, String> headers, String body) {}
