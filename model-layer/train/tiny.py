"""The start of the tiny model: narrow word vectors that keep most of the backbone's, and fresh layers."""

import torch

from cross_encoder import CrossEncoder, Shape

WIDTH = 128
LAYERS = 2


def narrowed(backbone: CrossEncoder) -> CrossEncoder:
    """Word, position and segment vectors projected on their principal components; layers start near the identity."""
    old = backbone.shape
    model = CrossEncoder(Shape(old.vocab_size, WIDTH, 4 * WIDTH, LAYERS, 4, old.max_position_embeddings))
    with torch.no_grad():
        words = backbone.embedding_norm(backbone.words.weight)
        centred = words - words.mean(0)
        _, _, components = torch.pca_lowrank(centred, q=WIDTH, center=False, niter=4)
        narrow = centred @ components
        model.words.weight.copy_(narrow / narrow.std())
        model.positions.weight.normal_(std=0.02)
        model.segments.weight.zero_()
        for layer in model.layers:
            layer.out.weight.normal_(std=0.02)
            layer.down.weight.normal_(std=0.02)
    return model
