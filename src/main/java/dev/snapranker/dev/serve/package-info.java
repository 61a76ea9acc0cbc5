/**
 * The command {@code serve}: an HTTP server on this machine that calls the function like API
 * Gateway, with a page to try it.
 */
@NullMarked
package dev.snapranker.dev.serve;

import org.jspecify.annotations.NullMarked;
