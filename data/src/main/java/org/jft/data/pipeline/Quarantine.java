package org.jft.data.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jft.core.failure.Category;
import org.jft.core.failure.JftException;

/**
 * The report on images that could not be decoded: {@code quarantine.tsv}, UTF-8, one line per image
 * however often it is met, on disk as soon as it is met, added to when a run resumes.
 *
 * <pre>
 *   row TAB where TAB reason
 *   4711 TAB part-00003.parquet row 112 (n01440764/x.jpg) TAB corrupt or cut off: ...
 * </pre>
 *
 * The file appears with the first bad image. Thread-safe; workers that share a folder append whole
 * lines, but may report an image once each.
 */
public final class Quarantine {
    private static final String FILE_NAME = "quarantine.tsv";
    private static final String TITLE = "row\twhere\treason\n";
    private static final int WHERE_COLUMN = 1;
    private static final int COLUMNS = 3;

    private final Path file;
    private final Set<String> reported = new HashSet<>();

    private Quarantine(Path file) {
        this.file = file;
    }

    /** Continues the report in a folder, or starts one with the first bad image. */
    public static Quarantine in(Path folder) {
        Quarantine quarantine = new Quarantine(folder.resolve(FILE_NAME));
        quarantine.readReported();
        return quarantine;
    }

    /** Returns the report's path; it need not exist. */
    public Path file() {
        return file;
    }

    /**
     * Reports an image, unless it has been.
     *
     * @param row in its data set
     * @param where the row lies, as {@code SampleStore.locate} says
     * @param reason in a few words
     */
    public synchronized void report(long row, String where, String reason) {
        String place = oneField(where);
        if (!reported.add(place)) {
            return;
        }
        String line = "%d\t%s\t%s\n".formatted(row, place, oneField(reason));
        try {
            if (Files.notExists(file)) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                line = TITLE + line;
            }
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s cannot be written: %s".formatted(file, e), e);
        }
    }

    /** Returns the images reported so far, by this run and by those before it in the folder. */
    public synchronized int size() {
        return reported.size();
    }

    private void readReported() {
        if (Files.notExists(file)) {
            return;
        }
        try {
            for (String line : Files.readAllLines(file)) {
                String[] columns = line.split("\t");
                if (columns.length == COLUMNS && !TITLE.startsWith(line)) {
                    reported.add(columns[WHERE_COLUMN]);
                }
            }
        } catch (IOException e) {
            throw new JftException(
                    Category.ABORT_RUN, "%s cannot be read: %s".formatted(file, e), e);
        }
    }

    private static String oneField(String text) {
        return text.replaceAll("[\\t\\r\\n]+", " ");
    }
}
