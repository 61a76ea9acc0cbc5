/**
 * Reads callers' requests and writes their replies. {@code json} reads and writes JSON strictly,
 * {@code event} knows the events of Lambda's services, {@code dialect} knows the requests and
 * replies of each reranking service. Imports point only leftwards in {@code json ← event ←
 * dialect}; all may import {@code api}.
 */
@NullMarked
package dev.snapranker.wire;

import org.jspecify.annotations.NullMarked;
