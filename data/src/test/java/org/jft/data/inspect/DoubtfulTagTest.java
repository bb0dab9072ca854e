package org.jft.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.jft.data.inspect.Companions.Lift;
import org.jft.data.taxonomy.ClassStatistics;
import org.jft.data.taxonomy.Labels;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Images of 30 topics with some words of each, and planted tags that say nothing. */
class DoubtfulTagTest {
    private static final int TOPICS = 30;
    private static final int WORDS = 8; // of a topic
    private static final int FIRST_WORD = TOPICS;
    private static final int FIRST_OWN = TOPICS + TOPICS * WORDS;
    private static final int CAMERA = FIRST_OWN; // on one image in ten, whatever it shows
    private static final int SITE = FIRST_OWN + 1; // on one in eighty
    private static final int SELDOM = FIRST_OWN + 2; // on one in a thousand: too few to tell
    private static final int OUTDOOR = FIRST_OWN + 3; // on every fourth image of five topics
    private static final int RARE = FIRST_OWN + 4; // on some 110 images of one topic
    private static final int CLASSES = FIRST_OWN + 5;
    private static final int IMAGES = 10_000;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Taxonomy taxonomy = taxonomy();
    private final Companions companions = new Companions(taxonomy);
    private final ClassStatistics.Counter counter = new ClassStatistics.Counter(taxonomy);

    @RepeatedTest(5)
    void shouldFindTagsThatComeWithWhateverThereIs() {
        for (int image = 0; image < IMAGES; image++) {
            add(draw(), Labels.NONE);
        }
        List<Lift> lifts = companions.lifts(DoubtfulTag.LEAST_IMAGES);
        assertThat(lifts).extracting(Lift::id).contains(RARE, OUTDOOR).doesNotContain(SELDOM);
        List<DoubtfulTag> found = DoubtfulTag.of(counter.statistics(), lifts);
        assertThat(found)
                .as("seed=%s", seed)
                .extracting(DoubtfulTag::id)
                .containsExactly(CAMERA, SITE);
        assertThat(found.get(0).reason())
                .matches(
                        "beside it other labels are (0\\.[89]|1\\.0)\\d times as frequent as anywhere"
                                + " \\(at most (0\\.[89]|1\\.0)\\d\\)");
        // Of 30 topics one: other labels are some 30 times, of five some 6 times as frequent, wrong
        // words aside.
        assertThat(lift(lifts, RARE)).as("seed=%s", seed).isBetween(5.0, 40.0);
        assertThat(lift(lifts, OUTDOOR)).as("seed=%s", seed).isBetween(2.0, 6.0);
    }

    private static double lift(List<Lift> lifts, int id) {
        return lifts.stream().filter(l -> l.id() == id).findFirst().orElseThrow().lift();
    }

    @Test
    void shouldNotCountALabelsOwnRelativesAmongItsCompanions() {
        for (int image = 0; image < IMAGES; image++) {
            add(labels(FIRST_WORD + image % (TOPICS * WORDS)), Labels.NONE); // fills to its topic
        }
        assertThat(companions.lifts(1)).isEmpty();
    }

    /** Three labels that are wrong on most images; two of them still know more than chance. */
    @Test
    void shouldFindLabelsThatAreRightAsOftenAsByChance() {
        for (int image = 0; image < IMAGES; image++) {
            Labels truth = labels(FIRST_WORD + random.nextInt(TOPICS * WORDS));
            TreeSet<Integer> seen = new TreeSet<>();
            if (truth.ids()[0] != FIRST_WORD && random.nextInt(5) == 0) {
                seen.add(FIRST_WORD); // never right, and its topic as by chance
            }
            int other = FIRST_WORD + WORDS;
            if (truth.ids()[0] == other || random.nextInt(50) == 0) {
                seen.add(other); // right on 40 of 240
            }
            if (random.nextInt(500) == 0) {
                seen.add(other + 1); // as by chance, but on 20 images
            }
            add(labels(seen), truth);
        }
        List<DoubtfulTag> found = DoubtfulTag.of(counter.statistics(), List.of());
        assertThat(found)
                .as("seed=%s", seed)
                .extracting(DoubtfulTag::id)
                .containsExactly(0, FIRST_WORD);
        assertThat(found.get(1).reason())
                .matches("right on 0 of [12],\\d{3} images; \\d+\\.\\d would be by chance");
    }

    private void add(Labels observed, Labels clean) {
        companions.add(observed, taxonomy.fillUpward(observed));
        counter.add(observed, Optional.of(clean).filter(c -> c.size() > 0));
    }

    private Labels draw() {
        int topic = random.nextInt(TOPICS);
        TreeSet<Integer> ids = new TreeSet<>();
        for (int i = 2 + random.nextInt(3); i > 0; i--) {
            int from = random.nextInt(8) == 0 ? random.nextInt(TOPICS) : topic; // a wrong word
            ids.add(FIRST_WORD + from * WORDS + (int) (WORDS * Math.pow(random.nextDouble(), 2)));
        }
        if (random.nextInt(10) == 0) {
            ids.add(CAMERA);
        }
        if (random.nextInt(80) == 0) {
            ids.add(SITE);
        }
        if (random.nextInt(1000) == 0) {
            ids.add(SELDOM);
        }
        if (topic < 5 && random.nextInt(4) == 0) {
            ids.add(OUTDOOR);
        }
        if (topic == 11 && random.nextInt(3) == 0) {
            ids.add(RARE);
        }
        return labels(ids);
    }

    private static Labels labels(TreeSet<Integer> ids) {
        return labels(ids.stream().mapToInt(id -> id).toArray());
    }

    private static Labels labels(int... ids) {
        float[] sure = new float[ids.length];
        Arrays.fill(sure, 1);
        return new Labels(ids, sure);
    }

    private static Taxonomy taxonomy() {
        List<TaxonomyClass> classes = new ArrayList<>();
        for (int id = 0; id < CLASSES; id++) {
            boolean word = id >= FIRST_WORD && id < FIRST_OWN;
            classes.add(
                    new TaxonomyClass(
                            id,
                            "class " + id,
                            word ? List.of((id - FIRST_WORD) / WORDS) : List.of()));
        }
        return Taxonomy.of(classes);
    }
}
