package org.jft.data.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.archive.Example;
import org.jft.data.archive.ForwardFile;
import org.jft.data.archive.MalformedExampleException;
import org.jft.data.archive.TfRecordReader;

/**
 * TFRecord files of {@code tf.train.Example}, an image each. Labels are names when a record has
 * some, else numbers.
 */
public record TfRecordFormat(ClassNames classNames, Features features) implements ArchiveFormat {
    /** What else a record holds besides its image. */
    private static final int MAX_RECORD_BYTES = MAX_IMAGE_BYTES + (1 << 20);

    /**
     * Names of features.
     *
     * @param image one string, the encoded image
     * @param text strings, names of classes
     * @param label integers, numbers of classes
     * @param confidence floats in [0, 1], one for each name or number, or none
     */
    public record Features(String image, String text, String label, String confidence)
            implements Serializable {
        public Features {
            requireNonNull(image, "image");
            requireNonNull(text, "text");
            requireNonNull(label, "label");
            requireNonNull(confidence, "confidence");
        }
    }

    public TfRecordFormat {
        requireNonNull(classNames, "classNames");
        requireNonNull(features, "features");
    }

    @Override
    public void list(ForwardFile archive, ArchiveIndex index) throws IOException {
        TfRecordReader records = new TfRecordReader(archive, MAX_RECORD_BYTES);
        int number = 0;
        for (TfRecordReader.Entry r = records.next(); r != null; r = records.next()) {
            index.add(item(r, Integer.toString(number++)));
        }
    }

    private ArchiveIndex.Item item(TfRecordReader.Entry entry, String name) {
        if (entry.problem() != null) {
            return ArchiveIndex.Item.unusable(name, entry.problem());
        }
        try {
            Example example = Example.parse(entry.data());
            List<Example.Slice> images = example.bytes(features.image);
            if (images.size() != 1) {
                throw new UnusableImageException(
                        "%d images in the feature %s; the record has: %s"
                                .formatted(
                                        images.size(),
                                        features.image,
                                        String.join(", ", example.names())));
            }
            Example.Slice image = images.get(0);
            return new ArchiveIndex.Item(
                    name,
                    entry.offset() + image.offset(),
                    image.length(),
                    claims(example, entry.data()),
                    null);
        } catch (UnusableImageException | MalformedExampleException e) {
            return ArchiveIndex.Item.unusable(name, e.getMessage());
        }
    }

    private List<Entry.Claim> claims(Example example, byte[] data)
            throws MalformedExampleException, UnusableImageException {
        List<String> labels = new ArrayList<>();
        for (Example.Slice text : example.bytes(features.text)) {
            String label = new String(data, text.offset(), text.length(), UTF_8).strip();
            if (!label.isEmpty()) { // some writers put an empty name where they know none
                labels.add(label);
            }
        }
        if (labels.isEmpty()) {
            for (long number : example.ints(features.label)) {
                labels.add(classNames.of(number));
            }
        }
        float[] confidences = example.floats(features.confidence);
        if (confidences.length > 0 && confidences.length != labels.size()) {
            throw new UnusableImageException(
                    "%d confidences for %d labels".formatted(confidences.length, labels.size()));
        }
        List<Entry.Claim> claims = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            float confidence = confidences.length == 0 ? 1 : confidences[i];
            if (!(confidence >= 0 && confidence <= 1)) {
                throw new UnusableImageException(
                        "the confidence %s is not in 0..1".formatted(confidence));
            }
            claims.add(new Entry.Claim(List.of(labels.get(i)), confidence));
        }
        return claims;
    }
}
