/**
 * How each service's clients ask, and how they are answered. A service is one type: a {@link
 * dev.snapranker.wire.dialect.Dialect}.
 */
@NullMarked
package dev.snapranker.wire.dialect;

import org.jspecify.annotations.NullMarked;
