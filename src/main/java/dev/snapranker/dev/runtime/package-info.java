/**
 * {@code lambda}: the deployed package in a process of its own, under Lambda's runtime interface
 * client and a Runtime API on this machine.
 */
@NullMarked
package dev.snapranker.dev.runtime;

import org.jspecify.annotations.NullMarked;
