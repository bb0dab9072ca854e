package org.jft.data.ingest;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jft.core.failure.ConfigException;
import org.jft.data.taxonomy.Taxonomy;
import org.jft.data.taxonomy.TaxonomyClass;

/**
 * The classes of drawn images. A leaf is a shape in a colour and a texture; it lies below its
 * shape, which lies below a family of shapes, and also below its colour:
 *
 * <pre>
 *   round -> circle -> "striped red circle" <- red
 * </pre>
 *
 * Leaves of the same shape are siblings.
 */
final class SynthClasses {
    /** Every shape in every colour and texture. */
    static final int MAX_LEAVES =
            SynthShape.values().length * SynthColour.values().length * SynthTexture.values().length;

    /** What is drawn for a leaf. */
    record Leaf(int id, SynthShape shape, SynthColour colour, SynthTexture texture) {}

    private final List<TaxonomyClass> classes = new ArrayList<>();
    private final List<Leaf> leaves = new ArrayList<>();
    private final int leavesPerShape;

    /** Lays out classes with this many leaves: about as many shapes as leaves of each. */
    SynthClasses(int leafCount) {
        if (leafCount < 2 || leafCount > MAX_LEAVES) {
            throw new ConfigException(
                    "there are 2 to %d classes to draw: %d".formatted(MAX_LEAVES, leafCount));
        }
        int mostShapes = SynthShape.values().length;
        int looks = SynthColour.values().length * SynthTexture.values().length;
        int shapes = (int) Math.round(Math.sqrt(leafCount));
        shapes = Math.max(shapes, (leafCount + looks - 1) / looks);
        shapes = Math.min(Math.max(1, shapes), mostShapes);
        leavesPerShape = (leafCount + shapes - 1) / shapes;
        build(leafCount);
    }

    private void build(int leafCount) {
        int shapes = (leafCount + leavesPerShape - 1) / leavesPerShape;
        int colours = Math.min(leavesPerShape, SynthColour.values().length);
        int[] familyId =
                IntStream.range(0, SynthShape.Family.values().length)
                        .map(f -> f < shapes ? add(SynthShape.Family.values()[f].label()) : -1)
                        .toArray();
        int[] colourId =
                IntStream.range(0, colours)
                        .map(c -> add(SynthColour.values()[c].label()))
                        .toArray();
        int[] shapeId =
                IntStream.range(0, shapes)
                        .mapToObj(s -> SynthShape.values()[s])
                        .mapToInt(s -> add(s.label(), familyId[s.family().ordinal()]))
                        .toArray();
        for (int i = 0; i < leafCount; i++) {
            int look = i % leavesPerShape;
            SynthShape shape = SynthShape.values()[i / leavesPerShape];
            SynthColour colour = SynthColour.values()[look % colours];
            SynthTexture texture = SynthTexture.values()[look / colours];
            String name = "%s %s %s".formatted(texture.label(), colour.label(), shape.label());
            int id = add(name, colourId[colour.ordinal()], shapeId[shape.ordinal()]);
            leaves.add(new Leaf(id, shape, colour, texture));
        }
    }

    private int add(String name, Integer... parents) {
        classes.add(new TaxonomyClass(classes.size(), name, List.of(parents)));
        return classes.size() - 1;
    }

    Taxonomy taxonomy() {
        return Taxonomy.of(classes);
    }

    List<Leaf> leaves() {
        return leaves;
    }

    /** Returns positions in {@link #leaves()} of the other leaves of the same shape. */
    int[] siblings(int leaf) {
        int first = leaf / leavesPerShape * leavesPerShape;
        return IntStream.range(first, Math.min(first + leavesPerShape, leaves.size()))
                .filter(other -> other != leaf)
                .toArray();
    }
}
