package dev.snapranker.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
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
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a bundle and refuses one that is not what its manifest says. */
public final class ModelLoader {
  /** What a manifest may leave out. */
  private static final List<String> OPTIONAL = List.of("fusion", "calibration");

  private ModelLoader() {}

  /** The bundles that a setting means: the directory itself, or those in it, by their names. */
  public static List<Path> bundlesIn(Path directory) {
    if (isThere(directory.resolve(Manifest.FILE)) || !Files.isDirectory(directory)) {
      return List.of(directory);
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> bundles =
          entries.filter(entry -> isThere(entry.resolve(Manifest.FILE))).sorted().toList();
      return bundles.isEmpty() ? List.of(directory) : bundles; // whose manifest is then missed
    } catch (IOException e) {
      throw new InvalidBundleException(directory + " cannot be read: " + e, e);
    }
  }

  /**
   * Also if it is a link to nothing or no file: a bundle that cannot be read is not passed over.
   */
  private static boolean isThere(Path manifest) {
    return Files.exists(manifest, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The bundle in {@code directory}. Each file is checked against the manifest's size and SHA-256
   * when it is read: the graph's parts later, one at a time.
   */
  public static ModelBundle load(Path directory) {
    return load(new DirectoryFiles(directory));
  }

  /**
   * The bundle in S3, read into memory and checked likewise.
   *
   * @param store must stay open until the last part is read
   * @param limit how long one file may take
   */
  public static ModelBundle load(S3Source source, ObjectStore store, Duration limit) {
    return load(new S3Files(store, source, limit));
  }

  private static ModelBundle load(BundleFiles files) {
    Manifest manifest = readManifest(files);
    String tokenizer = "";
    for (String name : manifest.filesBesideTheGraph()) {
      try (FileContent content = files.verified(name, manifest.file(name))) {
        if (name.equals(Manifest.TOKENIZER)) {
          tokenizer = StandardCharsets.UTF_8.decode(content.bytes()).toString();
        }
      }
    }
    return new ModelBundle(manifest, tokenizer, files);
  }

  private static Manifest readManifest(BundleFiles files) {
    String file = files.nameOf(Manifest.FILE);
    try {
      JsonNode json = BundleJson.MAPPER.readTree(files.manifest());
      if (json instanceof ObjectNode object) {
        OPTIONAL.forEach(field -> object.putIfAbsent(field, NullNode.getInstance()));
        if (!object.has("parts")) {
          object.putArray("parts").add(Manifest.MODEL);
        }
        if (!object.has("languages")) {
          object.putArray("languages");
        }
      }
      Manifest manifest = BundleJson.MAPPER.treeToValue(json, Manifest.class);
      if (manifest == null) {
        throw new InvalidBundleException(file + " is null; expected an object");
      }
      return manifest;
    } catch (JsonMappingException e) {
      String path =
          e.getPath().stream()
              .map(step ->
                  Objects.requireNonNullElse(step.getFieldName(), "[" + step.getIndex() + "]"))
              .collect(Collectors.joining("."));
      // What a record of ours refuses is said in its own words.
      String problem =
          e.getCause() instanceof IllegalArgumentException refused
              ? String.valueOf(refused.getMessage())
              : e.getOriginalMessage();
      throw new InvalidBundleException(
          path.isEmpty()
              ? "%s: %s".formatted(file, problem)
              : "%s: at '%s': %s".formatted(file, path, problem),
          e);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the mapper's signature; there is no file here
    }
  }
}
