/**
 * The command line, never deployed. {@code cli} has what all commands share and the three that only
 * call what is deployed; each other package has the commands of one purpose. {@code Main} puts them
 * together. Only {@code dev} may print, and read the environment beside {@code boot.Settings}.
 */
@NullMarked
package dev.snapranker.dev;

import org.jspecify.annotations.NullMarked;
