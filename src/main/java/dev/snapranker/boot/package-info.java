/**
 * Reads the settings, and assembles the parts. In the deployed part, only this package reads the
 * environment.
 */
@NullMarked
package dev.snapranker.boot;

import org.jspecify.annotations.NullMarked;
