/** Lambda's events: what each service hands over, and how it takes the reply. */
@NullMarked
package dev.snapranker.wire.event;

import org.jspecify.annotations.NullMarked;
