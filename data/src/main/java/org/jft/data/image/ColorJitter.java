package org.jft.data.image;

import com.google.common.collect.Collections2;
import com.google.common.collect.ImmutableList;
import java.util.List;
import org.bytedeco.opencv.opencv_core.Mat;
import org.jft.core.config.ColorJitterConfig;

/** Random brightness, contrast, saturation and hue, as {@link ColorJitterConfig} says. */
final class ColorJitter {
    // The numbers of the draws, as in Framing: never reuse one.
    private static final int DRAW_ORDER = 64;
    private static final int DRAW_FIRST_OPERATION = 65;

    private enum Operation {
        BRIGHTNESS,
        CONTRAST,
        SATURATION,
        HUE
    }

    private static final List<List<Operation>> ORDERS =
            ImmutableList.copyOf(Collections2.orderedPermutations(List.of(Operation.values())));

    private final ColorJitterConfig config;
    private final ColorOperations operations;

    ColorJitter(ColorJitterConfig config, ColorOperations operations) {
        this.config = config;
        this.operations = operations;
    }

    /** Changes an image in place. */
    void apply(Mat image, SampleRandom random) {
        List<Operation> order = ORDERS.get(random.below(DRAW_ORDER, ORDERS.size()));
        for (int i = 0; i < order.size(); i++) {
            Operation next = order.get(i);
            double range = range(next);
            if (range == 0) {
                continue;
            }
            double draw = random.uniform(DRAW_FIRST_OPERATION + next.ordinal());
            double least = next == Operation.HUE ? -range : Math.max(0, 1 - range);
            double most = next == Operation.HUE ? range : 1 + range;
            apply(next, image, least + draw * (most - least));
        }
    }

    private double range(Operation operation) {
        return switch (operation) {
            case BRIGHTNESS -> config.brightness();
            case CONTRAST -> config.contrast();
            case SATURATION -> config.saturation();
            case HUE -> config.hue();
        };
    }

    private void apply(Operation operation, Mat image, double amount) {
        switch (operation) {
            case BRIGHTNESS -> operations.brightness(image, amount);
            case CONTRAST -> operations.contrast(image, amount);
            case SATURATION -> operations.saturation(image, amount);
            default -> operations.hue(image, amount); // HUE
        }
    }
}
