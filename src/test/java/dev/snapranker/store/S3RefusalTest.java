package dev.snapranker.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers every request as S3 answers those that it refuses. */
class S3RefusalTest {
  private static final Place OBJECT = Place.parse("s3://bucket/in/a.jsonl");
  private static final String NO_RIGHT_ON_KEY =
      "User: arn:aws:sts::123456789012:assumed-role/jobs/f is not authorized to perform:"
          + " kms:Decrypt on resource: arn:aws:kms:eu-west-1:123456789012:key/1 because no"
          + " identity-based policy allows the kms:Decrypt action";

  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer server;
  private S3ObjectStore store;
  private int status;
  private String body = "";
  private @Nullable String regionHeader;

  /** What a list is answered with; null to refuse it, too. */
  private @Nullable List<String> keys;

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          if (regionHeader != null) {
            exchange.getResponseHeaders().set("x-amz-bucket-region", regionHeader);
          }
          boolean isList = ("" + exchange.getRequestURI().getQuery()).contains("list-type");
          List<String> listed = isList ? keys : null;
          boolean head = exchange.getRequestMethod().equals("HEAD");
          byte[] bytes = (listed == null ? body : list(listed)).getBytes(UTF_8);
          exchange.sendResponseHeaders(
              listed == null ? status : 200, head || bytes.length == 0 ? -1 : bytes.length);
          if (!head && bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
          }
          exchange.close();
        });
    server.start();
    S3Server.configure(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    store = new S3ObjectStore();
  }

  @AfterEach
  void stop() {
    store.close();
    S3Server.forget();
    server.stop(0);
  }

  private static String list(List<String> keys) {
    String contents =
        keys.stream()
            .map("<Contents><Key>%s</Key><Size>1</Size></Contents>"::formatted)
            .collect(Collectors.joining());
    return "<ListBucketResult><IsTruncated>false</IsTruncated>" + contents + "</ListBucketResult>";
  }

  private void refuses(int with, String code, String message) {
    status = with;
    body =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
            .formatted(code, message);
  }

  @Test
  void aRefusedKeyIsNamedInS3sWordsWhateverWasAsked() {
    refuses(403, "AccessDenied", NO_RIGHT_ON_KEY);
    String end = "; S3 says \"" + NO_RIGHT_ON_KEY + "\" (AccessDenied)";
    assertThatThrownBy(() -> store.open(OBJECT, 0, 10))
        .isInstanceOf(StoreException.class)
        .hasMessage("s3://bucket/in/a.jsonl cannot be read: access is denied" + end);
    assertThatThrownBy(() -> store.stat(OBJECT))
        .isInstanceOf(StoreException.class)
        .hasMessage("s3://bucket/in/a.jsonl cannot be read: access is denied" + end);
    assertThatThrownBy(() -> store.put(OBJECT, new byte[1]))
        .hasMessage("s3://bucket/in/a.jsonl cannot be written: access is denied" + end);
    assertThatThrownBy(() -> store.uploads().begin(OBJECT))
        .hasMessage("s3://bucket/in/a.jsonl cannot be written: access is denied" + end);
    assertThatThrownBy(() -> store.list(OBJECT))
        .hasMessage("s3://bucket/in/a.jsonl cannot be listed: access is denied" + end);
    assertThat(requests).as("a HEAD is asked about twice more, nothing is repeated").hasValue(7);
  }

  @Test
  void aForbiddenObjectMayBeMissing() {
    refuses(403, "AccessDenied", "Access Denied");
    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessage(
            "s3://bucket/in/a.jsonl cannot be read: it does not exist, or access is denied; check the key and the permissions;"
                + " S3 says \"Access Denied\" (AccessDenied)");
    refuses(403, "InvalidAccessKeyId", "The key Id you provided does not exist");
    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessageEndingWith(
            "cannot be read: access is denied; S3 says \"The key Id you provided does not exist\""
                + " (InvalidAccessKeyId)");
  }

  @Test
  void aMissingObjectIsRecognisedEvenIfOnlyItsPrefixMayBeListed() {
    refuses(403, "AccessDenied", "Access Denied");
    keys = List.of();
    assertThat(store.stat(OBJECT)).isNull();
    keys = List.of("in/a.jsonl.gz");
    assertThat(store.stat(OBJECT)).isNull();
    keys = List.of("in/a.jsonl");
    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessageContaining("cannot be read: it does not exist, or access is denied");
  }

  @Test
  void aRefusalWithoutAMessageIsStillReported() {
    status = 403;
    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessage(
            "s3://bucket/in/a.jsonl cannot be read: it does not exist, or access is denied; check the key and the permissions");
    body = "<html>a proxy's page</html>";
    assertThatThrownBy(() -> store.open(OBJECT, 0, 10))
        .hasMessage(
            "s3://bucket/in/a.jsonl cannot be read: it does not exist, or access is denied; check the key and the permissions");
  }

  @Test
  void aBucketOfAnotherRegionIsReportedWithItsRegion() {
    String redirect = "The bucket must be addressed using the specified endpoint.";
    for (int redirected : new int[] {301, 307}) {
      refuses(redirected, "PermanentRedirect", redirect);
      regionHeader = "eu-west-1";
      assertThatThrownBy(() -> store.stat(OBJECT))
          .isInstanceOf(StoreException.class)
          .hasMessage(
              "s3://bucket/in/a.jsonl cannot be read: its bucket is in region eu-west-1:"
                  + " set AWS_REGION; S3 says \"%s\" (PermanentRedirect)",
              redirect);
      regionHeader = null;
      assertThatThrownBy(() -> store.open(OBJECT, 0, 10))
          .hasMessageContaining("cannot be read: its bucket is in a region other than AWS_REGION");
    }
  }

  @Test
  void aSignatureForAnotherRegionIsReportedWithTheRightOneAndNotRepeated() {
    refuses(
        400,
        "AuthorizationHeaderMalformed",
        "the region 'us-east-1' is wrong; expecting 'ap-south-1'");
    assertThatThrownBy(() -> store.list(OBJECT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("its bucket is in region ap-south-1: set AWS_REGION; S3 says");
    assertThat(requests).hasValue(1);
  }

  @Test
  void aDisabledKeyIsReportedAtOnce() {
    refuses(400, "KMS.DisabledException", "arn:aws:kms:1 is disabled.");
    assertThatThrownBy(() -> store.stat(OBJECT))
        .hasMessage(
            "s3://bucket/in/a.jsonl cannot be read: status 400 from S3;"
                + " S3 says \"arn:aws:kms:1 is disabled.\" (KMS.DisabledException)");
    assertThat(requests).hasValue(2);
  }
}
