/**
 * Orders candidates: the first stage's order, the stages' order, fusion, and the cut to the
 * results. It runs no model.
 */
@NullMarked
package dev.snapranker.rank.order;

import org.jspecify.annotations.NullMarked;
