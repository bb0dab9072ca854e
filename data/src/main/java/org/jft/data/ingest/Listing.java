package org.jft.data.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is known once the first parts of a source were listed.
 *
 * @param parts listed so far
 * @param images in them
 * @param unlabelled images without a label
 * @param heldOut whether the split rule holds some image out
 * @param suppliers the first {@link #MAX_SUPPLIERS} by name of who supplied images, see {@link
 *     Entry#supplier}
 * @param rest what else is in them
 */
public record Listing(
        int parts, long images, long unlabelled, boolean heldOut, Set<String> suppliers, Rest rest)
        implements Serializable {
    /** They serve a message only, and a table may name another one in each line. */
    static final int MAX_SUPPLIERS = 20;

    /** What is known before. */
    public static final Listing NOTHING =
            new Listing(0, 0, 0, false, new TreeSet<>(), new Rest(0, List.of()));

    /**
     * What is no image.
     *
     * @param leftAside number of things that were left aside, see {@link Source#leftAside}
     * @param remarks lines worth telling the user
     */
    public record Rest(long leftAside, List<String> remarks) implements Serializable {
        static final Rest NONE = new Rest(0, List.of());

        public Rest {
            remarks = List.copyOf(remarks);
        }
    }

    public Listing {
        suppliers = first(suppliers);
    }

    private static TreeSet<String> first(Set<String> suppliers) {
        TreeSet<String> first = new TreeSet<>(suppliers);
        while (first.size() > MAX_SUPPLIERS) {
            first.pollLast();
        }
        return first;
    }

    /** Returns this with the parts that follow. */
    public Listing with(Listing next) {
        Set<String> allSuppliers = new TreeSet<>(suppliers);
        allSuppliers.addAll(next.suppliers);
        List<String> remarks = new ArrayList<>(rest.remarks);
        remarks.addAll(next.rest.remarks);
        return new Listing(
                parts + next.parts,
                images + next.images,
                unlabelled + next.unlabelled,
                heldOut || next.heldOut,
                allSuppliers,
                new Rest(rest.leftAside + next.rest.leftAside, remarks));
    }

    /** Returns lines worth telling the user: what was left aside, and why. */
    public List<String> remarks(Source source) {
        List<String> remarks = new ArrayList<>(rest.remarks);
        if (rest.leftAside > 0) {
            remarks.add("%,d %s: left aside".formatted(rest.leftAside, source.leftAside()));
        }
        if (unlabelled > 0) {
            remarks.add("%,d images have no label".formatted(unlabelled));
        }
        return remarks;
    }

    /** Counts the images of one part. */
    public static final class Counter {
        private final SplitRule split;
        private final TreeSet<String> suppliers = new TreeSet<>();
        private long images;
        private long unlabelled;
        private boolean heldOut;

        /** Counts nothing yet. */
        public Counter(SplitRule split) {
            this.split = split;
        }

        /** Counts an image. */
        public void add(Entry entry) {
            images++;
            unlabelled += entry.problem() == null && entry.claims().isEmpty() ? 1 : 0;
            heldOut |= split.holdsOut(entry);
            if (entry.supplier() != null) {
                suppliers.add(entry.supplier());
                if (suppliers.size() > MAX_SUPPLIERS) {
                    suppliers.pollLast();
                }
            }
        }

        /** Returns the listing of the part. */
        public Listing listing(Rest rest) {
            return new Listing(1, images, unlabelled, heldOut, suppliers, rest);
        }
    }
}
