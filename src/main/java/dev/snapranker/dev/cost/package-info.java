/** What a request takes and costs in Lambda, calculated from its processor time on this host. */
@NullMarked
package dev.snapranker.dev.cost;

import org.jspecify.annotations.NullMarked;
