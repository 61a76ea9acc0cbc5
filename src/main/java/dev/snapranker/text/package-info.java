/**
 * From text to token ids: the tokenizer and the encoding of query and document as one pair. The
 * only package that knows DJL.
 */
@NullMarked
package dev.snapranker.text;

import org.jspecify.annotations.NullMarked;
