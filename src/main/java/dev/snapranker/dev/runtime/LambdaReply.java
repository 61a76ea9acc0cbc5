package dev.snapranker.dev.runtime;

/**
 * What the function answered.
 *
 * @param nanos from handing over the event to the whole reply
 */
record LambdaReply(String body, long nanos) {}
