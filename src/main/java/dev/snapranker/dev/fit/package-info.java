/**
 * {@code calibrate} and {@code fit-fusion}: what is fitted on judged queries and goes into a
 * bundle.
 */
@NullMarked
package dev.snapranker.dev.fit;

import org.jspecify.annotations.NullMarked;
