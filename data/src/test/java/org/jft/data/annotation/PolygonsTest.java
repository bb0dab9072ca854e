package org.jft.data.annotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolygonsTest {
    @Test
    void shouldFillTheWholePixelsOfARectangle() {
        RunLengthMask mask =
                Polygons.rasterise(4, 3, List.of(new double[] {1, 1, 3, 1, 3, 3, 1, 3}));
        assertThat(mask.pixels())
                .containsExactly(
                        0, 0, 0, 0, //
                        0, 1, 1, 0, //
                        0, 1, 1, 0);
    }

    @Test
    void shouldUniteThePartsOfAnObject() {
        double[] left = {0, 0, 2, 0, 2, 2, 0, 2};
        double[] right = {1, 0, 3, 0, 3, 2, 1, 2};
        assertThat(Polygons.rasterise(4, 2, List.of(left, right)).runs()).containsExactly(0, 6, 2);
    }

    /** 150 random cases, see coco_masks.py beside the file. */
    @Test
    void shouldAgreeWithCocosToolsToThePixel() throws IOException {
        List<String> lines;
        try (BufferedReader in =
                new BufferedReader(
                        new InputStreamReader(
                                PolygonsTest.class.getResourceAsStream("coco_masks.tsv"),
                                StandardCharsets.UTF_8))) {
            lines = in.lines().skip(1).toList();
        }
        assertThat(lines).hasSize(150);
        for (String line : lines) {
            String[] fields = line.split("\t");
            int width = Integer.parseInt(fields[0]);
            int height = Integer.parseInt(fields[1]);
            List<double[]> polygons =
                    Arrays.stream(fields[2].split(";")).map(PolygonsTest::numbers).toList();
            RunLengthMask mask = Polygons.rasterise(width, height, polygons);
            assertThat(mask.toCoco()).as(line).isEqualTo(fields[3]);
            assertThat(RunLengthMask.ofCoco(width, height, fields[3])).as(line).isEqualTo(mask);
            assertThat(mask.area()).as(line).isEqualTo(Long.parseLong(fields[4]));
            double[] box = numbers(fields[5]);
            assertThat(mask.bounds())
                    .as(line)
                    .isEqualTo(
                            new Box(
                                    (float) box[0],
                                    (float) box[1],
                                    (float) box[2],
                                    (float) box[3]));
        }
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
    }

    @Test
    void shouldRefuseWhatIsNoPolygon() {
        assertThatThrownBy(() -> Polygons.rasterise(4, 4, List.of(new double[] {1, 2, 3, 4})))
                .hasMessageContaining("has 4 numbers");
        assertThatThrownBy(() -> Polygons.rasterise(4, 4, List.of(new double[7])))
                .hasMessageContaining("has 7 numbers");
        double[] far = {0, 0, 1e300, 0, 0, 1e300};
        assertThatThrownBy(() -> Polygons.rasterise(4, 4, List.of(far)))
                .hasMessageContaining("out of reach");
    }
}
