package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlaceTest {
  @ParameterizedTest
  @CsvSource({
    "s3://bucket, ''",
    "s3://bucket/, ''",
    "s3://b.c-d/in/a b+c?d.jsonl, in/a b+c?d.jsonl",
    "s3://bucket//a, /a"
  })
  void whatStartsWithS3IsAnObject(String uri, String key) {
    assertThat(Place.parse(uri))
        .isInstanceOfSatisfying(
            Place.S3Object.class,
            object -> {
              assertThat(object.key()).isEqualTo(key);
              assertThat(object.versionId()).isNull();
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"in.jsonl", "/in/s3://bucket/a", "S3://bucket/a", ""})
  void anythingElseIsAFile(String path) {
    assertThat(Place.parse(path)).isEqualTo(new Place.File(path)).hasToString(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"s3://", "s3:///a", "s3://Bucket/a", "s3://ab/c", "s3://-bc/d", "s3://bc./"})
  void whatCannotBeABucketIsRefused(String uri) {
    assertThatThrownBy(() -> Place.parse(uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' is not an S3 location; expected s3://BUCKET/KEY, with a bucket of 3 to 63 lower-case"
                    .formatted(uri)
                + " letters, digits, dots and hyphens");
  }

  @Test
  void aPlaceHasAFolderAndAName() {
    Place object = Place.parse("s3://bucket/in/a/part.jsonl");
    assertThat(object.folder()).isEqualTo("in/a/");
    assertThat(object.name()).isEqualTo("part.jsonl");
    assertThat(object.withKey("out/b")).hasToString("s3://bucket/out/b");
    assertThat(new Place.S3Object("bucket", "k", "v1")).hasToString("s3://bucket/k?versionId=v1");
    assertThat(Place.parse("part.jsonl").folder()).isEmpty();
  }
}
