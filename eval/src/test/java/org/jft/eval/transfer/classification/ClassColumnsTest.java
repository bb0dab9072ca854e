package org.jft.eval.transfer.classification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.junit.jupiter.api.Test;

class ClassColumnsTest {
    @Test
    void shouldPickTheAnswersOfTheScoredClassesInTheirOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int images = 5;
        int outputs = 12; // two of them without a class
        List<String> learned = IntStream.range(0, 10).mapToObj(k -> "class " + k).toList();
        List<String> scored = new ArrayList<>(learned);
        Collections.shuffle(scored, random);
        scored = scored.subList(0, 4);
        float[] answers = new float[(images + 2) * outputs]; // the batch before was larger
        for (int i = 0; i < answers.length; i++) {
            answers[i] = random.nextFloat();
        }
        FloatBuffer picked =
                ClassColumns.of("list", scored, learned)
                        .of(FloatBuffer.wrap(answers), images, outputs);
        assertThat(picked.remaining()).isEqualTo(images * 4);
        for (int i = 0; i < images; i++) {
            for (int k = 0; k < 4; k++) {
                int id = Integer.parseInt(scored.get(k).substring("class ".length()));
                assertThat(picked.get(i * 4 + k))
                        .as("seed=%s image=%s class=%s", seed, i, id)
                        .isEqualTo(answers[i * outputs + id]);
            }
        }
    }

    @Test
    void shouldNameAClassThatTheNetworkDoesNotLearn() {
        assertThatThrownBy(
                        () ->
                                ClassColumns.of(
                                        "few.txt", List.of("bird", "dog"), List.of("bird", "dot")))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "eval.classes=few.txt: 'dog' is no class that the network learns; the"
                                + " nearest is 'dot'");
    }
}
