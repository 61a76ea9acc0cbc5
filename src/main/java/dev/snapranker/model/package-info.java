/**
 * A model bundle, in a folder or in S3: its manifest ({@code reranker.json}), its checksums, its
 * loading.
 */
@NullMarked
package dev.snapranker.model;

import org.jspecify.annotations.NullMarked;
