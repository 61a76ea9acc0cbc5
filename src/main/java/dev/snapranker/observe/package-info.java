/**
 * What an operator sees: one record for each call, metrics and log line at once, one for each
 * start, and one for each checkpoint of a job. The only package that knows CloudWatch's Embedded
 * Metric Format.
 */
@NullMarked
package dev.snapranker.observe;

import org.jspecify.annotations.NullMarked;
