package org.jft.data.spark;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;
import org.jft.data.ingest.ClassPaths;
import org.jft.data.ingest.Entry;
import org.jft.data.ingest.ImageCheck;
import org.jft.data.ingest.ImportOptions;
import org.jft.data.ingest.Listing;
import org.jft.data.ingest.PartList;
import org.jft.data.ingest.Source;
import org.jft.data.taxonomy.Taxonomy;
import scala.Tuple2;

/**
 * What an import does to some of the images, on whatever machine; every task has a copy of its own.
 */
final class ImportSteps implements Serializable {
    private final Source source;
    private final ImportOptions options;
    private final ImageCheck check;

    ImportSteps(Source source, ImportOptions options) {
        this.source = source;
        this.options = options;
        this.check = ImageCheck.of(options);
    }

    /**
     * What a part holds.
     *
     * @param entry null in the last one
     * @param listing of the whole part; null in all but the last one
     */
    record Listed(Entry entry, Listing listing) implements Serializable {}

    /** Lists a part. */
    Iterator<Listed> list(int part) throws IOException {
        Path scratch = Files.createTempFile("jft-import", ".part");
        PartList entries = PartList.of(source, part, options.split(), scratch);
        atEnd(
                () -> {
                    try {
                        entries.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        return new Iterator<>() {
            private boolean more = true;

            @Override
            public boolean hasNext() {
                return more;
            }

            @Override
            public Listed next() {
                more = entries.hasNext();
                return more
                        ? new Listed(entries.next(), null)
                        : new Listed(null, entries.listing());
            }
        };
    }

    /** Looks at images, in the order of the source. */
    Iterator<Looked> scan(Iterator<Tuple2<Long, Entry>> entries, boolean divided) {
        return read(
                entries,
                Tuple2::_2,
                (numbered, bytes) -> {
                    Entry entry = options.split().apply(numbered._2(), divided);
                    return looked(numbered._1(), entry, check.look(bytes));
                });
    }

    /** Shrinks images to see what they are then, in the order of the source. */
    Iterator<Looked> shrink(Iterator<Copies> images) {
        return read(
                images,
                Copies::entry,
                (image, bytes) -> looked(image.index(), image.entry(), check.prepare(bytes)));
    }

    private static Looked looked(long index, Entry entry, ImageCheck.Checked image) {
        long bytes = image.problem() == null ? image.image().length : 0;
        return new Looked(image.key(), Copies.of(index, entry, bytes), image.problem());
    }

    /** Counts the training images of every class. */
    Iterator<long[]> count(Iterator<Copies> images, Taxonomy everything) {
        ClassPaths.Counter counter = new ClassPaths.Counter(everything);
        while (images.hasNext()) {
            Entry entry = images.next().entry();
            if (!entry.heldOut()) {
                counter.add(entry);
            }
        }
        return List.of(counter.images()).iterator();
    }

    /** An image whose reading was started. */
    interface Step<T, R> extends Serializable {
        R apply(T item, Source.ImageBytes bytes);
    }

    private <T, R> Iterator<R> read(
            Iterator<T> items, Function<T, Entry> entryOf, Step<T, R> step) {
        atEnd(source::close);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public R next() {
                T item = items.next();
                return step.apply(item, Source.start(source, entryOf.apply(item)));
            }
        };
    }

    /** Images as they are written, with what they became. */
    Iterator<Tuple2<Entry, ImageCheck.Checked>> prepare(Iterator<Copies> images) {
        return read(
                images,
                Copies::entry,
                (image, bytes) -> new Tuple2<>(image.entry(), check.prepare(bytes)));
    }

    private static void atEnd(Runnable closing) {
        TaskContext.get()
                .addTaskCompletionListener((TaskCompletionListener) context -> closing.run());
    }
}
