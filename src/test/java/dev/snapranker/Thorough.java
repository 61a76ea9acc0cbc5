package dev.snapranker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/**
 * The long form of a test, which takes its time: only {@code ./mvnw verify -Pthorough} runs it. A
 * short form in the same class always runs.
 */
@Tag(Thorough.TAG)
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Thorough {
  /** What {@code pom.xml} leaves out without the profile. */
  String TAG = "thorough";
}
