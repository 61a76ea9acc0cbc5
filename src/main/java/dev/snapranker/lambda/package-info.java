/**
 * The Lambda entry points: {@code RerankHandler} for requests, {@code JobHandler} for jobs. {@code
 * RerankCall} contains the steps of a request. Only this deployed package uses Lambda's Java API
 * and CRaC.
 */
@NullMarked
package dev.snapranker.lambda;

import org.jspecify.annotations.NullMarked;
