/** Reads JSON strictly, and writes it within limits. */
@NullMarked
package dev.snapranker.wire.json;

import org.jspecify.annotations.NullMarked;
