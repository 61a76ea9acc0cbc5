/**
 * Lambda's entry points: {@code RerankHandler} for requests, {@code JobHandler} for jobs. {@code
 * RerankCall} has the steps of a request. No other deployed package uses Lambda's Java API or CRaC.
 */
@NullMarked
package dev.snapranker.lambda;

import org.jspecify.annotations.NullMarked;
