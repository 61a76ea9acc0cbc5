package dev.snapranker.dev.runtime;

/**
 * The function's reply.
 *
 * @param nanos the time from sending the event to the complete reply
 */
record LambdaReply(String body, long nanos) {}
