/**
 * The command line: each package is one program, and {@code Main} puts them together. Never
 * deployed; the only package that may read the environment beside {@code boot.Settings}, and print.
 */
@NullMarked
package dev.snapranker.dev;

import org.jspecify.annotations.NullMarked;
