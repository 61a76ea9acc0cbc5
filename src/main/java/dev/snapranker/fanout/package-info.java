/**
 * Slices of large requests on their way between execution environments of the function: {@link
 * dev.snapranker.fanout.OtherEnvironments} sends them, {@link dev.snapranker.fanout.SliceHandler}
 * answers them. Beside {@code store}, only this package uses the AWS SDK.
 */
@NullMarked
package dev.snapranker.fanout;

import org.jspecify.annotations.NullMarked;
