package org.jft.data.ingest;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.MoreObjects;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jft.core.failure.ConfigException;

/** How images are divided into what is learned from and what is held out. */
public sealed interface SplitRule {
    /** Returns the entries with their split set, or null everywhere for one undivided set. */
    List<Entry> apply(List<Entry> entries);

    /** As the source says: a split column, a second folder, or no division at all. */
    record AsListed() implements SplitRule {
        @Override
        public List<Entry> apply(List<Entry> entries) {
            boolean divided = entries.stream().anyMatch(e -> Entry.TEST.equals(e.split()));
            return entries.stream()
                    .map(
                            e ->
                                    e.inSplit(
                                            divided
                                                    ? MoreObjects.firstNonNull(
                                                            e.split(), Entry.TRAIN)
                                                    : null))
                    .toList();
        }
    }

    /** Everything from one supplier is held out: does what was learned carry over to its style? */
    record BySource(String testSource) implements SplitRule {
        @Override
        public List<Entry> apply(List<Entry> entries) {
            TreeSet<String> sources =
                    entries.stream()
                            .map(Entry::source)
                            .filter(Objects::nonNull)
                            .collect(Collectors.toCollection(TreeSet::new));
            if (!sources.contains(testSource)) {
                throw new ConfigException(
                        "--test-source %s: no image has this source; there are: %s"
                                .formatted(testSource, String.join(", ", sources)));
            }
            return entries.stream()
                    .map(e -> e.inSplit(testSource.equals(e.source()) ? Entry.TEST : Entry.TRAIN))
                    .toList();
        }
    }

    /**
     * A share drawn by hash of the group, or of the path without one: the same image falls on the
     * same side in every import, whatever else is in it.
     */
    record ByShare(double testShare) implements SplitRule {
        public ByShare {
            checkArgument(testShare > 0 && testShare < 1, "testShare=%s", testShare);
        }

        @Override
        public List<Entry> apply(List<Entry> entries) {
            return entries.stream()
                    .map(e -> e.inSplit(draw(e) < testShare ? Entry.TEST : Entry.TRAIN))
                    .toList();
        }

        private static double draw(Entry entry) {
            String name = MoreObjects.firstNonNull(entry.group(), entry.path());
            long hash = Hashing.sha256().hashString(name, StandardCharsets.UTF_8).asLong();
            return (hash >>> 11) * 0x1p-53;
        }
    }
}
