/**
 * {@code batch}: jobs over files or objects in S3, or over a collection and a run, on this machine.
 */
@NullMarked
package dev.snapranker.dev.batch;

import org.jspecify.annotations.NullMarked;
