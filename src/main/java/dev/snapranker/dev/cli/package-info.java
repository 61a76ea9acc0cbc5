/**
 * What all programs of the command line share (exit codes, files, the terminal, the function in
 * this process), and the two that only call what is deployed: {@code invoke} and {@code rank}.
 */
@NullMarked
package dev.snapranker.dev.cli;

import org.jspecify.annotations.NullMarked;
