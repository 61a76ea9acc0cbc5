/**
 * The command line, which is not deployed. {@code cli} contains what all commands share, and the
 * two commands that only call deployed code. Each other package contains the commands for one
 * purpose. {@code Main} puts them together. Apart from {@code boot.Settings}, only {@code dev} may
 * print and read the environment.
 */
@NullMarked
package dev.snapranker.dev;

import org.jspecify.annotations.NullMarked;
