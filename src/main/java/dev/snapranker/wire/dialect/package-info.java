/**
 * The request and reply formats of reranking services. Each service is one type that implements
 * {@link dev.snapranker.wire.dialect.Dialect}.
 */
@NullMarked
package dev.snapranker.wire.dialect;

import org.jspecify.annotations.NullMarked;
