package dev.snapranker.rank.scoring;

/**
 * A passage of a stage's document.
 *
 * @param document the document's position in the stage
 * @param passage the passage's position in the document
 * @param tokens how many tokens the model reads for it
 */
record PassageRef(int document, int passage, int tokens) {}
