package dev.snapranker.store;

import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class S3MockStoreIT extends StoreContract {
  private static S3Server s3;
  private static S3ObjectStore store;

  @BeforeAll
  static void start() {
    s3 = S3Server.withBucket("contract");
    store = connect(s3.address());
  }

  @AfterAll
  static void stop() {
    store.close();
    s3.close();
    S3Server.forget();
  }

  private static S3ObjectStore connect(URI address) {
    S3Server.configure(address);
    return new S3ObjectStore();
  }

  @Override
  WritableStore store() {
    return store;
  }

  @Override
  Place place(String name) {
    return new Place.S3Object("contract", name, null);
  }
}
