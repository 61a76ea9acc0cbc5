package dev.snapranker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What jobs rely on, of files and of each S3 server alike. */
abstract class StoreContract {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  abstract WritableStore store();

  /** A place of this test alone. */
  abstract Place place(String name);

  @Test
  void aWrittenObjectCanBeRead() {
    Place object = place("put/a b+c.jsonl");
    assertThat(store().stat(object)).isNull();
    store().put(object, bytes(10, 1));
    assertThat(read(object)).isEqualTo(bytes(10, 1));
    String first = stat(object).etag();
    store().put(object, bytes(11, 2));
    assertThat(read(object)).isEqualTo(bytes(11, 2));
    assertThat(stat(object).bytes()).isEqualTo(11);
    assertThat(stat(object).etag()).isNotEqualTo(first);
    store().put(object, new byte[0]);
    assertThat(stat(object).bytes()).isZero();
  }

  @Test
  void anObjectIsReadFromItsStartToItsEnd() {
    byte[] content = bytes(9_000_000, 3); // more than two ranges
    Place object = place("read/large");
    store().put(object, content);
    ObjectInput input = new ObjectInput(store(), object, stat(object));
    assertThat(readAll(input)).isEqualTo(content);
    assertThat(input.position()).isEqualTo(content.length);
  }

  @Test
  void anObjectThatChangesWhileItIsReadIsReported() {
    Place object = place("read/changed");
    store().put(object, bytes(100, 4));
    WritableStore.Stat before = stat(object);
    store().put(object, bytes(101, 5));
    assertThatThrownBy(() -> readAll(new ObjectInput(store(), object, before)))
        .isInstanceOf(StoreException.class)
        .hasMessage(object + " changed while it was read; start again with the new object");
  }

  @Test
  void anUploadAppearsWholeAndOnlyWhenItIsCommitted() {
    Place object = place("upload/whole");
    byte[] one = bytes(Uploads.LEAST_PART_BYTES, 6);
    byte[] two = bytes(1000, 7);
    String upload = store().uploads().begin(object);
    String first = part(object, upload, 1, one);
    part(object, upload, 2, bytes(Uploads.LEAST_PART_BYTES, 8));
    String second = part(object, upload, 2, two); // again, and otherwise
    assertThat(store().stat(object)).isNull();
    assertThat(store().uploads().commit(object, upload, List.of(first, second))).isTrue();
    byte[] whole = read(object);
    assertThat(Arrays.copyOf(whole, one.length)).isEqualTo(one);
    assertThat(Arrays.copyOfRange(whole, one.length, whole.length)).isEqualTo(two);
    assertThat(store().uploads().commit(object, upload, List.of(first, second)))
        .as("again")
        .isTrue();
    assertThat(read(object)).isEqualTo(whole);
    store().uploads().discard(object, upload);
    store().uploads().discard(object, upload);
    assertThat(read(object)).isEqualTo(whole);
  }

  @Test
  void aLostUploadIsReported() {
    Place object = place("upload/gone");
    String upload = store().uploads().begin(object);
    String part = part(object, upload, 1, bytes(10, 9));
    store().uploads().discard(object, upload);
    assertThat(store().uploads().add(object, upload, 2, bytes(10, 10))).isNull();
    assertThat(store().uploads().commit(object, upload, List.of(part))).isFalse();
    store().put(object, bytes(10, 11));
    assertThat(store().uploads().commit(object, upload, List.of(part))).as("another's").isFalse();
  }

  @Test
  void twoUploadsOfOneObjectDoNotMix() {
    Place object = place("upload/twice");
    String one = store().uploads().begin(object);
    String two = store().uploads().begin(object);
    String ofOne = part(object, one, 1, bytes(10, 12));
    String ofTwo = part(object, two, 1, bytes(10, 13));
    assertThat(store().uploads().commit(object, one, List.of(ofOne))).isTrue();
    assertThat(read(object)).isEqualTo(bytes(10, 12));
    assertThat(store().uploads().commit(object, two, List.of(ofTwo))).isTrue();
    assertThat(read(object)).isEqualTo(bytes(10, 13));
    store().uploads().discard(object, one);
    store().uploads().discard(object, two);
  }

  @Test
  void onlyOneOfTwoWritersCreatesANewObject() {
    Place object = place("new/one");
    assertThat(store().putNew(object, bytes(10, 14))).isTrue();
    assertThat(store().putNew(object, bytes(10, 15))).isFalse();
    assertThat(read(object)).isEqualTo(bytes(10, 14));
  }

  @Test
  void theDigestIsOfTheContent() {
    Place object = place("digest/one");
    assertThat(store().digest(object)).isNull();
    store().put(object, bytes(10, 16));
    String first = store().digest(object);
    store().put(object, bytes(10, 17));
    assertThat(store().digest(object)).isNotNull().isNotEqualTo(first);
    store().put(object, bytes(10, 16));
    assertThat(store().digest(object)).isEqualTo(first);
  }

  @Test
  void allUploadsOfOneObjectAreForgottenAndNoOthers() {
    Place object = place("uploads/a");
    Place longer = place("uploads/ab");
    String kept = store().uploads().begin(longer);
    String part = part(longer, kept, 1, bytes(10, 19));
    String one = store().uploads().begin(object);
    part(object, one, 1, bytes(10, 20));
    String two = store().uploads().begin(object);
    store().uploads().discardLeftovers(object, null);
    store().uploads().discardLeftovers(object, null);
    assertThat(store().uploads().add(object, one, 2, bytes(10, 21))).isNull();
    assertThat(store().uploads().add(object, two, 1, bytes(10, 22))).isNull();
    assertThat(store().uploads().commit(longer, kept, List.of(part))).isTrue();
    store().uploads().discard(longer, kept);
  }

  @Test
  void aPartThatAnotherRunReplacedIsNotCommitted() {
    Place object = place("upload/replaced");
    String upload = store().uploads().begin(object);
    String mine = part(object, upload, 1, bytes(10, 23));
    String theirs = part(object, upload, 1, bytes(10, 24));
    if (store().uploads().commit(object, upload, List.of(mine))) {
      assertThat(read(object)).isEqualTo(bytes(10, 23));
    } else {
      assertThat(store().uploads().commit(object, upload, List.of(theirs))).isTrue();
      assertThat(read(object)).isEqualTo(bytes(10, 24));
    }
    store().uploads().discard(object, upload);
  }

  @Test
  void aListIsInTheOrderOfKeys() {
    List.of("b", "a", "c")
        .forEach(name -> store().put(place("list/" + name), name.getBytes(StandardCharsets.UTF_8)));
    assertThat(store().list(place("list/")))
        .extracting(listed -> listed.object().key().replaceAll(".*/", ""))
        .containsExactly("a", "b", "c");
    assertThat(store().list(place("list/"))).allMatch(listed -> listed.bytes() == 1);
    assertThat(store().list(place("no-such-folder/"))).isEmpty();
  }

  @Test
  void missingObjectsAreNamed() {
    Place object = place("nothing/here");
    assertThatThrownBy(() -> Download.readSmall(store(), object, 10, LIMIT))
        .isInstanceOf(StoreException.class)
        .hasMessageStartingWith(object + " does not exist");
  }

  private String part(Place object, String upload, int number, byte[] content) {
    return Objects.requireNonNull(store().uploads().add(object, upload, number, content));
  }

  private WritableStore.Stat stat(Place object) {
    return Objects.requireNonNull(store().stat(object));
  }

  private byte[] read(Place object) {
    return readAll(new ObjectInput(store(), object, stat(object)));
  }

  private static byte[] readAll(ObjectInput input) {
    try {
      return input.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
