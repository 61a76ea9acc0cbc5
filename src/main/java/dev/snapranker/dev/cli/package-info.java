/**
 * What all commands share (exit codes, files, the terminal, the function in this process), and the
 * two commands that only call deployed code: {@code invoke} and {@code rank}.
 */
@NullMarked
package dev.snapranker.dev.cli;

import org.jspecify.annotations.NullMarked;
