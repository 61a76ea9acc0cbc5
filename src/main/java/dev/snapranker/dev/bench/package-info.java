/**
 * The command {@code bench}: measures the time and cost of requests, with and without a budget.
 * With {@code --stock}, it compares them with LangChain4j in the same run.
 */
@NullMarked
package dev.snapranker.dev.bench;

import org.jspecify.annotations.NullMarked;
