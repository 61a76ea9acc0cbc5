/**
 * The command {@code lambda}: runs the deployed package in its own process with Lambda's runtime
 * interface client and a local Runtime API.
 */
@NullMarked
package dev.snapranker.dev.runtime;

import org.jspecify.annotations.NullMarked;
