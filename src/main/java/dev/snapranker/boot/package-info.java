/**
 * Settings (the only reader of the environment) and the assembly of the parts. May import every
 * package but {@code lambda} and {@code dev}.
 */
@NullMarked
package dev.snapranker.boot;

import org.jspecify.annotations.NullMarked;
