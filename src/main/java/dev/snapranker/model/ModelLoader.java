package dev.snapranker.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Reads a bundle, and refuses one that does not match its manifest. */
public final class ModelLoader {
  /** Fields that a manifest may leave out. */
  private static final List<String> OPTIONAL =
      List.of("fusion", "calibration", "decoder", "precision", "embeddings");

  private ModelLoader() {}

  /** Finds bundles: the directory itself if it is one, otherwise its subdirectories, by name. */
  public static List<Path> bundlesIn(Path directory) {
    if (exists(directory.resolve(Manifest.FILE)) || !Files.isDirectory(directory)) {
      return List.of(directory);
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> bundles =
          entries.filter(entry -> exists(entry.resolve(Manifest.FILE))).sorted().toList();
      return bundles.isEmpty() ? List.of(directory) : bundles; // load reports the missing manifest
    } catch (IOException e) {
      throw new InvalidBundleException(directory + " cannot be read: " + e, e);
    }
  }

  /** The names of the bundles in a folder, for an error: {@code " ('a', 'b')"}, or nothing. */
  public static String namesIn(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      List<String> names =
          entries
              .filter(entry -> exists(entry.resolve(Manifest.FILE)))
              .map(bundle -> "'" + bundle.getFileName() + "'")
              .sorted()
              .toList();
      return names.isEmpty() ? "" : " (" + String.join(", ", names) + ")";
    } catch (IOException | UncheckedIOException e) {
      return ""; // the error itself is more important than this list
    }
  }

  /**
   * Whether there is an entry of this name, even a broken link: a bundle that cannot be read must
   * be reported, not skipped.
   */
  private static boolean exists(Path manifest) {
    return Files.exists(manifest, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Loads a bundle from a directory. Each file's size and SHA-256 are checked when it is read. The
   * graph's parts are read later, one at a time.
   */
  public static ModelBundle load(Path directory) {
    return load(new DirectoryFiles(directory));
  }

  /**
   * Loads a bundle from S3, with the same checks.
   *
   * @param store must stay open until the last part is read
   * @param limit the time limit for one file
   */
  public static ModelBundle load(S3Source source, ObjectStore store, Duration limit) {
    return load(new S3Files(store, source, limit));
  }

  private static ModelBundle load(BundleFiles files) {
    Manifest manifest = readManifest(files);
    String tokenizer = "";
    for (String name : manifest.filesBesideTheGraph()) {
      try (FileContent content = files.readVerified(name, manifest.file(name))) {
        if (name.equals(Manifest.TOKENIZER)) {
          tokenizer = StandardCharsets.UTF_8.decode(content.bytes()).toString();
        }
      }
    }
    return new ModelBundle(manifest, tokenizer, files);
  }

  private static Manifest readManifest(BundleFiles files) {
    String file = files.nameOf(Manifest.FILE);
    JsonNode json = BundleJson.parse(file, files.manifest());
    if (json instanceof ObjectNode object) {
      OPTIONAL.forEach(field -> object.putIfAbsent(field, NullNode.getInstance()));
      if (!object.has("parts")) {
        object.putArray("parts").add(Manifest.MODEL);
      }
      if (!object.has("languages")) {
        object.putArray("languages");
      }
      if (object.get("pair") instanceof ObjectNode pair
          && pair.path("template").asText().equals("instruct")) {
        pair.putIfAbsent("instruction", NullNode.getInstance());
      }
    }
    return BundleJson.convert(file, json, Manifest.class);
  }
}
