/**
 * {@code bench}: what a request takes, in time and money, with and without a budget; with {@code
 * --stock} as a ratio to LangChain4j in the same run.
 */
@NullMarked
package dev.snapranker.dev.bench;

import org.jspecify.annotations.NullMarked;
