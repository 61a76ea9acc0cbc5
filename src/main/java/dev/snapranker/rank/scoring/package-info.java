/**
 * What scores: one model's logits for a request's documents, as many as the time allows. May import
 * {@code score}, {@code text}, {@code model} and {@code api}; knows nothing of stages and fusion.
 */
@NullMarked
package dev.snapranker.rank.scoring;

import org.jspecify.annotations.NullMarked;
