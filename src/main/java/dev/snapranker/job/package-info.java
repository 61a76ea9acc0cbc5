/**
 * Offline reranking: a shard of JSON lines in S3, or a file, to a line of results each. Knows
 * nothing of Lambda.
 */
@NullMarked
package dev.snapranker.job;

import org.jspecify.annotations.NullMarked;
