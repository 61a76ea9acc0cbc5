/**
 * Reads and writes objects in S3 and files: reads them by ranges, and writes them as a whole. Only
 * this package uses the AWS SDK.
 */
@NullMarked
package dev.snapranker.store;

import org.jspecify.annotations.NullMarked;
