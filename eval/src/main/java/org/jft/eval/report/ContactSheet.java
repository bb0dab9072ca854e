package org.jft.eval.report;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Held-out images that one run was most certainly wrong about, hardest first.
 *
 * @param run its folder
 * @param about which run that is, as a sentence without its full stop
 * @param source where the images come from
 * @param notice what their data set asks to be said of it, such as a licence; may be empty
 * @param images may be none; then {@code obstacle} says why, or there was no mistake
 * @param obstacle why there are no images; empty when there are
 */
public record ContactSheet(
        String run,
        String about,
        String source,
        String notice,
        List<Entry> images,
        String obstacle) {
    /**
     * One image.
     *
     * @param place where it lies in the data set
     * @param jpeg a small picture of it
     * @param labels what it is
     * @param predictions what the network took it for, best first; the first is wrong
     */
    public record Entry(String place, byte[] jpeg, List<Guess> labels, List<Guess> predictions) {
        public Entry {
            labels = List.copyOf(labels);
            predictions = List.copyOf(predictions);
        }
    }

    /**
     * What the network thought of a class.
     *
     * @param right whether the image is of that class
     */
    public record Guess(String name, double probability, boolean right) {}

    public ContactSheet {
        requireNonNull(run, "run");
        requireNonNull(obstacle, "obstacle");
        images = List.copyOf(images);
    }

    /** Returns one without images. */
    public static ContactSheet without(String run, String about, String obstacle) {
        return new ContactSheet(run, about, "", "", List.of(), obstacle);
    }
}
