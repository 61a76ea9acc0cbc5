/**
 * What a developer runs: the command line, a local server with real API Gateway events, the
 * benchmark. Not part of the deployed package.
 */
@NullMarked
package dev.snapranker.dev;

import org.jspecify.annotations.NullMarked;
