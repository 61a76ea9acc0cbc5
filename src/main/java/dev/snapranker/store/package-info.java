/**
 * Objects in S3, read by ranges. Imports no other package; the only package that knows the AWS SDK.
 */
@NullMarked
package dev.snapranker.store;

import org.jspecify.annotations.NullMarked;
