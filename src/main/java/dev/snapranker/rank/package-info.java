/**
 * From a request to a ranking: {@link dev.snapranker.rank.Reranker} runs the stages. Each stage
 * scores ({@code rank.scoring}) and orders ({@code rank.order}).
 */
@NullMarked
package dev.snapranker.rank;

import org.jspecify.annotations.NullMarked;
