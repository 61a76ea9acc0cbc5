"""BM25's constants: the graph, its model in PyTorch and training's first stage must use the same ones.

The formula is that of Robertson and Zaragoza 2009, doi:10.1561/1500000019. A bundle's graph holds the constants, so the
function needs none of its own.
"""

K1 = 0.9
"""The higher, the more a word's repetitions in a document count."""
B = 0.4
"""The higher, the less a word counts in a document that is longer than the mean."""
MEAN_TOKENS = 110.0
"""The mean length of the training passages: it stands for the mean length of a user's documents, which nobody knows."""
MIN_IDF_SUM = 1.0
"""A query's score is divided by the sum of its words' idf, or by this: common words alone must not give a high share."""
