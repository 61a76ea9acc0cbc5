package dev.snapranker.dev;

/**
 * What the function answered.
 *
 * @param nanos from handing over the event to the whole reply
 */
record LambdaReply(String body, long nanos) {}
