/**
 * Turns a request into a ranking: {@link dev.snapranker.rank.Reranker} runs the stages. Each stage
 * scores candidates ({@code rank.scoring}) and orders them ({@code rank.order}).
 */
@NullMarked
package dev.snapranker.rank;

import org.jspecify.annotations.NullMarked;
