package dev.snapranker.text;

/** How many tokens of a query, and how many of a document, go into one pair. */
record PairFit(int query, int document) {

  /** The query stays whole, and the document takes what is left. */
  static PairFit queryFirst(int query, int document, int room) {
    return new PairFit(query, Math.min(document, room - query));
  }

  /**
   * The longer of the two is cut. If both are longer than half of the room, each gets half of it:
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
