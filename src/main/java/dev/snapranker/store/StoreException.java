package dev.snapranker.store;

/** An object cannot be read or written. The message names it and says why. */
public sealed class StoreException extends RuntimeException permits DamagedException {
  private static final long serialVersionUID = 1;

  public StoreException(Place object, String problem, Throwable cause) {
    super(object + " " + problem, cause);
  }

  public StoreException(Place object, String problem) {
    super(object + " " + problem);
  }
}
