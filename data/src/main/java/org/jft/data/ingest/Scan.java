package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jft.core.cli.ProgressLine;
import org.jft.data.archive.BrokenArchiveException;
import org.jft.data.shard.SampleKey;

/**
 * The first look at every image: is it readable, what does its header say, was it seen before.
 * Exact duplicates within a split become one entry with all labels; between splits the test image
 * stays, so that nothing is tested on that was learned by heart.
 */
final class Scan {
    private final Source source;
    private final double maxPixels;
    private final Quarantine quarantine;
    private final List<Entry> kept = new ArrayList<>(); // null where a later look dropped one
    private final Map<SampleKey, Integer> keptAt = new HashMap<>();
    private long duplicates;
    private long leaks;

    Scan(Source source, double maxMegapixels, Quarantine quarantine) {
        this.source = source;
        this.maxPixels = maxMegapixels * 1e6;
        this.quarantine = quarantine;
    }

    private record Look(SampleKey key, String problem) {}

    void run(List<Entry> entries) {
        try (ProgressLine progress =
                ProgressLine.start("scan", entries.size(), "images", System.nanoTime())) {
            OrderedWork.run(
                    entries.size(),
                    i -> {
                        Source.ImageBytes bytes = source.read(entries.get((int) i));
                        return () -> look(bytes);
                    },
                    (i, look) -> {
                        take(entries.get((int) i), look);
                        progress.update(i + 1, System.nanoTime());
                    });
            progress.finish(entries.size(), System.nanoTime());
        }
    }

    private Look look(Source.ImageBytes bytes) {
        try {
            byte[] image = bytes.get();
            checkHeader(image, maxPixels);
            return new Look(SampleKey.of(image), null);
        } catch (UnusableImageException e) {
            return new Look(null, e.getMessage());
        } catch (IOException e) {
            return new Look(null, reason(e));
        }
    }

    static String reason(IOException e) {
        if (e instanceof BrokenArchiveException) {
            return e.getMessage();
        }
        return e instanceof NoSuchFileException ? "no such file" : "cannot be read: " + e;
    }

    static ImageHeader checkHeader(byte[] image, double maxPixels) throws UnusableImageException {
        ImageHeader header = ImageHeader.of(image);
        if (header.pixels() > maxPixels) {
            throw new UnusableImageException(
                    "%dx%d is %.1f megapixels, above --max-megapixels %s"
                            .formatted(
                                    header.width(),
                                    header.height(),
                                    header.pixels() / 1e6,
                                    maxPixels / 1e6));
        }
        return header;
    }

    private void take(Entry entry, Look look) {
        if (look.problem() != null) {
            quarantine.add(entry, look.problem());
            return;
        }
        Integer at = keptAt.get(look.key());
        Entry earlier = at == null ? null : kept.get(at);
        if (earlier != null && Objects.equals(earlier.split(), entry.split())) {
            duplicates++;
            kept.set(at, earlier.with(entry));
            return;
        }
        if (earlier != null) {
            leaks++;
            if (Entry.TEST.equals(earlier.split())) {
                return;
            }
            kept.set(at, null);
        }
        keptAt.put(look.key(), kept.size());
        kept.add(entry);
    }

    Collection<Entry> kept() {
        return kept.stream().filter(Objects::nonNull).toList();
    }

    long duplicates() {
        return duplicates;
    }

    long leaks() {
        return leaks;
    }
}
