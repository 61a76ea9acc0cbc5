package dev.snapranker.dev.serve;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signature Version 4 as AWS checks it: the signature is computed again from what arrived.
 *
 * @param sessionToken of temporary credentials, which must be signed, too
 */
record SigV4(String accessKeyId, String secretAccessKey, String sessionToken) {
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=(?<id>[^/]+)/(?<date>\\d{8})/(?<region>[a-z0-9-]+)/(?<service>[a-z-]+)"
              + "/aws4_request, ?SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=(?<signature>[0-9a-f]{64})");

  /** Whether the request was signed for the service, with these credentials. */
  boolean signed(String service, String method, String rawPath, Headers headers, byte[] body) {
    Matcher authorization =
        AUTHORIZATION.matcher(Objects.requireNonNullElse(headers.getFirst("authorization"), ""));
    if (!authorization.matches()) {
      return false;
    }
    List<String> signedHeaders = List.of(authorization.group("headers").split(";"));
    String time = Objects.requireNonNullElse(headers.getFirst("x-amz-date"), "");
    String bodyHash = hex(sha256(body));
    String sentHash =
        Objects.requireNonNullElse(headers.getFirst("x-amz-content-sha256"), bodyHash);
    if (!authorization.group("id").equals(accessKeyId)
        || !authorization.group("service").equals(service)
        || !time.startsWith(authorization.group("date"))
        || !signedHeaders.containsAll(List.of("host", "x-amz-date", "x-amz-security-token"))
        || !sessionToken.equals(headers.getFirst("x-amz-security-token"))
        || !sentHash.equals(bodyHash)) {
      return false;
    }
    String canonical =
        String.join(
            "\n",
            method,
            // Each segment is encoded once more than it travels.
            rawPath.replace("%", "%25"),
            "", // no query
            signedHeaders.stream()
                .map(name -> name + ":" + value(headers, name) + "\n")
                .collect(Collectors.joining()),
            authorization.group("headers"),
            bodyHash);
    String scope =
        "%s/%s/%s/aws4_request"
            .formatted(authorization.group("date"), authorization.group("region"), service);
    String toSign =
        "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(sha256(utf8(canonical)));
    byte[] key = utf8("AWS4" + secretAccessKey);
    for (String part :
        List.of(
            authorization.group("date"), authorization.group("region"), service, "aws4_request")) {
      key = hmac(key, part);
    }
    return hex(hmac(key, toSign)).equals(authorization.group("signature"));
  }

  private static String value(Headers headers, String name) {
    return Objects.requireNonNullElse(headers.get(name), List.<String>of()).stream()
        .map(value -> value.strip().replaceAll(" +", " "))
        .collect(Collectors.joining(","));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(utf8(text));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // Every JDK has it.
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "SigV4[" + accessKeyId + "]";
  }
}
