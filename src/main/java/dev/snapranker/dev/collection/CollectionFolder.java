package dev.snapranker.dev.collection;

import dev.snapranker.dev.cli.UsageException;
import dev.snapranker.store.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds a collection's files in a folder, by the names that BEIR, MS MARCO and others give them.
 */
record CollectionFolder(Path folder) {
  private static final List<String> CORPUS =
      List.of("corpus", "collection", "docs", "documents", "msmarco-docs");
  private static final List<String> QUERIES = List.of("queries", "topics");
  private static final String QRELS = "qrels";

  /** Of several splits the usual one, as in BEIR. */
  private static final String USUAL_SPLIT = "test";

  private static final Pattern NAME =
      Pattern.compile(
          "(?<role>msmarco-docs|[a-z]+)(?:[._-](?<split>\\w[\\w.-]*?))??"
              + "(?:\\.(?:jsonl|ndjson|tsv|txt|xml))?(?:\\.gz)?");

  Path corpus() {
    return choose(
        named(CORPUS).stream().filter(each -> each.split.isEmpty()).toList(),
        "corpus",
        "corpus.jsonl, collection.tsv, docs.jsonl or docs.tsv",
        "--corpus");
  }

  /**
   * The queries.
   *
   * @param split null for the only ones, or the usual ones
   */
  Path queries(@Nullable String split) {
    return choose(
        ofSplit(named(QUERIES), split, true),
        "queries",
        "queries.jsonl, queries.tsv, queries.SPLIT.tsv or topics.txt",
        "--queries");
  }

  /**
   * The judgements.
   *
   * @param split null for the only ones, or the usual ones
   */
  Path qrels(@Nullable String split) {
    List<Found> found = new ArrayList<>(named(List.of(QRELS)));
    Path folderOfSplits = folder.resolve(QRELS);
    if (Files.isDirectory(folderOfSplits)) {
      for (Path file : files(folderOfSplits)) {
        found.addAll(found(file, QRELS + "." + file.getFileName()));
      }
    }
    return choose(
        ofSplit(found, split, false),
        "judgements" + (split == null ? "" : " of the split " + split),
        "qrels.tsv, qrels/SPLIT.tsv or qrels.SPLIT.tsv",
        "--split or --qrels");
  }

  private List<Found> named(List<String> roles) {
    return files(folder).stream()
        .flatMap(file -> found(file, String.valueOf(file.getFileName())).stream())
        .filter(each -> roles.contains(each.role))
        .toList();
  }

  private static List<Found> found(Path file, String fullName) {
    Matcher name = NAME.matcher(fullName);
    if (!name.matches()) {
      return List.of();
    }
    String split = name.group("split");
    return List.of(new Found(file, name.group("role"), split == null ? "" : split));
  }

  /** Without what is there unpacked, too. */
  private static List<Path> files(Path folder) {
    try (Stream<Path> listed = Files.list(folder)) {
      List<Path> files = listed.filter(Files::isRegularFile).sorted().toList();
      return files.stream()
          .filter(file ->
              !files.contains(Path.of(file.toString().replaceFirst("\\.gz$", "")))
                  || !file.toString().endsWith(".gz"))
          .toList();
    } catch (IOException e) {
      throw new UsageException("%s cannot be read: %s".formatted(folder, FileErrors.problem(e)));
    }
  }

  private static List<Found> ofSplit(List<Found> found, @Nullable String split, boolean orOfAll) {
    if (split != null) {
      List<Found> own = found.stream().filter(each -> each.split.equals(split)).toList();
      return own.isEmpty() && orOfAll ? ofSplit(found, "", false) : own;
    }
    for (String usual : List.of("", USUAL_SPLIT)) {
      List<Found> own = ofSplit(found, usual, false);
      if (!own.isEmpty()) {
        return own;
      }
    }
    return found;
  }

  private Path choose(List<Found> found, String what, String expected, String option) {
    if (found.isEmpty()) {
      throw new UsageException(
          "%s has no %s; expected %s, .gz or not, or a file named by %s"
              .formatted(folder, what, expected, option));
    }
    if (found.size() > 1) {
      throw new UsageException(
          "%s has several files for the %s: %s; choose one by %s"
              .formatted(
                  folder,
                  what,
                  found.stream()
                      .map(each -> String.valueOf(folder.relativize(each.file)))
                      .collect(Collectors.joining(", ")),
                  option));
    }
    return found.getFirst().file;
  }

  /**
   * A file of a collection.
   *
   * @param split empty for all
   */
  private record Found(Path file, String role, String split) {}
}
