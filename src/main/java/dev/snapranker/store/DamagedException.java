package dev.snapranker.store;

/** An object's bytes changed on the way. Reading it again may help. */
public final class DamagedException extends StoreException {
  private static final long serialVersionUID = 1;

  public DamagedException(Place object, String problem) {
    super(object, problem);
  }
}
