package dev.snapranker.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizerIdsTest {
  @Test
  void piecesMayBeGivenByName() {
    assertThat(
            TokenizerIds.of(
                "{'model': {'merges': [['a']], 'vocab': {'a': 7, 'b': 3}}}".replace('\'', '"')))
        .isEqualTo(new TokenizerIds(7, "", TokenizerIds.NONE));
  }

  @Test
  void piecesMayBeGivenByPlace() {
    assertThat(
            TokenizerIds.of(
                "{'model': {'vocab': [['a', 0], ['b', -1.5], ['c', -2]], 'unk_id': 9}}"
                    .replace('\'', '"')))
        .isEqualTo(new TokenizerIds(2, "", 9));
  }

  @Test
  void addedTokensAreFoundByTheirText() {
    assertThat(
            TokenizerIds.of(
                "{'added_tokens': [{'id': 900, 'content': '<a>', 'x': {'y': []}}, {'content': '<b>'}], 'model': {'vocab': {}}}"
                    .replace('\'', '"')))
        .isEqualTo(new TokenizerIds(0, "<a> <b> ", TokenizerIds.NONE));
  }

  @Test
  void theUnknownTokenIsFoundByItsTextOrItsPlace() {
    assertThat(
            TokenizerIds.of(
                    "{'model': {'unk_token': '?', 'vocab': {'a': 1, '?': 4, 'b': 5}}}"
                        .replace('\'', '"'))
                .unknown())
        .isEqualTo(4);
  }

  @Test
  void theSameNamesInOtherPlacesAreIgnored() {
    assertThat(
            TokenizerIds.of(
                "{'vocab': {'a': 5}, 'decoder': {'vocab': {'a': 6}, 'content': 'x'}, 'model': {'x': {'vocab': {'a': 8}}}}"
                    .replace('\'', '"')))
        .isEqualTo(new TokenizerIds(0, "", TokenizerIds.NONE));
  }
}
