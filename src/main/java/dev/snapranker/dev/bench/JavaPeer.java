package dev.snapranker.dev.bench;

import java.nio.file.Path;

/** The libraries of Java that compete. */
enum JavaPeer {
  DJL("DJL, stock export") {
    @Override
    Library open(Path stock) throws Exception {
      return new Djl(stock);
    }
  },
  LANGCHAIN4J("LangChain4j, stock export") {
    @Override
    Library open(Path stock) {
      return new LangChain4j(stock);
    }
  };

  private final String label;

  JavaPeer(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  abstract Library open(Path stock) throws Exception;
}
