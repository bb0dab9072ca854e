package org.jft.data.shard;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.stream.Stream;
import org.jft.data.annotation.Annotations;
import org.jft.data.taxonomy.ClassMapping;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/**
 * What a run sees of a data set: which classes its labels are mapped to, and which images are left
 * out.
 *
 * @param mapping null when the classes are the data set's own
 * @param imagesOf null when images of all classes take part
 * @param dropList images that do not
 */
record View(ClassMapping mapping, ClassMapping imagesOf, DropList dropList) {
    /**
     * Reads lists of classes.
     *
     * @param classes file of the classes that labels are mapped to; may be null
     * @param images file of the classes whose images take part; may be null
     */
    static View of(Taxonomy taxonomy, Path classes, Path images, DropList dropList) {
        return new View(
                classes == null ? null : ClassMapping.load(taxonomy, classes),
                images == null ? null : ClassMapping.load(taxonomy, images),
                dropList);
    }

    /** Returns the classes as they are seen. */
    Taxonomy of(Taxonomy taxonomy) {
        return mapping == null ? taxonomy : mapping.taxonomy();
    }

    /** Returns labels as they are seen. */
    Labels of(Labels labels) {
        return mapping == null ? labels : mapping.map(labels);
    }

    /** Returns annotations as they are seen. */
    Annotations of(Annotations annotations) {
        return mapping == null ? annotations : annotations.withClasses(mapping.nearest());
    }

    /** Returns whether images may be left out. */
    boolean dropsSome() {
        return !dropList.isEmpty() || imagesOf != null;
    }

    /** Returns which of a shard's rows are left out. */
    BitSet dropped(ShardIndex index, int count) {
        BitSet rows = new BitSet(count);
        for (int row = 0; row < count; row++) {
            boolean listed = !dropList.isEmpty() && dropList.contains(index.key(row));
            rows.set(row, listed || imagesOf != null && !imagesOf.covers(index.labels(row)));
        }
        return rows;
    }

    /** Returns a fingerprint of content and view: equal means that a run sees the same. */
    String fingerprint(Manifest manifest) {
        String fingerprint = manifest.fingerprint();
        if (mapping != null) {
            fingerprint = Sha256.ofLines(fingerprint, mapping.taxonomy().names().stream());
        }
        if (imagesOf != null) {
            Stream<String> names = imagesOf.taxonomy().names().stream();
            fingerprint = Sha256.ofLines(fingerprint, Stream.concat(Stream.of("images of"), names));
        }
        return dropList.isEmpty()
                ? fingerprint
                : Sha256.ofLines(fingerprint, dropList.keys().map(SampleKey::toString));
    }
}
