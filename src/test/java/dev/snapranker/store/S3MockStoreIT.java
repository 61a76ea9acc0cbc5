package dev.snapranker.store;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class S3MockStoreIT extends StoreContract {
  @TempDir private static Path folder;
  private static S3Server s3;
  private static S3ObjectStore store;

  @BeforeAll
  static void start() throws Exception {
    s3 = S3Server.start(folder.resolve("s3mock.log"));
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
    return new Place.S3Object(S3Server.BUCKET, "contract/" + name, null);
  }
}
