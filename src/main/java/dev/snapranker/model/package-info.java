/**
 * Loads model bundles from a directory or from S3: the manifest ({@code reranker.json}), the
 * checksums, and the files.
 */
@NullMarked
package dev.snapranker.model;

import org.jspecify.annotations.NullMarked;
