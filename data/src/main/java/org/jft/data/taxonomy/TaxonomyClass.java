package org.jft.data.taxonomy;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.Serializable;
import java.util.List;

/**
 * One class of the label space.
 *
 * @param id position in the label space, 0-based
 * @param name unique within the taxonomy
 * @param parents ids of the classes that every image of this class belongs to as well; several
 *     parents make the hierarchy a directed acyclic graph
 */
public record TaxonomyClass(int id, String name, List<Integer> parents) implements Serializable {
    public TaxonomyClass {
        checkArgument(name != null, "class %s has no name", id);
        parents = parents == null ? List.of() : List.copyOf(parents);
    }
}
