package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/** Images that were left out, and why: {@code quarantine.tsv}, columns file, row, reason. */
public final class Quarantine implements Closeable {
    static final String FILE_NAME = "quarantine.tsv";
    private static final String HEADER = "file\trow\treason\n";

    private final Path draft;
    private final AppendFile out;
    private long images;
    private String first;

    /**
     * Where a report can be taken up again.
     *
     * @param bytes of the draft
     * @param first image and reason; null without any
     */
    record Mark(long images, long bytes, String first) {
        static final Mark START = new Mark(0, 0, null);
    }

    /**
     * Starts a report, or goes on with one.
     *
     * @param draft takes the lines until {@link #publish}
     */
    Quarantine(Path draft, Mark from) throws IOException {
        this.draft = draft;
        this.images = from.images();
        this.first = from.first();
        this.out = AppendFile.open(draft, from.bytes());
        if (from.bytes() == 0) {
            out.write(HEADER.getBytes(UTF_8));
        }
    }

    /** Starts a report. */
    public static Quarantine start(Path draft) throws IOException {
        return new Quarantine(draft, Mark.START);
    }

    /** Adds an image. */
    public void add(String path, long row, String reason) throws IOException {
        String line = "%s\t%d\t%s".formatted(clean(path), row, clean(reason));
        out.write((line + "\n").getBytes(UTF_8));
        first = images++ == 0 ? line.replace('\t', ' ') : first;
    }

    private static String clean(String text) {
        return text.replaceAll("[\\t\\r\\n]+", " ");
    }

    /** Returns how many images there are. */
    public long images() {
        return images;
    }

    /** Brings the lines to the disk and returns where they end. */
    Mark mark() throws IOException {
        out.force();
        return new Mark(images, out.bytes(), first);
    }

    /**
     * Shows the report in a folder, or removes an old one when there is nothing to report.
     *
     * @param advice what to do then, the end of the sentence
     * @throws JftException when more than a share of the listed images is in it
     */
    public void publish(Path folder, long listed, double maxShare, String advice)
            throws IOException {
        Path file = folder.resolve(FILE_NAME);
        if (images == 0) {
            Files.deleteIfExists(file);
            return;
        }
        out.force();
        Files.copy(draft, file, StandardCopyOption.REPLACE_EXISTING);
        if (images > maxShare * listed) {
            throw new JftException(
                    Category.ABORT_RUN,
                    ("%,d of %,d images cannot be used, more than --max-quarantine %s; the first:"
                                    + " %s; all are listed in %s%s")
                            .formatted(images, listed, maxShare, first, file, advice));
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
