package dev.snapranker.model;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** What may have a file's name without being one. */
enum SpecialFile {
  DIRECTORY("it is a directory; expected a file"),
  PIPE("it is a pipe, a socket or a device; expected a file"),
  SOCKET("it is a pipe, a socket or a device; expected a file"),
  ENDLESS_DEVICE("it is a pipe, a socket or a device; expected a file"),
  DANGLING_LINK("there is no such file"),
  LINK_TO_ITSELF("Too many levels of symbolic links");

  private final String problem;

  SpecialFile(String problem) {
    this.problem = problem;
  }

  /** What the reader says of it. */
  String problem() {
    return problem;
  }

  /** Makes one, which is gone once it is closed. */
  AutoCloseable create(Path file) throws IOException, InterruptedException {
    switch (this) {
      case DIRECTORY -> Files.createDirectory(file);
      case PIPE -> new ProcessBuilder("mkfifo", file.toString()).start().waitFor();
      case SOCKET -> {
        // A socket's address is short, a test's folder may not be.
        Path address = Files.createTempDirectory("socket").resolve("s");
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socket.bind(UnixDomainSocketAddress.of(address));
        Files.createSymbolicLink(file, address);
        return () -> {
          socket.close();
          Files.delete(file);
          Files.delete(address);
          Files.delete(address.getParent());
        };
      }
      case ENDLESS_DEVICE -> Files.createSymbolicLink(file, Path.of("/dev/zero"));
      case DANGLING_LINK -> Files.createSymbolicLink(file, file.resolveSibling("nothing"));
      case LINK_TO_ITSELF -> Files.createSymbolicLink(file, file);
    }
    return () -> Files.delete(file);
  }
}
