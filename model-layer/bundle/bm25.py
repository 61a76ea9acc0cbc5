"""BM25's constants. The graph, its model in PyTorch and training's first stage must use the same ones.

The formula is from Robertson and Zaragoza 2009, doi:10.1561/1500000019. The constants are part of a bundle's graph, so the
function does not need them.
"""

K1 = 0.9
"""With a higher value, a word's repetitions in a document count more."""
B = 0.4
"""With a higher value, a word counts less in a document that is longer than the mean."""
MEAN_TOKENS = 110.0
"""The mean length of the training passages, used for users' documents because their mean length is unknown."""
MIN_IDF_SUM = 1.0
"""A query's score is divided by the sum of its words' idf, but at least by this, so that common words alone give no high share."""
