package org.jft.data.ingest;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.Instance;

/**
 * What a source says of places in an image. Class k of the annotations is {@code classes[k]}: ids
 * are given when all classes are known.
 */
public record Annotated(List<String> classes, Annotations annotations) implements Serializable {
    public Annotated {
        classes = List.copyOf(classes);
    }

    /** Returns the objects of both; of two masks of classes the first stays. */
    Annotated with(Annotated copy) {
        List<String> names = new ArrayList<>(classes);
        int[] ids = new int[copy.classes.size()];
        for (int i = 0; i < ids.length; i++) {
            String name = copy.classes.get(i);
            if (!names.contains(name)) {
                names.add(name);
            }
            ids[i] = names.indexOf(name);
        }
        Annotations theirs = copy.annotations.withClasses(ids);
        Set<Instance> both = new LinkedHashSet<>(annotations.instances());
        both.addAll(theirs.instances());
        return new Annotated(
                names,
                new Annotations(
                        annotations.width(),
                        annotations.height(),
                        List.copyOf(both),
                        annotations.mask() == null ? theirs.mask() : annotations.mask()));
    }

    /** Returns the names of the classes that objects or pixels have, as labels of the image. */
    List<Entry.Claim> claims() {
        Set<String> named = new LinkedHashSet<>();
        annotations.instances().forEach(i -> named.add(classes.get(i.classId())));
        if (annotations.mask() != null) {
            for (int id : annotations.mask().classes()) {
                named.add(classes.get(id));
            }
        }
        return named.stream().map(name -> new Entry.Claim(List.of(name), 1)).toList();
    }
}
