package dev.snapranker.wire.event;

import dev.snapranker.api.Excerpt;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks the headers that describe a request's body. */
final class ContentType {
  private static final Set<String> CHARSETS = Set.of("utf-8", "utf8", "us-ascii", "ascii");

  private static final int MAX_QUOTED = 60;

  private ContentType() {}

  /** Refuses a body whose headers name a format other than JSON in UTF-8. No headers mean JSON. */
  static void requireJson(HttpRequest request) {
    String encoding = request.header("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RerankException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "the body has the content-encoding '%s'; expected an uncompressed body without this header"
              .formatted(Excerpt.of(encoding, MAX_QUOTED)));
    }
    String types = request.header("content-type");
    if (types == null) {
      return;
    }
    for (String type :
        types.toLowerCase(Locale.ROOT).split(",", -1)) { // two values if the header was sent twice
      List<String> parts = Arrays.stream(type.split(";", -1)).map(String::strip).toList();
      if (!isJson(parts.getFirst())) {
        throw new RerankException(
            Reason.UNSUPPORTED_MEDIA_TYPE,
            ("the body's content-type is '%s', which is not JSON; add the header 'content-type:"
                    + " application/json' (curl -d sends a form unless -H sets it)")
                .formatted(Excerpt.of(parts.getFirst(), MAX_QUOTED)));
      }
      if (!parts.stream().allMatch(ContentType::isNoOtherCharset)) {
        throw new RerankException(
            Reason.UNSUPPORTED_MEDIA_TYPE,
            "the body's charset is not UTF-8; expected application/json in UTF-8");
      }
    }
  }

  private static boolean isJson(String media) {
    return media.equals("application/json")
        || media.equals("text/json")
        || (media.startsWith("application/") && media.endsWith("+json"));
  }

  /** ASCII is allowed, because ASCII text is also valid UTF-8. */
  private static boolean isNoOtherCharset(String parameter) {
    String plain = parameter.replaceAll("[\\s\"']", "");
    return !plain.startsWith("charset=") || CHARSETS.contains(plain.substring(8));
  }
}
