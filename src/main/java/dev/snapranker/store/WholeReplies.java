package dev.snapranker.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;

/**
 * Reads a reply's whole body before the SDK parses it. Otherwise the SDK would not repeat a request
 * whose reply breaks off during parsing.
 */
final class WholeReplies implements ExecutionInterceptor {
  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    return context.request() instanceof GetObjectRequest // a stream for the caller
        ? context.responseBody()
        : context.responseBody().map(WholeReplies::read);
  }

  private static InputStream read(InputStream body) {
    try (body) {
      return new ByteArrayInputStream(body.readAllBytes());
    } catch (IOException e) {
      throw RetryableException.create("the reply broke off: " + e.getMessage(), e);
    }
  }
}
