package dev.snapranker.boot;

/**
 * One environment variable: how it is called and what it may be.
 *
 * @param variable the environment variable
 * @param defaultValue used when the variable is unset or empty
 * @param allowed what it may be, for messages and the README
 * @param why what it is for
 */
public record Setting(String variable, String defaultValue, String allowed, String why) {}
