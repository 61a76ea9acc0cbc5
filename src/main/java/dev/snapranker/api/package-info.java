/** The nouns of a reranking call: the request, the ranking, and how a call fails. */
@NullMarked
package dev.snapranker.api;

import org.jspecify.annotations.NullMarked;
