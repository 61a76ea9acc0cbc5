/**
 * Turns text into token ids: the tokenizer, and the encoding of query and document as one pair.
 * Only this package uses DJL.
 */
@NullMarked
package dev.snapranker.text;

import org.jspecify.annotations.NullMarked;
