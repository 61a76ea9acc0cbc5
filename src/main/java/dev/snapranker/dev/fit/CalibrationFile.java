package dev.snapranker.dev.fit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.snapranker.dev.cli.OutputFile;
import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.model.Calibration;
import dev.snapranker.model.Manifest;
import dev.snapranker.wire.json.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a calibration to a file of its own, or into a bundle's manifest. */
final class CalibrationFile {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // to be written as they were
          .build();

  private CalibrationFile() {}

  /** Refuses what cannot be written. */
  static void require(Path path, List<Path> inputs) {
    OutputFile.require(file(path), inputs);
  }

  private static Path file(Path path) {
    return Files.isDirectory(path) ? path.resolve(Manifest.FILE) : path;
  }

  /**
   * @param path a file, or a bundle's folder
   */
  static void write(Path path, Calibration calibration) {
    try {
      if (Files.isDirectory(path)) {
        intoManifest(file(path), calibration);
      } else {
        write(path, json(calibration));
      }
    } catch (IOException e) {
      throw new UsageException(path + " cannot be written: " + e.getMessage());
    }
  }

  static JsonNode json(Calibration calibration) {
    return MAPPER.valueToTree(calibration);
  }

  private static void intoManifest(Path file, Calibration calibration) throws IOException {
    try {
      if (MAPPER.readTree(Files.readString(file)) instanceof ObjectNode manifest) {
        manifest.set("calibration", json(calibration));
        write(file, manifest);
        return;
      }
    } catch (JsonProcessingException e) {
      throw new UsageException(file + " is not JSON: " + JsonFault.of(e));
    }
    throw new UsageException(file + " is no object");
  }

  private static void write(Path file, JsonNode json) throws IOException {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    OutputFile.write(file, MAPPER.writer(printer).writeValueAsString(json) + "\n");
  }
}
