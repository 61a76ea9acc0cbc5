/**
 * Ranks offline: reads a shard of JSON lines from S3 or a file, and writes a line of results for
 * each. Lambda is not known here.
 */
@NullMarked
package dev.snapranker.job;

import org.jspecify.annotations.NullMarked;
