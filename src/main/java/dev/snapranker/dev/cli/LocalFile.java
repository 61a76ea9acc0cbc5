package dev.snapranker.dev.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads an option that names a file or a folder on this machine. */
public final class LocalFile implements ITypeConverter<Path> {
  @Override
  public Path convert(String value) {
    if (value.isEmpty()) {
      throw new TypeConversionException("the name is empty; expected a file or a folder");
    }
    if (value.startsWith("s3://")) { // as a path it would be s3:/, in the current folder
      throw new TypeConversionException(
          "%s is in S3; expected a file or a folder on this machine; copy it first"
              .formatted(value));
    }
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "'%s' is no name of a file: %s".formatted(value, e.getReason()));
    }
  }
}
