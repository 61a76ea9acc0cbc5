/**
 * What all commands share (exit codes, files, the terminal, the function in this process), and the
 * three commands that only call deployed code: {@code invoke}, {@code rank} and {@code batch}.
 */
@NullMarked
package dev.snapranker.dev.cli;

import org.jspecify.annotations.NullMarked;
