/**
 * {@code serve}: the function behind HTTP on this machine, as API Gateway would put it, with a page
 * to try it.
 */
@NullMarked
package dev.snapranker.dev.serve;

import org.jspecify.annotations.NullMarked;
