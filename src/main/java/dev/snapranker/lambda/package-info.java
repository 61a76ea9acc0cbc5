/**
 * Lambda's entry points: {@code RerankHandler} for requests, {@code JobHandler} for jobs. {@code
 * RerankCall} has the stages of a request. May import every package but {@code dev}; no other
 * package that is deployed knows Lambda.
 */
@NullMarked
package dev.snapranker.lambda;

import org.jspecify.annotations.NullMarked;
