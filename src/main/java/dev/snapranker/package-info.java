/**
 * A serverless cross-encoder reranker: one Lambda function that scores posted candidates against a
 * query and returns them in relevance order.
 *
 * <p>The way of one request:
 *
 * <pre>
 * bytes ─ lambda ─► wire ─► api.RerankRequest ─► rank.Reranker ─► api.Ranking ─► wire ─► bytes
 *                                                  │ for each candidate, in parallel:
 *                                                  └─ text.PairEncoder ─► EncodedPair ─► score.CrossEncoder ─► logit
 * </pre>
 *
 * <p>Imports point only leftwards in {@code api, store ← model ← text ← score ← rank ← wire,
 * observe ← boot ← lambda ← dev}, where {@code wire} and {@code observe} see only {@code api}. A
 * test holds this.
 */
@NullMarked
package dev.snapranker;

import org.jspecify.annotations.NullMarked;
