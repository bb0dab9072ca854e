package org.jft.data.spark;

import java.io.File;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.jft.data.ingest.Entry;
import org.jft.data.ingest.ImageCheck;
import org.jft.data.ingest.LabelSpace;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import scala.Tuple2;

/**
 * Writes the images of a partition into a folder of their own, as a small data set; the driver
 * moves the shards of those that ended well to their place.
 *
 * @param folder takes a folder for each try
 */
record ShardTask(
        ImportSteps steps,
        Broadcast<LabelSpace> space,
        File folder,
        String split,
        ShardLayout layout)
        implements Serializable {

    /**
     * What came of a partition.
     *
     * @param folder of its shards
     * @param problems images that could not be written after all
     */
    record Written(int partition, File folder, long rows, long labels, List<Problem> problems)
            implements Serializable {}

    /** An image for the quarantine. */
    record Problem(String path, long row, String reason) implements Serializable {}

    Written run(Iterator<Copies> images) {
        TaskContext task = TaskContext.get();
        Path own =
                folder.toPath()
                        .resolve(
                                "%s-%05d-%d"
                                        .formatted(
                                                split, task.partitionId(), task.taskAttemptId()));
        long rows = 0;
        long labels = 0;
        List<Problem> problems = new ArrayList<>();
        try (DataSetWriter writer =
                DataSetWriter.create(own, split, space.value().taxonomy(), layout, true)) {
            Iterator<Tuple2<Entry, ImageCheck.Checked>> prepared = steps.prepare(images);
            while (prepared.hasNext()) {
                Tuple2<Entry, ImageCheck.Checked> image = prepared.next();
                Entry entry = image._1();
                if (image._2().problem() != null) {
                    problems.add(new Problem(entry.path(), entry.row(), image._2().problem()));
                    continue;
                }
                Sample sample = space.value().sample(entry, image._2());
                writer.add(sample);
                rows++;
                labels += sample.labels().size();
            }
            writer.finish();
        }
        return new Written(task.partitionId(), own.toFile(), rows, labels, problems);
    }
}
