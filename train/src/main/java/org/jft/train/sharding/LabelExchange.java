package org.jft.train.sharding;

import static com.google.common.base.Preconditions.checkArgument;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jft.cluster.collective.Collective;
import org.jft.train.objective.Targets;

/**
 * Lets all ranks know the labels of all micro batches. A micro batch of b samples travels as
 * floats, which hold a count and an id of less than 2^24 exactly; all are as long as the longest:
 *
 * <pre>
 *  0                   b
 *  +-------------------+---------------------------------------------+
 *  | labels a sample...| id, confidence; id, confidence; ...  unused |
 *  +-------------------+---------------------------------------------+
 * </pre>
 */
final class LabelExchange {
    private final Collective collective;
    private final int samples; // b
    private FloatBuffer own = Floats.allocate(0);
    private FloatBuffer all = Floats.allocate(0);

    LabelExchange(Collective collective, int samples) {
        this.collective = collective;
        this.samples = samples;
    }

    /** Returns the labels of the micro batch that each rank gave, by rank. */
    List<Targets> gather(Targets targets) {
        checkArgument(targets.size() == samples, "%s samples, not %s", targets.size(), samples);
        int ranks = collective.topology().worldSize();
        long[] counts = collective.allGather(targets.offsets()[samples]);
        int most = Math.toIntExact(Arrays.stream(counts).max().orElseThrow());
        int length = samples + 2 * most;
        if (own.capacity() < length) {
            own = Floats.allocate(2 * length); // room for the next ones
            all = Floats.allocate(2 * length * ranks);
        }
        own.limit(length);
        all.limit(length * ranks);
        write(targets);
        collective.allGather(own, all);
        List<Targets> gathered = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            gathered.add(read(all.slice(rank * length, length)));
        }
        return gathered;
    }

    private void write(Targets targets) {
        for (int i = 0; i < samples; i++) {
            own.put(i, targets.offsets()[i + 1] - targets.offsets()[i]);
        }
        for (int j = 0; j < targets.offsets()[samples]; j++) {
            own.put(samples + 2 * j, targets.ids()[j]);
            own.put(samples + 2 * j + 1, targets.confidences()[j]);
        }
    }

    private Targets read(FloatBuffer from) {
        int[] offsets = new int[samples + 1];
        for (int i = 0; i < samples; i++) {
            offsets[i + 1] = offsets[i] + (int) from.get(i);
        }
        int[] ids = new int[offsets[samples]];
        float[] confidences = new float[offsets[samples]];
        for (int j = 0; j < ids.length; j++) {
            ids[j] = (int) from.get(samples + 2 * j);
            confidences[j] = from.get(samples + 2 * j + 1);
        }
        return new Targets(offsets, ids, confidences);
    }
}
