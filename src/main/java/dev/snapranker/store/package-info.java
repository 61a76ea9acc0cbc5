/**
 * Objects in S3 and files: read by ranges, written whole. The only package that knows the AWS SDK.
 */
@NullMarked
package dev.snapranker.store;

import org.jspecify.annotations.NullMarked;
