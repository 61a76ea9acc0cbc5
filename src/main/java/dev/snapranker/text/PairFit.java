package dev.snapranker.text;

/** How many tokens of a query and of a document go into one pair. */
record PairFit(int query, int document) {

  /** Keeps the whole query and gives the document the rest. */
  static PairFit queryFirst(int query, int document, int room) {
    return new PairFit(query, Math.min(document, room - query));
  }

  /**
   * Cuts the longer of the two. If both are longer than half of the room, each gets half. This is
   * the strategy {@code longest_first} of Hugging Face's tokenizers.
   */
  static PairFit longestFirst(int query, int document, int room) {
    if (query + document <= room) {
      return new PairFit(query, document);
    }
    int shorter = Math.min(Math.min(query, document), room / 2);
    int longer = room - shorter;
    return query <= document ? new PairFit(shorter, longer) : new PairFit(longer, shorter);
  }
}
