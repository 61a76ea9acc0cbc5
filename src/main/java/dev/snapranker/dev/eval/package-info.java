/**
 * {@code eval} and {@code plot}: how well the function ranks judged collections, and a figure of
 * it.
 */
@NullMarked
package dev.snapranker.dev.eval;

import org.jspecify.annotations.NullMarked;
