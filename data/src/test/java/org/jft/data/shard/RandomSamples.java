package org.jft.data.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;

/** Rows of random bytes, sizes and labels; equal seeds give equal rows. */
final class RandomSamples {
    private RandomSamples() {}

    static Taxonomy taxonomy(int classes) {
        return Taxonomy.flat(IntStream.range(0, classes).mapToObj(i -> "class " + i).toList());
    }

    static List<Sample> draw(long seed, int count, int classes, int maxImageBytes) {
        Random random = new Random(seed);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] image = new byte[1 + random.nextInt(maxImageBytes)];
            random.nextBytes(image);
            int[] ids = ids(random, classes);
            float[] confidences = new float[ids.length];
            for (int k = 0; k < ids.length; k++) {
                confidences[k] = random.nextFloat();
            }
            samples.add(
                    new Sample(
                            image,
                            random.nextInt(4) == 0 ? null : "folder/bild-%d-ä.png".formatted(i),
                            1 + random.nextInt(65535),
                            1 + random.nextInt(65535),
                            new Labels(ids, confidences),
                            random.nextInt(3) == 0 ? null : ids(random, classes)));
        }
        return samples;
    }

    private static int[] ids(Random random, int classes) {
        return random.ints(random.nextInt(5), 0, classes).distinct().sorted().toArray();
    }
}
