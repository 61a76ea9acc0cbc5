/**
 * A model bundle on disk: its manifest ({@code reranker.json}), its checksums, its loading. May
 * import {@code api} and {@code store}; the only package beside {@code wire} and {@code dev} that
 * knows Jackson.
 */
@NullMarked
package dev.snapranker.model;

import org.jspecify.annotations.NullMarked;
