package dev.snapranker.store;

import static dev.snapranker.store.FileErrors.writing;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes files in parts. The parts of an upload are in a hidden folder beside the file. */
final class FileUploads implements Uploads {

  @Override
  public String begin(Place object) {
    String upload = UUID.randomUUID().toString();
    writing(object, () -> Files.createDirectories(folder(object, upload)));
    return upload;
  }

  /**
   * Writes a part. Its name contains its digest, so that {@link #commit} can verify the content.
   */
  @Override
  public @Nullable String add(Place object, String upload, int number, byte[] content) {
    String part = partName(number, Digests.sha256().digest(content));
    return writing(
        object,
        () -> {
          try {
            new WholeFile(folder(object, upload).resolve(part)).replace(content);
            return part;
          } catch (NoSuchFileException e) {
            return null;
          }
        });
  }

  @Override
  public boolean commit(Place object, String upload, List<String> parts) {
    Path folder = folder(object, upload);
    return writing(
        object,
        () -> {
          // The parts stay until the upload is discarded, so that the commit can be repeated.
          Path whole = folder.resolve("whole-" + UUID.randomUUID());
          try {
            if (!join(folder, parts, whole)) {
              return false;
            }
            Files.move(whole, FileStore.path(object), StandardCopyOption.ATOMIC_MOVE);
            return true;
          } catch (NoSuchFileException e) {
            return false;
          } finally {
            Files.deleteIfExists(whole);
          }
        });
  }

  /** Joins the parts; false if one is damaged, for example after a power failure. */
  private static boolean join(Path folder, List<String> parts, Path whole) throws IOException {
    try (OutputStream out = Files.newOutputStream(whole)) {
      for (int i = 0; i < parts.size(); i++) {
        MessageDigest sha256 = Digests.sha256();
        Files.copy(folder.resolve(parts.get(i)), new DigestOutputStream(out, sha256));
        if (!partName(i + 1, sha256.digest()).equals(parts.get(i))) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void discard(Place object, String upload) {
    writing(object, () -> WholeFile.remove(folder(object, upload)));
  }

  @Override
  public void discardLeftovers(Place object, @Nullable String kept) {
    writing(
        object,
        () -> {
          file(object).removeLeftovers(kept);
          return true;
        });
  }

  private static Path folder(Place object, String upload) {
    return file(object).beside(upload);
  }

  private static WholeFile file(Place object) {
    return new WholeFile(FileStore.path(object));
  }

  private static String partName(int number, byte[] sha256) {
    return number + "-" + HexFormat.of().formatHex(sha256);
  }
}
