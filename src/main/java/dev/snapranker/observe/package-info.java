/**
 * What an operator sees: one record for each call, metrics and log line at once, and one for each
 * start. May import only {@code api}; the only package that knows CloudWatch's Embedded Metric
 * Format.
 */
@NullMarked
package dev.snapranker.observe;

import org.jspecify.annotations.NullMarked;
