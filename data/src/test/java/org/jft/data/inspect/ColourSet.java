package org.jft.data.inspect;

import java.nio.file.Path;
import java.util.List;
import org.jft.data.image.TestImages;
import org.jft.data.shard.DataSet;
import org.jft.data.shard.DataSetWriter;
import org.jft.data.shard.Sample;
import org.jft.data.shard.ShardLayout;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/** Plain pictures whose label says their colour; red and green are warm and cold. */
final class ColourSet {
    static final int RED = 0xe01010;
    static final int GREEN = 0x10c020;

    private ColourSet() {}

    /** Row i is (20 + i) x 30 pixels, red where i is even; every fourth is seen as red wrongly. */
    static DataSet make(Path folder, int rows) {
        Taxonomy taxonomy =
                Taxonomy.of(
                        List.of(
                                new TaxonomyClass(0, "warm <b>", List.of()),
                                new TaxonomyClass(1, "red", List.of(0)),
                                new TaxonomyClass(2, "green", List.of())));
        try (DataSetWriter writer =
                DataSetWriter.create(folder, "train", taxonomy, ShardLayout.DEFAULT, false)) {
            for (int i = 0; i < rows; i++) {
                int truth = i % 2 == 0 ? 1 : 2;
                int seen = i % 4 == 3 ? 1 : truth;
                byte[] png = TestImages.png(TestImages.plain(20 + i, 30, colour(truth)));
                writer.add(
                        new Sample(
                                png,
                                null,
                                20 + i,
                                30,
                                new Labels(
                                        new int[] {seen}, new float[] {seen == truth ? 1 : 0.4f}),
                                new int[] {truth}));
            }
            writer.finish();
        }
        return DataSet.open(folder);
    }

    private static int colour(int id) {
        return id == 1 ? RED : GREEN;
    }
}
