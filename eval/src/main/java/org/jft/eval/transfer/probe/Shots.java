package org.jft.eval.transfer.probe;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * A few images of each class. The draws of one seed nest: one image a class is among the five.
 *
 * @param chosen indexes of the images drawn, ascending; fewer of a class that has fewer, and an
 *     image of several classes counts for each
 * @param rest indexes of all others, ascending
 */
public record Shots(int[] chosen, int[] rest) {
    /** Draws {@code count} images a class. */
    public static Shots draw(Examples from, int count, long seed) {
        List<List<Integer>> members = new ArrayList<>();
        for (int k = 0; k < from.classes(); k++) {
            members.add(new ArrayList<>());
        }
        for (int i = 0; i < from.size(); i++) {
            for (int k : from.labels()[i]) {
                members.get(k).add(i);
            }
        }
        Random random = new Random(seed);
        BitSet chosen = new BitSet(from.size());
        for (List<Integer> images : members) {
            Collections.shuffle(images, random);
            images.stream().limit(count).forEach(chosen::set);
        }
        BitSet rest = (BitSet) chosen.clone();
        rest.flip(0, from.size());
        return new Shots(chosen.stream().toArray(), rest.stream().toArray());
    }
}
