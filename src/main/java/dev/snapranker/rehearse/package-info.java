/**
 * Plays requests before the first caller's request: every route, dialect and kind of HTTP event, so
 * that a snapshot contains loaded and compiled code.
 */
@NullMarked
package dev.snapranker.rehearse;

import org.jspecify.annotations.NullMarked;
