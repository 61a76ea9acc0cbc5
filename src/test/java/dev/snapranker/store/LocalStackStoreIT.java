package dev.snapranker.store;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.localstack.LocalStackContainer;
import org.testcontainers.utility.DockerImageName;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The same against LocalStack: in a container where Docker runs, or wherever {@code
 * -Dlocalstack.address=http://…} says; skipped where there is neither.
 */
@Timeout(300)
class LocalStackStoreIT extends StoreContract {
  /** The last that asks for no token. */
  private static final String IMAGE = "localstack/localstack:4.14.0";

  private static @Nullable LocalStackContainer container;
  private static S3ObjectStore store;

  @BeforeAll
  static void start() {
    URI address = address();
    try (S3Client client =
        S3Client.builder()
            .endpointOverride(address)
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .forcePathStyle(true)
            .build()) {
      client.createBucket(bucket -> bucket.bucket("contract"));
    }
    S3Server.configure(address);
    store = new S3ObjectStore();
  }

  private static URI address() {
    String given = System.getProperty("localstack.address");
    if (given != null) {
      return URI.create(given);
    }
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker here, and no -Dlocalstack.address: not run against LocalStack");
    String image = Objects.requireNonNullElse(System.getProperty("localstack.image"), IMAGE);
    container =
        new LocalStackContainer(
                DockerImageName.parse(image).asCompatibleSubstituteFor("localstack/localstack"))
            .withServices("s3");
    container.start();
    return container.getEndpoint();
  }

  @AfterAll
  static void stop() {
    if (store != null) {
      store.close();
      S3Server.forget();
    }
    if (container != null) {
      container.stop();
    }
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
