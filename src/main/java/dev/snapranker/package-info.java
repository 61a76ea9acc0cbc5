/**
 * A serverless cross-encoder reranker: one Lambda function that scores posted candidates against a
 * query and returns them in relevance order.
 *
 * <p>The way of one request:
 *
 * <pre>
 * bytes ─ lambda ─► wire ─► api.RerankRequest ─► rank.Reranker ─► api.Ranking ─► wire ─► bytes
 *                                                  │ for each candidate, in parallel:
 *                                                  └─ text.PairEncoder ─► EncodedPair ─► score.QueryScorer ─► logit
 * </pre>
 *
 * <p>A stage opens the query at its model and closes it at its end ({@code
 * rank.scoring.OpenQuery}). An encoder keeps nothing between pairs ({@code score.CrossEncoder}). A
 * decoder keeps what it computed for the query ({@code score.Decoder}).
 *
 * <p>Imports point only leftwards in {@code api, store ← model ← text ← score ← rank ← wire,
 * observe ← fanout ← boot ← rehearse, job ← lambda ← dev}, where {@code wire} and {@code observe}
 * see only {@code api}, and {@code job} knows nothing of Lambda. {@code rank}, {@code wire} and
 * {@code dev} are made of packages of their own; {@code ArchitectureTest} states for each package
 * which ones it may import.
 */
@NullMarked
package dev.snapranker;

import org.jspecify.annotations.NullMarked;
