package dev.snapranker.store;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest extends StoreContract {
  @TempDir private Path folder;

  @Override
  WritableStore store() {
    return new FileStore();
  }

  @Override
  ObjectRef place(String name) {
    return ObjectRef.parse(folder + "/" + name);
  }
}
