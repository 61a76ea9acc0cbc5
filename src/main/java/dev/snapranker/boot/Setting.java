package dev.snapranker.boot;

/**
 * One environment variable: its name and its allowed values.
 *
 * @param variable the environment variable
 * @param defaultValue used when the variable is unset or empty
 * @param allowed the allowed values, for messages and the README
 * @param why what the setting does, for the README
 */
public record Setting(String variable, String defaultValue, String allowed, String why) {}
