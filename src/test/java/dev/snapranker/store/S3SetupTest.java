package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user who never used AWS on this machine. */
class S3SetupTest {
  private static final Place OBJECT = Place.parse("s3://bucket/in/a.jsonl");

  /** Variables that no test can unset. */
  private static final List<String> SET_UP =
      List.of(
          "AWS_REGION",
          "AWS_DEFAULT_REGION",
          "AWS_ACCESS_KEY_ID",
          "AWS_WEB_IDENTITY_TOKEN_FILE",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI",
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");

  @TempDir Path folder;
  private Map<String, String> properties = Map.of();

  @BeforeEach
  void haveNeitherRegionNorCredentials() {
    assumeTrue(
        SET_UP.stream().noneMatch(System.getenv()::containsKey),
        "a variable of this environment sets AWS up");
    String none = folder.resolve("none").toString();
    properties =
        Map.of(
            "aws.configFile", none,
            "aws.sharedCredentialsFile", none,
            "aws.disableEc2Metadata", "true");
    properties.forEach(System::setProperty);
  }

  @AfterEach
  void forget() {
    Stream.concat(properties.keySet().stream(), Stream.of("aws.region"))
        .forEach(System::clearProperty);
  }

  @Test
  void aMissingRegionIsNamedWithTheVariableToSet() {
    assertThatThrownBy(S3ObjectStore::new)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no AWS region is set, which S3 needs; set AWS_REGION to the")
        .hasMessageContaining("for example AWS_REGION=us-east-1");
  }

  @Test
  void missingCredentialsAreNamedWithTheVariablesToSet() {
    System.setProperty("aws.region", "us-east-1");
    try (S3ObjectStore store = new S3ObjectStore()) {
      assertThatThrownBy(() -> store.open(OBJECT, 0, 10))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("s3://bucket/in/a.jsonl")
          .hasMessageContaining("no AWS credentials were found; set AWS_ACCESS_KEY_ID and");
    }
  }
}
