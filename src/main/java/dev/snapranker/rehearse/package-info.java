/**
 * Requests to play before the first caller's: of every route, dialect and kind of HTTP event, so
 * that a snapshot holds hot code.
 */
@NullMarked
package dev.snapranker.rehearse;

import org.jspecify.annotations.NullMarked;
