package dev.snapranker.wire.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.snapranker.api.Candidate;
import dev.snapranker.api.FieldPath;
import dev.snapranker.api.Limits;
import dev.snapranker.api.Options;
import dev.snapranker.api.Reason;
import dev.snapranker.api.RerankException;
import dev.snapranker.api.RerankRequest;
import dev.snapranker.wire.json.Fields;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The pairs of vLLM's score request: one query with each document, or the first query with the
 * first document, the second with the second and so on. All documents of one query form one ranking
 * request.
 */
final class ScorePairs {
  /** vLLM's names for queries and documents, in its versions. */
  private static final List<List<String>> NAMES =
      List.of(
          List.of("queries", "documents"),
          List.of("queries", "items"),
          List.of("data_1", "data_2"),
          List.of("text_1", "text_2"));

  static final List<String> FIELDS = NAMES.stream().flatMap(List::stream).distinct().toList();

  private final Texts queries;
  private final Texts documents;
  private final List<Group> groups;

  private ScorePairs(Texts queries, Texts documents) {
    this.queries = queries;
    this.documents = documents;
    this.groups = queries.count() == 1 ? List.of(oneToAll()) : byQuery();
  }

  /** One text, or a list of them. */
  private record Texts(String name, JsonNode node) {
    static Texts of(Fields fields, String name) {
      Texts texts = new Texts(name, fields.required(name, "a string or an array of strings"));
      if (texts.count() == 0) {
        throw new RerankException(Reason.EMPTY, name, "is empty; expected at least one text");
      }
      return texts;
    }

    int count() {
      return node.isArray() ? node.size() : 1;
    }

    FieldPath path(int index) {
      return node.isArray() ? FieldPath.of(name).at(index) : FieldPath.of(name);
    }

    String get(int index) {
      JsonNode text = node.isArray() ? node.path(index) : node;
      if (!text.isTextual()) {
        throw Fields.wrongType(path(index), text, "a string, because no model here reads images");
      }
      return text.textValue();
    }
  }

  /**
   * The pairs with the same query text.
   *
   * @param query the position of the first query with this text
   * @param documents the documents' positions, which are also the positions of the pairs
   */
  record Group(int query, List<Integer> documents) {}

  static ScorePairs of(Fields fields, Limits limits) {
    List<String> names =
        NAMES.stream()
            .filter(both -> both.stream().allMatch(name -> fields.optional(name) != null))
            .findFirst()
            .orElseGet(() -> partlySent(fields));
    Texts queries = Texts.of(fields, names.getFirst());
    Texts documents = Texts.of(fields, names.getLast());
    if (queries.count() > 1 && queries.count() != documents.count()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          queries.name,
          "has %d texts and %s has %d; expected one text, or the same number in both (Input lengths must be either 1:1, 1:N or N:N)"
              .formatted(queries.count(), documents.name, documents.count()));
    }
    if (documents.count() > limits.maxCandidates()) {
      throw new RerankException(
          Reason.OUT_OF_RANGE,
          documents.name,
          "has %d entries; expected at most %d"
              .formatted(documents.count(), limits.maxCandidates()));
    }
    return new ScorePairs(queries, documents);
  }

  /** The two names of which the caller sent only one, for a message that asks for the other. */
  private static List<String> partlySent(Fields fields) {
    return NAMES.stream()
        .filter(both -> both.stream().anyMatch(name -> fields.optional(name) != null))
        .findFirst()
        .orElse(NAMES.getFirst());
  }

  private Group oneToAll() {
    return new Group(0, IntStream.range(0, documents.count()).boxed().toList());
  }

  private List<Group> byQuery() {
    Map<String, Group> byText = new LinkedHashMap<>();
    for (int i = 0; i < queries.count(); i++) {
      int position = i;
      byText
          .computeIfAbsent(queries.get(i), _ -> new Group(position, new ArrayList<>()))
          .documents
          .add(i);
    }
    return List.copyOf(byText.values());
  }

  int count() {
    return documents.count();
  }

  Stream<Group> groups() {
    return groups.stream();
  }

  /** The ranking request for a group. */
  RerankRequest request(Group group, Options options, List<String> warnings) {
    List<Candidate> candidates = new ArrayList<>(group.documents.size());
    for (int position : group.documents) {
      String id = Integer.toString(candidates.size());
      candidates.add(new Candidate(id, documents.get(position), null));
    }
    return new RerankRequest(queries.get(group.query), candidates, options, warnings);
  }

  /** A group's failure with the field names that the caller sent. */
  RerankException named(RerankException e, Group group) {
    return e.renamed(field -> {
      if (field.equals(FieldPath.of("query"))) {
        return queries.path(group.query);
      }
      OptionalInt candidate = field.candidateOfText();
      return candidate.isPresent()
          ? documents.path(group.documents.get(candidate.getAsInt()))
          : field;
    });
  }
}
