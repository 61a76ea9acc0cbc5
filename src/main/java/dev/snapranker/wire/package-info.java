/**
 * What travels: Lambda event envelopes, the native JSON dialect, error bodies. May import only
 * {@code api}.
 */
@NullMarked
package dev.snapranker.wire;

import org.jspecify.annotations.NullMarked;
