# Shared by the commands in scripts/: finds Java, builds when sources are newer than the jars, and
# runs a main class in the caller's working folder. Source it, then: launch MAIN_CLASS "$@"
# Environment: JAVA_HOME, JFT_JAVA_OPTS (extra JVM flags, such as -Xmx8g), JFT_PROFILE (cuda or
# cuda12: build and run with the bindings of the cuda engine; unset, the one that was built before;
# nd4j-cuda: DL4J itself on CUDA 11.6, only when asked for; spark: set by jft-data).

JFT_HOME="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)"
export JFT_HOME
JFT_LIB="$JFT_HOME/target/jft/lib"
JFT_STAMP="$JFT_HOME/target/jft/built"
JFT_MODULES=(core data cluster train eval)
JFT_BUILD=(-pl eval)
JFT_CLASS_PATH="$JFT_LIB/*"

if [ -z "${JFT_PROFILE+set}" ]; then
  for profile in cuda cuda12; do
    [ -d "$JFT_HOME/target/jft/$profile" ] && JFT_PROFILE="$profile" && break
  done
fi

die() {
  printf '%s: %s\n' "$(basename "$0")" "$1" >&2
  exit "${2:-1}"
}

# Sets JAVA and JAVA_MAJOR.
find_java() {
  JAVA="${JAVA_HOME:+$JAVA_HOME/bin/}java"
  command -v "$JAVA" >/dev/null \
    || die "needs Java 17 or newer: install a JDK (Debian, Ubuntu: openjdk-17-jdk) or set JAVA_HOME"
  JAVA_MAJOR="$("$JAVA" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)"
  [ "${JAVA_MAJOR:-0}" -ge 17 ] \
    || die "needs Java 17 or newer, '$JAVA' is ${JAVA_MAJOR:-unknown}: install a JDK or set JAVA_HOME"
}

check_maven() {
  local version
  command -v mvn >/dev/null \
    || die "needs Maven 3.8 or newer to build: install it (Debian, Ubuntu: maven)"
  version="$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)"
  [ "$(printf '3.8\n%s\n' "${version:-0}" | sort -V | head -n 1)" = 3.8 ] \
    || die "needs Maven 3.8 or newer to build, 'mvn' is ${version:-unknown}"
}

sources_changed() {
  local module paths=("$JFT_HOME/pom.xml")
  [ -e "$JFT_STAMP" ] || return 0
  [ -z "${JFT_PROFILE:-}" ] || [ -d "$JFT_HOME/target/jft/$JFT_PROFILE" ] || return 0
  for module in "${JFT_MODULES[@]}"; do
    paths+=("$JFT_HOME/$module/pom.xml")
    [ -d "$JFT_HOME/$module/src/main" ] && paths+=("$JFT_HOME/$module/src/main")
    [ -d "$JFT_HOME/$module/bench" ] && paths+=("$JFT_HOME/$module/bench")
  done
  [ -n "$(find "${paths[@]}" -newer "$JFT_STAMP" -print -quit)" ]
}

# One build at a time, also when several commands start at once.
build_if_needed() {
  sources_changed || return 0
  check_maven
  mkdir -p "$JFT_HOME/target/jft"
  (
    if command -v flock >/dev/null; then
      exec 9>"$JFT_HOME/target/jft/lock"
      flock 9
    fi
    sources_changed || exit 0
    printf 'building %s ...\n' "$JFT_HOME" >&2
    touch "$JFT_STAMP.new"
    mvn -q -B -f "$JFT_HOME/pom.xml" -DskipTests "${JFT_BUILD[@]}" -am package >&2 || exit 1
    mv "$JFT_STAMP.new" "$JFT_STAMP"
  ) || die "the build failed, see above"
}

# The cuda engine's bindings lie beside the product's jars; without them the engine says so. ND4J's
# CUDA backend comes in a whole folder instead of them: its bindings bear the same class names.
use_profile() {
  case "${JFT_PROFILE:-}" in
    '') return ;;
    cuda | cuda12) JFT_CLASS_PATH="$JFT_CLASS_PATH:$JFT_HOME/target/jft/$JFT_PROFILE/*" ;;
    nd4j-cuda)
      JFT_CLASS_PATH="${JFT_CLASS_PATH/"$JFT_LIB"/"$JFT_HOME/target/jft/$JFT_PROFILE"}"
      JFT_STAMP="$JFT_STAMP-$JFT_PROFILE"
      # ND4J deals threads out to all GPUs it sees; numbers as nvidia-smi has them
      export CUDA_VISIBLE_DEVICES="${CUDA_VISIBLE_DEVICES-0}" CUDA_DEVICE_ORDER=PCI_BUS_ID
      ;;
    spark)
      JFT_CLASS_PATH="${JFT_CLASS_PATH/"$JFT_LIB"/"$JFT_HOME/target/jft/$JFT_PROFILE"}"
      JFT_STAMP="$JFT_STAMP-$JFT_PROFILE"
      JFT_MODULES=(core data data/spark)
      JFT_BUILD=(-pl data/spark)
      ;;
    *) die "JFT_PROFILE=$JFT_PROFILE: there is cuda, cuda12 and nd4j-cuda, one at a time" 2 ;;
  esac
  JFT_BUILD+=("-P$JFT_PROFILE")
}

# Java knows files by names in the locale's letters: in plain ASCII it cannot open others.
use_utf8() {
  [ "$(locale charmap 2>/dev/null)" = UTF-8 ] || export LC_ALL=C.UTF-8
}

launch() {
  local main="$1" terminal=false
  shift
  find_java
  use_profile
  build_if_needed
  [ -t 1 ] && [ -t 2 ] && [ "${TERM:-dumb}" != dumb ] && terminal=true
  local flags=(
    --add-opens java.base/jdk.internal.misc=ALL-UNNAMED
    -Djavacpp.platform=linux-x86_64
    # by default JavaCPP fails when the process holds twice the Java heap; an engine may hold more
    -Dorg.bytedeco.javacpp.maxPhysicalBytes=0
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
    -Djava.awt.headless=true
    "-Djft.home=$JFT_HOME"
    "-Djft.terminal=$terminal"
    "-Djft.commit=$(git -C "$JFT_HOME" describe --always --dirty --abbrev=12 2>/dev/null || printf unknown)"
  )
  if [ "${JFT_PROFILE:-}" = spark ]; then # what Spark reaches into, as its own launcher has it
    local package
    for package in java.lang java.lang.invoke java.net java.nio java.util java.util.concurrent sun.nio.ch; do
      flags+=(--add-opens "java.base/$package=ALL-UNNAMED")
    done
  fi
  [ "$JAVA_MAJOR" -ge 22 ] && flags+=(--enable-native-access=ALL-UNNAMED)
  # an OpenMP thread that waits must not hold a core another thread or worker needs
  export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"
  export OPENCV_LOG_LEVEL="${OPENCV_LOG_LEVEL:-FATAL}" # broken images are reported by us
  use_utf8
  # JFT_JAVA_OPTS is a list of flags, so it is split at blanks
  # shellcheck disable=SC2206
  flags+=(${JFT_JAVA_OPTS:-})
  exec "$JAVA" "${flags[@]}" -cp "$JFT_CLASS_PATH" "$main" "$@"
}
