package org.jft.data.ingest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jft.data.annotation.Annotations;
import org.jft.data.annotation.ClassMask;
import org.jft.data.annotation.IndexedPng;
import org.jft.data.annotation.Instance;
import org.jft.data.annotation.RunLengthMask;

/**
 * Puts together what VOC's three files say of an image. Masks are PNGs with a palette: a pixel's
 * number counts, not its colour. 0 is background, 255 is ignored. In the mask of objects k is the
 * k-th object of the XML file; without that file an object has the class that most of its pixels
 * have, and the box around them.
 */
final class VocMasks {
    private static final int IGNORED = ClassMask.IGNORED;

    private final List<String> classes;
    private VocXml xml;
    private IndexedPng pixelClasses;
    private IndexedPng pixelObjects;

    /**
     * Begins with an image of which nothing is known.
     *
     * @param classes of pixel values 1, 2, ...
     */
    VocMasks(List<String> classes) {
        this.classes = new ArrayList<>(classes);
    }

    /** Takes the XML file; null when there is none. */
    void readObjects(Path file) throws IOException, UnusableImageException {
        xml = file == null ? null : VocXml.read(file);
    }

    /** Takes the classes of pixels; null when there are none. */
    void readClassMask(Path file) throws IOException, UnusableImageException {
        pixelClasses = file == null ? null : png(file);
        if (pixelClasses != null) {
            for (byte value : pixelClasses.values()) {
                int number = value & 0xff;
                if (number > classes.size() && number != IGNORED) {
                    throw new UnusableImageException(
                            "%s: a pixel has the value %d, there are %d classes"
                                    .formatted(file, number, classes.size()));
                }
            }
        }
    }

    /** Takes the objects of pixels; null when there are none. */
    void readObjectMask(Path file) throws IOException, UnusableImageException {
        pixelObjects = file == null ? null : png(file);
    }

    private static IndexedPng png(Path file) throws IOException, UnusableImageException {
        try {
            return IndexedPng.decode(Files.readAllBytes(file));
        } catch (IllegalArgumentException e) {
            throw new UnusableImageException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Returns all of it. */
    Annotated annotated() throws UnusableImageException {
        IndexedPng mask = pixelClasses == null ? pixelObjects : pixelClasses;
        if (xml == null && mask == null) {
            throw new UnusableImageException("has neither objects nor masks");
        }
        if (pixelClasses != null
                && pixelObjects != null
                && (pixelClasses.width() != pixelObjects.width()
                        || pixelClasses.height() != pixelObjects.height())) {
            throw new UnusableImageException("its two masks are of different sizes");
        }
        boolean sized = xml != null && xml.width() > 0 && xml.height() > 0;
        if (!sized && mask == null) {
            throw new UnusableImageException("its XML file does not say its size");
        }
        int width = sized ? xml.width() : mask.width();
        int height = sized ? xml.height() : mask.height();
        List<Instance> instances = xml == null ? objectsOfPixels() : objectsOfXml();
        ClassMask ofPixels =
                pixelClasses == null
                        ? null
                        : ClassMask.of(
                                pixelClasses.width(), pixelClasses.height(), pixelClasses.values());
        return new Annotated(classes, new Annotations(width, height, instances, ofPixels));
    }

    private List<Instance> objectsOfXml() throws UnusableImageException {
        RunLengthMask[] masks = objectMasks();
        int found = xml.objects().size();
        for (int k = found + 1; k < masks.length; k++) {
            if (masks[k] != null) {
                throw new UnusableImageException(
                        "its mask has an object %d, its XML file %d objects".formatted(k, found));
            }
        }
        List<Instance> instances = new ArrayList<>();
        for (int k = 1; k <= found; k++) {
            VocXml.VocObject object = xml.objects().get(k - 1);
            RunLengthMask mask = k < masks.length ? masks[k] : null;
            if (!classes.contains(object.name())) {
                classes.add(object.name());
            }
            instances.add(
                    new Instance(
                            classes.indexOf(object.name()),
                            object.box(),
                            (float) (mask == null ? object.box().area() : mask.area()),
                            false,
                            object.difficult(),
                            mask,
                            null));
        }
        return instances;
    }

    private List<Instance> objectsOfPixels() throws UnusableImageException {
        List<Instance> instances = new ArrayList<>();
        if (pixelClasses == null) {
            throw new UnusableImageException("has a mask of objects, but nothing of their classes");
        }
        RunLengthMask[] masks = objectMasks();
        for (int k = 1; k < masks.length; k++) {
            if (masks[k] != null) {
                instances.add(
                        new Instance(
                                mostFrequentClass(k),
                                masks[k].bounds(),
                                masks[k].area(),
                                false,
                                false,
                                masks[k],
                                null));
            }
        }
        return instances;
    }

    /** Returns the mask of object k at k; null where there is none. */
    private RunLengthMask[] objectMasks() {
        RunLengthMask[] masks = new RunLengthMask[pixelObjects == null ? 0 : IGNORED];
        if (pixelObjects == null) {
            return masks;
        }
        byte[] values = pixelObjects.values();
        int[] pixels = new int[IGNORED + 1];
        for (byte value : values) {
            pixels[value & 0xff]++;
        }
        for (int k = 1; k < masks.length; k++) {
            if (pixels[k] > 0) {
                byte[] own = new byte[values.length];
                for (int i = 0; i < own.length; i++) {
                    own[i] = (byte) ((values[i] & 0xff) == k ? 1 : 0);
                }
                masks[k] = RunLengthMask.ofPixels(pixelObjects.width(), pixelObjects.height(), own);
            }
        }
        return masks;
    }

    private int mostFrequentClass(int object) throws UnusableImageException {
        int[] pixels = new int[classes.size() + 1];
        for (int i = 0; i < pixelObjects.values().length; i++) {
            int number = pixelClasses.values()[i] & 0xff;
            if ((pixelObjects.values()[i] & 0xff) == object && number != IGNORED) {
                pixels[number]++;
            }
        }
        int most = 0;
        for (int number = 1; number < pixels.length; number++) {
            most = pixels[number] > (most == 0 ? 0 : pixels[most]) ? number : most;
        }
        if (most == 0) {
            throw new UnusableImageException(
                    "object %d of its mask has no class".formatted(object));
        }
        return most - 1;
    }
}
