/**
 * Reads test collections and runs in the formats that people have: BEIR, TREC, MS MARCO, exports of
 * ir_datasets, and this project's own. A file's format is recognised by its first line.
 */
@NullMarked
package dev.snapranker.dev.collection;

import org.jspecify.annotations.NullMarked;
