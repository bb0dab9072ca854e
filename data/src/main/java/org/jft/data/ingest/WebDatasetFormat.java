package org.jft.data.ingest;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jft.data.archive.BrokenArchiveException;
import org.jft.data.archive.ForwardFile;
import org.jft.data.archive.TarReader;

/**
 * WebDataset: a tar whose members make a sample when they have the same name up to the first dot
 * behind the last slash. Members of a sample need not lie side by side.
 *
 * <pre>
 *   n01/00012.jpg   the image: jpg, jpeg, png or webp
 *   n01/00012.cls   its labels: see {@link SampleLabels}
 *   n01/00012.xyz   left aside
 * </pre>
 */
public record WebDatasetFormat(ClassNames classNames) implements ArchiveFormat {
    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png", "webp");

    public WebDatasetFormat {
        requireNonNull(classNames, "classNames");
    }

    @Override
    public void list(ForwardFile archive, ArchiveIndex index) throws IOException {
        Map<String, Sample> samples = new LinkedHashMap<>();
        TarReader tar = new TarReader(archive);
        Sample last = null;
        try {
            TarReader.Member member;
            while ((member = tar.next(WebDatasetFormat::isLabel)) != null) {
                MemberName name = MemberName.of(member.name());
                if (name == null) {
                    index.leaveAside(1);
                    continue;
                }
                last = samples.computeIfAbsent(name.key(), k -> new Sample());
                last.members.add(member);
            }
        } catch (BrokenArchiveException e) {
            if (last != null) {
                last.torn = true;
            }
            throw e;
        } finally {
            index.leaveAside(tar.leftAside());
            samples.forEach((key, sample) -> index.add(item(key, sample, index)));
        }
    }

    /** The members of a name, and whether the archive broke off before all are known to be read. */
    private static final class Sample {
        private final List<TarReader.Member> members = new ArrayList<>(2);
        private boolean torn;
    }

    /** {@code folder/00012.seg.png}: key {@code folder/00012}, extension {@code seg.png}. */
    private record MemberName(String key, String extension) {
        /** Returns null for what belongs to no sample: hidden files, and names without a dot. */
        static MemberName of(String name) {
            int file = name.lastIndexOf('/') + 1;
            int dot = name.indexOf('.', file);
            return dot <= file
                    ? null
                    : new MemberName(
                            name.substring(0, dot),
                            name.substring(dot + 1).toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isLabel(TarReader.Member member) {
        MemberName name = MemberName.of(member.name());
        return name != null
                && SampleLabels.MEMBERS.contains(name.extension())
                && member.length() <= SampleLabels.MAX_BYTES;
    }

    private ArchiveIndex.Item item(String key, Sample sample, ArchiveIndex index) {
        TarReader.Member image = null;
        Map<String, TarReader.Member> labels = new TreeMap<>();
        try {
            for (TarReader.Member member : sample.members) {
                String extension = MemberName.of(member.name()).extension();
                if (IMAGES.contains(extension)) {
                    image = once(image, member);
                } else if (SampleLabels.MEMBERS.contains(extension)) {
                    labels.put(extension, once(labels.get(extension), member));
                } else {
                    index.leaveAside(1);
                }
            }
            if (sample.torn) {
                throw new UnusableImageException(
                        "the archive breaks off here, members of this sample may be missing");
            }
            if (image == null) {
                throw new UnusableImageException("a sample without a jpg, jpeg, png or webp");
            }
            ImageFile.checkSize(image.length());
            return new ArchiveIndex.Item(
                    image.name(),
                    image.offset(),
                    (int) image.length(),
                    new SampleLabels(classNames).claims(labels),
                    null);
        } catch (UnusableImageException e) {
            String name = image == null ? key : image.name();
            return ArchiveIndex.Item.unusable(name, e.getMessage());
        }
    }

    private static TarReader.Member once(TarReader.Member before, TarReader.Member member)
            throws UnusableImageException {
        if (before != null) {
            throw new UnusableImageException(
                    "a sample with both %s and %s".formatted(before.name(), member.name()));
        }
        return member;
    }
}
