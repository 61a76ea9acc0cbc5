/**
 * From a request to a ranking: encode, score, order, cut. May import {@code score}, {@code text},
 * {@code model} and {@code api}.
 */
@NullMarked
package dev.snapranker.rank;

import org.jspecify.annotations.NullMarked;
