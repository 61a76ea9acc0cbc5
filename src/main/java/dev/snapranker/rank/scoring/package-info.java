/**
 * What scores: one model's logits for a request's documents, as many as the time allows. It knows
 * nothing of the order of stages and of fusion.
 */
@NullMarked
package dev.snapranker.rank.scoring;

import org.jspecify.annotations.NullMarked;
