package org.jft.data.dedup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jft.core.checkpoint.Checkpoint;
import org.jft.core.checkpoint.CheckpointFile;
import org.jft.core.config.ConfigLoader;
import org.jft.core.config.RunConfig;
import org.jft.core.engine.GraphLayouts;
import org.jft.core.engine.NetworkSpec;
import org.jft.core.engine.ParameterLayout;
import org.jft.core.engine.WeightDraw;
import org.jft.core.model.Architectures;
import org.jft.data.image.TestImages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs by features, of a network with random weights. */
class EmbeddingSearchTest {
    private static final String CONFIG =
            """
            {"name": "tiny", "data": {"train": "none", "image": {"size": 16}},
             "model": {"architecture": "resnet8s", "width": 4},
             "train": {"global_batch": 3, "micro_batch": 3, "steps": 1,
                       "optimizer": {"kind": "sgd"},
                       "schedule": {"kind": "constant", "learning_rate": 0.1}}}
            """;

    @TempDir Path folder;

    @Test
    void shouldAddPairsThatNoHashKnowsAndMeasureThoseItDoes() throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 100; i++) { // more than one batch
            images.add(PhotoSet.png(100 + i));
        }
        images.add(TestImages.jpeg(PhotoSet.photo(1)));
        images.add(TestImages.png(TestImages.plain(64, 64, 0x3060a0))); // too plain for a hash
        Path train = PhotoSet.write(folder.resolve("train"), images);
        Path test =
                PhotoSet.write(
                        folder.resolve("test"),
                        List.of(
                                PhotoSet.png(1),
                                TestImages.png(TestImages.plain(50, 50, 0x3060a0)),
                                PhotoSet.png(2)));
        Path out = folder.resolve("out");
        DedupRequest request =
                new DedupRequest(
                        train.toString(),
                        List.of(test.toString()),
                        8,
                        checkpoint(),
                        0.99999,
                        out,
                        out);

        DedupSummary summary = Deduplicator.run(request);

        List<String[]> pairs = pairs(out);
        assertThat(pairs).hasSize(2);
        assertThat(pairs.get(0)[1]).endsWith(" row 100");
        assertThat(pairs.get(0)[3]).endsWith(" row 0");
        assertThat(Integer.parseInt(pairs.get(0)[4])).isLessThanOrEqualTo(8);
        assertThat(Double.parseDouble(pairs.get(0)[6])).isBetween(0.9, 0.9999);
        assertThat(pairs.get(1)[1]).endsWith(" row 101");
        assertThat(pairs.get(1)[3]).endsWith(" row 1");
        assertThat(pairs.get(1)[4]).isEmpty();
        assertThat(pairs.get(1)[7]).isEqualTo("features");
        assertThat(summary.evaluation().get(0).nearDuplicates()).isEqualTo(2);
        assertThat(summary.evaluation().get(0).plain()).isEqualTo(1);
    }

    private static List<String[]> pairs(Path out) throws IOException {
        try (Stream<String> lines = Files.lines(out.resolve("pairs.tsv"))) {
            return lines.skip(1).map(line -> line.split("\t")).toList();
        }
    }

    private Path checkpoint() {
        RunConfig config = ConfigLoader.parse(CONFIG, "test");
        NetworkSpec network =
                NetworkSpec.ofImages(Architectures.create(config.model(), 5, 16, 7), 16);
        ParameterLayout layout = GraphLayouts.of(network.graph());
        FloatBuffer parameters = direct(layout.length());
        WeightDraw.initial(parameters, layout, network.graph());
        Path file = folder.resolve("a.zip");
        CheckpointFile.write(
                file,
                new Checkpoint(
                        network.graph(),
                        parameters.clear(),
                        direct(layout.length()),
                        new Checkpoint.State(1, 3, 1, 0.5, CONFIG, "data", null)));
        return file;
    }

    private static FloatBuffer direct(int length) {
        return ByteBuffer.allocateDirect(Float.BYTES * length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
