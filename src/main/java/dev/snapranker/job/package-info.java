/**
 * Offline reranking: a shard of JSON lines in S3, or a file, to a line of results each. May import
 * {@code boot} and what is left of it; knows Lambda and Jackson.
 */
@NullMarked
package dev.snapranker.job;

import org.jspecify.annotations.NullMarked;
