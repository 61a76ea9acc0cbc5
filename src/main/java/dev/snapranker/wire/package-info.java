/**
 * What travels, in three parts: {@code json} reads and writes JSON strictly, {@code event} knows
 * how Lambda's services hand over a request, {@code dialect} how each service's clients ask and are
 * answered. Imports point only leftwards in {@code json ← event ← dialect}; all may import {@code
 * api}.
 */
@NullMarked
package dev.snapranker.wire;

import org.jspecify.annotations.NullMarked;
