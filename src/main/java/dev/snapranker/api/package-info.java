/**
 * The nouns of a reranking call: what a caller asks, what comes back, and how a call fails. Imports
 * no other package.
 */
@NullMarked
package dev.snapranker.api;

import org.jspecify.annotations.NullMarked;
