package dev.snapranker.wire;

import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import java.util.Locale;

/** What a request says of its body. */
final class ContentType {
  private ContentType() {}

  /**
   * Refuses a body that is said to be anything but plain JSON in UTF-8; silence is taken as that.
   */
  static void requireJson(HttpRequest request) {
    String encoding = request.header("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new RerankException(
          Reason.UNSUPPORTED_MEDIA_TYPE, "the body has a content-encoding; expected none");
    }
    String type = request.header("content-type");
    if (type != null && !isJson(type.toLowerCase(Locale.ROOT).split(";", -1))) {
      throw new RerankException(
          Reason.UNSUPPORTED_MEDIA_TYPE,
          "the body's content-type is not JSON in UTF-8; expected application/json");
    }
  }

  private static boolean isJson(String[] parts) {
    String media = parts[0].strip();
    boolean json =
        media.equals("application/json")
            || (media.startsWith("application/") && media.endsWith("+json"));
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip().replace("\"", "");
      json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
    }
    return json;
  }
}
