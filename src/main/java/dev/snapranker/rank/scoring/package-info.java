/**
 * Scores a request's documents with one model, as many as the time allows. The order of stages and
 * fusion are not known here.
 */
@NullMarked
package dev.snapranker.rank.scoring;

import org.jspecify.annotations.NullMarked;
