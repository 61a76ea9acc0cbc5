/**
 * Settings (the only reader of the environment in the deployed part) and the assembly of the parts.
 */
@NullMarked
package dev.snapranker.boot;

import org.jspecify.annotations.NullMarked;
