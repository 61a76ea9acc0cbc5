package dev.snapranker.api;

import org.jspecify.annotations.Nullable;

/**
 * The model that a caller asks for.
 *
 * @param id the id of the model that the caller expects; null for any model
 * @param multilingualName the name that the caller sent, if it is another service's name for a
 *     model of many languages; else null
 */
public record ModelChoice(@Nullable String id, @Nullable String multilingualName) {
  /** Whichever model is loaded. */
  public static final ModelChoice ANY = new ModelChoice(null, null);

  /** The model with this id. */
  public static ModelChoice of(@Nullable String id) {
    return id == null ? ANY : new ModelChoice(id, null);
  }
}
