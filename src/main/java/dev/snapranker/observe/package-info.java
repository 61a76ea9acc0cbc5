/**
 * Writes records for the operator: one for each call, each start, and each checkpoint of a job. A
 * record is a log line from which CloudWatch also makes metrics. Only this package uses
 * CloudWatch's Embedded Metric Format.
 */
@NullMarked
package dev.snapranker.observe;

import org.jspecify.annotations.NullMarked;
