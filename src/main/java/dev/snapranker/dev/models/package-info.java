/** {@code models}: the table of published models, and what a bundle's folder holds. */
@NullMarked
package dev.snapranker.dev.models;

import org.jspecify.annotations.NullMarked;
