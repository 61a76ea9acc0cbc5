/**
 * The command {@code bench}: measures the time and cost of requests, with and without a budget.
 * With {@code --peers}, it compares them with other libraries in the same run.
 */
@NullMarked
package dev.snapranker.dev.bench;

import org.jspecify.annotations.NullMarked;
