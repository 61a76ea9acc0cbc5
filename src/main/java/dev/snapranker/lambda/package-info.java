/**
 * The Lambda entry point: one stream handler for direct invokes and HTTP events. May import every
 * package but {@code dev}; the only package beside {@code dev} that knows Lambda.
 */
@NullMarked
package dev.snapranker.lambda;

import org.jspecify.annotations.NullMarked;
