/** JSON, read strictly and written within limits. */
@NullMarked
package dev.snapranker.wire.json;

import org.jspecify.annotations.NullMarked;
