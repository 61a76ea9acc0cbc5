package dev.snapranker.store;

/** An object that arrived with other bytes than it has; reading it again may help. */
public final class DamagedException extends StoreException {
  private static final long serialVersionUID = 1;

  public DamagedException(Place object, String problem) {
    super(object, problem);
  }
}
