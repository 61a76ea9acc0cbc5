package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that takes connections and never answers: the time limit of an object holds here. */
@Timeout(60)
class SilentS3Test {
  private static final Place OBJECT = Place.parse("s3://models/good/reranker.json");
  private static final String TOO_LONG =
      OBJECT + " takes too long: the limit of 1 s passed before all of it was read";

  private ServerSocket server;
  private S3ObjectStore store;

  @BeforeEach
  void start() throws Exception {
    // The kernel takes the connections; nobody reads what they bring.
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    S3Server.configure(URI.create("http://127.0.0.1:" + server.getLocalPort()));
    store = new S3ObjectStore();
  }

  @AfterEach
  void stop() throws Exception {
    store.close();
    S3Server.forget();
    server.close();
  }

  @Test
  void anObjectOfUnknownSizeIsNamedWithTheLimit() {
    assertThatThrownBy(() -> Download.readSmall(store, OBJECT, 10, Duration.ofSeconds(1)))
        .isInstanceOf(StoreException.class)
        .hasMessage(TOO_LONG);
  }

  @Test
  void anObjectOfKnownSizeIsNamedWithTheLimit() {
    assertThatThrownBy(() ->
            Download.into(ByteBuffer.allocate(10), store, OBJECT, Duration.ofSeconds(1), _ -> {}))
        .isInstanceOf(StoreException.class)
        .hasMessage(TOO_LONG);
  }
}
