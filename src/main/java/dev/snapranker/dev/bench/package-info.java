/** {@code bench}: what a request takes, as a ratio to the alternatives in the same run. */
@NullMarked
package dev.snapranker.dev.bench;

import org.jspecify.annotations.NullMarked;
