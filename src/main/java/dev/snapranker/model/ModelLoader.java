package dev.snapranker.model;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Reads a bundle from a directory and refuses one that is not what its manifest says. */
public final class ModelLoader {
  private static final JsonMapper MANIFEST_MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          // Null where nothing says otherwise: as a field's value, an array's entry, a map's value.
          .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL))
          .build();

  private ModelLoader() {}

  /** The bundle in {@code directory}, each file checked against the manifest's size and SHA-256. */
  public static ModelBundle load(Path directory) {
    Manifest manifest = readManifest(directory.resolve(Manifest.FILE));
    Map<String, ByteBuffer> contents = new HashMap<>();
    manifest
        .files()
        .forEach(
            (name, expected) -> contents.put(name, verified(directory.resolve(name), expected)));
    ByteBuffer model = Objects.requireNonNull(contents.get(Manifest.MODEL));
    ByteBuffer tokenizer = Objects.requireNonNull(contents.get(Manifest.TOKENIZER));
    return new ModelBundle(manifest, model, StandardCharsets.UTF_8.decode(tokenizer).toString());
  }

  private static Manifest readManifest(Path file) {
    try {
      Manifest manifest = MANIFEST_MAPPER.readValue(Files.readAllBytes(file), Manifest.class);
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
      throw new InvalidBundleException(
          "%s: at '%s': %s".formatted(file, path, e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw new InvalidBundleException(file + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new InvalidBundleException(
          file + " cannot be read; expected a model bundle there (see model-layer/README.md)", e);
    }
  }

  private static ByteBuffer verified(Path file, Manifest.FileSpec expected) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != expected.bytes()) {
        throw new InvalidBundleException(
            "%s has %d bytes; %s says %d"
                .formatted(file, channel.size(), Manifest.FILE, expected.bytes()));
      }
      ByteBuffer content = channel.map(FileChannel.MapMode.READ_ONLY, 0, expected.bytes());
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(content.duplicate());
      String actual = HexFormat.of().formatHex(sha256.digest());
      if (!actual.equals(expected.sha256())) {
        throw new InvalidBundleException(
            "%s has sha256 %s; %s says %s"
                .formatted(file, actual, Manifest.FILE, expected.sha256()));
      }
      return content;
    } catch (IOException e) {
      throw new InvalidBundleException(file + " cannot be read: " + e, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
