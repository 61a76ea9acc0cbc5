package dev.snapranker.dev.bench;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Another library.
 *
 * @param command runs it as a worker, which says {@link WorkerContestant#READY}, then answers each
 *     number of a request with a line of JSON
 */
record Peer(String name, List<String> command) {
  Peer {
    command = List.copyOf(command);
  }

  /** That it does not work, and how to see why. */
  ContestantFailure failure(String problem) {
    return new ContestantFailure(
        "%s %s; to see why, run: %s"
            .formatted(
                name,
                problem,
                command.stream().map(part -> "'" + part + "'").collect(Collectors.joining(" "))));
  }
}
