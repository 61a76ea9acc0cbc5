# Sourced by mvnw and snapranker: points JAVA_HOME at a JDK 25 or newer, wherever it is installed.
# Reads each JDK's `release` file, so that no Java is started to find one.

# Java reads arguments and file names in the locale's encoding, and garbles them where that is ASCII (LANG=C, or a
# locale that is not installed).
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
  LC_ALL=C.UTF-8
  export LC_ALL
fi

# mvnw fails without HOME; Java and Maven go by the user's home folder anyway.
if [ -z "${HOME:-}" ] && user=$(id -un 2>/dev/null); then
  eval "HOME=~$user"
  export HOME
fi

jdk_major() {
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null
}

jdk_ok() {
  [ -x "$1/bin/javac" ] && [ "$(jdk_major "$1" || :)" -ge 25 ] 2>/dev/null
}

find_jdk() {
  java_on_path=$(command -v java 2>/dev/null) && java_on_path=$(readlink -f "$java_on_path" 2>/dev/null) || java_on_path=
  home_on_path=${java_on_path%/bin/java}
  for dir in "${JAVA_HOME:-}" "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}" "${JDK_25:-}" \
    "$home_on_path" "${home_on_path%/*}"/* \
    /usr/lib/jvm/* /usr/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.m2/jdks/* "${HOME:-}"/.gradle/jdks/* \
    "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/* \
    "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$dir" ] && jdk_ok "$dir"; then
      printf '%s\n' "$dir"
      return 0
    fi
  done
  return 1
}

if JAVA_HOME=$(find_jdk); then
  export JAVA_HOME
else
  echo "No JDK 25 or newer found: looked at JAVA_HOME, the java on the PATH and its neighbours, the system's" >&2
  echo "JDK folders, SDKMAN, asdf, mise, Gradle and IDE downloads. Install one (for example Eclipse Temurin 25)" >&2
  echo "or set JAVA_HOME to it." >&2
  exit 3
fi
