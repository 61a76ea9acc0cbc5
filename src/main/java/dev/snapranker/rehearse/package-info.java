/**
 * Requests to play before the first caller's: through every entry point and every dialect, so that
 * a snapshot holds hot code.
 */
@NullMarked
package dev.snapranker.rehearse;

import org.jspecify.annotations.NullMarked;
