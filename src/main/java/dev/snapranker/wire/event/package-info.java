/** The events that AWS services send to the function, and the replies that they expect. */
@NullMarked
package dev.snapranker.wire.event;

import org.jspecify.annotations.NullMarked;
