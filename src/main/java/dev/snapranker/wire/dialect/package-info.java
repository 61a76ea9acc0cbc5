/** How each service's clients ask, and how they are answered; one type a service. */
@NullMarked
package dev.snapranker.wire.dialect;

import org.jspecify.annotations.NullMarked;
